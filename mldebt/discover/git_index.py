"""The names in a git index, read by its format (versions 2 to 4): what exists in a project whether or not the disk holds it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mldebt.discover.repository import find_repository, read_regular

MAX_INDEX = 128 << 20
_HEADER, _STATE, _FLAGS = 12, 40, 2
_EXTENDED = 0x4000
_GITLINK, _FOLDER = 0o160000, 0o040000
_DIGESTS = (("sha1", 20), ("sha256", 32))


@dataclass(frozen=True, slots=True)
class GitIndex:
    """Project-relative names of files, and of the folders that are repositories of their own."""

    files: frozenset[str]
    modules: frozenset[str] = frozenset()


class _Malformed(Exception):
    """The bytes are no index of a form known here."""


def git_index(root: Path) -> GitIndex | None:
    """Return what the index of the repository around `root` holds below `root`.

    None when there is no repository, no index, nothing of it below `root`, or the index is damaged or of a form not known here.
    """
    repository = find_repository(root)
    raw = read_regular(repository.folder / "index", MAX_INDEX) if repository is not None else None
    if repository is None or raw is None:
        return None
    prefix = root.relative_to(repository.top).as_posix() + "/" if root != repository.top else ""
    files, modules = set[str](), set[str]()
    for mode, name in parse_index(raw) or ():
        if name.startswith(prefix):
            (modules if mode == _GITLINK else files).add(name[len(prefix):])
    return GitIndex(frozenset(files), frozenset(modules)) if files or modules else None


def parse_index(raw: bytes) -> list[tuple[int, str]] | None:
    """Return mode and name of every entry; None for bytes that are no whole index, a sparse or a split one."""
    for digest, size in _DIGESTS:
        body, mark = raw[:-size], raw[-size:]
        if mark in (hashlib.new(digest, body).digest(), bytes(size)):  # git may leave the digest out, as zeros
            try:
                return _parse(body, size)
            except (_Malformed, ValueError, IndexError):
                continue
    return None


def _parse(body: bytes, digest: int) -> list[tuple[int, str]]:
    version, count = int.from_bytes(body[4:8], "big"), int.from_bytes(body[8:12], "big")
    if body[:4] != b"DIRC" or version not in (2, 3, 4):
        raise _Malformed
    reader = _Entries(body, digest, version)
    found = [reader.entry() for _ in range(count)]
    if any(mode == _FOLDER for mode, _ in found) or any(name[:1].islower() for name in _extensions(body, reader.at)):
        raise _Malformed  # the names are only to be had with what an extension says
    return found


class _Entries:
    """A cursor over the entries of an index."""

    def __init__(self, body: bytes, digest: int, version: int) -> None:
        self._body, self._digest, self._version = body, digest, version
        self._name = b""
        self.at = _HEADER

    def entry(self) -> tuple[int, str]:
        """Return mode and name of the next entry."""
        start, body = self.at, self._body
        flags_at = start + _STATE + self._digest
        flags = int.from_bytes(body[flags_at:flags_at + _FLAGS], "big")
        self.at = flags_at + _FLAGS + (_FLAGS if flags & _EXTENDED and self._version > 2 else 0)
        kept = self._kept() if self._version == 4 else 0
        close = body.index(b"\0", self.at)
        if kept > len(self._name) or close == self.at and not kept:
            raise _Malformed
        self._name = self._name[:kept] + body[self.at:close]
        self.at = close + 1 if self._version == 4 else start + (close - start) // 8 * 8 + 8
        return int.from_bytes(body[start + 24:start + 28], "big"), os.fsdecode(self._name)

    def _kept(self) -> int:
        """Read how many bytes of the name before are kept: version 4 says how many fall off its end."""
        byte = self._body[self.at]
        value, self.at = byte & 127, self.at + 1
        while byte & 128:
            byte = self._body[self.at]
            value, self.at = (value + 1) << 7 | byte & 127, self.at + 1
        if value > len(self._name):
            raise _Malformed
        return len(self._name) - value


def _extensions(body: bytes, at: int) -> Iterator[bytes]:
    """Yield the signatures after the entries; they must fill the rest exactly."""
    while at < len(body):
        size = int.from_bytes(body[at + 4:at + 8], "big")
        if at + 8 + size > len(body):
            raise _Malformed
        yield body[at:at + 4]
        at += 8 + size
    if at != len(body):
        raise _Malformed
