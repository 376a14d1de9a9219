"""Selection of rules by code, prefix, name, family, `default` or `ALL`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mldebt.config import Settings
from mldebt.errors import ConfigError, Faults, MldebtError
from mldebt.model.card import Card
from mldebt.policy.suppressions import names

_FAMILY = re.compile(r"MLD\d{1,2}$")


def select(cards: Sequence[Card], settings: Settings, file: str = "") -> tuple[Card, ...]:
    """Return the cards that are selected and not ignored; raises `Faults` listing every word that names no rule."""
    faults: list[MldebtError] = []
    groups = {"select": settings.select, "extend-select": settings.extend_select, "ignore": settings.ignore, "extend-ignore": settings.extend_ignore}
    codes: dict[str, set[str]] = {}
    for key, words in (*groups.items(), *((f"per-file-ignores.{pattern}", words) for pattern, words in settings.per_file_ignores.items())):
        codes[key] = set()
        for word in words:
            found = _named(cards, word)
            codes[key].update(card.code for card in found)
            if not found and not _FAMILY.match(word):
                faults.append(ConfigError(f"`{word}` is no rule, family or prefix of codes; `mldebt rules` lists them", file, key))
    if faults:
        raise Faults(faults)
    wanted = (codes["select"] | codes["extend-select"]) - codes["ignore"] - codes["extend-ignore"]
    return tuple(card for card in cards if card.code in wanted)


def _named(cards: Sequence[Card], word: str) -> Sequence[Card]:
    if word == "default":
        return [card for card in cards if card.tier == "on"]
    return cards if word == "ALL" else [card for card in cards if names(card, word)]
