"""The contents of files by name: the hash that facts are known by."""

from __future__ import annotations

import hashlib
from pathlib import Path

BLOCK = 1 << 20


def digest(raw: bytes) -> str:
    """Return the content hash that names a file's facts."""
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def digest_of(path: Path) -> str | None:
    """Return the content hash of a file, read in blocks; None when it cannot be read."""
    state = hashlib.blake2b(digest_size=16)
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                state.update(block)
    except OSError:
        return None
    return state.hexdigest()


def templated(path: str) -> bool:
    """Return whether a path has holes to be filled in: beside its contents, the only thing about a file that decides its facts."""
    return "{{" in path
