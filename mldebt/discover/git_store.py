"""The object store of a git repository, read without git: loose objects, packs, and the stores that it borrows from."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from mldebt.discover.git_object import Damaged, Missing, begun, inflated, object_name
from mldebt.discover.git_pack import Pack
from mldebt.discover.repository import Repository, read_regular

_HEX = re.compile(r"[0-9a-f]{4,64}")
_SHA256 = re.compile(r"^\s*objectformat\s*=\s*sha256\s*$", re.MULTILINE | re.IGNORECASE)
_MAX_TEXT = 1 << 20
_MAX_STORES = 16
_HEAD = re.compile(rb"([a-z]{1,10}) (0|[1-9]\d{0,14})\0")


class ObjectStore:
    """All objects of a repository by name; `width` is the length of a name in bytes. What it says of an object proves to be what its name is a digest of."""

    def __init__(self, repository: Repository) -> None:
        """Read the form of names, which is the one thing that is taken from the repository's settings."""
        settings = (read_regular(repository.common / "config", _MAX_TEXT) or b"").decode("utf-8", "replace")
        self.width = 32 if _SHA256.search(settings) else 20
        self._first = repository.common / "objects"

    def read(self, name: bytes, kind: str = "") -> tuple[str, bytes]:
        """Return kind and body of an object; raises `Missing`, and `Damaged` when it is not what its name or `kind` says."""
        try:
            source = self._source(name)
            found = _loose(source) if isinstance(source, Path) else source[0].read(source[1])
        except OSError as error:
            raise Damaged(f"the object {name.hex()} cannot be read: {error.strerror}") from None
        if object_name(*found, self.width) != name:
            raise Damaged(f"the object {name.hex()} is not what its name says")
        if kind and found[0] != kind:
            raise Damaged(f"the object {name.hex()} is a {found[0]}, not a {kind}")
        return found

    def size(self, name: bytes) -> int:
        """Return the size that an object says it has; raises as `read` does."""
        try:
            source = self._source(name)
            return _loose_head(source)[1] if isinstance(source, Path) else source[0].size(source[1])
        except OSError as error:
            raise Damaged(f"the object {name.hex()} cannot be read: {error.strerror}") from None

    def names(self, prefix: str) -> set[bytes]:
        """Return the names of the objects that begin with some hexadecimal digits, four at least."""
        if not _HEX.fullmatch(prefix) or len(prefix) > 2 * self.width:
            return set()
        even = bytes.fromhex(prefix[:len(prefix) // 2 * 2])
        odd = int(prefix[-1], 16) if len(prefix) % 2 else None
        packed = {name for pack in self._packs for name, _ in _held(pack, even, odd)}
        loose = {prefix[:2] + path.name for store in self._stores for path in (store / prefix[:2]).glob("*")}
        return packed | {bytes.fromhex(name) for name in loose if len(name) == 2 * self.width and _HEX.fullmatch(name) and name.startswith(prefix)}

    def _source(self, name: bytes) -> Path | tuple[Pack, int]:
        """Return the file of an object of its own, or the pack and the place of one that is packed."""
        for store in self._stores:
            path = store / name.hex()[:2] / name.hex()[2:]
            if _is_regular(path):
                return path
        for pack in self._packs:
            for _, place in _held(pack, name):
                return pack, place
        raise Missing(name.hex())

    @cached_property
    def _stores(self) -> list[Path]:
        """Return the store and those it borrows from, each once."""
        found = [self._first]
        for store in found:
            text = (read_regular(store / "info" / "alternates", _MAX_TEXT) or b"").decode("utf-8", "surrogateescape")
            more = [Path(os.path.normpath(store / line)) for line in text.splitlines() if line.strip() and not line.startswith("#") and "\0" not in line]
            found.extend(path for path in dict.fromkeys(more) if path not in found and len(found) < _MAX_STORES)
        return found

    @cached_property
    def _packs(self) -> list[Pack]:
        paths = sorted(path for store in self._stores for path in (store / "pack").glob("*.idx"))
        return [Pack(path, self.width) for path in paths if _is_regular(path) and _is_regular(path.with_suffix(".pack"))]


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def _held(pack: Pack, prefix: bytes, odd: int | None = None) -> list[tuple[bytes, int]]:
    """Return the objects of a pack whose names begin so; none when its index is gone."""
    try:
        return list(pack.find(prefix, odd))
    except OSError:
        return []


def _loose(path: Path) -> tuple[str, bytes]:
    """Return an object of a file of its own: its head says kind and size."""
    kind, size, head = _loose_head(path)
    with path.open("rb") as stream:
        return kind, inflated(stream, head + size)[head:]


def _loose_head(path: Path) -> tuple[str, int, int]:
    """Return kind and size that the head of a file of its own says, and how long that is."""
    with path.open("rb") as stream:
        head = _HEAD.match(begun(stream, 64))
    if head is None:
        raise Damaged(f"{path} is no object")
    return head[1].decode(), int(head[2]), len(head[0])


def tree_entries(body: bytes, width: int) -> Iterator[tuple[int, str, bytes]]:
    """Yield mode, name and object of every entry of a tree; raises `Damaged`. Names that could lead elsewhere are left out."""
    at = 0
    while at < len(body):
        space, close = body.find(b" ", at, at + 8), body.find(b"\0", at)
        if not at < space < close or close + width >= len(body) or not body[at:space].isdigit():
            raise Damaged("a tree that is cut off")
        name = os.fsdecode(body[space + 1:close])
        if name not in ("", ".", "..") and name.lower() != ".git" and not set(name) & {"/", os.sep}:
            yield _mode(body[at:space]), name, body[close + 1:close + 1 + width]
        at = close + 1 + width


def _mode(digits: bytes) -> int:
    try:
        return int(digits, 8)
    except ValueError:
        raise Damaged("a tree with a mode that is none") from None
