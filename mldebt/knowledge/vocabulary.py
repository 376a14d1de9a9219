"""The words of the catalogue from `rules/vocabulary.toml`: the categories of debt, in the order of the paper."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from mldebt.errors import CardError, CatalogueError, Faults, MldebtError
from mldebt.knowledge.files import read_files
from mldebt.model.card import Card


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of debt: the section of the paper that speaks of it (empty: none does), and one phrase that says what it is."""

    name: str
    title: str
    says: str
    section: str = ""


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A family of rules, and the category of those of its cards that name none."""

    name: str
    category: str


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All categories and families; `otherwise` is the category of families that are not among them."""

    otherwise: str
    category: tuple[Category, ...]
    family: tuple[Family, ...]

    def of(self, card: Card) -> str:
        """Return the name of the category that a rule belongs to."""
        return card.category or next((family.category for family in self.family if family.name == card.family), self.otherwise)


def load_vocabulary(file: Path, cards: Iterable[Card]) -> Vocabulary:
    """Return the vocabulary; raises `Faults` where it cannot be read, or where a family or one of the cards names a category that it does not hold."""
    rows, faults = read_files([file], Vocabulary, CatalogueError)
    if faults:
        raise Faults(faults)
    ((_, vocabulary),) = rows
    known = [category.name for category in vocabulary.category]
    used = [(vocabulary.otherwise, "otherwise"), *((family.category, f"family {family.name}") for family in vocabulary.family)]
    wrong: list[MldebtError] = [CatalogueError(_unknown(name, known), str(file), key) for name, key in used if name not in known]
    wrong.extend(CardError(_unknown(card.category, known), card.file, "category") for card in cards if card.category and card.category not in known)
    if wrong:
        raise Faults(wrong)
    return vocabulary


def _unknown(name: str, known: Iterable[str]) -> str:
    return f"no category `{name}`; known: {', '.join(known)}"
