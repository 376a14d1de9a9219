"""Rule cards from `rules/cards/<family>/<name>.toml`, read strictly."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import tomli

from mldebt.errors import CardError, Faults, MldebtError
from mldebt.model.card import Card


def load_cards(folders: Iterable[Path]) -> tuple[Card, ...]:
    """Return all cards sorted by code; raises `Faults` with every fault of every file."""
    cards: list[Card] = []
    faults: list[MldebtError] = []
    for path in (path for folder in folders for path in sorted(folder.glob("*/*.toml"))):
        try:
            table = tomli.loads(path.read_text("utf-8"))
            cards.append(msgspec.convert({**table, "family": path.parent.name, "file": f"{path.parent.name}/{path.name}"}, Card))
        except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(CardError(f"not valid TOML: {error}", path.name))
        except msgspec.ValidationError as error:
            faults.append(CardError(str(error), path.name))
    codes = [card.code for card in cards]
    faults.extend(CardError(f"the code {code} is taken twice", code) for code in sorted({code for code in codes if codes.count(code) > 1}))
    if faults:
        raise Faults(faults)
    return tuple(sorted(cards, key=lambda card: card.code))
