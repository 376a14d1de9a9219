"""Matches to findings: positions, severities, fingerprints, suppressions, order."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from mldebt.model.card import Card
from mldebt.model.facts import FileFacts
from mldebt.model.finding import EvidenceStep, Finding, Match, Step
from mldebt.model.project import Project

_PRAGMA = re.compile(r"#\s*mldebt:\s*ignore\[([^\]]*)\](.*)")
_RANK = {"low": 0, "medium": 1, "high": 2}


def findings(matches: Iterable[tuple[Card, Match]], project: Project) -> tuple[Finding, ...]:
    """Return the findings in output order."""
    made = [_finding(card, match, project) for card, match in matches]
    return tuple(sorted(made, key=lambda item: (item.path, item.cell or 0, item.line, item.column, item.code, item.message)))


def _finding(card: Card, match: Match, project: Project) -> Finding:
    facts = project.facts(match.place.path)
    start, end = facts.table.locate(match.place.at), facts.table.locate(match.place.end)
    severity = next((item.severity for item in card.lowered if item.name == match.lowered), card.severity)
    confidence = min(card.confidence, match.confidence or card.confidence, key=lambda word: _RANK[word])
    text = "\0".join((card.code, match.place.path, match.owner, match.key))
    return Finding(
        card.code, card.name, card.family, severity, confidence, match.message, match.place.path, start.cell, start.line, start.column, end.line,
        end.column, hashlib.blake2b(text.encode(), digest_size=10).hexdigest(), _suppressed(card, facts, start.line, start.cell), False,
        tuple(_evidence(step, project) for step in match.evidence), None, f"https://mldebt.readthedocs.io/rules/{card.name}",
    )


def _evidence(step: Step, project: Project) -> EvidenceStep:
    position = project.facts(step.place.path).table.locate(step.place.at)
    return EvidenceStep(step.place.path, position.cell, position.line, position.column, step.message)


def _suppressed(card: Card, facts: FileFacts, line: int, cell: int | None) -> str | None:
    """Return the reason of a pragma on the line, or alone on the line above, that names the rule."""
    for comment in facts.comments:
        found = _PRAGMA.search(comment.text)
        position = facts.table.locate(comment.at)
        reaches = position.cell == cell and (position.line == line or (comment.alone and position.line == line - 1))
        if found and reaches and {word.strip() for word in found[1].split(",")} & {card.code, card.name}:
            return found[2].strip() or "suppressed"
    return None


def unreadable(card: Card, project: Project) -> list[tuple[Card, Match]]:
    """Return a match for every file, or stretch of one, that could not be read."""
    from mldebt.model.source import Place

    return [(card, Match(Place(path, problem.at, problem.end), problem.message, (), problem.kind))
            for path, module in project.modules.items() for problem in module.facts.problems if problem.kind != "template"]


def scoped(found: Sequence[Finding], scopes: Sequence[str]) -> tuple[Finding, ...]:
    """Return the findings whose place or evidence lies in one of the paths (project-relative; empty text: everything)."""
    def inside(path: str) -> bool:
        return any(scope in ("", ".") or path == scope or path.startswith(scope.rstrip("/") + "/") for scope in scopes)

    return tuple(item for item in found if inside(item.path) or any(inside(step.path) for step in item.evidence))
