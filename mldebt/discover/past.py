"""A project as a commit has it: its files read out of the object store, with nothing checked out and git never run."""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pathspec import GitIgnoreSpec

from mldebt.discover.files import DEFAULT_EXCLUDES, Discovery, SourceFile, refused
from mldebt.discover.git_object import Damaged, Missing, blob_digest
from mldebt.discover.git_revision import Commit, Revisions, Unknown
from mldebt.discover.git_store import ObjectStore, tree_entries
from mldebt.discover.inputs import NOT_SOURCE
from mldebt.discover.kinds import SOURCES, kind_of
from mldebt.discover.repository import find_repository
from mldebt.errors import ConfigError
from mldebt.model.hidden import HIDDEN

_FOLDER, _LINK, _MODULE = 0o040000, 0o120000, 0o160000
_MAX_ENTRIES, _MAX_FOLDERS, _MAX_PATH = 2_000_000, 200_000, 4096
_MAX_FILE = 64 << 20
_BLOCK = 1 << 20
_SLASH = re.compile("/")


@dataclass(frozen=True, slots=True)
class Blob:
    """A regular file of a commit: the name of its object, and the store that holds it (that of a submodule for its files)."""

    name: bytes
    store: ObjectStore


@dataclass(frozen=True, slots=True)
class Past:
    """A project at a commit (`name`, hexadecimal): the regular files below its root, and the paths of what else is there, links and submodules.

    `unknown` are the submodules whose commit is not in this clone: what lies in them is taken to be as it is now.
    """

    name: str
    root: Path
    files: dict[str, Blob]
    others: frozenset[str]
    unknown: tuple[str, ...]

    def text(self, path: str) -> str | None:
        """Return the text of a file, None where there is none or it is not UTF-8; raises `ConfigError` when its object cannot be read."""
        if path not in self.files:
            return None
        try:
            return self._body(path).decode("utf-8")
        except UnicodeDecodeError:
            return None

    def discovery(self, folder: Path, now: Discovery, exclude: Sequence[str] = ()) -> Discovery:
        """Return the files of interest, as `discover` does for those on the disk.

        The contents of those that the disk has no equal file for are put into `folder`, each under the name of its object. What git does not hold (ignored
        data, other repositories) is taken to have been there as it is `now`. Raises `ConfigError` when an object cannot be read.
        """
        left_out = _filter(exclude)
        apart = {path.rpartition("/")[0] for path in {*self.files, *self.others} if "/" in path and path.rpartition("/")[2] in NOT_SOURCE}
        wanted = [path for path in sorted(self.files) if kind_of(path) and not left_out(path) and not _is_below(path, apart)]
        found = [file for path in wanted if (file := self._file(path, folder)) is not None]
        kept = [file for file in now.files if file.path.startswith(self._unknown)] if self.unknown else []
        names = {path for path in (*self.files, *self.others) if not HIDDEN.search(path)} | {name for name in now.names if name.startswith(self._unknown)}
        return Discovery(tuple(sorted((*found, *kept), key=lambda file: file.path)), frozenset(names), frozenset(_present(names, now)))

    def digest(self, found: Discovery) -> bytes:
        """Return a digest of all that a discovery holds, contents and names; empty where the contents of something are not known."""
        if self.unknown:
            return b""
        state = hashlib.blake2b(digest_size=16)
        for file in found.files:
            blob = self.files.get(file.path)
            state.update(repr((file.path, file.kind, file.size, file.problem, blob.name if blob else b"")).encode())
        for names in (found.names, found.present):
            state.update(repr(sorted(names)).encode())
        return state.digest()

    @property
    def _unknown(self) -> tuple[str, ...]:
        return tuple(f"{path}/" for path in self.unknown)

    def _file(self, path: str, folder: Path) -> SourceFile | None:
        """Return a file of interest, read from the disk if it is the same there; None where it is too large for its kind."""
        blob, here = self.files[path], self.root / path
        kind = kind_of(path)
        if HIDDEN.search(path):
            return refused(path, here, kind) if kind in SOURCES else None
        size = _size_if(here, blob)
        if size is None:
            size, here = self._size(path), folder / blob.name.hex()
            if size > _MAX_FILE or not kind_of(path, size):
                return None
            here.write_bytes(self._body(path))
        return SourceFile(path, kind, here, size) if kind_of(path, size) else None

    def _size(self, path: str) -> int:
        with self._told(path):
            return self.files[path].store.size(self.files[path].name)

    def _body(self, path: str) -> bytes:
        with self._told(path):
            return self.files[path].store.read(self.files[path].name, "blob")[1]

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        """Turn what goes wrong with the object of a file into a `ConfigError`."""
        try:
            yield
        except Missing as error:
            raise ConfigError(f"{path} of {self.name[:12]} is not in this clone (object {error}): `git fetch --refetch` without a filter brings it") from None
        except Damaged as error:
            raise ConfigError(f"{path} of {self.name[:12]} cannot be read: {error}") from None


