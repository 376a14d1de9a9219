"""Write the page of every rule below `docs/rules` from its card: `python docs/generate.py`."""

from __future__ import annotations

from pathlib import Path

from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.locate import rules_folder
from mldebt.report.card_markdown import card_markdown, index_markdown

FOLDER = Path(__file__).parent / "rules"


def pages() -> dict[str, str]:
    """Return the text of every page by its file name."""
    cards = load_cards([rules_folder() / "cards"])
    return {"README.md": index_markdown(cards), **{f"{card.name}.md": card_markdown(card) for card in cards}}


def main() -> None:
    """Write what is new, delete what no card stands for."""
    FOLDER.mkdir(exist_ok=True)
    made = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
