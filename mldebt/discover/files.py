"""The walk over a project: ignore files honoured, only regular files, sorted; what exists is what git tracks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from mldebt.discover.git_index import tracked_names
from mldebt.discover.ignores import IGNORE_FILE, Ignores, outer_ignores
from mldebt.discover.repository import find_repository

DEFAULT_EXCLUDES = (
    ".git", ".hg", ".svn", ".venv", "venv", "env", "node_modules", "__pycache__", ".tox", ".nox", ".eggs", "site-packages", ".mypy_cache",
    ".ruff_cache", ".pytest_cache", ".ipynb_checkpoints", "__pypackages__",
)
_KINDS = {
    ".py": "python", ".ipynb": "notebook", ".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".sh": "shell", ".bash": "shell", ".mk": "make",
    ".sql": "sql", ".md": "markdown", ".cfg": "ini", ".ini": "ini", ".env": "env",
}
_NAMES = {"Makefile": "make", "makefile": "make", "GNUmakefile": "make", "Dockerfile": "docker"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of interest: project-relative path with `/`, kind of content, where it is, bytes.

    `path` is a name to show: characters that cannot be printed and bytes that are no text stand in it escaped (`\\x1b`).
    """

    path: str
    kind: str
    absolute: Path
    size: int


@dataclass(frozen=True, slots=True)
class Discovery:
    """The files to analyse, sorted by path; the paths that exist in the project; those on this disk; folders that cannot be read, each with why.

    What exists is what git tracks, whether or not this checkout holds it, so that every checkout answers alike; without an index it is what the disk holds.
    """

    files: tuple[SourceFile, ...]
    names: frozenset[str]
    present: frozenset[str] = frozenset()
    unreadable: tuple[tuple[str, str], ...] = ()


def discover(root: Path, exclude: Sequence[str] = (), respect_gitignore: bool = True) -> Discovery:
    """Walk `root`; `exclude` are patterns in the syntax of ignore files. Links are not followed; what is no regular file is never opened.

    A file that git tracks is analysed even where a pattern of an ignore file matches it, as git does not ignore it either.
    """
    repository = find_repository(root)
    tracked = tracked_names(root, repository)
    ignores, lead = outer_ignores(root, repository) if respect_gitignore else (Ignores(), "")
    walk = _Walk(GitIgnoreSpec.from_lines([*DEFAULT_EXCLUDES, *exclude]), respect_gitignore, lead, tracked or frozenset())
    files: list[SourceFile] = []
    present: set[str] = set()
    for path, entry, ignored in walk.folder(root, "", ignores, False):
        present.add(path)
        kind = kind_of(entry.name)
        if kind and not ignored and entry.is_file(follow_symlinks=False):
            files.append(SourceFile(shown(path), kind, Path(entry.path), entry.stat(follow_symlinks=False).st_size))
    names = frozenset(present)
    return Discovery(tuple(sorted(files, key=lambda file: file.path)), names if tracked is None else tracked, names, tuple(walk.unreadable))


def shown(path: str) -> str:
    """Return a path with what cannot be printed escaped."""
    if path.isprintable():
        return path
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def kind_of(name: str) -> str:
    """Return the kind of content a file name promises; empty when the file is of no interest."""
    if name in _NAMES:
        return _NAMES[name]
    if name.startswith("Dockerfile.") or name.endswith(".Dockerfile"):
        return "docker"
    return _KINDS.get(os.path.splitext(name)[1].lower(), "")


@dataclass(slots=True)
class _Walk:
    """The walk: what is left out whatever git says, `lead` from the top of the work tree to the root, what git tracks; notes folders it cannot read."""

    excluded: GitIgnoreSpec
    respect: bool
    lead: str
    tracked: frozenset[str]
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    _folders: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._folders = frozenset(name[:found.end()] for name in self.tracked for found in re.finditer("/", name))

    def folder(self, folder: Path, prefix: str, ignores: Ignores, inside: bool) -> Iterator[tuple[str, os.DirEntry[str], bool]]:
        """Yield path and entry of everything in a folder but folders, and whether it is ignored; `inside`: an ignored folder is around it."""
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            self.unreadable.append((shown(prefix.rstrip("/") or "."), str(error.strerror)))
            return
        names = {entry.name for entry in entries}
        if "pyvenv.cfg" in names:
            return
        if self.respect and not inside and IGNORE_FILE in names:
            ignores = ignores.below(folder, self.lead + prefix)
        for entry in entries:
            yield from self._entry(entry, prefix + entry.name, ignores, inside)

    def _entry(self, entry: os.DirEntry[str], path: str, ignores: Ignores, inside: bool) -> Iterator[tuple[str, os.DirEntry[str], bool]]:
        is_folder = entry.is_dir(follow_symlinks=False)
        name = path + "/" if is_folder else path
        if self.excluded.match_file(name):
            return
        held = name in self._folders if is_folder else name in self.tracked
        ignored = inside or ignores.match(self.lead + name)
        if not is_folder:
            yield path, entry, ignored and not held
        elif held or not ignored:
            yield from self.folder(Path(entry.path), name, ignores, ignored)
