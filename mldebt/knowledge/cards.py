"""Rule cards from `rules/cards/<family>/<name>.toml`, read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from mldebt.errors import CardError, Faults, MldebtError
from mldebt.knowledge.files import below, read_files
from mldebt.model.card import Card


def load_cards(folders: Iterable[Path]) -> tuple[Card, ...]:
    """Return all cards sorted by code; raises `Faults` with every fault of every file."""
    rows, faults = read_files(below(folders, "*/*.toml"), Card, CardError, lambda path, table: {**table, "family": path.parent.name, "file": str(path)})
    cards = [card for _, card in rows]
    for word in ("code", "name"):
        faults.extend(_taken_twice(cards, word))
    for card in cards:
        faults.extend(_wrong_thresholds(card))
    if faults:
        raise Faults(faults)
    return tuple(sorted(cards, key=lambda card: card.code))


def threshold_of(value: object) -> str:
    """Return the threshold that a value of a `[[match]]` table names (`{ threshold = "name" }`), the empty text for any other value."""
    return str(value["threshold"]) if isinstance(value, dict) and set(value) == {"threshold"} else ""


def _taken_twice(cards: Iterable[Card], word: str) -> Iterator[MldebtError]:
    first: dict[str, Card] = {}
    for card in cards:
        value = getattr(card, word)
        if value in first:
            yield CardError(f"the {word} {value} is taken by {first[value].file}", card.file, word)
        first.setdefault(value, card)


def _wrong_thresholds(card: Card) -> Iterator[MldebtError]:
    """Yield a fault for each threshold that breaks its own bounds, that nothing uses, or that is used and not there."""
    used = {name for table in card.match for value in table.values() if (name := threshold_of(value))}
    for name in sorted(used - set(card.thresholds)):
        yield CardError(f"no threshold `{name}`; known: {', '.join(sorted(card.thresholds)) or 'none'}", card.file, "match")
    for name, row in card.thresholds.items():
        if name not in used:
            yield CardError("no [[match]] table uses this threshold", card.file, f"thresholds.{name}")
        elif wrong := row.wrong(row.default):
            yield CardError(wrong, card.file, f"thresholds.{name}.default")
