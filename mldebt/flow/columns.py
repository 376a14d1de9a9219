"""What is known of the columns of a value: a set of numbers of terms, one of which it is (none: nothing is known).

Terms are made of others as the operations of a table are: columns taken, kept, dropped, added, computed row by row, put side by side. Terms over tokens
(negative numbers, see `provenance`) are negative as well and are worked out when the tokens are replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from mldebt.model.events import Kind
from mldebt.model.source import Place

Layout: TypeAlias = frozenset[int]
NO_LAYOUT: Layout = frozenset()
FIRST = 1 << 40
_NO_NAMES: frozenset[str] = frozenset()
MOST_WAYS, MAX_CALLS = 8, 2
LOST: Kind = "column-drop"
"""Kind of the event in which a table loses columns in place."""


class Table(msgspec.Struct, frozen=True):
    """The columns of a table made or read at `place`, got by the calls `via`: not known by name, but each stays what it is."""

    place: Place
    via: tuple[Place, ...] = ()


class Column(msgspec.Struct, frozen=True):
    """One column, taken at `place`; a number is its position."""

    of: Layout
    name: str
    place: Place


class Kept(msgspec.Struct, frozen=True):
    """The columns of some names alone."""

    of: Layout
    names: frozenset[str]


class Without(msgspec.Struct, frozen=True):
    """All columns but those of some names."""

    of: Layout
    names: frozenset[str]


class Between(msgspec.Struct, frozen=True):
    """The columns between two positions."""

    of: Layout
    first: int
    end: int | None


class Added(msgspec.Struct, frozen=True):
    """All columns, with others put in at `place` under some names (None: any) in the place of those that were there."""

    of: Layout
    names: frozenset[str] | None
    value: Layout
    place: Place


class Rows(msgspec.Struct, frozen=True):
    """The same columns of a slice of the rows, as it is spelled: two slices are not of the same rows."""

    of: Layout
    spelled: str


class Mixed(msgspec.Struct, frozen=True):
    """Computed from each of some, row by row. `whole`: from nothing else."""

    of: tuple[Layout, ...]
    whole: bool


class Beside(msgspec.Struct, frozen=True):
    """Columns of several side by side."""

    of: tuple[Layout, ...]


Term: TypeAlias = Table | Column | Kept | Without | Between | Added | Rows | Mixed | Beside


class ColumnBook:
    """The terms of a run by number, and the operations that make them."""

    def __init__(self) -> None:
        """Start with none."""
        self._numbers: dict[Term, int] = {}
        self._terms: dict[int, Term] = {}
        self.made: list[int] = []
        self._tables: dict[int, Layout] = {}
        self._stored: dict[int, frozenset[str] | None] = {}
        self._names: dict[int, frozenset[str]] = {}

    def make(self, term: Term) -> Layout:
        """Return what is known where a term holds: nothing where it is about columns of which nothing is known."""
        parts = operands(term)
        if not all(parts):
            return NO_LAYOUT
        number = self._numbers.get(term)
        if number is None:
            number = FIRST + len(self._numbers)
            number = self._numbers[term] = -number if _open(term) else number
            self._terms[number] = term
        if isinstance(term, Table):
            self.made.append(number)
        return frozenset((number,))

    def term(self, number: int) -> Term | None:
        """Return the term that a number stands for, None for a token."""
        return self._terms.get(number)

    def named(self, table: Layout) -> frozenset[str]:
        """Return the names that columns of a table are taken, kept or dropped by anywhere."""
        self._look()
        return frozenset().union(*(self._names.get(number, _NO_NAMES) for number in table))

    def stored(self, table: Layout) -> frozenset[str] | None:
        """Return the names under which columns are put into a table anywhere, under another name of it, too; None where it may be any."""
        self._look()
        found = [self._stored.get(number, _NO_NAMES) for number in table]
        return frozenset(name for names in found for name in names or ()) if None not in found else None

    def _look(self) -> None:
        while len(self._tables) < len(self._terms):
            number = FIRST + len(self._tables)
            self._note(number if number in self._terms else -number)

    def _note(self, number: int) -> None:
        """Note what a term names, for the tables that it is about."""
        term = self._terms[number]
        parts = [part for layout in operands(term) for part in layout]
        self._tables[number] = frozenset((number,)) if isinstance(term, Table) else frozenset().union(*(self._tables.get(part, NO_LAYOUT) for part in parts))
        names = term.names if isinstance(term, Kept | Without) else frozenset((term.name,)) if isinstance(term, Column) else _NO_NAMES
        for table in self._tables[number] if names or isinstance(term, Added) else ():
            self._names[table] = self._names.get(table, _NO_NAMES) | names
            if isinstance(term, Added):
                known = self._stored.get(table, _NO_NAMES)
                self._stored[table] = known | term.names if known is not None and term.names is not None else None

    def mixed(self, *layouts: Layout, whole: bool = True) -> Layout:
        """Return what is computed row by row from some columns; where of some nothing is known, from something else, too."""
        known = tuple(dict.fromkeys(filter(None, layouts)))
        return self.make(Mixed(known, whole and all(layouts))) if known else NO_LAYOUT

    def resolve(self, found: Layout, meant: Mapping[int, Layout], done: dict[int, Layout]) -> Layout:
        """Return columns with every token that is known replaced by what it stands for; `done` is what was worked out."""
        if not found or min(found) >= 0:
            return found
        return self._each(found, lambda number: self._resolved(number, meant, done))

    def _resolved(self, number: int, meant: Mapping[int, Layout], done: dict[int, Layout]) -> Layout:
        term = self._terms.get(number)
        if number >= 0 or term is None:
            return meant.get(number, frozenset((number,)))
        if number not in done:
            done[number] = self._again(term, lambda found: self.resolve(found, meant, done))
        return done[number]

    def called(self, found: Layout, born: frozenset[int], place: Place, done: dict[int, Layout]) -> Layout:
        """Return columns as a call at `place` gives them: a table made while it ran (`born`) is one that this call got."""
        return self._each(found, lambda number: self._called(number, born, place, done)) if found and born else found

    def _called(self, number: int, born: frozenset[int], place: Place, done: dict[int, Layout]) -> Layout:
        term = self._terms.get(number)
        if term is None or isinstance(term, Table) and (number not in born or len(term.via) >= MAX_CALLS):
            return frozenset((number,))
        if number not in done:
            done[number] = (self.make(Table(term.place, (*term.via, place))) if isinstance(term, Table)
                            else self._again(term, lambda found: self.called(found, born, place, done)))
        return done[number]

    def _again(self, term: Term, change: Callable[[Layout], Layout]) -> Layout:
        """Make a term again of what it is made of, changed."""
        if isinstance(term, Table):
            return self.make(term)
        if isinstance(term, Mixed | Beside):
            return self.make(msgspec.structs.replace(term, of=tuple(map(change, term.of))))
        if isinstance(term, Added):
            return self.make(Added(change(term.of), term.names, change(term.value), term.place))
        return self.make(msgspec.structs.replace(term, of=change(term.of)))

    def _each(self, found: Layout, change: Callable[[int], Layout]) -> Layout:
        ways = [change(number) for number in sorted(found)]
        whole = NO_LAYOUT.union(*ways)
        return whole if all(ways) and len(whole) <= MOST_WAYS else NO_LAYOUT


def operands(term: Term) -> tuple[Layout, ...]:
    """Return what a term is about."""
    return () if isinstance(term, Table) else term.of if isinstance(term, Mixed | Beside) else (term.of,)


def _open(term: Term) -> bool:
    """Return whether a term is over tokens."""
    return any(part and min(part) < 0 for part in (*operands(term), *((term.value,) if isinstance(term, Added) else ())))


def either(left: Layout, right: Layout) -> Layout:
    """Return what is known of columns that are one or the other."""
    if left == right or not left or not right:
        return left if left == right else NO_LAYOUT
    whole = left | right
    return whole if len(whole) <= MOST_WAYS else NO_LAYOUT
