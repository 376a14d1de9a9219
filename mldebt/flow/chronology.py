"""Time among the terms of provenance: dates, what puts rows in order, what is made of later rows, which columns of the data are meant.

Most of these hold whatever data they are put beside, so they are numbers like any other; only what depends on columns of data that a token stands for waits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeAlias

import msgspec

from mldebt.model.lineage import OrderHow
from mldebt.model.source import Place

WHOLE = "*"
"""The column of what concerns all columns of a frame."""


class Ordered(msgspec.Struct, frozen=True):
    """Rows are in the order of time: by a lag, a window, a source."""

    place: Place
    api: str
    how: OrderHow


class Dates(msgspec.Struct, frozen=True):
    """A column holds dates; the empty name is that of a value which is no frame."""

    place: Place
    api: str
    column: str


class Ahead(msgspec.Struct, frozen=True):
    """A column is made of later rows; `fills`: where it had gaps."""

    place: Place
    api: str
    column: str
    fills: bool


class Brought(msgspec.Struct, frozen=True):
    """Only a column brings it that the data has seen something (the empty name: columns made of it, too); that goes with the last such column."""

    seen: int
    column: str


class Chance(msgspec.Struct, frozen=True):
    """What divides rows does so by chance."""

    place: Place


class Filled(msgspec.Struct, frozen=True):
    """Gaps were filled with earlier rows."""

    place: Place


class Turned(msgspec.Struct, frozen=True):
    """The last row comes first."""

    place: Place


class Keyed(msgspec.Struct, frozen=True):
    """Rows are ordered by columns of the data `of`: in time, where these hold dates."""

    of: frozenset[int]
    columns: tuple[str, ...]
    place: Place
    api: str
    how: OrderHow


class Shuffled(msgspec.Struct, frozen=True):
    """The rows of the data `of` were put in any order."""

    of: frozenset[int]
    place: Place


class Columned(msgspec.Struct, frozen=True):
    """Some columns (`without`: the others) of what a token stands for; which ones is not known where none are named."""

    of: int
    columns: tuple[str, ...]
    without: bool


class Aims(msgspec.Struct, frozen=True):
    """The answers that a fit is given by themselves."""

    of: frozenset[int]


Fact: TypeAlias = Ordered | Dates | Ahead | Brought | Chance | Filled | Turned
"""What holds whatever data it is put beside."""
Timed: TypeAlias = Fact | Keyed | Shuffled | Columned | Aims
Found: TypeAlias = frozenset[int]
_NONE: Found = frozenset()
_BY_COLUMN = (Dates, Ahead, Brought)
MAX_NAMED, MAX_KEYED = 8, 4


class Chronology(ABC):
    """What provenance knows of time; the table of terms itself is the subclass's."""

    def __init__(self, *, by_column: bool = True) -> None:
        """Start with nothing known; columns of what tokens stand for are told apart only where that is asked for (`by_column`)."""
        self._by_column = by_column
        self._facts: dict[int, Fact | Keyed | Shuffled] = {}
        self._columns: dict[int, Dates | Ahead | Brought] = {}

    @abstractmethod
    def number(self, term: Timed, *, open_: bool) -> int:
        """Return the number of a term."""

    @abstractmethod
    def term(self, item: int) -> object:
        """Return the term that a number stands for, None for a read or a token."""

    @abstractmethod
    def holds_rows(self, item: int) -> bool:
        """Return whether a number stands for rows."""

    @abstractmethod
    def is_learned(self, item: int) -> bool:
        """Return whether a number stands for something learned from data."""

    @abstractmethod
    def reads(self, found: Found) -> Found:
        """Return the reads behind some provenance, and the tokens that may stand for more."""

    def fact(self, term: Fact) -> Found:
        """Return something that holds whatever data it is put beside."""
        number = self.number(term, open_=False)
        self._facts[number] = term
        if isinstance(term, _BY_COLUMN):
            self._columns[number] = term
        return frozenset((number,))

    def has(self, found: Found, *kinds: type[Fact]) -> bool:
        """Return whether something of a kind is known of some data."""
        return any(isinstance(self._facts[item], kinds) for item in self.of_time(found))

    def led(self, found: Found) -> bool:
        """Return whether gaps that are left are those at the start: gaps were filled from before, or lags and windows made them."""
        return any(isinstance(term := self._facts[item], Filled) or isinstance(term, Ordered) and term.how in _LEAD for item in self.of_time(found))

    def of_time(self, found: Found) -> Found:
        """Return what is known of time among some provenance."""
        return found & self._facts.keys() if self._facts else _NONE

    def keyed(self, found: Found, by: Found, columns: tuple[str, ...], place: Place, api: str, how: OrderHow) -> Found:
        """Return the order of rows `found` by some columns (none named: by the values) of the data `by`; enough of one kind are enough."""
        known = sum(isinstance(term := self._facts[item], Keyed) and term.how == how for item in self.of_time(found))
        dates = frozenset(item for item in self.of_time(by) if isinstance(self._facts[item], Dates))
        of = dates | self.reads(frozenset(filter(self.holds_rows, by)))
        return self._over(Keyed(of, columns, place, api, how)) if of and known < MAX_KEYED else _NONE

    def within(self, found: Found, place: Place, api: str) -> Found:
        """Return that rows which were put into groups follow one another there."""
        groups = [term for item in self.of_time(found) if isinstance(term := self._facts[item], Keyed) and term.how == "group"]
        return _NONE.union(*(self._over(msgspec.structs.replace(term, place=place, api=api, how="within")) for term in groups[:MAX_KEYED]))

    def thinned(self, found: Found) -> Found:
        """Return the provenance of a few rows of each group: they no longer follow one another."""
        gone = {item for item in self.of_time(found) if isinstance(term := self._facts[item], Keyed) and term.how == "within"}
        return found - gone if gone else found

    def shuffled(self, found: Found, place: Place) -> Found:
        """Return that some rows are in any order."""
        return self._over(Shuffled(frozenset(filter(self.holds_rows, found)), place))

    def _over(self, term: Keyed | Shuffled) -> Found:
        number = self.number(term, open_=bool(term.of) and min(term.of) < 0)
        self._facts[number] = term
        return frozenset((number,))

    def chosen(self, found: Found, columns: tuple[str, ...], *, without: bool = False) -> Found:
        """Return the provenance of some columns (`without`: of the others) of data: what is known of a column goes where that is taken for sure."""
        gone = self._forgotten(found, columns, without) if self._columns else _NONE
        found = found if without or not self._columns else self._apart(found)
        if self._by_column and found and min(found) < 0:
            return frozenset(self._choice(item, columns, without) if item < 0 and self.holds_rows(item) else item for item in found if item not in gone)
        return found - gone if gone else found

    def _forgotten(self, found: Found, columns: tuple[str, ...], without: bool) -> Found:
        """Return what is no longer known where some columns are taken or dropped, with what only dropped ones had seen."""
        gone = frozenset(item for item in found & self._columns.keys() if not _stays(self._columns[item], columns, without))
        return gone | self._orphans(found, gone)

    def _apart(self, found: Found) -> Found:
        """Return columns taken out of a table: what is made of them outlives the dropping of those they were."""
        known = self._brought(found)
        own = {item for item in found & self._columns.keys() if isinstance(self._columns[item], Brought)}
        return (found - own).union(*(self.fact(Brought(item, "")) for item in sorted(known))) if known else found

    def _orphans(self, found: Found, gone: Found) -> Found:
        """Return what has been seen by no column that is left."""
        lost = {term.seen for item in gone if isinstance(term := self._columns[item], Brought)}
        return frozenset(lost - self._brought(found - gone).keys()) if lost else _NONE

    def _brought(self, found: Found) -> dict[int, set[str]]:
        """Return the columns that bring what was seen, by what it is."""
        known: dict[int, set[str]] = {}
        for item in found & self._columns.keys():
            if isinstance(term := self._columns[item], Brought):
                known.setdefault(term.seen, set()).add(term.column)
        return known

    def brought(self, found: Found, columns: tuple[str, ...], into: Found) -> Found:
        """Return the provenance of values that are put into columns of data: what the data had not seen before comes by these alone, in whatever way."""
        seen = [item for item in sorted(found) if item >= 0 and self.is_learned(item)]
        before, known = self._brought(into), self._brought(found)
        made = self.named(found, columns)
        for item in seen:
            whole = not columns or item in into and item not in before or item in before and item not in known
            for column in ("",) if whole else columns[:MAX_NAMED]:
                made |= self.fact(Brought(item, column))
        return made

    def _choice(self, item: int, columns: tuple[str, ...], without: bool) -> int:
        return self.number(Columned(item, columns, without), open_=True)

    def named(self, found: Found, columns: tuple[str, ...]) -> Found:
        """Return what is known of values as it is of the columns they are put into; of columns that are not known by name, nothing is made of later rows."""
        inner = found & self._columns.keys() if self._columns else _NONE
        if not inner:
            return found
        made = found - inner
        for item in inner:
            term = self._columns[item]
            if isinstance(term, Brought):
                continue
            if isinstance(term, Dates) and (term.column or not columns):
                made |= {item}
            else:
                made = made.union(*(self.fact(msgspec.structs.replace(term, column=column)) for column in columns[:MAX_NAMED]))
        return made

    def absorbed(self, found: Found, into: Found) -> Found:
        """Return some provenance without columns of what it flows into."""
        if not found or min(found) >= 0:
            return found
        return frozenset(item for item in found if not (isinstance(term := self.term(item), Columned) and term.of in into))

    def settled(self, found: Found, made: Found) -> Found:
        """Return the provenance of data that a call changed in place: of its columns it is known what is known of the result."""
        gone = found & self._columns.keys() - made if self._columns else _NONE
        gone |= self._orphans(found | made, gone) - made
        return (found | made) - gone - (found - self.thinned(found) - made)

    def without(self, found: Found, *kinds: type[Fact]) -> Found:
        """Return some provenance without what is known of a kind."""
        gone = {item for item in self.of_time(found) if isinstance(self._facts[item], kinds)}
        return found - gone if gone else found

    def unordered(self, found: Found) -> Found:
        """Return the provenance of one row after the other: what is made of them has an order of its own."""
        gone = {item for item in self.of_time(found) if isinstance(self._facts[item], Ordered | Keyed)}
        return found - gone if gone else found

    def order(self, found: Found) -> Found:
        """Return what outlives a table that is made of groups of rows: groups of one time each."""
        return frozenset(item for item in self.of_time(found) if isinstance(term := self._facts[item], Ordered | Keyed) and term.how in _OF_TABLES)

    def aims(self, found: Found) -> Found:
        """Return the answers of a fit."""
        return frozenset((self.number(Aims(found), open_=min(found) < 0),)) if found else _NONE

    def waited(self, term: Keyed | Shuffled | Columned | Aims, inner: Found) -> Found:
        """Return a term over what its data has turned out to be."""
        if isinstance(term, Columned):
            return self.chosen(inner, term.columns, without=term.without)
        if isinstance(term, Aims):
            return self.aims(inner)
        if isinstance(term, Shuffled):
            return self.shuffled(inner, term.place)
        dates = frozenset(item for item in self.of_time(inner) if isinstance(self._facts[item], Dates))
        return self._over(msgspec.structs.replace(term, of=dates | self.reads(frozenset(filter(self.holds_rows, inner)))))


_LEAD = ("lag", "window")
_OF_TABLES = ("group", "resample")


def _stays(term: Dates | Ahead | Brought, columns: tuple[str, ...], without: bool) -> bool:
    """Return whether what is known of a column is known of a choice of columns: of columns that are not known there may be dates, but nothing looks ahead."""
    column = term.column
    if isinstance(term, Brought):
        return not without or column not in columns
    return column == WHOLE or isinstance(term, Dates) and not (column and columns) or bool(column) and bool(columns) and (column in columns) is not without
