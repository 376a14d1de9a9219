"""`mldebt explain` and `mldebt rules`: which rules there are, and what each says."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from mldebt.cli.screen import canvas_of, say, write
from mldebt.config import load_settings
from mldebt.discover.root import find_root
from mldebt.errors import ConfigError, MldebtError
from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.locate import rules_folder
from mldebt.model.card import Card
from mldebt.policy.suppressions import names


def explanation(rule: str, project: Path | None, color: str) -> int:
    """Print the card of a rule, or the list of a family's rules; raises `ConfigError` with near names when there is neither."""
    from mldebt.report.card import card_page, card_table

    cards = known_cards(project)
    canvas = canvas_of(color)
    word = rule.strip()
    exact = [card for card in cards if word.upper() == card.code or word.lower() == card.name]
    found = exact or [card for card in cards if word and names(card, word)]
    if not found:
        raise ConfigError(f"no rule or family `{rule}`; {_near(word, cards)}")
    write(card_page(exact[0], canvas) if exact else card_table(found, canvas))
    return 0


def rules_list(form: str, project: Path | None, color: str) -> int:
    """Print all rules as a table or as JSON."""
    from mldebt.report.card import card_document, card_table

    cards = known_cards(project)
    write(card_document(cards) if form == "json" else card_table(cards, canvas_of(color)), exact=form == "json")
    return 0


def known_cards(project: Path | None) -> tuple[Card, ...]:
    """Return mldebt's own cards and those of the project around the working directory; a project that cannot be read is named and left out."""
    own = rules_folder() / "cards"
    try:
        root = find_root([Path(".")], project).path
        return load_cards([own, *(root / path / "cards" for path in load_settings(root)[0].rule_paths)])
    except MldebtError as error:
        if project is not None:
            raise
        cards = load_cards([own])
        say(f"note: rules of this project are left out: {error}")
        return cards


def _near(word: str, cards: Sequence[Card]) -> str:
    known = {name: None for card in cards for name in (card.name, card.family, card.code)}
    found = get_close_matches(word.lower(), known, 3, 0.5) or get_close_matches(word.upper(), known, 3, 0.7)
    return f"did you mean {' or '.join(f'`{name}`' for name in found)}?" if found else "`mldebt rules` lists them"
