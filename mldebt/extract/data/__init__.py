"""Files that are not Python to `DataFacts`: one reader a format."""

from __future__ import annotations

import hashlib
import re

from mldebt.extract.data.dockerfile import read_dockerfile
from mldebt.extract.data.make import read_make
from mldebt.extract.data.reading import Draft, words_of
from mldebt.extract.data.shell import parse_shell
from mldebt.extract.data.toml import read_toml
from mldebt.extract.data.tree import read_tree
from mldebt.model.facts import DataFacts, Requirement
from mldebt.model.source import LineTable, line_starts

_FENCE = re.compile(r"^```(?:bash|sh|shell|console|zsh)[ \t]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PROMPT = re.compile(r"^[ \t]*\$[ \t]+", re.MULTILINE)
_REQUIREMENT = re.compile(r"^[ \t]*([A-Za-z0-9][\w.-]*)(?:\[[^\]\n]*\])?[ \t]*([^\n#;]*)", re.MULTILINE)


def extract_data(path: str, raw: bytes, kind: str) -> DataFacts:
    """Return the facts of one file; faults become problems, never exceptions."""
    text = raw.decode("utf-8-sig", errors="replace")
    draft = Draft(path, text)
    if kind in ("yaml", "json"):
        read_tree(draft, kind)
    elif kind == "shell":
        draft.commands.extend(parse_shell(text))
    elif kind == "toml":
        read_toml(draft)
    elif kind == "make":
        read_make(draft)
    elif kind == "docker":
        read_dockerfile(draft)
    elif kind == "markdown":
        _markdown(draft)
    elif kind == "requirements":
        _requirements(draft)
    return DataFacts(
        path, hashlib.sha256(raw).hexdigest(), kind, LineTable(line_starts(text)), len(text.splitlines()),
        settings=tuple(draft.settings), targets=tuple(draft.targets), commands=tuple(draft.commands), tables=tuple(draft.tables),
        requirements=tuple(draft.requirements), variables=tuple(draft.variables.items()), comments=tuple(draft.comments),
        words=words_of(text), problems=tuple(draft.problems),
    )


def _markdown(draft: Draft) -> None:
    """Read fenced shell blocks; prompts are blanked so that offsets stay."""
    for block in _FENCE.finditer(draft.text):
        body = _PROMPT.sub(lambda found: " " * len(found.group()), block.group(1))
        draft.commands.extend(parse_shell(body, block.start(1), start="unknown"))


def _requirements(draft: Draft) -> None:
    """Read one dependency a line; options and URLs are left out."""
    for found in _REQUIREMENT.finditer(draft.text):
        if not found.group(2).startswith((":", "/")):
            name = re.sub(r"[-_.]+", "-", found.group(1)).lower()
            draft.requirements.append(Requirement(name, found.group(2).strip(), found.start(1), found.end()))
