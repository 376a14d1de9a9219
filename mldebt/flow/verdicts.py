"""Verdicts: terms of provenance for what a model says of rows, what a metric says of that, and what was chosen by several scores.

They are made again as all terms are when the tokens in them are replaced: each operation gives the same before and after.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.provenance import Provenance
    from mldebt.flow.terms import Found

_NONE: frozenset[int] = frozenset()


class Predicted(msgspec.Struct, frozen=True):
    """Chances or scores that a model gave of the data `of`."""

    of: Found
    place: Place
    api: str

    def again(self, book: Provenance, change: Callable[[Found], Found]) -> Found:
        """Make the term again of what it is made of, changed."""
        return predicted(book, change(self.of), self.place, self.api)


class Scored(msgspec.Struct, frozen=True):
    """How well a model does: `of` are the rows it is judged on and its fits."""

    of: Found
    place: Place
    api: str

    def again(self, book: Provenance, change: Callable[[Found], Found]) -> Found:
        """Make the term again of what it is made of, changed."""
        return scored(book, change(self.of), self.place, self.api)


class Chosen(msgspec.Struct, frozen=True):
    """What came out of setting the scores `of` against the scores `by`."""

    of: Found
    by: Found
    place: Place

    def again(self, book: Provenance, change: Callable[[Found], Found]) -> Found:
        """Make the term again of what it is made of, changed."""
        return chosen(book, change(self.of), change(self.by), self.place)


def predicted(book: Provenance, found: Found, place: Place, api: str) -> Found:
    """Return the mark of chances that a model gave of some data."""
    data = _without(book, found, (Predicted, Scored, Chosen))
    return book.make(Predicted(data, place, api), open_=_open(data)) if data else _NONE


def scored(book: Provenance, found: Found, place: Place, api: str) -> Found:
    """Return the score of predictions; where no fit is known it is something computed of the data."""
    data = _without(book, found, (Predicted, Scored, Chosen))
    if not book.fits(data):
        return _without(book, found, (Predicted,))
    return book.make(Scored(data, place, api), open_=_open(data))


def chosen(book: Provenance, left: Found, right: Found, place: Place) -> Found:
    """Return what comes out of setting scores against others; nothing where one side has none."""
    ones, others = scores(book, left), scores(book, right)
    return book.make(Chosen(ones, others, place), open_=_open(ones | others)) if ones and others else _NONE


def scores(book: Provenance, found: Found) -> Found:
    """Return the scores among some provenance, and what may turn out to be one."""
    return frozenset(item for item in found if book.is_token(item) or isinstance(book.term(item), Scored) or item < 0 and book.is_learned(item))


def made_at(book: Provenance, item: int, place: Place) -> bool:
    """Return whether a choice was made inside of a stretch of code."""
    term = book.term(item)
    return isinstance(term, Chosen) and term.place.path == place.path and place.at <= term.place.at < place.end


def _without(book: Provenance, found: Found, kinds: tuple[type, ...]) -> Found:
    return frozenset(item for item in found if not isinstance(book.term(item), kinds))


def _open(found: Found) -> bool:
    return bool(found) and min(found) < 0
