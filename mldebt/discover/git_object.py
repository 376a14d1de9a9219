"""Objects of git: their names, how they are packed, and what goes wrong with them."""

from __future__ import annotations

import hashlib
import zlib
from typing import IO

MAX_OBJECT = 128 << 20
_WIDTHS = {20: "sha1", 32: "sha256"}
_BLOCK = 1 << 16


class Missing(Exception):
    """An object is not in this clone; the message is its name."""


class Damaged(Exception):
    """Bytes are not what git writes; the message says what."""


def object_name(kind: str, body: bytes, width: int = 20) -> bytes:
    """Return the name of an object: a digest of `width` bytes over its kind, size and body."""
    return hashlib.new(_WIDTHS[width], f"{kind} {len(body)}\0".encode() + body, usedforsecurity=False).digest()


def blob_digest(size: int, width: int = 20) -> hashlib._Hash:
    """Return the digest that names a file of `size` bytes, still to be told its contents."""
    return hashlib.new(_WIDTHS[width], f"blob {size}\0".encode(), usedforsecurity=False)


def inflated(stream: IO[bytes], size: int) -> bytes:
    """Return the `size` bytes that are packed from where a stream is; raises `Damaged` for any other number of them, and for more than `MAX_OBJECT`."""
    if size > MAX_OBJECT:
        raise Damaged(f"an object of {size:,} bytes, more than the limit of {MAX_OBJECT:,}")
    machine, parts, rest = zlib.decompressobj(), list[bytes](), size
    try:
        while rest >= 0 and not machine.eof and (block := machine.unconsumed_tail or stream.read(_BLOCK)):
            parts.append(machine.decompress(block, rest + 1))
            rest -= len(parts[-1])
    except zlib.error as error:
        raise Damaged(str(error)) from None
    if rest or not machine.eof:
        raise Damaged("an object is longer or shorter than it says")
    return b"".join(parts)


def begun(stream: IO[bytes], size: int) -> bytes:
    """Return the first bytes of what is packed from where a stream is, `size` at most; raises `Damaged`."""
    try:
        return zlib.decompressobj().decompress(stream.read(256), size)
    except zlib.error as error:
        raise Damaged(str(error)) from None
