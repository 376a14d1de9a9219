"""Provenance as detectors see it: numbers of the run spelled out as rows, what shaped them, and fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from mldebt.flow import chronology as time
from mldebt.flow import terms, verdicts
from mldebt.flow.provenance import Provenance
from mldebt.flow.terms import Found
from mldebt.model.events import Loaded
from mldebt.model.lineage import Ahead, Dates, Fitted, Lineage, Order, Part, Rows, Scored, Seen, Shuffle
from mldebt.model.source import Place


class Teller:
    """Spells out provenance under one entry point: `reads` are the ids of events by those of raw events, `place_of` says where a raw event stands, `loads` what
    those that load an object load."""

    def __init__(self, book: Provenance, reads: Mapping[int, int], place_of: Callable[[int], Place], loads: Mapping[int, Loaded]) -> None:
        """Belong to one replay."""
        self._book, self._reads, self._place_of, self._loads = book, reads, place_of, loads
        self._told: dict[Found, Lineage] = {}

    def lineage(self, found: Found) -> Lineage:
        """Return rows and what shaped them."""
        if found not in self._told:
            self._told[found] = self._lineage(found)
        return self._told[found]

    def _lineage(self, found: Found) -> Lineage:
        rows = {part for item in found if (part := self._rows(item)) is not None}
        seen = {one for item in found if (one := self._seen(item)) is not None}
        told = Lineage(tuple(sorted(rows, key=_order)), tuple(sorted(seen, key=_learned)))
        known = self._book.of_time(found)
        return self._timed(told, [self._book.term(item) for item in known], found) if known else told

    def written(self, found: Found, model: Found) -> Lineage:
        """Return what is known of what is written, which may be much: of data only what is known of time and which sides it is of divisions, of a model what it
        was made by."""
        known, seen = self._book.of_time(found), self.lineage(model).seen if model else ()
        sides = {rows for item in found if isinstance(self._book.term(item), terms.Part) and (rows := self._rows(item)) is not None}
        told = Lineage(tuple(sorted(sides, key=_order)), seen)
        return self._timed(told, [self._book.term(item) for item in known], found) if known else told

    def fits(self, found: Found) -> tuple[Fitted, ...]:
        """Return the fits among some provenance."""
        found_terms = [term for item in found if isinstance(term := self._book.term(item), terms.Fitted)]
        return tuple(sorted((Fitted(term.place, term.api, self.lineage(term.of)) for term in found_terms), key=_fitted))

    def scores(self, found: Found) -> tuple[Scored, ...]:
        """Return the scores that something was chosen by."""
        decisions = [term for item in found if isinstance(term := self._book.term(item), verdicts.Chosen)]
        return self._marks(frozenset().union(*(term.of | term.by for term in decisions)), verdicts.Scored)

    def chances(self, found: Found) -> tuple[Scored, ...]:
        """Return the chances among some provenance."""
        return self._marks(found, verdicts.Predicted)

    def _marks(self, found: Found, kind: type[verdicts.Scored | verdicts.Predicted]) -> tuple[Scored, ...]:
        marks = [term for item in found if isinstance(term := self._book.term(item), kind)]
        told = {Scored(mark.place, mark.api, self.lineage(mark.of).rows, self.fits(mark.of)) for mark in marks}
        return tuple(sorted(told, key=lambda score: (score.place, score.api, tuple(map(_order, score.rows)), tuple(map(_fitted, score.fits)))))

    def _timed(self, told: Lineage, facts: Sequence[terms.Term | None], found: Found) -> Lineage:
        """Add what is known of time."""
        dates = {Dates(term.place, term.api, term.column) for term in facts if isinstance(term, time.Dates)}
        order = {Order(term.place, term.api, term.how) for term in facts if isinstance(term, time.Ordered)}
        order |= {self._keyed(term) for term in facts if isinstance(term, time.Keyed)}
        ahead, answers = self._ahead(found), [term.of for item in found if isinstance(term := self._book.term(item), time.Aims)]
        ahead -= {one for answer in answers for one in self._ahead(answer) if not one.fills}
        shuffled = {Shuffle(term.place, rows) for term in facts if isinstance(term, time.Shuffled) for one in term.of if (rows := self._rows(one)) is not None}
        return Lineage(told.rows, told.seen, tuple(sorted(dates, key=_where)), tuple(sorted(order, key=_where)),
                       tuple(sorted(ahead, key=_where)) if answers else (), tuple(sorted(shuffled, key=lambda one: (one.place, _order(one.rows)))))

    def _ahead(self, found: Found) -> set[Ahead]:
        """Return what is made of later rows, nothing where some rows are turned round: then nobody knows what comes later."""
        facts = [self._book.term(item) for item in self._book.of_time(found)]
        turned = any(isinstance(term, time.Turned) for term in facts)
        return set() if turned else {Ahead(term.place, term.api, term.column, term.fills) for term in facts if isinstance(term, time.Ahead)}

    def _keyed(self, term: time.Keyed) -> Order:
        """Return an order by columns with the dates that are known there."""
        dates = [found for item in term.of if isinstance(found := self._book.term(item), time.Dates)]
        meant = sorted((Dates(one.place, one.api, one.column) for one in dates if _among(one.column, term)), key=_where)
        reads = tuple(sorted(self._reads[item] for item in term.of if item in self._reads))
        return Order(term.place, term.api, term.how, term.columns, tuple(meant[:1]), reads)

    def loads(self, found: Found) -> tuple[Loaded, ...]:
        """Return what the objects among some provenance were loaded from."""
        made = {self._loads[read] for read in map(self._book.origin_of, found) if read in self._loads}
        return tuple(sorted(made, key=lambda load: (load.place, load.access.path.show(), load.access.store, load.access.anchor, load.access.home)))

    def _rows(self, item: int) -> Rows | None:
        term = self._book.term(item)
        if term is None:
            return Rows(self._reads.get(item, -1), self._place_of(item)) if item > 0 else None
        if isinstance(term, terms.Origin):
            return Rows(-1, term.place)
        if isinstance(term, terms.Called):
            return (loaded := self._rows(term.of)) and msgspec.structs.replace(loaded, via=(*loaded.via, term.place))
        if not isinstance(term, terms.Part):
            return None
        inner = self._rows(term.of)
        return inner and msgspec.structs.replace(inner, parts=(*inner.parts, Part(term.site, term.side)))

    def _seen(self, item: int) -> Seen | None:
        term = self._book.term(item)
        if not isinstance(term, terms.Seen):
            return None
        rows = {part for one in term.of if (part := self._rows(one)) is not None}
        return Seen(term.place, term.api, term.how, tuple(sorted(rows, key=_order))) if rows else None


def _among(column: str, term: time.Keyed) -> bool:
    """Return whether rows are ordered by a column; of dates whose column is not known it is likely, but where columns are dropped."""
    return not term.columns or column in term.columns or not column and term.how != "drop"


def _where(one: Dates | Order | Ahead) -> tuple[object, ...]:
    if isinstance(one, Order):
        return one.place, one.api, one.how, one.keys, tuple(map(_where, one.dates)), one.reads
    return one.place, one.api, one.column, isinstance(one, Ahead) and one.fills


def _learned(seen: Seen) -> tuple[object, ...]:
    return seen.place, seen.api, seen.how, tuple(map(_order, seen.rows))


def _fitted(fit: Fitted) -> tuple[object, ...]:
    return fit.place, fit.api, tuple(map(_order, fit.data.rows)), tuple(map(_learned, fit.data.seen))


def _order(rows: Rows) -> tuple[object, ...]:
    return rows.read, rows.origin, rows.via, tuple((part.site, part.side) for part in rows.parts)
