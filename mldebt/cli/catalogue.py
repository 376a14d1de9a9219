"""`mldebt explain` and `mldebt rules`."""

from __future__ import annotations

from mldebt.errors import ConfigError
from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.locate import rules_folder


def card_text(rule: str) -> str:
    """Return the card of a rule as text; raises `ConfigError` when there is none."""
    card = next((card for card in load_cards([rules_folder() / "cards"]) if rule.upper() == card.code or rule == card.name), None)
    if card is None:
        raise ConfigError(f"no rule `{rule}`; `mldebt rules` lists them")
    lines = [f"{card.code} {card.name} ({card.severity}, confidence {card.confidence}, {card.tier})", "", card.summary, ""]
    for title, body in (("What", card.doc.what), ("Why", card.doc.why), ("Fix", card.doc.fix), ("Limits", card.doc.limits)):
        lines.extend([f"{title}: {body}", ""] if body else [])
    lines.extend(f"{item.severity} when {item.when}" for item in card.lowered)
    for example in card.example:
        lines.extend(["", f"Example: {example.title}", "", "bad:", example.bad.strip(), "", "good:", example.good.strip()])
    return "\n".join([*lines, "", f"Sources: {'; '.join(card.sources)}", ""])


def rules_text() -> str:
    """Return one line a rule."""
    return "".join(f"{card.code}  {card.name:24} {card.severity:8} {card.tier:4} {card.family}\n" for card in load_cards([rules_folder() / "cards"]))
