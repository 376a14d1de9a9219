"""Formats of one line a finding that other programs read: JSON lines and workflow commands."""

from __future__ import annotations

from mldebt.model.finding import Report
from mldebt.report.escape import json_text, safe
from mldebt.report.json_document import entry

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def json_lines(report: Report) -> str:
    """Return one JSON object a finding, in output order."""
    return "".join(json_text(entry(item), indent=0) for item in report.findings)


def workflow_commands(report: Report) -> str:
    """Return `::warning file=…` commands, which GitHub shows beside the changed lines."""
    lines = []
    for item in report.live:
        cell = f"cell {item.cell}, line {item.line}: " if item.cell is not None else ""
        place = f"file={_property(item.path)},line={item.line},col={item.column},endLine={item.end_line},endColumn={item.end_column}"
        lines.append(f"::{_LEVELS[item.severity]} {place},title={_property(f'{item.code} {item.name}')}::{_data(cell + item.message)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    """Return text escaped as the data of a workflow command."""
    return safe(text).replace("%", "%25")


def _property(text: str) -> str:
    """Return text escaped as a property of a workflow command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
