"""Matches to findings: positions, severities, fingerprints, suppressions, order."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mldebt.model.card import Card
from mldebt.model.facts import FileFacts, PythonFacts
from mldebt.model.finding import EvidenceStep, Finding, Mark, Match, Step
from mldebt.model.project import Project
from mldebt.model.source import Place
from mldebt.policy.suppressions import Suppressions, names

_WORD = re.compile(r"[^\s:@]+")
_PROGRAM = "<program>"
_RANK = {"low": 0, "medium": 1, "high": 2}


def findings(matches: Iterable[tuple[Card, Match]], project: Project, suppressions: Suppressions) -> tuple[Finding, ...]:
    """Return the findings in output order."""
    return ordered([finding(card, match, project, suppressions) for card, match in matches])


def ordered(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings sorted by path, cell, line, column, code and message."""
    return tuple(sorted(found, key=lambda item: (item.path, item.cell or 0, item.line, item.column, item.code, item.message)))


def finding(card: Card, match: Match, project: Project, suppressions: Suppressions) -> Finding:
    """Return one match ready for output."""
    table = project.facts(match.place.path).table
    start, end = table.locate(match.place.at), table.locate(match.place.end)
    severity = next((item.severity for item in card.lowered if item.name == match.lowered), card.severity)
    confidence = min(card.confidence, match.confidence or card.confidence, key=lambda word: _RANK[word])
    return Finding(
        card.code, card.name, card.family, severity, confidence, match.message, match.place.path, start.cell, start.line, start.column, end.line,
        end.column, fingerprint(card, match), suppressions.reason(card, match.place), False,
        tuple(_evidence(step, project) for step in match.evidence), None, f"https://mldebt.readthedocs.io/rules/{card.name}", mark(match, project),
    )


def mark(match: Match, project: Project) -> Mark:
    """Return what a match is known by when lines move and files are renamed: names of programs in its key stand as `_PROGRAM`."""
    key = _WORD.sub(lambda word: _PROGRAM if word[0] in project.modules or word[0] == match.place.path else word[0], match.key)
    return Mark(_enclosing(project.facts(match.place.path), match.place.at), key)


def _enclosing(facts: FileFacts, at: int) -> str:
    """Return the id of the cell of a notebook, where it has one, else the qualified name of the innermost definition around an offset; else nothing."""
    if facts.table.cells and (cell := facts.table.cell(at)).id:
        return f"cell {cell.id}"
    around = [item for item in facts.definitions if item.at <= at < item.end] if isinstance(facts, PythonFacts) else []
    return max(around, key=lambda item: item.at).qualname if around else ""


def fingerprint(card: Card, match: Match) -> str:
    """Return what stays the same of a finding when lines move."""
    text = "\0".join((card.code, match.place.path, match.owner, match.key))
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


def subjects(matches: Iterable[tuple[Card, Match]]) -> dict[str, tuple[str, ...]]:
    """Return the artefacts that findings are about, by their fingerprints."""
    return {fingerprint(card, match): match.artifacts for card, match in matches if match.artifacts}


def _evidence(step: Step, project: Project) -> EvidenceStep:
    position = project.facts(step.place.path).table.locate(step.place.at)
    return EvidenceStep(step.place.path, position.cell, position.line, position.column, step.message)


def unreadable(project: Project) -> list[Match]:
    """Return a match for every file, or stretch of one, that could not be read.

    JSON beside the code comes in dialects (comments, one document a line): what reads it decides whether it is sound.
    """
    python = {path: module.facts.problems for path, module in project.modules.items()}
    every = {**python, **{path: facts.problems for path, facts in project.data.items() if facts.format != "json"}}
    found = [(Place(path, problem.at, problem.end), problem) for path, problems in every.items() for problem in problems if problem.kind != "template"]
    old = {place.path: place for place, problem in sorted(found, key=lambda item: item[0], reverse=True) if problem.kind == "python-2"}
    alone = [(place, problem) for place, problem in found if problem.kind != "python-2" or len(old) == 1]
    return [*(Match(place, problem.message, (), problem.kind) for place, problem in alone), *(_old(old.values()) if len(old) > 1 else ())]


def _old(places: Iterable[Place]) -> Iterator[Match]:
    """Yield the one match of the files that are written for Python 2: one cause."""
    first, *others = sorted(places)
    more = f" and {len(others)} more file{'s' * (len(others) > 1)}"
    yield Match(first, f"this file{more} are written for Python 2 and not analysed", tuple(Step(place, "written for Python 2") for place in others), "python-2")



def scoped(found: Sequence[Finding], scopes: Sequence[str]) -> tuple[Finding, ...]:
    """Return the findings whose place or evidence lies in one of the paths (project-relative; empty text: everything)."""
    return tuple(item for item in found if in_scopes(item.path, scopes) or any(in_scopes(step.path, scopes) for step in item.evidence))


def in_scopes(path: str, scopes: Sequence[str]) -> bool:
    """Return whether a file is one of the paths or lies below one (empty text: everything)."""
    return any(scope in ("", ".") or path == scope or path.startswith(scope.rstrip("/") + "/") for scope in scopes)


def without_ignored(found: Sequence[Finding], cards: Sequence[Card], ignores: Mapping[str, Sequence[str]]) -> tuple[Finding, ...]:
    """Return the findings that no `per-file-ignores` entry takes out: pattern to rules, `!pattern` stands for all files but these."""
    if not ignores:
        return tuple(found)
    from pathspec import GitIgnoreSpec

    by_code = {card.code: card for card in cards}
    specs = [(GitIgnoreSpec.from_lines([pattern.removeprefix("!")]), pattern.startswith("!"), words) for pattern, words in ignores.items()]

    def ignored(item: Finding) -> bool:
        return any(spec.match_file(item.path) != inverted and any(word == "ALL" or names(by_code[item.code], word) for word in words)
                   for spec, inverted, words in specs)

    return tuple(item for item in found if not ignored(item))
