"""The full form: each finding with the line it stands on and its evidence."""

from __future__ import annotations

from pathlib import Path

from mldebt.model.finding import Finding, Report
from mldebt.report.canvas import Canvas
from mldebt.report.concise import line, place
from mldebt.report.escape import safe
from mldebt.report.frame import frame
from mldebt.report.sources import Sources
from mldebt.report.summary import summary

MAX_EVIDENCE = 12
GUTTER = 4


def full(report: Report, root: Path, canvas: Canvas, quiet: bool = False) -> str:
    """Return the findings with code frames and evidence; unless `quiet`, a summary."""
    sources = Sources(root)
    parts = [_finding(item, sources, canvas) for item in report.live]
    return "\n".join([*parts, *([] if quiet else [summary(report, canvas)])])


def _finding(item: Finding, sources: Sources, canvas: Canvas) -> str:
    gutter = max(GUTTER, len(str(item.line)) + 1)
    rest = len(item.evidence) - MAX_EVIDENCE
    notes = [f"{place(step.path, step.cell, step.line, step.column)}: {safe(step.message)}" for step in item.evidence[:MAX_EVIDENCE]]
    if rest > 0:
        notes.append(f"and {rest} more place{'' if rest == 1 else 's'}")
    if item.confidence != "high":
        notes.append(f"confidence: {item.confidence}")
    mark = f"{' ' * gutter} {canvas.paint('=', 'dim')} "
    code = frame(item, sources.line(item.path, item.cell, item.line), gutter, canvas)
    return f"{line(item, canvas)}\n{code}" + "".join(f"{mark}{note}\n" for note in notes)
