"""Names with wildcards that build files declare: one name stands for many files."""

from __future__ import annotations

import re
from posixpath import normpath, splitext

from mldebt.graph.identity import either
from mldebt.model.project import Project

MIN_LITERAL = 4
_WILDCARD = re.compile(r"\{[^{}]*\}|%|\*+")


def declared_forms(project: Project) -> re.Pattern[str]:
    """Return the expression that matches every path, and every key with holes, that a declared name with wildcards stands for."""
    forms: set[str] = set()
    for path, facts in project.data.items():
        own = path.rpartition("/")[0]
        for item in (item for target in facts.targets for item in (*target.inputs, *target.outputs)):
            if "$" not in item.text and _WILDCARD.search(item.text) and _telling(item.text):
                forms.update((_form(normpath(f"{own}/{item.text}" if own else item.text)), _form(normpath(item.text))))
    return either(forms)


def _telling(text: str) -> bool:
    """Return whether enough of a name is literal, its extension left aside: else it would stand for anything."""
    return len(re.sub(r"\W", "", splitext(_WILDCARD.sub("", text))[0])) >= MIN_LITERAL


def _form(path: str) -> str:
    return "[^/]+".join(re.escape(part) for part in _WILDCARD.split(path))
