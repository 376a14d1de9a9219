"""One line a finding."""

from __future__ import annotations

import re

from mldebt.model.finding import Finding, Report

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def concise(report: Report) -> str:
    """Return `path:line:column: CODE [name] message` lines."""
    return "".join(f"{line(item)}\n" for item in report.findings if item.suppressed is None)


def line(item: Finding) -> str:
    """Return a finding on one line."""
    return f"{place(item.path, item.cell, item.line, item.column)}: {item.code} [{item.name}] {item.severity}: {safe(item.message)}"


def place(path: str, cell: int | None, row: int, column: int) -> str:
    """Return a position; in notebooks with the cell."""
    return f"{safe(path)}:cell {cell}:{row}:{column}" if cell is not None else f"{safe(path)}:{row}:{column}"


def safe(text: str) -> str:
    """Return text with control characters shown, so that a file name cannot move the cursor."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
