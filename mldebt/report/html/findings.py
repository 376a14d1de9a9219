"""The findings as one file for a browser: code, evidence, a filter; no network, no dependency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from mldebt.model.card import Card
from mldebt.model.finding import SEVERITIES, EvidenceStep, Finding, Report
from mldebt.report.canvas import clipped, tail
from mldebt.report.concise import place
from mldebt.report.escape import cut
from mldebt.report.html.markup import Markup, fill, joined, name, page, prose
from mldebt.report.sources import Sources
from mldebt.report.summary import counted, hidden_counts

AROUND, MARKED = 2, 12  # lines of code shown around a finding, most of its own
BEFORE, AFTER = 160, 400  # signs of a line shown before and after the place that is marked
OPEN, EVIDENCE = 8, 40  # most steps of evidence that are shown at first, and at all


@dataclass(frozen=True, slots=True)
class _Spot:
    """A stretch of code to show: where, and what of it is marked."""

    path: str
    cell: int | None
    line: int
    column: int
    end_line: int
    end_column: int


def findings_page(report: Report, root: Path, cards: Sequence[Card]) -> str:
    """Return the report of one run as a document: what stands, file by file, and the rules that spoke."""
    live, project = report.live, root.resolve().name
    numbers = {id(item): number for number, item in enumerate(live, 1)}
    body = fill(
        "findings-page", name=project, size=_size(report), tiles=_tiles(report), errors=joined(
            fill("run-error", rule=error.rule, message=prose(error.message)) for error in report.errors),
        filter=_filter(live) if live else fill("clear", text="No findings."),
        files=joined(_file(path, list(items), Sources(root), numbers) for path, items in groupby(live, key=lambda item: item.path)),
        rules=_rules(live, cards) if live else "")
    return page(f"Findings in {project}", body, ("findings.js",) if live else (), ("style.css", "findings.css"))


def _size(report: Report) -> str:
    return ", ".join([counted(report.files, "file"), counted(report.lines, "line"), *hidden_counts(report)])


def _tiles(report: Report) -> Markup:
    counts = Counter(item.severity for item in report.live)
    tiles: list[tuple[str, int, str]] = [(severity, counts[severity], "info" if severity == "info" else f"{severity}{'s' * (counts[severity] != 1)}")
                                         for severity in reversed(SEVERITIES) if counts[severity]]
    files = len({item.path for item in report.live})
    tiles = [*(tiles or [("good", 0, "findings")]), ("", files, f"file{'s' * (files != 1)} with findings")]
    return joined(fill("tile", kind=kind, number=number, label=label) for kind, number, label in tiles)


def _filter(live: Sequence[Finding]) -> Markup:
    severities, rules = Counter(item.severity for item in live), Counter((item.code, item.name) for item in live)
    return fill(
        "filter", total=len(live),
        severities=joined(fill("filter-severity", severity=severity, count=severities[severity]) for severity in reversed(SEVERITIES) if severities[severity]),
        rules=joined(fill("filter-rule", code=code, name=rule, count=count) for (code, rule), count in sorted(rules.items())))


def _file(path: str, items: list[Finding], sources: Sources, numbers: Mapping[int, int]) -> Markup:
    return fill("found-file", path=name(path), count=counted(len(items), "finding"),
                items=joined(_finding(item, sources, numbers[id(item)]) for item in items))


def _finding(item: Finding, sources: Sources, number: int) -> Markup:
    spot = _Spot(item.path, item.cell, item.line, item.column, item.end_line, item.end_column)
    at = place(item.path, item.cell, item.line, item.column)
    return fill(
        "found", number=number, severity=item.severity, code=item.code, rule=item.name, place=name(at), message=prose(item.message),
        confidence="" if item.confidence == "high" else fill("confidence", text=item.confidence), frame=_frame(spot, sources, AROUND),
        evidence=_evidence(item.evidence, sources) if item.evidence else "")


def _evidence(steps: Sequence[EvidenceStep], sources: Sources) -> Markup:
    items = [fill("proof-step", place=name(place(step.path, step.cell, step.line, step.column)), message=prose(step.message), frame=_frame(
        _Spot(step.path, step.cell, step.line, step.column, step.line, step.column), sources, 0)) for step in steps[:EVIDENCE]]
    rest = [fill("proof-rest", count=len(steps) - EVIDENCE)] if len(steps) > EVIDENCE else []
    return fill("proof", open="open" if len(steps) <= OPEN else "", count=counted(len(steps), "step"), items=joined([*items, *rest]))


def _frame(spot: _Spot, sources: Sources, around: int) -> Markup:
    """Return the lines of a place with those around it; nothing where there is no text."""
    last = min(spot.end_line, spot.line + MARKED - 1)
    lines = {number: sources.line(spot.path, spot.cell, number) for number in range(spot.line - around, last + around + 1)}
    told = [number for number, text in lines.items() if text.strip()]
    if not told:
        return Markup()
    return fill("code-frame", lines=joined(
        fill("code-line", number=number, kind="at" if around and spot.line <= number <= last else "", text=_line(spot, number, lines[number]))
        for number in range(told[0], told[-1] + 1)))


def _line(spot: _Spot, number: int, text: str) -> Markup:
    """Return one line with its part of the place marked; long ones are cut on both sides."""
    start = spot.column - 1 if number == spot.line else len(text) - len(text.lstrip())
    end = spot.end_column - 1 if number == spot.end_line else len(text.rstrip())
    if not spot.line <= number <= spot.end_line or end <= start:
        start = end = min(spot.column - 1, len(text))
    before, marked, after = cut(text, start, end)
    return joined([tail(before, BEFORE), fill("marked", text=clipped(marked, AFTER)) if marked else "", clipped(after, AFTER)])


def _rules(live: Sequence[Finding], cards: Sequence[Card]) -> Markup:
    counts, known = Counter(item.code for item in live), {card.code: card for card in cards}
    return fill("found-rules", items=joined(_rule(known[code], count) for code, count in sorted(counts.items()) if code in known))


def _rule(card: Card, count: int) -> Markup:
    return fill("found-rule", code=card.code, severity=card.severity, rule=card.name, count=counted(count, "finding"),
                what=prose(card.doc.what), why=prose(card.doc.why), fix=prose(card.doc.fix))
