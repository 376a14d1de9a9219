"""The JSON document of the interface, schema version 1."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mldebt.model.finding import Finding, Report
from mldebt.report.escape import json_text

_FIELDS = tuple(name for name in Finding.__struct_fields__ if name != "mark")


def entry(item: Finding) -> dict[str, Any]:
    """Return a finding as programs read it."""
    return {name: getattr(item, name) for name in _FIELDS}


def document(report: Report, version: str) -> str:
    """Return the report as indented JSON with a final line feed."""
    live = report.live
    severities = Counter(item.severity for item in live)
    table: dict[str, Any] = {
        "schema_version": 1,
        "tool": {"name": "mldebt", "version": version},
        "project": {"root": report.root, "files": report.files, "notebooks": report.notebooks, "lines": report.lines},
        "findings": [entry(item) for item in report.findings],
        "errors": report.errors,
        "summary": {
            **{name: severities.get(name, 0) for name in ("error", "warning", "info")},
            "suppressed": sum(item.suppressed is not None for item in report.findings), "baselined": sum(item.baselined for item in report.findings),
            "by_rule": dict(sorted(Counter(item.code for item in live).items())),
        },
    }
    return json_text(table)
