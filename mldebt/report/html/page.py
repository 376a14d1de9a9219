"""The overview as one file for a browser: no network, no dependency, the graph in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mldebt.graph.artifacts import Row
from mldebt.model.finding import EvidenceStep, Finding
from mldebt.report.concise import place as at
from mldebt.report.html.graph import graph_map
from mldebt.report.html.markup import MAP, Markup, fill, joined, name, page, prose
from mldebt.report.overview.build import Overview, undeclared
from mldebt.report.overview.components import Component
from mldebt.report.overview.steps import NextStep
from mldebt.report.overview.tally import CategoryRow, Tally

NAMES, EVIDENCE = 6, 8  # most programs of an artefact's side, most steps of a finding, that are shown
FIRST, WORST = 25, 15  # rows of the table of artefacts before all are asked for, rows of that of components
Sections = Iterator[tuple[str, str, str, Markup]]


def report_page(made: Overview) -> str:
    """Return the report as a document."""
    map_, numbers = _map(made) if made.view.nodes else (Markup(), {})
    sections = list(_sections(made, map_, numbers))
    body = fill(
        "report", name=made.name, size=made.size, tiles=_tiles(made),
        links=joined(fill("link", id=key, title=title) for key, title, _, _ in sections),
        sections=joined(fill("section", id=key, title=title, lead=lead, body=body) for key, title, lead, body in sections))
    return page(f"Technical debt of {made.name}", body, MAP if made.view.nodes else ())


def _sections(made: Overview, map_: Markup, numbers: Mapping[str, int]) -> Sections:
    """Yield the sections that have something to say: id, title, one sentence, body."""
    if made.steps:
        yield ("next", "What to do next", "Ranked by severity, then by the programs that each one hits, then by what depends on it.",
               fill("steps", items=joined(_step(step, numbers) for step in made.steps)))
    else:
        yield "next", "What to do next", "", fill("clear", text="No debts found. Nothing to do.")
    yield ("categories", "Debt by category", "Sections of Sculley et al. 2015, “Hidden technical debt in machine learning systems”.",
           fill("categories", items=joined(_category(row, made) for row in made.categories)))
    if map_:
        yield "graph", "Data dependencies", "Who makes what, and who depends on it: data flows from left to right, debts are red.", map_
    if made.components:
        yield ("components", "Worst components", "Files by the weight of their debts (an error ten, a warning three, an info one), counted once for themselves "
               "and once for every program downstream.", _components(made, numbers))
    if made.artifacts:
        yield "artifacts", "Artefacts", "Everything the programs read and write, undeclared edges first.", _artifacts(made, numbers)
    if made.debts:
        yield "findings", "All findings", "By rule, the most frequent first.", _findings(made)


def _map(made: Overview) -> tuple[Markup, Mapping[str, int]]:
    touched: dict[str, list[Finding]] = {}
    for debt in made.debts:
        for node in dict.fromkeys((*debt.programs, *debt.artifacts)):
            touched.setdefault(node, []).append(debt.finding)
    return graph_map(made.view, touched, frozenset(edge for debt in made.debts for edge in debt.edges))


def _tiles(made: Overview) -> Markup:
    severities: list[tuple[str, int, str]] = [(kind, number, word.partition(" ")[2]) for (kind, number), word in zip(made.tally.parts, made.tally.words)]
    tiles = [*(severities or [("good", 0, "debts")]), ("", f"{made.density:.1f}", "per thousand lines"), ("", made.programs, "programs"),
             ("", len(made.artifacts), "artefacts"), ("error" if made.undeclared else "good", made.undeclared, "shared undeclared")]
    return joined(fill("tile", kind=kind, number=number, label=label) for kind, number, label in tiles)


def _step(step: NextStep, numbers: Mapping[str, int]) -> Markup:
    item = step.finding
    box = next((numbers[node] for node in step.nodes if node in numbers), None)
    return fill(
        "step", severity=item.severity, code=item.code, rule=item.name, message=prose(item.message),
        place=name(at(item.path, item.cell, item.line, item.column)), more=step.more, show="" if box is None else fill("show", box=box),
        reason=step.reason, why=prose(step.card.doc.why), fix=prose(step.card.doc.fix))


def _category(row: CategoryRow, made: Overview) -> Markup:
    most = max((each.tally.total for each in made.categories), default=0) or 1
    rules = joined(fill("rule", severity=rule.card.severity, code=rule.card.code, name=rule.card.name, count=rule.tally.total) for rule in row.rules)
    return fill(
        "category", kind="" if row.asked else "unasked", mark=f"§{row.category.section}" if row.category.section else "", title=row.category.title,
        says=row.category.says, rules=rules, bars=_bars(row.tally, most), total=row.tally.total if row.asked else "no rule asks")


def _bars(found: Tally, most: int) -> Markup:
    bars, left = [], 0.0
    for severity, number in found.parts:
        width = 100 * number / most
        bars.append(fill("bar", severity=severity, left=f"{left:.2f}", width=f"{width:.2f}"))
        left += width
    return joined(bars)


def _counts(found: Tally) -> Markup:
    return joined(joined([fill("count", severity=severity, number=number), " "]) for severity, number in found.parts)


def _components(made: Overview, numbers: Mapping[str, int]) -> Markup:
    return _table("Worst components", ("component", "debts", "lines", "reads", "writes", "programs downstream"),
                  [("", _component(item, numbers)) for item in made.components[:WORST]], 2)


def _component(item: Component, numbers: Mapping[str, int]) -> tuple[object, ...]:
    program = item.path if item.path in numbers else next((each for each in item.programs if each in numbers), "")
    return (_name(item.path, numbers.get(program)), _counts(item.tally), f"{item.lines:,}" if item.lines else "", item.reads, item.writes, item.downstream)


def _artifacts(made: Overview, numbers: Mapping[str, int]) -> Markup:
    rows = [(f"{'bad' * undeclared(row)}{' later' * (number >= FIRST)}", (
        _name(row.node.id.replace("{}", "{…}"), numbers.get(row.node.id)), _names(row.makers, numbers), _names(row.users, numbers),
        row.node.store, _state(row))) for number, row in enumerate(made.artifacts)]
    only = fill("only", count=made.undeclared) if made.undeclared else Markup()
    every = fill("all", count=len(rows)) if len(rows) > FIRST else Markup()
    return joined([only, every, _table("Artefacts", ("artefact", "written by", "read by", "store", "declared"), rows)])


def _state(row: Row) -> Markup:
    if undeclared(row):
        return fill("state", kind="bad", text="undeclared")
    return fill("state", kind="good", text="declared") if row.node.declared else fill("state", kind="", text="not shared")


def _names(names: Sequence[str], numbers: Mapping[str, int]) -> Markup:
    rest = [fill("rest", count=len(names) - NAMES)] if len(names) > NAMES else []
    return fill("names", names=joined([*(_name(each, numbers.get(each)) for each in names[:NAMES]), *rest])) if names else Markup()


def _name(text: str, box: int | None) -> Markup:
    return fill("plain", text=name(text)) if box is None else fill("named", text=name(text), box=box)


def _table(label: str, heads: Sequence[str], rows: Sequence[tuple[str, tuple[object, ...]]], numbers_from: int = 99) -> Markup:
    """Return a table; the first column names, those from `numbers_from` on hold numbers."""
    kinds = ["wide", *("number" if number >= numbers_from else "" for number in range(1, len(heads)))]
    made = [fill("row", kind=kind, cells=joined(fill("cell", head=head, kind=sort if value != "" else "none", text=value)
                                                for head, sort, value in zip(heads, kinds, values))) for kind, values in rows]
    return fill("table", label=label, heads=joined(fill("head", kind=kind, text=head) for head, kind in zip(heads, kinds)), rows=joined(made))


def _findings(made: Overview) -> Markup:
    rules = [rule for row in made.categories for rule in row.rules]
    return joined(fill(
        "finding-group", severity=rule.card.severity, code=rule.card.code, rule=rule.card.name, summary=prose(rule.card.summary), count=rule.tally.total,
        items=joined(_finding(debt.finding) for debt in made.debts if debt.finding.code == rule.card.code)) for rule in sorted(
            rules, key=lambda rule: -rule.tally.total))


def _finding(item: Finding) -> Markup:
    steps = joined([*map(_evidence, item.evidence[:EVIDENCE]),
                    *([fill("rest", count=len(item.evidence) - EVIDENCE)] if len(item.evidence) > EVIDENCE else [])])
    return fill("finding", place=name(at(item.path, item.cell, item.line, item.column)), message=prose(item.message),
                steps=fill("evidence", items=steps) if item.evidence else "")


def _evidence(step: EvidenceStep) -> Markup:
    return fill("evidence-step", place=name(at(step.path, step.cell, step.line, step.column)), message=prose(step.message))
