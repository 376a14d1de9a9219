"""`# mldebt: ignore[…]` comments: what they silence, which are wrong, which silence nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mldebt.model.card import Card
from mldebt.model.facts import Comment, FileFacts
from mldebt.model.finding import Match
from mldebt.model.project import Project
from mldebt.model.source import Place, Position

_PRAGMA = re.compile(r"#\s*mldebt:\s*(?P<kind>ignore(?:-file)?)\b(?:\[(?P<rules>[^\]]*)\])?(?P<reason>[^\n]*)")


@dataclass(slots=True)
class Pragma:
    """One comment: the rules it names, its reason, and whether it silenced anything yet."""

    place: Place
    at: Position
    whole_file: bool
    whole_cell: bool
    alone: bool
    words: tuple[str, ...]
    reason: str
    used: set[str] = field(default_factory=set)

    def reaches(self, position: Position) -> bool:
        """Return whether a finding at `position` of the same file is meant."""
        if self.whole_file:
            return True
        if self.at.cell != position.cell:
            return False
        return self.whole_cell or position.line == self.at.line or (self.alone and position.line == self.at.line + 1)


class Suppressions:
    """All comments of a project, by file."""

    def __init__(self, project: Project) -> None:
        """Read them from the facts."""
        self._pragmas: dict[str, list[Pragma]] = {}
        files: Iterable[tuple[str, FileFacts]] = [*((path, module.facts) for path, module in project.modules.items()), *project.data.items()]
        for path, facts in files:
            found = [pragma for comment in facts.comments if (pragma := _pragma(path, facts, comment)) is not None]
            if found:
                self._pragmas[path] = found

    def reason(self, card: Card, path: str, position: Position) -> str | None:
        """Return why a finding is suppressed, None when it is not; the comment that does it counts as used."""
        for pragma in self._pragmas.get(path, ()):
            for word in pragma.words:
                if names(card, word) and pragma.reaches(position):
                    pragma.used.add(word)
                    return pragma.reason or "suppressed"
        return None

    def bad(self, cards: Sequence[Card]) -> Iterator[Match]:
        """Yield a match for every comment that is bare or names no rule."""
        for pragma in self._all():
            if not pragma.words:
                yield Match(pragma.place, "the suppression names no rule: write `ignore[RULE] reason`", (), "bare")
            for word in pragma.words:
                if not any(names(card, word) for card in cards):
                    yield Match(pragma.place, f"the suppression names `{word}`, which is no rule", (), word)

    def unused(self, cards: Sequence[Card]) -> Iterator[Match]:
        """Yield a match for every name of a comment that silenced nothing, if every rule it names was run (`cards`)."""
        for pragma in self._all():
            for word in pragma.words:
                if word not in pragma.used and any(names(card, word) for card in cards):
                    yield Match(pragma.place, f"the suppression of `{word}` silences nothing", (), word)

    def _all(self) -> Iterator[Pragma]:
        for path in sorted(self._pragmas):
            yield from self._pragmas[path]


def names(card: Card, word: str) -> bool:
    """Return whether a word of a comment or setting names a card: code, beginning of codes, name or family."""
    upper = word.upper()
    return word in (card.name, card.family) or (upper.startswith("MLD") and card.code.startswith(upper))


def _pragma(path: str, facts: FileFacts, comment: Comment) -> Pragma | None:
    found = _PRAGMA.search(comment.text)
    if found is None:
        return None
    position = facts.table.locate(comment.at)
    words = tuple(word.strip() for word in (found["rules"] or "").split(",") if word.strip())
    place = Place(path, comment.at + found.start(), comment.at + found.end())
    first = position.cell is not None and position.line == 1 and comment.alone
    return Pragma(place, position, found["kind"] == "ignore-file", first, comment.alone, words, found["reason"].strip())
