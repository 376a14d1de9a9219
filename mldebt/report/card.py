"""Rules for people to read: one card as a page, many as a table; and for programs as JSON."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from mldebt.model.card import Card, Example
from mldebt.report.canvas import STYLES, Canvas

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

PAGE_WIDTH = 100
_SECTION = re.compile(r"^# file: (\S+)\n", re.MULTILINE)
_TIERS = {"on": "on by default", "opt": "off by default"}


def card_document(cards: Sequence[Card]) -> str:
    """Return all rules as JSON, `schema_version` 1: `code`, `name`, `family`, `severity`, `confidence`, `tier`, `since`, `summary`, `thresholds`."""
    keys = ("code", "name", "family", "severity", "confidence", "tier", "since", "summary", "thresholds")
    table: dict[str, Any] = {"schema_version": 1, "rules": [{key: getattr(card, key) for key in keys} for card in cards]}
    return msgspec.json.format(msgspec.json.encode(table), indent=2).decode() + "\n"


def card_table(cards: Sequence[Card], canvas: Canvas) -> str:
    """Return one line a rule; on a terminal a table fitted to it."""
    if not (canvas.terminal or canvas.colour):
        return "".join(f"{card.code}  {card.name:24} {card.severity:8} {card.tier:4} {card.family:8} {card.summary}\n" for card in cards)
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for title in ("code", "name", "severity", "tier", "family"):
        table.add_column(title, no_wrap=True)
    table.add_column("flags")
    for card in cards:
        table.add_row(Text(card.code, "bold"), card.name, Text(card.severity, STYLES[card.severity]), card.tier, card.family, card.summary)
    return rendered([table, Text("\nmldebt explain RULE prints the card of one.", "dim")], canvas, canvas.width)


def card_page(card: Card, canvas: Canvas) -> str:
    """Return everything a card says: what, why, fix, limits, thresholds, examples, sources."""
    return rendered([*_head(card), *_prose(card), *_thresholds(card), *(part for example in card.example for part in _example(example)), *_sources(card)],
                     canvas, min(canvas.width, PAGE_WIDTH))


def _head(card: Card) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text.assemble((card.code, STYLES[card.severity]), " ", (card.name, "bold"))
    yield Text(card.summary)
    yield Text(f"\nSeverity {card.severity} · confidence {card.confidence} · {_TIERS[card.tier]} · family {card.family} · since {card.since}", "dim")
    for row in card.lowered:
        yield Text(f"Only {row.severity} when {row.when}.", "dim")


def _prose(card: Card) -> Iterator[RenderableType]:
    for title, body in (("What", card.doc.what), ("Why", card.doc.why), ("How to mend it", card.doc.fix), ("Limits", card.doc.limits)):
        if body:
            yield from _section(title, body)


def _section(title: str, body: str) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    yield Text(f"\n{title}", "bold")
    text = Text(body)
    text.highlight_regex(r"`[^`]+`", "cyan")
    yield Padding(text, (0, 0, 0, 2))


def _thresholds(card: Card) -> Iterator[RenderableType]:
    if card.thresholds:
        rows = [f"{name} = {row.default}  {row.meaning}" for name, row in card.thresholds.items()]
        yield from _section("Thresholds", "\n".join(rows) + f"\nTo change one: `--config 'thresholds.{card.name}.{next(iter(card.thresholds))} = …'`, "
                            f"or `[tool.mldebt.thresholds]` in the settings.")


def _example(example: Example) -> Iterator[RenderableType]:
    from rich.text import Text

    title = f": {example.title}" if example.title else ""
    if example.project:
        yield Text(f"\nExample{title}: the fixture project {example.project}", "bold")
    for word, style, code in ((f"Bad{title}", "bold red", example.bad), ("Good", "bold green", example.good)):
        if code.strip():
            yield Text(f"\n{word}", style)
            yield from _files(code.replace("# expect: ", "# ← "))


def _files(code: str) -> Iterator[RenderableType]:
    """Yield each `# file: path` section of an example, its name above the code."""
    from rich.padding import Padding
    from rich.syntax import Syntax
    from rich.text import Text

    parts = _SECTION.split(code.lstrip("\n"))
    for name, body in zip(parts[1::2], parts[2::2]):
        yield Padding(Text(name, "dim"), (0, 0, 0, 2))
        source = Syntax(body.rstrip("\n"), Syntax.guess_lexer(name), theme="ansi_dark", background_color="default", word_wrap=True)
        yield Padding(source, (0, 0, 0, 4))


def _sources(card: Card) -> Iterator[RenderableType]:
    yield from _section("Sources", "; ".join(card.sources))


def rendered(parts: Sequence[RenderableType], canvas: Canvas, width: int) -> str:
    """Return the parts as text of a width, with escape sequences where the canvas has colours."""
    paper = io.StringIO()
    console = _console(paper, canvas, width)
    for part in parts:
        console.print(part)
    return "\n".join(line.rstrip() for line in paper.getvalue().split("\n"))


def _console(paper: io.StringIO, canvas: Canvas, width: int) -> Console:
    from rich.console import Console

    return Console(file=paper, width=width, force_terminal=canvas.colour, no_color=not canvas.colour, color_system="standard" if canvas.colour else None,
                   highlight=False, legacy_windows=False)
