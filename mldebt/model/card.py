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
    """A number a user may set: its default, one line of meaning, and its bounds. Where the default is a whole number, so is every choice."""

    default: int | float
    meaning: str
    least: int | float = 0
    most: int | float | None = None

    def wrong(self, value: object) -> str:
        """Return why a value cannot stand for this threshold, the empty text when it can."""
        whole = isinstance(self.default, int)
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            return f"expected a {'whole number' if whole else 'number'}, got {value!r}"
        if value < self.least or (self.most is not None and value > self.most):
            upper = "" if self.most is None else f" and at most {self.most}"
            return f"expected at least {self.least}{upper}, got {value}"
        return ""


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


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"yields_to": "yields-to"}):
    """One rule.

    `match` tables stay raw here: each is checked against its detector's own spec by `detect`. A value of one may be `{ threshold = "name" }`: the number
    of that row of `thresholds`. `yields_to` are codes of rules that may tell a use of an artefact in a wider finding: then this rule does not tell it again.
    `category` is one of `rules/vocabulary.toml` (empty: that of the family). A form with `tier = "opt"` runs only where the rule is selected by its code, name
    or family, or with `ALL`.
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    tier: Literal["on", "opt"]
    since: str
    summary: str
    sources: tuple[str, ...]
    doc: Doc
    category: str = ""
    thresholds: dict[str, Threshold] = {}
    match: tuple[dict[str, Any], ...] = ()
    lowered: tuple[Lowered, ...] = ()
    example: tuple[Example, ...] = ()
    yields_to: tuple[str, ...] = ()
    family: str = ""
    file: str = ""
