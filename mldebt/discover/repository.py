"""The git repository a project lies in, found by its files: git itself is never run, for a repository's configuration can start programs."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

_MAX_POINTER = 4096


@dataclass(frozen=True, slots=True)
class Repository:
    """A checkout: its `top` folder, the `folder` that holds its index, the `common` one that all its work trees share."""

    top: Path
    folder: Path
    common: Path


def find_repository(root: Path) -> Repository | None:
    """Return the repository of the nearest folder from `root` upward that has a `.git` folder, or a `.git` file that leads to one."""
    for top in (root, *root.parents):
        mark = top / ".git"
        folder = mark if mark.is_dir() else _pointed(mark, "gitdir:")
        if folder is not None:
            return Repository(top, folder, _pointed(folder / "commondir") or folder)
    return None


def read_regular(path: Path, limit: int) -> bytes | None:
    """Return the bytes of a regular file of at most `limit` bytes; None for links, pipes, larger and unreadable files."""
    try:
        state = path.lstat()
        return path.read_bytes() if stat.S_ISREG(state.st_mode) and state.st_size <= limit else None
    except (OSError, ValueError):
        return None


def _pointed(path: Path, word: str = "") -> Path | None:
    """Return the folder that a one-line file names after `word`, seen from the file's own folder."""
    raw = read_regular(path, _MAX_POINTER)
    text = raw.decode("utf-8", "surrogateescape").strip() if raw else ""
    if not text.startswith(word) or not text[len(word):].strip() or "\0" in text:
        return None
    found = path.parent / text[len(word):].strip()
    return found if found.is_dir() else None
