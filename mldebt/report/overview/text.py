"""The overview for a terminal, from forty columns up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mldebt.graph.artifacts import Row
from mldebt.report.canvas import STYLES, Canvas, folded
from mldebt.report.card import PAGE_WIDTH, rendered
from mldebt.report.concise import place
from mldebt.report.escape import safe
from mldebt.report.overview.build import Overview, undeclared
from mldebt.report.overview.steps import NextStep
from mldebt.report.overview.tally import CategoryRow, Tally

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

LEAST, WIDE, REST = 40, 76, 44  # columns of the narrowest page, of one with tables, of what a table holds beside names
MOST = 10  # rows of the tables of components and artefacts
BAR = "█"


def text_overview(made: Overview, canvas: Canvas) -> str:
    """Return the report as text; as wide as the terminal, at most `PAGE_WIDTH`."""
    width = max(min(canvas.width, PAGE_WIDTH), LEAST)
    return rendered([*_head(made), *_steps(made, width), *_categories(made, width), *_components(made, width), *_artifacts(made, width)], canvas, width)


def _head(made: Overview) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text.assemble("Technical debt of ", (safe(made.name), "bold"))
    yield Text(made.size, "dim")
    hidden = Text(f", {made.hidden} suppressed", "dim") if made.hidden else ""
    yield Text.assemble(_counts(made.tally), hidden, f": {made.density:.1f} errors and warnings per thousand lines")


def _counts(found: Tally) -> Text:
    from rich.text import Text

    words = [Text(word, STYLES[name]) for (name, _), word in zip(found.parts, found.words)]
    return Text(", ").join(words) if words else Text("no debts", "bold green")


def _steps(made: Overview, width: int) -> Iterator[RenderableType]:
    if made.steps:
        yield _title("What to do next")
    for number, step in enumerate(made.steps, 1):
        yield from _step(number, step, width)


def _step(number: int, step: NextStep, width: int) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    item = step.finding
    yield Text.assemble(f"{number}. ", (item.code, STYLES[item.severity]), " ", (item.name, "bold"), f": {safe(item.message)}")
    yield Padding(Text.assemble((folded(place(item.path, item.cell, item.line, item.column), width - 3), "bold"), step.more), (0, 0, 0, 3))
    for word, said in (("why", f"{step.reason}. {step.card.doc.why}"), ("fix", step.card.doc.fix)):
        yield Padding(Text.assemble((f"{word}: ", "dim"), said), (0, 0, 0, 3))


def _categories(made: Overview, width: int) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    yield _title("Debt by category of the paper")
    table = Table.grid(padding=(0, 1), expand=False)
    table.add_column(no_wrap=True)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    room = max(width - 70, 0)
    most = max((row.tally.total for row in made.categories), default=0)
    for row in made.categories:
        bar = _bar(row.tally, most, room) if room else Text()
        number = Text(str(row.tally.total), "bold") if row.tally.total else Text("0" if row.asked else "-", "dim")
        table.add_row(_section(row), Text.assemble((row.category.title, "" if row.asked else "dim"), ("" if row.asked else ": no rule asks", "dim")),
                      number, bar)
        for rule in row.rules:
            table.add_row("", Text.assemble("  ", (rule.card.code, STYLES[rule.card.severity]), f" {rule.card.name}"), Text(str(rule.tally.total), "dim"), "")
    yield table


def _section(row: CategoryRow) -> Text:
    from rich.text import Text

    return Text(f"§{row.category.section}" if row.category.section else "", "dim")


def _bar(found: Tally, most: int, room: int) -> Text:
    """Return a bar of at most `room` cells, with a stretch for each severity that has findings."""
    from rich.text import Text

    return Text.assemble(*((BAR * max(round(number * room / most), 1), STYLES[name]) for name, number in found.parts)) if most else Text()


def _components(made: Overview, width: int) -> Iterator[RenderableType]:
    from rich.text import Text

    if not made.components:
        return
    yield _title("Worst components")
    rows = [(Text(safe(item.path)), [_short(item.tally), *(Text(str(number)) for number in (item.reads, item.writes, item.downstream))])
            for item in made.components[:MOST]]
    yield from _rows(("component", "debts", "reads", "writes", "downstream"), rows, width)
    rest = len(made.components) - MOST
    yield Text(f"{f'and {rest} more; ' if rest > 0 else ''}ranked by the weight of their debts and the programs downstream", "dim")


def _short(found: Tally) -> Text:
    from rich.text import Text

    return Text(" ").join(Text(f"{number}{name[0].upper()}", STYLES[name]) for name, number in found.parts)


def _artifacts(made: Overview, width: int) -> Iterator[RenderableType]:
    from rich.text import Text

    if not made.artifacts:
        return
    yield _title("Artefacts")
    rows = [(Text(safe(row.node.id.replace("{}", "{…}")), "red" if undeclared(row) else ""),
             [Text(str(len(row.makers))), Text(str(len(row.users))), _state(row)])
            for row in made.artifacts[:MOST]]
    yield from _rows(("artefact", "written by", "read by", "declared"), rows, width)
    rest = len(made.artifacts) - MOST
    more = f"and {rest} more; `mldebt artifacts` lists all with their programs; " if rest > 0 else ""
    yield Text(f"{more}{made.undeclared} of {len(made.artifacts)} go from program to program undeclared", "dim")


def _state(row: Row) -> Text:
    from rich.text import Text

    return Text("no", "bold red") if undeclared(row) else Text("yes" if row.node.declared else "not shared", "dim")


def _rows(heads: Sequence[str], rows: Sequence[tuple[Text, Sequence[Text]]], width: int) -> Iterator[RenderableType]:
    """Yield a table of names and values; where it would be too narrow, each name above its values."""
    from rich.box import SIMPLE_HEAD
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    if width < WIDE:
        for name, values in rows:
            said = Text(", ").join(Text.assemble((f"{head} ", "dim"), value) for head, value in zip(heads[1:], values))
            yield Text(folded(name.plain, width), name.style)
            yield Padding(said, (0, 0, 0, 4))
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left", no_wrap=True)
    for name, values in rows:
        table.add_row(Text(folded(name.plain, width - REST), name.style), *values)
    yield table


def _title(words: str) -> RenderableType:
    from rich.text import Text

    return Text(f"\n{words}", "bold")
