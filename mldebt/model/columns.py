"""Columns as detectors see them: what a call that learns answers from features says of the columns of both."""

from __future__ import annotations

from typing import Literal

import msgspec

from mldebt.model.source import Place

Clue = Literal["is", "computed"]


class Answer(msgspec.Struct, frozen=True, gc=False):
    """A column of the answers that is certainly among the features, or that one of them is computed from.

    `taken` is where it becomes the answer, `name` what it is called (a number: a position); `feature` and `computed` are name and place of the feature that is
    computed from it, empty and None where it is the feature itself.
    """

    name: str
    taken: Place
    feature: str = ""
    computed: Place | None = None


class Columns(msgspec.Struct, frozen=True, gc=False):
    """What is certain of the columns of features and answers: answers among the features; names of columns that are as one table has them, and that table."""

    answers: tuple[Answer, ...] = ()
    untouched: tuple[str, ...] = ()
    table: Place | None = None


NO_COLUMNS = Columns()
