"""What every format reader shares: the draft of one file's facts, filled in place and frozen at the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mldebt.model.facts import Command, Problem, Requirement, Scalar, Setting, TableUse, Target

_WORD = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_TEMPLATE = re.compile(r"\{\{|\{%|%\([\w-]+\)")
_VARIABLE = re.compile(r"\\\$|\$\{(\w+)(?::([-+])([^}]*))?\}|\$(\w+)")
MAX_WORDS, MAX_SETTINGS = 20000, 50000


@dataclass(slots=True)
class Draft:
    """Facts of one file while it is read."""

    path: str
    text: str
    settings: list[Setting] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    tables: list[TableUse] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def fault(self, kind: str, message: str, at: int = 0, whole: bool = False) -> None:
        """Note a problem at an offset; the line is put into the message. A template is none of the format until it is filled in."""
        line = self.text.count("\n", 0, at) + 1
        kind = "template" if _TEMPLATE.search(self.text) else kind
        self.problems.append(Problem(kind, f"line {line}: {message}", at, min(at + 1, len(self.text)), whole))


def words_of(text: str) -> tuple[str, ...]:
    """Return the identifier-like words and dotted names of `text`, sorted and bounded; parts of dotted names count too."""
    found: set[str] = set()
    for word in dict.fromkeys(_WORD.findall(text)):
        if len(word) > 100:
            continue
        found.add(word)
        if "." in word:
            found.update(word.split("."))
        if len(found) >= MAX_WORDS:
            break
    return tuple(sorted(found))


def substitute(text: str, known: Mapping[str, str]) -> str:
    """Return `text` with variables replaced; unknown ones stay as `${NAME}`."""
    def value(found: re.Match[str]) -> str:
        name = found[1] or found[4]
        if name is None:
            return "$"
        if found[2] == "+":
            return found[3] if name in known else ""
        return known.get(name, found[3] if found[2] else "${" + name + "}")

    return _VARIABLE.sub(value, text)


def storable(value: Scalar) -> Scalar:
    """Return a value as facts can hold it: integers beyond 64 bits as text, halves of surrogate pairs replaced."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) and not value.isascii() else value
