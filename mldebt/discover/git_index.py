"""The list of files that git tracks, read from the index by its format (versions 2, 3 and 4, SHA-1 and SHA-256)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from mldebt.discover.repository import Repository, find_repository, read_bytes

MAX_INDEX = 256 << 20
_STAT = 40
_EXTENDED = 0x4000
_LONG_NAME = 0xFFF
_SUBMODULE = 0o160000


def tracked_names(root: Path, repository: Repository | None) -> frozenset[str] | None:
    """Return the tracked files under `root`, relative to it; None when no index can tell: there is none, it cannot be read, or it knows no file there.

    A submodule that is checked out lists its own files.
    """
    entries = None if repository is None else read_index(repository.git / "index")
    if entries is None or repository is None:
        return None
    lead = root.resolve().relative_to(repository.top).as_posix()
    lead = "" if lead == "." else f"{lead}/"
    names: set[str] = set()
    for name, mode in entries:
        if name.startswith(lead):
            names.add(name[len(lead):])
            if mode & 0o170000 == _SUBMODULE:
                names.update(_of_submodule(repository, name, name[len(lead):]))
    return frozenset(names) or None


def _of_submodule(repository: Repository, name: str, shown: str) -> Iterator[str]:
    inner = find_repository(repository.top / name)
    if inner is not None and inner.top == (repository.top / name).resolve() != repository.top:
        for found in tracked_names(inner.top, inner) or ():
            yield f"{shown}/{found}"


def read_index(path: Path) -> list[tuple[str, int]] | None:
    """Return the entries of an index, each name with its mode; None when it is absent, damaged, or says more than is understood here.

    An entry of a sparse or split index stands for files it does not name: such an index is not understood.
    """
    raw = read_bytes(path, MAX_INDEX)
    if raw is None or len(raw) < 32 or raw[:4] != b"DIRC":
        return None
    for size, digest in ((20, hashlib.sha1), (32, hashlib.sha256)):
        if raw[-size:] == digest(raw[:-size]).digest() or not any(raw[-size:]):
            try:
                return _entries(raw[:-size], size)
            except (ValueError, IndexError):
                continue  # no checksum was written (`index.skipHash`): the other size of hashes may fit
    return None


def _entries(raw: bytes, hash_size: int) -> list[tuple[str, int]]:
    """Return the entries of an index without its checksum; raises ValueError or IndexError where it is not one."""
    version, count = int.from_bytes(raw[4:8], "big"), int.from_bytes(raw[8:12], "big")
    if version not in (2, 3, 4):
        raise ValueError(version)
    at, previous, found = 12, b"", list[tuple[str, int]]()
    for _ in range(count):
        flags = raw[at + _STAT + hash_size] << 8 | raw[at + _STAT + hash_size + 1]
        start = at + _STAT + hash_size + (4 if flags & _EXTENDED else 2)
        mode = int.from_bytes(raw[at + 24:at + 28], "big")
        if version == 4:
            cut, start = _offset(raw, start)
            end = raw.index(0, start)
            previous = previous[: len(previous) - cut] + raw[start:end]
            at = end + 1
        else:
            size = flags & _LONG_NAME
            end = raw.index(0, start) if size == _LONG_NAME else start + size
            previous = raw[start:end]
            at += (end - at) // 8 * 8 + 8
        found.append((previous.decode("utf-8", "surrogateescape"), mode))
    _check_extensions(raw, at)
    return found


def _offset(raw: bytes, at: int) -> tuple[int, int]:
    """Return a number in the variable-width encoding of pack offsets, and where it ends."""
    value = raw[at] & 0x7F
    while raw[at] & 0x80:
        at += 1
        value = (value + 1) << 7 | raw[at] & 0x7F
    return value, at + 1


def _check_extensions(raw: bytes, at: int) -> None:
    """Walk over the extensions; raises ValueError for one that must be understood, as a lower-case name says, or that overruns the file."""
    while at < len(raw):
        if not 0x41 <= raw[at] <= 0x5A:
            raise ValueError(raw[at:at + 4])
        at += 8 + int.from_bytes(raw[at + 4:at + 8], "big")
    if at != len(raw):
        raise ValueError(at)
