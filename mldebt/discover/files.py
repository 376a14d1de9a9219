"""The walk over a project: ignore files honoured, only regular files, sorted."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

DEFAULT_EXCLUDES = (
    ".git", ".hg", ".svn", ".venv", "venv", "env", "node_modules", "__pycache__", ".tox", ".nox", ".eggs", "site-packages", ".mypy_cache",
    ".ruff_cache", ".pytest_cache", ".ipynb_checkpoints", "__pypackages__",
)
_KINDS = {
    ".py": "python", ".ipynb": "notebook", ".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".sh": "shell", ".bash": "shell", ".mk": "make",
    ".sql": "sql", ".md": "markdown", ".cfg": "ini", ".ini": "ini", ".env": "env",
}
_NOT_SOURCE = ("pyvenv.cfg", "CACHEDIR.TAG")  # a folder with one of these is an environment or a cache
_NAMES = {"Makefile": "make", "makefile": "make", "GNUmakefile": "make", "Dockerfile": "docker"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of interest: project-relative path with `/`, kind of content, where it is, bytes."""

    path: str
    kind: str
    absolute: Path
    size: int


@dataclass(frozen=True, slots=True)
class Discovery:
    """The files to analyse, sorted by path, and every path that exists in the project."""

    files: tuple[SourceFile, ...]
    names: frozenset[str]


def discover(root: Path, exclude: Sequence[str] = (), respect_gitignore: bool = True) -> Discovery:
    """Walk `root`; `exclude` are patterns in the syntax of ignore files. Links are not followed, other than regular files never opened."""
    spec = GitIgnoreSpec.from_lines([*DEFAULT_EXCLUDES, *exclude])
    files: list[SourceFile] = []
    names: set[str] = set()
    for path, entry, ignored in _walk(root, "", spec, [], respect_gitignore):
        names.add(path)
        kind = kind_of(entry.name)
        if kind and not ignored:
            files.append(SourceFile(path, kind, Path(entry.path), entry.stat(follow_symlinks=False).st_size))
    return Discovery(tuple(sorted(files, key=lambda file: file.path)), frozenset(names))


def kind_of(name: str) -> str:
    """Return the kind of content a file name promises; empty when the file is of no interest."""
    if name in _NAMES:
        return _NAMES[name]
    if name.startswith("Dockerfile.") or name.endswith(".Dockerfile"):
        return "docker"
    return _KINDS.get(os.path.splitext(name)[1].lower(), "")


def _walk(
    folder: Path, prefix: str, spec: GitIgnoreSpec, ignores: list[tuple[str, GitIgnoreSpec]], respect: bool
) -> Iterator[tuple[str, os.DirEntry[str], bool]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    if prefix and any(entry.name in _NOT_SOURCE for entry in entries):
        return
    if respect and any(entry.name == ".gitignore" for entry in entries):
        ignores = [*ignores, *_ignore_file(folder / ".gitignore", prefix)]
    for entry in entries:
        path = prefix + entry.name
        if not path.isprintable() or spec.match_file(path):
            continue
        ignored = any(item.match_file(path[len(base):] + ("/" if entry.is_dir(follow_symlinks=False) else "")) for base, item in ignores)
        if entry.is_dir(follow_symlinks=False):
            if not ignored and not spec.match_file(path + "/"):
                yield from _walk(Path(entry.path), path + "/", spec, ignores, respect)
        elif stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
            yield path, entry, ignored


def _ignore_file(path: Path, prefix: str) -> list[tuple[str, GitIgnoreSpec]]:
    try:
        return [(prefix, GitIgnoreSpec.from_lines(path.read_text("utf-8", "replace").splitlines()))]
    except OSError:
        return []
