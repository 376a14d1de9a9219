"""Terms of provenance about rows: what a number stands for that is neither a read nor a token."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from mldebt.flow.chronology import Timed
from mldebt.flow.verdicts import Chosen, Predicted, Scored
from mldebt.model.lineage import How
from mldebt.model.source import Place

Found: TypeAlias = frozenset[int]


class Origin(msgspec.Struct, frozen=True):
    """Rows that no read gives: made, or got in a way that is not known."""

    place: Place


class Called(msgspec.Struct, frozen=True):
    """The rows `of` as a call at `place` got them: one loader called twice gets rows of two sources."""

    of: int
    place: Place


class Part(msgspec.Struct, frozen=True):
    """One side of a division of the rows `of`."""

    of: int
    site: Place
    side: str


class Seen(msgspec.Struct, frozen=True):
    """What was learned from the rows `of`."""

    of: Found
    place: Place
    api: str
    how: How


class Fitted(msgspec.Struct, frozen=True):
    """A model fitted on the data `of`."""

    of: Found
    place: Place
    api: str


class About(msgspec.Struct, frozen=True):
    """A fact about the data `of` that is neither rows nor learned from them: their number, the names of their columns."""

    of: Found


class Index(msgspec.Struct, frozen=True):
    """Positions, labels or a mask that pick one side out of rows; `of` is what it was computed from."""

    of: Found
    site: Place
    side: str


class IndexOf(msgspec.Struct, frozen=True):
    """The labels of what a token stands for."""

    of: int


class Picked(msgspec.Struct, frozen=True):
    """The rows `of` picked (`without`: left) by an index that tokens stand for."""

    of: int
    by: Found
    without: bool = False


class Flipped(msgspec.Struct, frozen=True):
    """The other side of a mask that a token stands for."""

    of: int


class Worked(msgspec.Struct, frozen=True):
    """The rows that a token stands for, without the mark of what a model gave: something was computed of them."""

    of: int


Term: TypeAlias = Origin | Called | Part | Seen | Fitted | About | Index | IndexOf | Picked | Flipped | Worked | Predicted | Scored | Chosen | Timed
