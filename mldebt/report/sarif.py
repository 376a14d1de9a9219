"""SARIF 2.1.0, as code-scanning services read it (OASIS Standard, 27 March 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from mldebt.model.card import Card
from mldebt.model.finding import EvidenceStep, Finding, Report
from mldebt.report.escape import json_text

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(report: Report, version: str, cards: Sequence[Card]) -> str:
    """Return the report as a SARIF log with one run; places are relative to `%SRCROOT%`."""
    used = {item.code for item in report.findings}
    judged = any(item.suppressed is not None or item.baselined for item in report.findings)
    state = {True: "unchanged", False: "new"} if report.compared else {}
    rules = [card for card in cards if card.code in used]
    index = {card.code: number for number, card in enumerate(rules)}
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "mldebt", "version": version, "rules": [_rule(card) for card in rules]}},
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "the project's root"}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not report.errors, "toolExecutionNotifications": [
            {"level": "error", "message": {"text": f"{error.rule}: {error.message}"}} for error in report.errors]}],
        "results": [_result(item, index[item.code], judged, state.get(item.baselined, "")) for item in report.findings],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(log)


def _rule(card: Card) -> dict[str, Any]:
    return {
        "id": card.code, "name": card.name, "shortDescription": {"text": card.summary}, "fullDescription": {"text": card.doc.what},
        "help": {"text": f"{card.doc.why}\n\n{card.doc.fix}"}, "defaultConfiguration": {"level": _LEVELS[card.severity]},
        "properties": {"tags": [card.family], "precision": {"high": "high", "medium": "medium", "low": "low"}[card.confidence]},
    }


def _result(item: Finding, index: int, judged: bool, state: str) -> dict[str, Any]:
    """Return one result; `state` is that beside an earlier run, if there was one.

    Where one result of a run says whether it is suppressed (`judged`), the standard wants all to say so (3.27.23).
    """
    result: dict[str, Any] = {
        "ruleId": item.code, "ruleIndex": index, "level": _LEVELS[item.severity], "message": {"text": item.message},
        "locations": [_location(item.path, item.line, item.column, item.end_line, item.end_column, item.cell)],
        "partialFingerprints": {"mldebt/v1": item.fingerprint},
        "relatedLocations": [{"id": number, **_step(step)} for number, step in enumerate(item.evidence, 1)],
    }
    if len(item.evidence) > 1:
        result["codeFlows"] = [_flow(item)]
    if state:
        result["baselineState"] = state
    if judged:
        result["suppressions"] = _suppressions(item)
    return result


def _suppressions(item: Finding) -> list[dict[str, Any]]:
    """Return why nobody need look at a finding: a comment in the code, or an entry of the baseline; nothing for one that is live."""
    if item.suppressed is not None:
        return [{"kind": "inSource", "justification": item.suppressed}]
    if item.baselined:
        return [{"kind": "external", "status": "accepted", **({"justification": item.mark.accepted} if item.mark.accepted else {})}]
    return []


def _flow(item: Finding) -> dict[str, Any]:
    """Return the steps of evidence in their order as a flow, which ends at the finding where none of them stands there."""
    steps = [_step(step) for step in item.evidence]
    if not any((step.path, step.cell, step.line, step.column) == (item.path, item.cell, item.line, item.column) for step in item.evidence):
        place = _location(item.path, item.line, item.column, item.end_line, item.end_column, item.cell)
        steps.append({**place, "message": {"text": item.message}})
    return {"threadFlows": [{"locations": [{"location": step, "executionOrder": number} for number, step in enumerate(steps, 1)]}]}


def _step(step: EvidenceStep) -> dict[str, Any]:
    return {**_location(step.path, step.line, step.column, step.line, step.column + 1, step.cell), "message": {"text": step.message}}


def _location(path: str, line: int, column: int, end_line: int, end_column: int, cell: int | None) -> dict[str, Any]:
    """Return a physical location; the lines of a notebook count inside the cell, which is named beside."""
    region = {"startLine": line, "startColumn": column, "endLine": max(end_line, line), "endColumn": max(end_column, 1)}
    place: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": quote(path), "uriBaseId": "%SRCROOT%"}, "region": region}}
    if cell is not None:
        place["logicalLocations"] = [{"name": f"cell {cell}", "kind": "module"}]
    return place
