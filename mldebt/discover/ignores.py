"""Ignore files as git weighs them: the nearest one that says something about a path decides, in each file its last pattern."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pathspec import GitIgnoreSpec

from mldebt.discover.repository import Repository, read_text

MAX_IGNORE_FILE = 1 << 20
IGNORE_FILE = ".gitignore"


class Ignores:
    """The ignore files that hold for one folder, the nearest last. Paths are as seen from the top of the work tree."""

    __slots__ = ("_specs",)

    def __init__(self, specs: tuple[tuple[int, GitIgnoreSpec], ...] = ()) -> None:
        """`specs` are patterns with the length of the folder's path that they are relative to."""
        self._specs = specs

    def match(self, path: str) -> bool:
        """Return whether a path (a folder's ends in `/`) is ignored where none of its folders is."""
        for size, spec in reversed(self._specs):
            said = spec.check_file(path[size:]).include
            if said is not None:
                return said
        return False

    def below(self, folder: Path, path: str) -> Ignores:
        """Return the ignore files that hold inside `folder`, whose path from the top is `path` (empty, or ending in `/`)."""
        return self._with(_regular(folder / IGNORE_FILE), len(path))

    def _with(self, text: str | None, size: int) -> Ignores:
        return Ignores((*self._specs, (size, _spec(text)))) if text else self


def outer_ignores(root: Path, repository: Repository | None) -> tuple[Ignores, str]:
    """Return the ignore files that hold from outside `root`, and the path of `root` from the top of the work tree (empty, or ending in `/`).

    These are the user's own, the repository's exclude file and the ignore files of the folders above; outside a repository there are none.
    """
    if repository is None:
        return Ignores(), ""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    found = Ignores()._with(read_text(Path(home, "git", "ignore"), MAX_IGNORE_FILE), 0)._with(
        read_text(repository.common / "info" / "exclude", MAX_IGNORE_FILE), 0)
    folder, path = repository.top, ""
    for name in root.resolve().relative_to(repository.top).parts:
        found = found.below(folder, path)
        folder, path = folder / name, f"{path}{name}/"
    return found, path


def _spec(text: str) -> GitIgnoreSpec:
    """Return the patterns of an ignore file; like git, without the lines that are none."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines([line for line in lines if _is_pattern(line)])


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _regular(path: Path) -> str | None:
    """Return an ignore file of the project: as git does, one that is a link is not followed."""
    try:
        return read_text(path, MAX_IGNORE_FILE) if stat.S_ISREG(os.lstat(path).st_mode) else None
    except OSError:
        return None
