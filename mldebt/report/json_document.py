"""The JSON document of the interface, schema version 1."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mldebt.model.finding import Report
from mldebt.report.escape import json_text


def document(report: Report, version: str) -> str:
    """Return the report as indented JSON with a final line feed."""
    live = [item for item in report.findings if item.suppressed is None]
    severities = Counter(item.severity for item in live)
    table: dict[str, Any] = {
        "schema_version": 1,
        "tool": {"name": "mldebt", "version": version},
        "project": {"root": report.root, "files": report.files, "notebooks": report.notebooks, "lines": report.lines},
        "findings": report.findings,
        "errors": report.errors,
        "summary": {
            **{name: severities.get(name, 0) for name in ("error", "warning", "info")},
            "suppressed": len(report.findings) - len(live), "baselined": 0,
            "by_rule": dict(sorted(Counter(item.code for item in live).items())),
        },
    }
    return json_text(table)
