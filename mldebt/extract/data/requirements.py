"""Dependencies of a project: requirement files, and environments of conda."""

from __future__ import annotations

import re

from mldebt.extract.data.reading import Draft
from mldebt.model.facts import Requirement, Setting

_REQUIREMENT = re.compile(r"^[ \t]*([A-Za-z0-9][\w.-]*)(?:\[[^\]\n]*\])?[ \t]*([^\n#;\\]*)", re.MULTILINE)
_CONDA = re.compile(r"(?:[\w./-]+::)?([A-Za-z0-9_][\w.-]*)(?:\[[^\]\n]*\])?[ \t]*([^#;]*)")


def read_requirements(draft: Draft) -> None:
    """Read one dependency a line; options and URLs are left out."""
    for found in _REQUIREMENT.finditer(draft.text):
        _add(draft, found, 0)


def read_environment(draft: Draft) -> None:
    """Read the dependencies of a conda environment from its settings: a file of YAML is one when it lists dependencies and channels, or says `pip`."""
    listed = [item for item in draft.settings if item.keys[:1] == ("dependencies",)]
    if not any(item.keys[:1] == ("channels",) or _of_pip(item) for item in draft.settings):
        return
    for item in listed:
        form = _REQUIREMENT if _of_pip(item) else _CONDA if len(item.keys) == 2 else None
        found = form.match(str(item.value)) if form else None
        if found:
            _add(draft, found, item.at + (draft.text[item.at : item.at + 1] in ("'", '"')))


def _of_pip(item: Setting) -> bool:
    return len(item.keys) == 4 and item.keys[0] == "dependencies" and item.keys[2] == "pip"


def _add(draft: Draft, found: re.Match[str], base: int) -> None:
    if not found.group(2).startswith((":", "/")):
        name = re.sub(r"[-_.]+", "-", found.group(1)).lower()
        draft.requirements.append(Requirement(name, found.group(2).strip(), base + found.start(1), base + found.end()))
