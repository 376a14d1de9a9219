"""Ignore files as git reads them: the last pattern that decides counts, in the nearest file that has one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from mldebt.discover.ignore_files import NAME, general, on_the_way, read
from mldebt.discover.repository import Repository


@dataclass(frozen=True, slots=True)
class Ignores:
    """Ignore files from the farthest to the nearest, each with the folder it speaks of (`` or ending in `/`); `everything`: an ignored folder is around."""

    layers: tuple[tuple[str, GitIgnoreSpec], ...] = ()
    everything: bool = False

    def within(self, folder: Path, prefix: str) -> Ignores:
        """Return these and the ignore file of `folder`, which is called `prefix`."""
        spec = _spec(folder / NAME) if not self.everything else None
        return Ignores((*self.layers, (prefix, spec))) if spec is not None else self

    def match(self, path: str) -> bool:
        """Return whether a path (a folder's ends in `/`) is ignored."""
        for base, spec in reversed(self.layers):
            decided = spec.check_file(path[len(base):]).include if path.startswith(base) else None
            if decided is not None:
                return decided
        return self.everything


def ignores_above(repository: Repository | None, root: Path) -> tuple[Ignores, str]:
    """Return the ignore files that hold before the project's own, and what to put before its paths to ask them.

    They are the user's, the repository's, and those of the folders between its top and the project. A project that they ignore was named on
    purpose: then they say nothing.
    """
    if repository is None:
        return Ignores(), ""
    specs = [_spec(path) for path in general(repository)]
    ignores = Ignores(tuple(("", spec) for spec in specs if spec is not None))
    prefix = ""
    for folder, part in on_the_way(repository, root):
        ignores = ignores.within(folder, prefix)
        prefix = f"{prefix}{part}/"
        if ignores.match(prefix):
            return Ignores(), ""
    return ignores, prefix


def _spec(path: Path) -> GitIgnoreSpec | None:
    raw = read(path)
    return patterns(raw.decode("utf-8", "replace").splitlines()) if raw else None


def patterns(lines: Iterable[str]) -> GitIgnoreSpec:
    """Return the compiled patterns; lines that are none are left out, as git does."""
    every = list(lines)
    try:
        return GitIgnoreSpec.from_lines(every)
    except (ValueError, re.error):
        return GitIgnoreSpec.from_lines([line for line in every if _valid(line)])


def _valid(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True
