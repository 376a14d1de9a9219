"""What is certain of the columns that a model is given: answers among the features, columns as a table has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from mldebt.flow.columns import Added, Beside, Between, Column, ColumnBook, Kept, Layout, Mixed, Rows, Table, Term, Without
from mldebt.model.columns import Answer, Columns, Way
from mldebt.model.source import Place

BY_PLACE = "#"
"""Start of the name of a column that is known by its position."""
ANY = ""
MOST_STEPS = 20_000


class Wanted(NamedTuple):
    """A column that is looked for: by its name in the columns `of`, or all columns of a slice of the rows."""

    of: Layout
    name: str
    rows: tuple[str, ...]
    taken: Place


class View(NamedTuple):
    """How columns are looked at from above: names that are hidden, names that alone are shown (None: all), slices of the rows."""

    gone: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    rows: tuple[str, ...] = ()

    def shows(self, name: str) -> bool:
        """Return whether a column of this name is certainly seen; one dropped under a longer name may be what became of it, and names tell no position."""
        if name.startswith(BY_PLACE):
            return self.only is None and not self.gone
        return (self.only is None or name in self.only) and not any(hidden.startswith(name) for hidden in self.gone)


NOWHERE = Place("", 0, 0)
Trail: TypeAlias = tuple[str, Place]
"""Name and place of the feature that is computed from a column; empty and `NOWHERE` where it is the column itself."""
_ITSELF: Trail = ("", NOWHERE)


class Features:
    """Answers what is asked of columns under one entry point; `lost` are columns that some call takes out of a table in place."""

    def __init__(self, book: ColumnBook, lost: Iterable[Sequence[Layout]]) -> None:
        """Note which columns are lost, by the table they are of."""
        self._book = book
        taken = [want for layouts in lost for layout in layouts for want in self._wanted(layout)]
        self._lost = {(self._base(want.of), want.name) for want in taken}
        self._known: dict[tuple[Layout, Wanted, View], Trail | None] = {}
        self._steps = 0

    def told(self, columns: Sequence[Layout]) -> Columns:
        """Return what is certain of features and answers (a call that gives no answers gives one layout alone)."""
        features, answers = columns[0], columns[1] if len(columns) > 1 else frozenset[int]()
        names, table = self._untouched(features)
        return Columns(tuple(self._answers(features, answers)) if features and answers else (), names, table)

    def _answers(self, features: Layout, answers: Layout) -> Iterator[Answer]:
        """Yield the answers that are certainly among the features; features that are nothing but answers are meant to be."""
        wanted = self._wanted(answers)
        names = self._names(features)
        if features == answers or names is not None and names <= {want.name for want in wanted}:
            return
        for want in wanted:
            if (trail := self._search(features, want)) is not None:
                feature, place = trail
                yield _answer(want, feature or want.name, "computed" if feature else "held", place, self._table(want.of))
                return
        for want, (origins, place) in ((want, self._origins(want)) for want in wanted):
            if origins and all(self._search(features, origin) == _ITSELF for origin in origins):
                yield _answer(want, origins[0].name, "origin", place, self._table(want.of))
                return

    def _table(self, layout: Layout) -> Place:
        """Return where the table that some columns are of comes from, a place in no file where it is not known."""
        term = self._book.term(next(iter(self._base(layout)), 0))
        return term.place if isinstance(term, Table) else NOWHERE

    def _search(self, features: Layout, want: Wanted) -> Trail | None:
        base = self._base(want.of)
        self._steps = 0
        return None if {(base, want.name), (base, ANY)} & self._lost else self._find(features, want, View())

    def _wanted(self, layout: Layout, rows: tuple[str, ...] = ()) -> list[Wanted]:
        """Return the columns that answers are: taken of a table, or each computed from one of it."""
        term = self._only(layout)
        if isinstance(term, Column):
            return [self._settled(Wanted(term.of, term.name, rows, term.place))]
        if isinstance(term, Kept):
            return [self._settled(Wanted(term.of, name, rows, NOWHERE)) for name in sorted(term.names)]
        if isinstance(term, Rows):
            return self._wanted(term.of, (*rows, term.spelled))
        if isinstance(term, Mixed) and term.whole and len(term.of) == 1:
            return self._wanted(term.of[0], rows)
        return []

    def _settled(self, want: Wanted) -> Wanted:
        """Return a column as one of the columns that it first was among: what else was added, dropped or picked since then does not change it."""
        while len(want.of) == 1:
            term = self._book.term(next(iter(want.of)))
            if isinstance(term, Rows):
                want = want._replace(of=term.of, rows=(*want.rows, term.spelled))
            elif isinstance(term, Kept | Without) or isinstance(term, Added) and term.names is not None and want.name not in term.names:
                if want.name.startswith(BY_PLACE):
                    return want
                want = want._replace(of=term.of)
            else:
                return want
        return want

    def _origins(self, want: Wanted) -> tuple[list[Wanted], Place]:
        """Return the columns that a column was computed from, and from nothing else, when it was put into its table, and where that was."""
        added = self._only(want.of)
        if not isinstance(added, Added) or added.names != frozenset((want.name,)):
            return [], NOWHERE
        term = self._only(added.value)
        found = [self._wanted(part) for part in term.of] if isinstance(term, Mixed) and term.whole else []
        whole = all(len(part) == 1 for part in found)
        return [Wanted(one.of, one.name, want.rows, one.taken) for part in found for one in part] if whole else [], added.place

    def _only(self, layout: Layout) -> Term | None:
        """Return the one term that is known of some columns."""
        return self._book.term(next(iter(layout))) if len(layout) == 1 else None

    def _find(self, layout: Layout, want: Wanted, view: View) -> Trail | None:
        """Return how a column is certainly among some columns, None where it may not be."""
        key = (layout, want, view)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._seek(layout, want, view)
        return self._known[key]

    def _seek(self, layout: Layout, want: Wanted, view: View) -> Trail | None:
        computed: Trail | None = None
        while self._steps < MOST_STEPS:
            self._steps += 1
            if layout == want.of:
                return _ITSELF if view.shows(want.name) and view.rows == want.rows else computed
            if len(layout) > 1:
                ways = [self._find(frozenset((number,)), want, view) for number in sorted(layout)]
                return ways[0] if all(ways) else computed
            term = self._book.term(next(iter(layout), 0))
            if isinstance(term, Mixed | Beside):
                return next((way for part in term.of if (way := self._find(part, want, view)) is not None), computed)
            if isinstance(term, Between):
                return _ITSELF if term.of == want.of and view == View(rows=want.rows) and _covers(term, want.name) else computed
            if isinstance(term, Added):
                if term.names is None:
                    return computed
                name = next((name for name in sorted(term.names) if view.shows(name)), None)
                if name is not None and term.value and self._find(term.value, want, View(rows=view.rows)) is not None:
                    computed = computed or (name, term.place)
                view = view._replace(gone=view.gone | term.names)
            elif isinstance(term, Kept | Column):
                names = term.names if isinstance(term, Kept) else frozenset((term.name,))
                only = names if view.only is None else names & view.only
                view = view._replace(only=only) if isinstance(term, Kept) else View(only=names, rows=view.rows)
            elif isinstance(term, Without):
                view = view._replace(gone=view.gone | term.names)
            elif isinstance(term, Rows):
                view = view._replace(rows=(*view.rows, term.spelled))
            else:
                return computed
            layout = term.of
        return None

    def _names(self, layout: Layout) -> frozenset[str] | None:
        """Return the names that some columns have, None where there may be others."""
        term = self._only(layout)
        if isinstance(term, Kept):
            return term.names
        if isinstance(term, Column):
            return frozenset((term.name,))
        if isinstance(term, Rows):
            return self._names(term.of)
        return self._names(term.of[0]) if isinstance(term, Mixed) and len(term.of) == 1 else None

    def _base(self, layout: Layout) -> Layout:
        """Return the table that some columns are of in the end."""
        while (term := self._only(layout)) is not None and not isinstance(term, Table | Mixed | Beside):
            layout = term.of
        return layout

    def _untouched(self, layout: Layout) -> tuple[tuple[str, ...], Place | None]:
        """Return the names of columns as a table has them (of all columns those that code names), and the table.

        There are none where any of them was made anew, be it under another name of the table: whoever does so may have made them alike in scale.
        """
        view = View()
        while (term := self._only(layout)) is not None:
            if isinstance(term, Table):
                stored = self._book.stored(layout)
                names = self._book.named(layout) if view.only is None else view.only
                raw = stored is not None and not any(map(view.shows, stored))
                return (tuple(sorted(name for name in names if not name.startswith(BY_PLACE) and view.shows(name))), term.place) if raw else ((), None)
            if isinstance(term, Kept):
                view = view._replace(only=term.names if view.only is None else term.names & view.only)
            elif isinstance(term, Without):
                view = view._replace(gone=view.gone | term.names)
            elif not isinstance(term, Rows | Added):
                break
            layout = term.of
        return (), None


def _answer(want: Wanted, feature: str, how: Way, place: Place, table: Place) -> Answer:
    return Answer(want.name.removeprefix(BY_PLACE), want.taken, feature.removeprefix(BY_PLACE), how, place, table)


def _covers(term: Between, name: str) -> bool:
    """Return whether a column that is known by its position lies between two positions, both counted from the start."""
    number = name.removeprefix(BY_PLACE)
    return name.startswith(BY_PLACE) and number.isdigit() and term.first <= int(number) and (term.end is None or int(number) < term.end)
