"""Row lineage as detectors see it: which rows a value holds, which rows shaped it, and what a model was fitted on.

A set of rows is a source and the parts taken of it, one after the other; two parts of one division are disjoint, and what continues a path of parts lies
inside what the path names. (Provenance as annotations that operations pass on: Green, Karvounarakis, Tannen 2007, "Provenance semirings".)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from mldebt.model.source import Place

How = Literal["fit", "vocabulary", "categories", "statistic", "extreme", "group", "count", "resample"]
OrderHow = Literal["lag", "window", "resample", "source", "index", "sort", "group", "drop", "within"]
"""What rows have their order from: in time, or `within` groups that they are worked out in one after the other."""

FOLDS = ("learn", "validate")
"""The sides of a division into folds."""


class Part(msgspec.Struct, frozen=True, gc=False):
    """One side of a division of rows: where the rows are divided, and which side."""

    site: Place
    side: str


class Rows(msgspec.Struct, frozen=True, gc=False):
    """A set of rows: the event that read them (-1: none), where they come from, the calls that got them from there, the parts taken of them."""

    read: int
    origin: Place
    via: tuple[Place, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def source(self) -> tuple[object, ...]:
        """Return what tells the source of these rows from others."""
        return self.read, self.origin, self.via

    def inside(self, other: Rows) -> bool:
        """Return whether all of these rows are certainly among the others."""
        return self.source == other.source and self.parts[:len(other.parts)] == other.parts

    def apart(self, other: Rows) -> bool:
        """Return whether no row is certainly in both: another source, or another side of one division."""
        if self.source != other.source:
            return True
        return any(one.site == two.site and one.side != two.side for one, two in zip(self.parts, other.parts))

    def touches(self, other: Rows) -> bool:
        """Return whether one of the two certainly lies inside the other."""
        return self.inside(other) or other.inside(self)


class Seen(msgspec.Struct, frozen=True, gc=False):
    """Something learned from rows that shaped a value: where, by which library path, in which way, from which rows."""

    place: Place
    api: str
    how: How
    rows: tuple[Rows, ...]


class Dates(msgspec.Struct, frozen=True, gc=False):
    """Dates among some data: where, by which library path they were made, in which column (empty: not known)."""

    place: Place
    api: str
    column: str


class Order(msgspec.Struct, frozen=True, gc=False):
    """What puts rows in the order of time: where, by which library path, how.

    `keys` are the columns that it goes by (none: it is an order whatever they hold), `dates` what is known of dates there; where nothing is, `reads` are the
    events whose data may hold them.
    """

    place: Place
    api: str
    how: OrderHow
    keys: tuple[str, ...] = ()
    dates: tuple[Dates, ...] = ()
    reads: tuple[int, ...] = ()


class Ahead(msgspec.Struct, frozen=True, gc=False):
    """Values made of later rows: where, by which library path, in which column (empty: all of the value; `*`: any), whether only gaps are filled so."""

    place: Place
    api: str
    column: str
    fills: bool


class Shuffle(msgspec.Struct, frozen=True, gc=False):
    """Where some rows were put in any order."""

    place: Place
    rows: Rows


class Lineage(msgspec.Struct, frozen=True, gc=False):
    """The rows of a value and what shaped it; `dates` and `order` say what is known of time, `shuffled` where rows were put in any order.

    `ahead` is what looks ahead (of a fit, where the answers are given by themselves: not in them), unless rows run back in time.
    """

    rows: tuple[Rows, ...] = ()
    seen: tuple[Seen, ...] = ()
    dates: tuple[Dates, ...] = ()
    order: tuple[Order, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    shuffled: tuple[Shuffle, ...] = ()


class Fitted(msgspec.Struct, frozen=True, gc=False):
    """One fit of a model: where, what it is, on which data."""

    place: Place
    api: str
    data: Lineage


class Scored(msgspec.Struct, frozen=True, gc=False):
    """One score or prediction of a model: where, by which library path, on which rows, of which fits."""

    place: Place
    api: str
    rows: tuple[Rows, ...]
    fits: tuple[Fitted, ...]


def any_inside(rows: Rows, others: Iterable[Rows]) -> bool:
    """Return whether some rows certainly lie inside one of others."""
    return any(rows.inside(other) for other in others)
