"""What library files say of rows: which parts calls divide data into, what they learn from it, what they pick out of it."""

from __future__ import annotations

from typing import Literal

import msgspec

from mldebt.model.lineage import How


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Unknown keys are faults."""


class DivisionRow(Strict, frozen=True):
    """How a call divides rows: `pairs` (first and second side of each argument, in turn), `folds` (pairs of positions, one pair after the other), `parts`
    (a sequence of parts, as many as the argument `sizes` says, with one more where that lists the cuts), `sample` (one part), `each` (none: each argument
    comes back, in turn, with what the call sees of it).

    `whole` names the parameter of a sample that makes it a permutation of all rows when it is 1; `seed` and `shuffle` name those of the same meaning.
    """

    out: Literal["pairs", "folds", "parts", "sample", "each"]
    sizes: str = ""
    cuts: str = ""
    whole: str = ""
    seed: str = ""
    shuffle: str = ""


class LayoutRow(Strict, frozen=True):
    """What a call does to the columns of its data: the parameters `of` (`self`: the receiver; none: all of them) hold it.

    `keeps` all columns; `mixes` computes each value from those of the same row; `joins` columns side by side; `drops`, `picks` or `takes` (one, as a series)
    those that one of the parameters `names` names; `renames` those of a mapping; `adds` columns: the parameter `value` under one of `names`, or each keyword
    argument under its own. On a type, `selects`: which columns an instance uses is not known, `scales`: it makes columns alike in scale, `compares`: it learns
    less of a column whose numbers are small. A call works on columns only where the parameter `axis`, if there is one, says so. `inplace`: the receiver itself
    is changed. `parameters` are as in a `[[rows]]` table.
    """

    path: str
    does: Literal["keeps", "mixes", "joins", "drops", "picks", "takes", "renames", "adds", "selects", "scales", "compares"]
    parameters: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    value: str = ""
    axis: str = ""
    inplace: bool = False


class LineageRow(Strict, frozen=True):
    """What a call does with the rows of its data, or how the instances of a type learn; a row on top of the one that says what the call or type is.

    `sees`: the result is shaped by what was learned from all rows given (on a type: by what an instance learned when it was fitted): by a `fit`, a
    `vocabulary` (which words there are), `categories` (which values there are), a `statistic`, an `extreme` (a statistic that no filter is shaped by: a day to
    cut at), a `count`, or by `resample` (rows made of others). `composed`: an instance learns as those do that it is made of, where they are known;
    `unsupervised`: it predicts nothing that a score of held-out rows could judge. `keeps` says what else comes back: the `rows`, only the `statistic`, only
    `facts` (a number of rows, names of columns), or a `table` with rows of its own made by the statistic.

    The other keys name parameters. `learns`: those that a fit learns from (absent: all arguments); `targets`: those
    with the answers, whose rows it learns from while nothing that shaped them counts; `folds`: those
    that a call divides into folds to fit a model on some and judge it on the rest; `data`: those that hold the data, where the others only steer what is done
    (`self`: the receiver); `picks`: those with the positions, labels or mask of the rows that come back; `leaves`: of those that do not. A statistic is taken
    of each row by itself where `axis` is 1 or `columns`; one that depends on the rows only where `number` is a number is none where it is not. Where `named` is
    a function, that function learns, else what it names (`counts` are names of counts). `parameters` are the names of positional parameters, where the row of
    the call does not give them. `division` says how the call divides rows.
    """

    path: str
    parameters: tuple[str, ...] = ()
    sees: How | None = None
    keeps: Literal["rows", "statistic", "facts", "table"] | None = None
    learns: tuple[str, ...] | None = None
    targets: tuple[str, ...] = ()
    folds: tuple[str, ...] = ()
    data: tuple[str, ...] | None = None
    composed: bool = False
    unsupervised: bool = False
    axis: str = ""
    number: str = ""
    named: str = ""
    counts: tuple[str, ...] = ()
    picks: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    division: DivisionRow | None = None
