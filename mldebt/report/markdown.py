"""The findings as Markdown, for comments of pull requests and summaries of jobs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from mldebt.model.finding import SEVERITIES, EvidenceStep, Finding, Report
from mldebt.report.canvas import Canvas
from mldebt.report.concise import place
from mldebt.report.frame import frame
from mldebt.report.full import GUTTER, MAX_EVIDENCE
from mldebt.report.marked import code, fenced, prose, table_row
from mldebt.report.sources import Sources
from mldebt.report.summary import summary

WIDTH = 100  # columns of code that a comment shows without scrolling


def markdown(report: Report, root: Path) -> str:
    """Return a heading with the counts, a table of the rules, and for each file its findings with code and evidence."""
    sources = Sources(root)
    parts = [*_head(report), *(line for path, items in groupby(report.live, key=lambda item: item.path) for line in _file(path, list(items), sources))]
    return "\n".join(parts) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield "## mldebt\n"
    yield summary(report, Canvas()).partition("\n")[0]
    if report.live:
        yield ""
        yield table_row("rule", "name", "severity", "findings")
        yield table_row(":--", ":--", ":--", "--:")
        for kind in sorted({(item.code, item.name) for item in report.live}):
            items = [item for item in report.live if (item.code, item.name) == kind]
            yield table_row(*kind, max((item.severity for item in items), key=SEVERITIES.index), len(items))
    for error in report.errors:
        yield f"\n**Internal error** in {code(error.rule)}: {prose(error.message)}"


def _file(path: str, items: list[Finding], sources: Sources) -> Iterator[str]:
    yield f"\n### {code(path)}"
    for item in items:
        yield from _finding(item, sources)


def _finding(item: Finding, sources: Sources) -> Iterator[str]:
    where = code(place("", item.cell, item.line, item.column).removeprefix(":"))
    yield f"\n**{item.severity}** {where} **{item.code} {item.name}**: {prose(item.message)}"
    if shown := frame(item, sources.line(item.path, item.cell, item.line), GUTTER, Canvas(WIDTH)):
        yield f"\n{fenced(shown)}"
    if item.evidence:
        yield ""
    for step in item.evidence[:MAX_EVIDENCE]:
        yield _step(step)
    if len(item.evidence) > MAX_EVIDENCE:
        yield f"- and {len(item.evidence) - MAX_EVIDENCE} more"


def _step(step: EvidenceStep) -> str:
    return f"- {code(place(step.path, step.cell, step.line, step.column))}: {prose(step.message)}"
