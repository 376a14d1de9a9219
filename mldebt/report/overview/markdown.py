"""The overview as Markdown, for pull requests and wikis: names of the project stay names, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterator

from mldebt.report.concise import place
from mldebt.report.marked import code, prose, table_row
from mldebt.report.overview.build import Overview, undeclared
from mldebt.report.overview.steps import NextStep
from mldebt.report.overview.tally import Tally

MOST = 30  # rows of the tables of components and artefacts


def markdown_overview(made: Overview) -> str:
    """Return the report as Markdown with tables."""
    return "\n".join([*_head(made), *_steps(made), *_categories(made), *_components(made), *_artifacts(made)]) + "\n"


def _head(made: Overview) -> Iterator[str]:
    hidden = f", {made.hidden} suppressed" if made.hidden else ""
    yield f"# Technical debt of {code(made.name)}\n"
    yield f"**{_counts(made.tally)}**{hidden}: {made.density:.1f} errors and warnings per thousand lines.  "
    yield f"{made.size}, {made.undeclared} of them undeclared and shared."


def _counts(found: Tally) -> str:
    return ", ".join(found.words) or "No debts"


def _steps(made: Overview) -> Iterator[str]:
    if made.steps:
        yield "\n## What to do next\n"
    for number, step in enumerate(made.steps, 1):
        yield from _step(number, step)


def _step(number: int, step: NextStep) -> Iterator[str]:
    item = step.finding
    yield f"{number}. **{item.code} {item.name}**: {prose(item.message)}  "
    yield f"   {code(place(item.path, item.cell, item.line, item.column))}{step.more}  "
    yield f"   *Why:* {step.reason}. {prose(step.card.doc.why)}  "
    yield f"   *Fix:* {prose(step.card.doc.fix)}"


def _categories(made: Overview) -> Iterator[str]:
    yield "\n## Debt by category of the paper\n"
    yield from _rows(("section", "category", "error", "warning", "info", "rules"), "llrrrl")
    for row in made.categories:
        rules = ", ".join(f"{rule.card.code} {rule.card.name} ({rule.tally.total})" for rule in row.rules) or ("" if row.asked else "no rule asks")
        numbers = (row.tally.error, row.tally.warning, row.tally.info) if row.asked else ("", "", "")
        yield table_row(f"§{row.category.section}" if row.category.section else "", row.category.title, *numbers, rules)


def _components(made: Overview) -> Iterator[str]:
    if not made.components:
        return
    yield "\n## Worst components\n"
    yield from _rows(("component", "debts", "lines", "reads", "writes", "programs downstream"), "llrrrr")
    for item in made.components[:MOST]:
        yield table_row(code(item.path), _counts(item.tally), item.lines or "", item.reads, item.writes, item.downstream)
    yield from _rest(len(made.components))


def _artifacts(made: Overview) -> Iterator[str]:
    if not made.artifacts:
        return
    yield "\n## Artefacts\n"
    yield from _rows(("artefact", "written by", "read by", "declared"), "llll")
    for row in made.artifacts[:MOST]:
        mark = "**no**" if undeclared(row) else "yes" if row.node.declared else "not shared"
        yield table_row(code(row.node.id.replace("{}", "{…}")), _programs(row.makers), _programs(row.users), mark)
    yield from _rest(len(made.artifacts))


def _programs(names: list[str], most: int = 4) -> str:
    return ", ".join(map(code, names[:most])) + (f" and {len(names) - most} more" if len(names) > most else "")


def _rest(count: int) -> Iterator[str]:
    if count > MOST:
        yield f"\nand {count - MOST} more"


def _rows(names: tuple[str, ...], sides: str) -> Iterator[str]:
    yield table_row(*names)
    yield table_row(*("--:" if side == "r" else ":--" for side in sides))
