"""One line a finding, and the full form with its evidence."""

from __future__ import annotations

import re

from mldebt.model.finding import Finding, Report

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def concise(report: Report) -> str:
    """Return `path:line:column: CODE [name] message` lines."""
    return "".join(f"{line(item)}\n" for item in report.findings if item.suppressed is None)


def full(report: Report) -> str:
    """Return the findings with their evidence, and a summary line."""
    parts = []
    for item in report.findings:
        if item.suppressed is None:
            parts.append(f"{line(item)}\n" + "".join(f"    {place(step.path, step.cell, step.line, step.column)}: {safe(step.message)}\n"
                                                     for step in item.evidence[:12]))
    shown = sum(item.suppressed is None for item in report.findings)
    total = f"{shown} finding{'' if shown == 1 else 's'} in {report.files} files, {report.lines} lines\n"
    return "\n".join((*parts, total))


def line(item: Finding) -> str:
    """Return a finding on one line."""
    return f"{place(item.path, item.cell, item.line, item.column)}: {item.code} [{item.name}] {item.severity}: {safe(item.message)}"


def place(path: str, cell: int | None, row: int, column: int) -> str:
    """Return a position; in notebooks with the cell."""
    return f"{safe(path)}:cell {cell}:{row}:{column}" if cell is not None else f"{safe(path)}:{row}:{column}"


def safe(text: str) -> str:
    """Return text with control characters shown, so that a file name cannot move the cursor."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
