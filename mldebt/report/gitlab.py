"""Code Quality reports as GitLab reads them: one entry a finding, shown in merge requests."""

from __future__ import annotations

from typing import Any

from mldebt.model.finding import Finding, Report, Severity
from mldebt.report.escape import json_text, safe

_LEVELS: dict[Severity, str] = {"error": "critical", "warning": "major", "info": "info"}


def code_quality(report: Report) -> str:
    """Return the findings that stand as a JSON array; each fingerprint occurs once, for entries with the same one hide each other."""
    seen: dict[str, int] = {}
    return json_text([_entry(item, seen) for item in report.live])


def _entry(item: Finding, seen: dict[str, int]) -> dict[str, Any]:
    count = seen[item.fingerprint] = seen.get(item.fingerprint, 0) + 1
    cell = f"cell {item.cell}, line {item.line}: " if item.cell is not None else ""
    return {
        "type": "issue", "check_name": f"{item.code} {item.name}", "description": f"{item.code} {item.name}: {cell}{safe(item.message)}",
        "categories": ["Bug Risk"], "severity": _LEVELS[item.severity], "fingerprint": item.fingerprint if count == 1 else f"{item.fingerprint}-{count}",
        "location": {"path": item.path, "lines": {"begin": item.line, "end": max(item.end_line, item.line)}},
    }
