"""Provenance as detectors see it: numbers of the run spelled out as rows, what shaped them, and fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from mldebt.flow import provenance as terms
from mldebt.flow.provenance import Found, Provenance
from mldebt.model.events import Loaded
from mldebt.model.lineage import Fitted, Lineage, Part, Rows, Seen
from mldebt.model.source import Place


class Teller:
    """Spells out provenance under one entry point: `reads` are the ids of events by those of raw events, `place_of` says where a raw event stands, `loads` what
    those that load an object load."""

    def __init__(self, book: Provenance, reads: Mapping[int, int], place_of: Callable[[int], Place], loads: Mapping[int, Loaded]) -> None:
        """Belong to one replay."""
        self._book, self._reads, self._place_of, self._loads = book, reads, place_of, loads

    def lineage(self, found: Found) -> Lineage:
        """Return rows and what shaped them."""
        rows = {part for item in found if (part := self._rows(item)) is not None}
        seen = {one for item in found if (one := self._seen(item)) is not None}
        return Lineage(tuple(sorted(rows, key=_order)), tuple(sorted(seen, key=lambda one: (one.place, one.api))))

    def fits(self, found: Found) -> tuple[Fitted, ...]:
        """Return the fits among some provenance."""
        found_terms = [term for item in found if isinstance(term := self._book.term(item), terms.Fitted)]
        return tuple(sorted((Fitted(term.place, term.api, self.lineage(term.of)) for term in found_terms), key=lambda fit: (fit.place, fit.api)))

    def loads(self, found: Found) -> tuple[Loaded, ...]:
        """Return what the objects among some provenance were loaded from."""
        made = {self._loads[read] for read in map(self._book.origin_of, found) if read in self._loads}
        return tuple(sorted(made, key=lambda load: (load.place, load.access.path.show())))

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


def _order(rows: Rows) -> tuple[object, ...]:
    return rows.read, rows.origin, rows.via, tuple((part.site, part.side) for part in rows.parts)
