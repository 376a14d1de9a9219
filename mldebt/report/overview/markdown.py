"""The overview as Markdown, for pull requests and wikis: names of the project stay names, whatever they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mldebt.report.concise import place, safe
from mldebt.report.overview.build import Overview, undeclared
from mldebt.report.overview.steps import NextStep
from mldebt.report.overview.tally import Tally

ESCAPED_BAR = r"\|"
MOST = 30  # rows of the tables of components and artefacts
_CODE = re.compile(r"`([^`]+)`")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|~$&])")
_TICKS = re.compile("`+")


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
        yield _row(f"§{row.category.section}" if row.category.section else "", row.category.title, *numbers, rules)


def _components(made: Overview) -> Iterator[str]:
    if not made.components:
        return
    yield "\n## Worst components\n"
    yield from _rows(("component", "debts", "lines", "reads", "writes", "programs downstream"), "llrrrr")
    for item in made.components[:MOST]:
        yield _row(code(item.path), _counts(item.tally), item.lines or "", item.reads, item.writes, item.downstream)
    yield from _rest(len(made.components))


def _artifacts(made: Overview) -> Iterator[str]:
    if not made.artifacts:
        return
    yield "\n## Artefacts\n"
    yield from _rows(("artefact", "written by", "read by", "declared"), "llll")
    for row in made.artifacts[:MOST]:
        mark = "**no**" if undeclared(row) else "yes" if row.node.declared else "not shared"
        yield _row(code(row.node.id.replace("{}", "{…}")), _programs(row.makers), _programs(row.users), mark)
    yield from _rest(len(made.artifacts))


def _programs(names: list[str], most: int = 4) -> str:
    return ", ".join(map(code, names[:most])) + (f" and {len(names) - most} more" if len(names) > most else "")


def _rest(count: int) -> Iterator[str]:
    if count > MOST:
        yield f"\nand {count - MOST} more"


def _rows(names: tuple[str, ...], sides: str) -> Iterator[str]:
    yield _row(*names)
    yield _row(*("--:" if side == "r" else ":--" for side in sides))


def _row(*values: object) -> str:
    """Return a row; the bars of names are no columns, in code either."""
    return f"| {' | '.join(str(value).replace('|', ESCAPED_BAR) for value in values)} |"


def code(text: str) -> str:
    """Return a name as code that it cannot break out of."""
    text = safe(text)
    fence = "`" * (max(map(len, _TICKS.findall(text)), default=0) + 1)
    inner = f" {text} " if text.startswith("`") or text.endswith("`") else text
    return f"{fence}{inner}{fence}"


def prose(text: str) -> str:
    """Return a sentence: what stands in backticks as code, all other signs as themselves."""
    parts = _CODE.split(safe(text))
    return "".join(code(part) if number % 2 else _MARKUP.sub(r"\\\1", part) for number, part in enumerate(parts))
