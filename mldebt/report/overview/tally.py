"""Counts of findings: by severity, by category and rule, by thousand lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mldebt.knowledge.vocabulary import Category, Vocabulary
from mldebt.model.card import Card
from mldebt.model.finding import Finding, Severity
from mldebt.report.summary import counted

WEIGHTS: dict[Severity, int] = {"error": 10, "warning": 3, "info": 1}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many findings there are of each severity."""

    error: int = 0
    warning: int = 0
    info: int = 0

    @property
    def total(self) -> int:
        """Return how many there are."""
        return self.error + self.warning + self.info

    @property
    def weight(self) -> int:
        """Return what they weigh together: an error ten, a warning three, an info one."""
        return sum(weight * getattr(self, name) for name, weight in WEIGHTS.items())

    @property
    def parts(self) -> list[tuple[Severity, int]]:
        """Return the severities with their counts, the gravest first, without those that have none."""
        return [(name, getattr(self, name)) for name in WEIGHTS if getattr(self, name)]

    @property
    def words(self) -> list[str]:
        """Return the same as people say it."""
        return [f"{number} info" if name == "info" else counted(number, name) for name, number in self.parts]

    def per_thousand(self, lines: int) -> float:
        """Return the errors and warnings per thousand lines."""
        return 1000 * (self.error + self.warning) / lines if lines else 0.0


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule that fired, and how often."""

    card: Card
    tally: Tally


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category with its findings: the rules that fired, and how many rules of it were asked (none: nothing is known)."""

    category: Category
    tally: Tally
    rules: tuple[RuleRow, ...]
    asked: int


def tally(found: Iterable[Finding]) -> Tally:
    """Return how many findings there are of each severity."""
    counts = Counter(item.severity for item in found)
    return Tally(**{name: counts[name] for name in WEIGHTS})


def by_category(found: Sequence[Finding], cards: Sequence[Card], vocabulary: Vocabulary) -> tuple[CategoryRow, ...]:
    """Return every category in the order of the vocabulary; `cards` are the rules that were asked."""
    return tuple(_row(category, found, [card for card in cards if vocabulary.of(card) == category.name]) for category in vocabulary.category)


def _row(category: Category, found: Sequence[Finding], cards: Sequence[Card]) -> CategoryRow:
    rules = [RuleRow(card, tally(item for item in found if item.code == card.code)) for card in cards]
    fired = sorted((row for row in rules if row.tally.total), key=lambda row: (-row.tally.weight, row.card.code))
    codes = {card.code for card in cards}
    return CategoryRow(category, tally(item for item in found if item.code in codes), tuple(fired), len(cards))
