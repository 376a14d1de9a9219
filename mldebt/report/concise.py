"""One line a finding."""

from __future__ import annotations

from mldebt.model.finding import Finding, Report
from mldebt.report.canvas import STYLES, Canvas
from mldebt.report.escape import safe
from mldebt.report.summary import summary


def concise(report: Report, canvas: Canvas, quiet: bool = False) -> str:
    """Return `path:line:column: CODE [name] severity: message` lines; on a terminal and unless `quiet`, a summary."""
    lines = "".join(f"{line(item, canvas)}\n" for item in report.live)
    return lines + (summary(report, canvas) if canvas.terminal and not quiet else "")


def line(item: Finding, canvas: Canvas) -> str:
    """Return a finding on one line."""
    style = STYLES[item.severity]
    where = canvas.paint(place(item.path, item.cell, item.line, item.column), "bold")
    return f"{where}: {canvas.linked(canvas.paint(item.code, style), item.url)} [{item.name}] {canvas.paint(item.severity, style)}: {safe(item.message)}"


def place(path: str, cell: int | None, row: int, column: int) -> str:
    """Return a position; in notebooks with the cell."""
    return f"{safe(path)}:cell {cell}:{row}:{column}" if cell is not None else f"{safe(path)}:{row}:{column}"
