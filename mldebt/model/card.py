"""A rule card as data: what `rules/cards/<family>/<name>.toml` holds."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mldebt.model.finding import Confidence, Severity


class Doc(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The prose of a rule."""

    what: str
    why: str
    fix: str
    limits: str = ""


class Threshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number a user may set: its default and one line of meaning."""

    default: int | float
    meaning: str


class Lowered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case in which the catalogue lowers the severity."""

    name: str
    severity: Severity
    when: str


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bad and a good piece of code, files given as `# file: path` sections, or the name of a fixture project."""

    title: str = ""
    bad: str = ""
    good: str = ""
    project: str = ""


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule. `match` tables stay raw here: each is checked against its detector's own spec by `detect`."""

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    tier: Literal["on", "opt"]
    since: str
    summary: str
    sources: tuple[str, ...]
    doc: Doc
    thresholds: dict[str, Threshold] = {}
    match: tuple[dict[str, Any], ...] = ()
    lowered: tuple[Lowered, ...] = ()
    example: tuple[Example, ...] = ()
    family: str = ""
    file: str = ""
