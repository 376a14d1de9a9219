"""`# mldebt: ignore[…]` comments: what they silence, which are wrong, which silence nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mldebt.model.card import Card
from mldebt.model.facts import Comment, FileFacts, PythonFacts
from mldebt.model.finding import Match
from mldebt.model.project import Project
from mldebt.model.source import Place
from mldebt.policy.statements import statement_rows

_PRAGMA = re.compile(r"#\s*mldebt:\s*(?P<kind>ignore(?:-file)?)\b(?:\s*\[(?P<rules>[^\]]*)\])?(?P<reason>[^\n]*)")
_MISPLACED = "`ignore-file` counts only in the first comment block of a file: move it there, or write `ignore[RULE]`"


@dataclass(slots=True)
class Pragma:
    """One comment: the rules it names, its reason, where it counts, and what it silenced so far.

    `first` to `last` are the rows of the file, from 0, that it is about; a `misplaced` one is about none.
    """

    place: Place
    words: tuple[str, ...]
    reason: str
    first: int
    last: int
    misplaced: bool = False
    used: set[str] = field(default_factory=set)

    def reaches(self, first: int, last: int) -> bool:
        """Return whether a finding on the rows `first` to `last` is meant: it starts or ends on a row that the comment is about."""
        return self.first <= first <= self.last or self.first <= last <= self.last


class Suppressions:
    """All comments of a project, by file."""

    def __init__(self, project: Project) -> None:
        """Read them from the facts."""
        self._project = project
        self._pragmas: dict[str, list[Pragma]] = {}
        files: Iterable[tuple[str, FileFacts]] = [*((path, module.facts) for path, module in project.modules.items()), *project.data.items()]
        for path, facts in files:
            if found := _pragmas(path, facts):
                self._pragmas[path] = found

    def reason(self, card: Card, place: Place) -> str | None:
        """Return why a finding is suppressed, None when it is not; the comment that does it counts as used."""
        if place.path not in self._pragmas:
            return None
        table = self._project.facts(place.path).table
        first, last = table.row(place.at), table.row(max(place.end - 1, place.at))
        for pragma in self._pragmas[place.path]:
            for word in pragma.words:
                if names(card, word) and pragma.reaches(first, last):
                    pragma.used.add(word)
                    return pragma.reason or "suppressed"
        return None

    def mention(self, card: Card) -> bool:
        """Return whether a comment that has silenced nothing names a rule."""
        return any(names(card, word) for pragma in self._all() for word in pragma.words if word not in pragma.used)

    def bad(self, cards: Sequence[Card]) -> Iterator[Match]:
        """Yield a match for every comment that is bare, names no rule or stands where it cannot count."""
        for pragma in self._all():
            if not pragma.words:
                yield Match(pragma.place, "the suppression names no rule: write `ignore[RULE] reason`", (), "bare")
            for word in pragma.words:
                if not any(names(card, word) for card in cards):
                    yield Match(pragma.place, f"the suppression names `{word}`, which is no rule", (), word)
            if pragma.misplaced:
                yield Match(pragma.place, _MISPLACED, (), "misplaced")

    def unused(self, cards: Sequence[Card], every: Sequence[Card]) -> Iterator[Match]:
        """Yield a match for every name of a comment that silenced nothing, if all rules it names (of `every`) were run (`cards`)."""
        run = {card.code for card in cards}
        for pragma in self._all():
            for word in pragma.words:
                named = {card.code for card in every if names(card, word)}
                if named and named <= run and word not in pragma.used and not pragma.misplaced:
                    yield Match(pragma.place, f"the suppression of `{word}` silences nothing", (), word)

    def _all(self) -> Iterator[Pragma]:
        for path in sorted(self._pragmas):
            yield from self._pragmas[path]


def names(card: Card, word: str) -> bool:
    """Return whether a word of a comment or setting names a card: code, beginning of codes, name or family."""
    upper = word.upper()
    return word.lower() in (card.name, card.family) or (upper.startswith("MLD") and card.code.startswith(upper))


def _pragmas(path: str, facts: FileFacts) -> list[Pragma]:
    """Return the suppressions of a file; one that stands alone is about the next statement, past other such lines."""
    found = [(comment, match) for comment in facts.comments if (match := _PRAGMA.search(comment.text)) is not None]
    statements = statement_rows(facts) if any(comment.alone for comment, _ in found) and isinstance(facts, PythonFacts) else {}
    alone = {facts.table.row(comment.at) for comment, _ in found if comment.alone}
    return [_pragma(path, facts, comment, match, alone, statements) for comment, match in found]


def _pragma(path: str, facts: FileFacts, comment: Comment, found: re.Match[str], alone: set[int], statements: dict[int, int]) -> Pragma:
    row = facts.table.row(comment.at)
    cell, first, last = facts.table.cell_rows(row), row, row
    if found["kind"] == "ignore-file":
        first, last = (0, len(facts.table.starts)) if comment.head else (-1, -1)
    elif comment.alone and cell is not None and cell[0] == row:
        first, last = cell
    elif comment.alone:
        while first in alone and (cell is None or first < cell[1]):
            first += 1
        last = statements.get(first, first)
    words = tuple(word.strip() for word in (found["rules"] or "").split(",") if word.strip())
    place = Place(path, comment.at + found.start(), comment.at + found.end())
    return Pragma(place, words, found["reason"].strip(), first, last, last < 0)
