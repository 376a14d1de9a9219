"""Selection of rules by code, prefix, name, family, `default` or `ALL`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from mldebt.config import Settings
from mldebt.errors import ConfigError, MldebtError
from mldebt.model.card import Card
from mldebt.policy.suppressions import names

_FAMILY = re.compile(r"MLD\d{1,2}$", re.IGNORECASE)


def select(cards: Sequence[Card], settings: Settings) -> tuple[Card, ...]:
    """Return the cards that are selected and not ignored; forms of a lower tier stay in those that are selected by more than `default`."""
    wanted = _codes(cards, (*settings.select, *settings.extend_select)) - _codes(cards, (*settings.ignore, *settings.extend_ignore))
    named = _codes(cards, [word for word in (*settings.select, *settings.extend_select) if word != "default"])
    return tuple(card if card.code in named else _default_forms(card) for card in cards if card.code in wanted)


def _default_forms(card: Card) -> Card:
    return msgspec.structs.replace(card, match=tuple(table for table in card.match if table.get("tier", card.tier) == card.tier))


def wrong_words(cards: Sequence[Card], settings: Settings, file: str) -> Iterator[MldebtError]:
    """Yield a fault for every word of the settings that names no rule."""
    groups = {"select": settings.select, "extend-select": settings.extend_select, "ignore": settings.ignore, "extend-ignore": settings.extend_ignore,
              **{f"per-file-ignores.{pattern}": words for pattern, words in settings.per_file_ignores.items()}}
    for key, words in groups.items():
        for word in words:
            if not _named(cards, word) and not _FAMILY.match(word):
                yield ConfigError(f"`{word}` is no rule, family or prefix of codes; `mldebt rules` lists them", file, key)


def _codes(cards: Sequence[Card], words: Iterable[str]) -> set[str]:
    return {card.code for word in words for card in _named(cards, word)}


def _named(cards: Sequence[Card], word: str) -> Sequence[Card]:
    if word == "default":
        return [card for card in cards if card.tier == "on"]
    return cards if word == "ALL" else [card for card in cards if names(card, word)]
