"""What parent and workers say to each other: messages with their length in front, on pipes."""

from __future__ import annotations

from typing import IO

import msgspec

HEAD = 8
EXHAUSTED = 12  # how a worker ends that ran out of memory


class Ticket(msgspec.Struct, frozen=True, array_like=True):
    """An order to extract one Python file or notebook: project-relative path, where it is (as the file system spells it), the limit of source."""

    path: str
    absolute: bytes
    notebook: bool
    limit: int


def send(stream: IO[bytes], message: bytes) -> None:
    """Write one message; raises OSError when nobody listens."""
    stream.write(len(message).to_bytes(HEAD, "big") + message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Return the next message; None when the other side is gone, even in the middle of one."""
    head = stream.read(HEAD)
    if len(head) < HEAD:
        return None
    size = int.from_bytes(head, "big")
    message = stream.read(size)
    return message if len(message) == size else None
