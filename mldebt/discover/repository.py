"""The git repository a project lies in, found and read by its file formats: git itself is never run."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree: its top folder, its git folder (of its own for worktrees and submodules), and the folder that all its worktrees share."""

    top: Path
    git: Path
    common: Path


def find_repository(folder: Path) -> Repository | None:
    """Return the repository whose work tree holds `folder`, None when there is none."""
    folder = folder.resolve()
    for top in (folder, *folder.parents):
        marker = top / ".git"
        if marker.is_dir():
            return Repository(top, marker, marker)
        text = read_text(marker, 1 << 16)
        if text is not None and text.startswith("gitdir:"):
            git = top / text[7:].strip()
            shared = read_text(git / "commondir", 1 << 16)
            return Repository(top, git, git / shared.strip() if shared else git)
    return None


def read_bytes(path: Path, limit: int) -> bytes | None:
    """Return what a regular file holds; None for anything else (links that lead to none, pipes, devices), above `limit` bytes or unreadable."""
    try:
        status = os.stat(path)
        return path.read_bytes() if stat.S_ISREG(status.st_mode) and status.st_size <= limit else None
    except (OSError, ValueError):
        return None


def read_text(path: Path, limit: int) -> str | None:
    """Return a small text file as `read_bytes` does; bytes that are no UTF-8 are kept as file names keep them."""
    raw = read_bytes(path, limit)
    return None if raw is None else raw.decode("utf-8", "surrogateescape")
