"""Where a project starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mldebt.config import OWN_FILE, SHARED_FILE, table_of
from mldebt.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Root:
    """A project's root folder and why it is that one."""

    path: Path
    reason: str


def find_root(paths: Sequence[Path], project: Path | None = None) -> Root:
    """Return `project`, else the nearest folder upward with settings, else with `.git`, else with `pyproject.toml`, else the common parent.

    The search never leaves a `.git` folder's checkout, and never takes the home folder or the file system's root: where only these would be left it
    raises `ConfigError`.
    """
    if project is not None:
        return Root(project.resolve(), "--project names it")
    common = Path(os.path.commonpath([path.resolve() for path in paths]))
    start = common if common.is_dir() else common.parent
    chain: list[Path] = []
    for folder in (start, *start.parents):
        if _is_no_project(folder):
            break
        chain.append(folder)
        if (folder / ".git").exists():
            break
    if not chain:
        raise ConfigError(f"{start} is {'the root of the file system' if start == start.parent else 'the home folder'}, which is no project: "
                          "name a folder in it, or say with --project where the project starts")
    for test, reason in _TESTS:
        found = next((folder for folder in chain if test(folder)), None)
        if found is not None:
            return Root(found, reason)
    return Root(start, f"no folder upward has {OWN_FILE}, .git or {SHARED_FILE}")


def nested_settings(root: Path, names: Iterable[str]) -> list[str]:
    """Return the settings files below the root, among the project-relative paths `names`, sorted: those of a part of a project do not count."""
    inner = sorted(name for name in names if name.endswith((f"/{OWN_FILE}", f"/{SHARED_FILE}")))
    return [name for name in inner if name.endswith(OWN_FILE) or _has_table(root / name)]


def _is_no_project(folder: Path) -> bool:
    return folder == folder.parent or folder == _home()


def _home() -> Path | None:
    try:
        return Path.home().resolve()
    except RuntimeError:  # a user without a home folder
        return None


def _has_settings(folder: Path) -> bool:
    return (folder / OWN_FILE).is_file() or _has_table(folder / SHARED_FILE)


def _has_table(path: Path) -> bool:
    try:
        return path.is_file() and table_of(path, path.name) is not None
    except ConfigError:  # a broken file is still the one that counts, so that its fault is reported
        return b"[tool.mldebt" in path.read_bytes()


def _has_git(folder: Path) -> bool:
    return (folder / ".git").exists()


def _has_pyproject(folder: Path) -> bool:
    return (folder / SHARED_FILE).is_file()


_TESTS: tuple[tuple[Callable[[Path], bool], str], ...] = (
    (_has_settings, "the nearest folder with settings"), (_has_git, "the nearest folder with .git"), (_has_pyproject, f"the nearest folder with {SHARED_FILE}"))