def past(root: Path, revision: str) -> Past:
    """Return the project at `root` as it was at a revision; raises `ConfigError` where there is no repository or no such commit, or it cannot be read."""
    root = root.resolve()
    repository = find_repository(root)
    if repository is None:
        raise ConfigError(f"{root} is in no git repository")
    store = ObjectStore(repository)
    try:
        commit = Revisions(repository, store).find(revision)
        listing = _Listing(root)
        listing.take(store, _below(store, commit, root.relative_to(repository.top.resolve()).parts))
    except Unknown as error:
        raise ConfigError(str(error)) from None
    except Missing as error:
        raise ConfigError(f"the object {error} is not in this clone, which may be shallow: `git fetch --unshallow` brings it "
                          "(`fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` for GitLab)") from None
    except Damaged as error:
        raise ConfigError(f"the repository cannot be read: {error}") from None
    return Past(commit.name.hex(), root, listing.files, frozenset(listing.others), tuple(sorted(listing.unknown)))


def _below(store: ObjectStore, commit: Commit, parts: Sequence[str]) -> bytes | None:
    """Return the tree of a folder below the top of a commit; None where it has none."""
    tree: bytes | None = commit.tree
    for part in parts:
        entries = tree_entries(store.read(tree, "tree")[1], store.width) if tree else ()
        tree = next((name for mode, entry, name in entries if entry == part and mode == _FOLDER), None)
    return tree


class _Listing:
    """What trees hold, those of submodules among them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen = self._folders = 0
        self.files: dict[str, Blob] = {}
        self.others: set[str] = set()
        self.unknown: set[str] = set()

    def take(self, store: ObjectStore, tree: bytes | None, prefix: str = "") -> None:
        """List a tree whose entries lie at `prefix`; raises `Missing` and `Damaged`, also for trees that hold each other without end."""
        waiting = [(prefix, tree)] if tree else []
        while waiting:
            prefix, tree = waiting.pop()
            self._folders += 1
            for mode, entry, name in tree_entries(store.read(tree, "tree")[1], store.width):
                path = prefix + entry
                self._seen += 1
                if self._seen > _MAX_ENTRIES or self._folders > _MAX_FOLDERS or len(path) > _MAX_PATH:
                    raise Damaged(f"more than {_MAX_ENTRIES:,} files, {_MAX_FOLDERS:,} folders, or {_MAX_PATH:,} characters of a path")
                if mode == _FOLDER:
                    waiting.append((f"{path}/", name))
                elif mode == _MODULE:
                    self._module(path, name)
                elif mode == _LINK:
                    self.others.add(path)
                else:
                    self.files[path] = Blob(name, store)

    def _module(self, path: str, commit: bytes) -> None:
        """List a submodule out of its own store, if it is checked out here: else the disk holds nothing of it either."""
        repository = find_repository(self._root / path)
        if repository is None or repository.top != self._root / path:
            return
        store, inner = ObjectStore(repository), _Listing(self._root)
        try:
            inner.take(store, Revisions(repository, store).commit(commit).tree, f"{path}/")
        except (Missing, Unknown, Damaged):
            self.unknown.add(path)
            return
        self.files.update(inner.files)
        self.others |= inner.others
        self.unknown |= inner.unknown


def _present(names: set[str], now: Discovery) -> set[str]:
    """Return what the disk held: what git did, and beside it what is there now, but for new source; folders that are not entered now were not."""
    closed = {name for name in now.present if name.endswith("/")}
    seen = {name for name in names if f"{name}/" not in closed and not (closed and any(name[:slash.end()] in closed for slash in _SLASH.finditer(name)))}
    return seen | (now.present - now.names - {file.path for file in now.files})


def _size_if(path: Path, blob: Blob) -> int | None:
    """Return the size of a regular file on the disk if it holds what a blob does."""
    try:
        state = path.lstat()
        if not stat.S_ISREG(state.st_mode):
            return None
        digest = blob_digest(state.st_size, blob.store.width)
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    except OSError:
        return None
    return state.st_size if digest.digest() == blob.name else None


def _is_below(path: str, folders: set[str]) -> bool:
    return bool(folders) and any(path[:slash.start()] in folders for slash in _SLASH.finditer(path))


def _filter(exclude: Sequence[str]) -> Callable[[str], bool]:
    """Return what tells whether patterns leave out a file, itself or by a folder above it."""
    spec = GitIgnoreSpec.from_lines([*DEFAULT_EXCLUDES, *exclude])
    folder = lru_cache(maxsize=None)(spec.match_file)
    return lambda path: spec.match_file(path) or any(folder(path[:slash.end()]) for slash in _SLASH.finditer(path))
