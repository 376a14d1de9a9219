"""Columns as detectors see them: what a call that learns answers from features says of the columns of both."""

from __future__ import annotations

from typing import Literal

import msgspec

from mldebt.model.source import Place

Way = Literal["held", "computed", "origin"]


class Answer(msgspec.Struct, frozen=True, gc=False):
    """A column of the answers that is certainly given away by a feature: by itself, by one computed from it, or by one that it is computed from.

    `name` is what it is called (a number: a position), `taken` where it becomes the answer, `feature` the column that gives it away, `computed` the place where
    one of the two is computed from the other, where they are two; `table` is where their table comes from.
    """

    name: str
    taken: Place
    feature: str
    how: Way
    computed: Place
    table: Place


class Columns(msgspec.Struct, frozen=True, gc=False):
    """What is certain of the columns of features and answers: answers among the features, and features that are as one table has them.

    `untouched` are the names of such features; where they are all columns of `table` but some, those that the project names anywhere.
    """

    answers: tuple[Answer, ...] = ()
    untouched: tuple[str, ...] = ()
    table: Place | None = None


NO_COLUMNS = Columns()
