"""The walk over a project: ignore files honoured, only regular files read, sorted."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from mldebt.config import BASELINE_FILE
from mldebt.discover.git_index import GitIndex, git_index
from mldebt.discover.ignores import Ignores, ignores_above
from mldebt.discover.inputs import NOT_SOURCE, listing_digest, unreadable_digest
from mldebt.discover.kinds import SOURCES, kind_of
from mldebt.discover.repository import find_repository
from mldebt.model.hidden import HIDDEN

DEFAULT_EXCLUDES = (
    ".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".nox", ".eggs", "site-packages", ".mypy_cache",
    ".ruff_cache", ".pytest_cache", ".ipynb_checkpoints", "__pypackages__", BASELINE_FILE,
)
_BAD_NAME = "the name holds control characters or is not valid UTF-8, so the file is not analysed"
_SLASH = re.compile("/")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of interest: project-relative path with `/`, kind of content, where it is, bytes, and why it cannot be analysed, if so.

    Where a name cannot be shown, `path` holds it with escapes.
    """

    path: str
    kind: str
    absolute: Path
    size: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """The files to analyse, sorted by path; the names that exist; what the disk holds.

    `names` are those of the git index where there is one, so that a checkout with data and one without agree; else those of the disk. `present` are
    the names on the disk, among them, ending in `/`, folders that were not entered: what lies there is not known. `folders` are those that were looked
    into, each with the digest of what was seen.
    """

    files: tuple[SourceFile, ...]
    names: frozenset[str]
    present: frozenset[str] = frozenset()
    folders: tuple[tuple[str, bytes], ...] = ()


def discover(root: Path, exclude: Sequence[str] = (), respect_gitignore: bool = True) -> Discovery:
    """Walk `root`; `exclude` are patterns in the syntax of ignore files. Links are not followed; only regular files will be opened.

    As for git, what the index holds is not ignored whatever ignore files say.
    """
    root = root.resolve()
    index = git_index(root)
    above, base = ignores_above(find_repository(root), root) if respect_gitignore else (Ignores(), "")
    walk = _Walk(GitIgnoreSpec.from_lines([*DEFAULT_EXCLUDES, *exclude]), base, respect_gitignore, index.files if index else frozenset())
    waiting = [(root, "", above)]
    while waiting:
        waiting.extend(walk.enter(*waiting.pop()))
    return Discovery(tuple(sorted(walk.files, key=lambda file: file.path)), _existing(index, walk.present), frozenset(walk.present),
                     tuple(walk.folders))


def _existing(index: GitIndex | None, present: set[str]) -> frozenset[str]:
    """Return the names of the index with those on the disk below submodules, which the index does not list; without an index those on the disk."""
    files = frozenset(name for name in present if not name.endswith("/"))
    if index is None:
        return files
    modules = tuple(f"{name}/" for name in index.modules)
    return frozenset(name for name in index.files if not HIDDEN.search(name)) | frozenset(name for name in files if name.startswith(modules))


class _Walk:
    """What a walk has found so far; `base` is the project's path below the top of its repository, `tracked` what its index holds."""

    def __init__(self, excluded: GitIgnoreSpec, base: str, respect: bool, tracked: frozenset[str]) -> None:
        self._excluded, self._base, self._respect, self._tracked = excluded, base, respect, tracked
        self._held = {name[:slash.end()] for name in tracked for slash in _SLASH.finditer(name)}
        self.files: list[SourceFile] = []
        self.present: set[str] = set()
        self.folders: list[tuple[str, bytes]] = []

    def enter(self, folder: Path, prefix: str, ignores: Ignores) -> list[tuple[Path, str, Ignores]]:
        """Take in one folder; return the folders in it that are to be entered."""
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
        except OSError as error:
            self.folders.append((prefix, unreadable_digest(error)))
            self.present.add(prefix)
            self.files.append(refused(prefix.rstrip("/") or ".", folder, problem=f"the folder cannot be read: {error.strerror}"))
            return []
        self.folders.append((prefix, listing_digest(folder, prefix, entries)))
        if prefix and any(entry.name in NOT_SOURCE for entry in entries):
            self.present.add(prefix)
            return []
        if self._respect:
            ignores = ignores.within(folder, self._base + prefix)
        return [inner for entry in entries if entry.name != ".git" and (inner := self._take(entry, prefix + entry.name, ignores)) is not None]

    def _take(self, entry: os.DirEntry[str], path: str, ignores: Ignores) -> tuple[Path, str, Ignores] | None:
        """Note a file; return a folder that is to be entered."""
        try:
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISLNK(mode):
                self.present.add(path + "/" if os.path.isdir(entry.path) else path)
            elif stat.S_ISDIR(mode):
                return self._folder(entry, path + "/", ignores)
            elif stat.S_ISREG(mode):
                self._file(entry, path, ignores)
        except OSError:
            pass  # gone since the folder was listed
        return None

    def _folder(self, entry: os.DirEntry[str], path: str, ignores: Ignores) -> tuple[Path, str, Ignores] | None:
        ignored = ignores.match(self._base + path)
        if self._excluded.match_file(path) or ignored and path not in self._held:
            self.present.add(path)
            return None
        return Path(entry.path), path, Ignores(everything=True) if ignored else ignores

    def _file(self, entry: os.DirEntry[str], path: str, ignores: Ignores) -> None:
        size = entry.stat(follow_symlinks=False).st_size
        hidden = HIDDEN.search(path)
        if not hidden:
            self.present.add(path)
        kind = kind_of(path, size)
        if not kind or self._excluded.match_file(path) or path not in self._tracked and ignores.match(self._base + path):
            return
        if not hidden:
            self.files.append(SourceFile(path, kind, Path(entry.path), size))
        elif kind in SOURCES:
            self.files.append(refused(path, Path(entry.path), kind))


def refused(path: str, absolute: Path, kind: str = "python", problem: str = _BAD_NAME) -> SourceFile:
    """Return a file that will not be analysed, by default for the signs in its name."""
    return SourceFile(HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), path), kind, absolute, 0, problem)
