"""Names with wildcards: one name that a build file declares, or a program reads, stands for many files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from posixpath import normpath, splitext

from mldebt.graph.identity import either
from mldebt.model.project import Project

MIN_LITERAL = 4
_WILDCARD = re.compile(r"\{[^{}]*\}|%|\*+")
_MARK = re.compile(r"[*?]|\[[^\]/]+\]")


def declared_forms(project: Project) -> re.Pattern[str]:
    """Return the expression that matches every path, and every key with holes, that a declared name with wildcards stands for."""
    forms: set[str] = set()
    for path, facts in project.data.items():
        own = path.rpartition("/")[0]
        for item in (item for target in facts.targets for item in (*target.inputs, *target.outputs)):
            if "$" not in item.text and _WILDCARD.search(item.text) and _telling(item.text):
                forms.update((_form(normpath(f"{own}/{item.text}" if own else item.text)), _form(normpath(item.text))))
    return either(forms)


def matching(name: str, keys: Iterable[str]) -> list[str]:
    """Return those keys, sorted, that the name of a file with glob marks stands for; none for a name without marks."""
    if "#" in name or not _MARK.search(name):
        return []
    marks = name.split("/")
    return sorted(key for key in keys if _match(key.split("/"), marks))


def _match(steps: Sequence[str], marks: Sequence[str]) -> bool:
    """Return whether the steps of a path are what the marks of a pattern say; `**` stands for any number of steps."""
    if not marks:
        return not steps
    if marks[0] == "**":
        return any(_match(steps[count:], marks[1:]) for count in range(len(steps) + 1))
    return bool(steps) and fnmatchcase(steps[0], marks[0]) and _match(steps[1:], marks[1:])


def _telling(text: str) -> bool:
    """Return whether enough of a name is literal, its extension left aside: else it would stand for anything."""
    return len(re.sub(r"\W", "", splitext(_WILDCARD.sub("", text))[0])) >= MIN_LITERAL


def _form(path: str) -> str:
    return "[^/]+".join(re.escape(part) for part in _WILDCARD.split(path))
