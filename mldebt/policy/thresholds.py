"""Thresholds: the numbers of a rule that a user may set, put into its match tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mldebt.errors import ConfigError, MldebtError
from mldebt.knowledge.cards import threshold_of
from mldebt.model.card import Card

Chosen = Mapping[str, Mapping[str, object]]


def with_thresholds(card: Card, chosen: Chosen) -> tuple[dict[str, Any], ...]:
    """Return the match tables of a card with every threshold as a number: the one `chosen` (rule to threshold to number), else the default."""
    own = {name: value for word, table in chosen.items() if is_named(card, word) for name, value in table.items()}
    numbers = {name: own.get(name, row.default) for name, row in card.thresholds.items()}
    return tuple({key: numbers[name] if (name := threshold_of(value)) else value for key, value in table.items()} for table in card.match)


def is_named(card: Card, word: str) -> bool:
    """Return whether a word is the code or the name of a card, in any case."""
    return word.upper() == card.code or word.lower() == card.name


def wrong_thresholds(cards: Sequence[Card], chosen: Chosen, file: str) -> Iterator[MldebtError]:
    """Yield a fault for every rule, threshold and number of the settings that the cards do not know."""
    for word, table in chosen.items():
        card = next((card for card in cards if is_named(card, word)), None)
        if card is None:
            yield ConfigError("no such rule; `mldebt rules` lists them", file, f"thresholds.{word}")
            continue
        for name, value in table.items():
            row = card.thresholds.get(name)
            known = ", ".join(card.thresholds) or "none"
            wrong = row.wrong(value) if row is not None else f"no such threshold of {card.name}; known: {known}"
            if wrong:
                yield ConfigError(wrong, file, f"thresholds.{word}.{name}")
