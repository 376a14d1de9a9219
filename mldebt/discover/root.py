"""Where a project starts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import tomli


def find_root(paths: Sequence[Path], project: Path | None = None) -> Path:
    """Return `project`, else the nearest folder upward with settings, else with `.git`, else with `pyproject.toml`, else the common parent.

    The search never leaves a `.git` folder's checkout, and never takes the home folder or the file system's root.
    """
    if project is not None:
        return project.resolve()
    common = Path(os.path.commonpath([path.resolve() for path in paths]))
    start = common if common.is_dir() else common.parent
    chain: list[Path] = []
    for folder in (start, *start.parents):
        if folder == Path.home() or folder == folder.parent:
            break
        chain.append(folder)
        if (folder / ".git").exists():
            break
    for test in (_has_settings, _has_git, _has_pyproject):
        found = next((folder for folder in chain if test(folder)), None)
        if found is not None:
            return found
    return start


def _has_settings(folder: Path) -> bool:
    if (folder / "mldebt.toml").is_file():
        return True
    try:
        return "mldebt" in tomli.loads((folder / "pyproject.toml").read_text("utf-8")).get("tool", {})
    except (OSError, ValueError):
        return False


def _has_git(folder: Path) -> bool:
    return (folder / ".git").exists()


def _has_pyproject(folder: Path) -> bool:
    return (folder / "pyproject.toml").is_file()
