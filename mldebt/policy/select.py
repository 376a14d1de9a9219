"""Selection of rules by code, prefix, name, family, `default` or `ALL`."""

from __future__ import annotations

from collections.abc import Sequence

from mldebt.errors import ConfigError
from mldebt.model.card import Card


def select(cards: Sequence[Card], chosen: Sequence[str], ignored: Sequence[str]) -> tuple[Card, ...]:
    """Return the cards that are chosen and not ignored; raises `ConfigError` for a word that names none."""
    wanted = {card.code for word in chosen for card in _named(cards, word)}
    unwanted = {card.code for word in ignored for card in _named(cards, word)}
    return tuple(card for card in cards if card.code in wanted - unwanted)


def _named(cards: Sequence[Card], word: str) -> list[Card]:
    if word == "default":
        return [card for card in cards if card.tier == "on"]
    if word == "ALL":
        return list(cards)
    found = [card for card in cards if card.code.startswith(word.upper()) or word in (card.name, card.family)]
    if not found and not (word.upper().startswith("MLD") and word[3:].isdigit() and len(word) < 6):
        raise ConfigError(f"`{word}` is no rule, family or prefix of codes; `mldebt rules` lists them")
    return found
