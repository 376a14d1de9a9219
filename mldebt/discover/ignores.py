"""Ignore files as git reads them: the last pattern that decides counts, in the nearest file that has one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from mldebt.discover.repository import Repository, read_regular

NAME = ".gitignore"
_MAX_SIZE = 4 << 20
_SECTION = re.compile(r"^[ \t]*\[[ \t]*([^\]\n]*?)[ \t]*\]", re.MULTILINE)
_EXCLUDES_FILE = re.compile(r"^[ \t]*excludesfile[ \t]*=[ \t]*\"?([^\"#;\n]+?)\"?[ \t]*(?:[#;].*)?$", re.MULTILINE | re.IGNORECASE)


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
    specs = [_spec(path) for path in (_users(), repository.common / "info" / "exclude")]
    ignores = Ignores(tuple(("", spec) for spec in specs if spec is not None))
    folder, prefix = repository.top, ""
    for part in root.relative_to(repository.top).parts:
        ignores = ignores.within(folder, prefix)
        folder, prefix = folder / part, f"{prefix}{part}/"
        if ignores.match(prefix):
            return Ignores(), ""
    return ignores, prefix


def _users() -> Path:
    """Return the user's own ignore file: the one that the user's git settings name, else the default one."""
    home = Path(os.path.expanduser("~"))
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    named = ""
    for path in (folder / "config", home / ".gitconfig"):
        named = _excludes_file((read_regular(path, _MAX_SIZE) or b"").decode("utf-8", "replace")) or named
    return home / os.path.expanduser(named) if named else folder / "ignore"


def _excludes_file(text: str) -> str:
    """Return the last `core.excludesFile` of git settings."""
    heads = [*_SECTION.finditer(text)]
    ends = [*(head.start() for head in heads[1:]), len(text)]
    found = [match[1] for head, end in zip(heads, ends) if head[1].lower() == "core" for match in _EXCLUDES_FILE.finditer(text[head.end():end])]
    return found[-1].strip() if found else ""


def _spec(path: Path) -> GitIgnoreSpec | None:
    raw = read_regular(path, _MAX_SIZE)
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
