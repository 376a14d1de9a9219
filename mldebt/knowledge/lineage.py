"""What library files say of rows: which parts calls divide data into, what they learn from it, what they pick out of it."""

from __future__ import annotations

from typing import Literal

import msgspec

from mldebt.model.lineage import How, OrderHow


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Unknown keys are faults."""


class DivisionRow(Strict, frozen=True):
    """How a call divides rows: `pairs` (first and second side of each argument, in turn), `folds` (pairs of positions, one pair after the other), `parts`
    (a sequence of parts, as many as the argument `sizes` says, with one more where that lists the cuts), `sample` (one part), `each` (none: each argument
    comes back, in turn, with what the call sees of it; one alone as it is).

    `whole` names the parameter of a sample that makes it a permutation of all rows when it is 1; `seed` and `shuffle` name those of the same meaning.
    `shuffles`: rows are divided by chance `always`, `unless` the parameter `shuffle` is false, or only `if` it is true. (On a type: by what instances divide.)
    """

    out: Literal["pairs", "folds", "parts", "sample", "each"]
    sizes: str = ""
    cuts: str = ""
    whole: str = ""
    seed: str = ""
    shuffle: str = ""
    shuffles: Literal["", "always", "unless", "if"] = ""


class TimeRow(Strict, frozen=True):
    """What a call says or makes of the order of rows in time.

    `order`: the rows come out in that order, or are made of rows before and after them: a `lag` (`steps` names the parameter with how many rows back: values of
    later rows where it is negative), a moving `window`, a `resample`, a dated `source`; or, where the `keys` (parameters with names of columns, or with values)
    hold dates, a `sort`, an `index`, a `group` of one time each, a `drop` of the dates. `descending` names the parameter that turns a sort round when false.
    `dates`: the result (`return`), or the columns that these parameters name (`true`: the `keys`), are parsed as dates.
    `looks`: the result is made of later rows (`ahead`) or of earlier ones (`back`); `words` says so by the value of the parameter `word`; `fills`: only where
    something is missing, so that what is filled ahead after it was filled back is nothing but the start.
    `within`: each row is worked out of others of its group, so that groups have several rows that belong together; `thins`: a few rows of each group come back
    (with `keys`: of those that have the same values there).
    `ends`: rows of the result have no order in time, or one by the `keys`; `shuffles`: they come out in any order.
    """

    order: OrderHow | None = None
    keys: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    steps: str = ""
    descending: str = ""
    looks: Literal["", "ahead", "back"] = ""
    word: str = ""
    words: dict[str, Literal["ahead", "back"]] = {}
    fills: bool = False
    within: bool = False
    thins: bool = False
    ends: bool = False
    shuffles: bool = False

    @property
    def may_look_ahead(self) -> bool:
        """Return whether a call may make all values of a column of later rows."""
        return not self.fills and (bool(self.steps) or self.looks == "ahead" or "ahead" in self.words.values())


class WatchRow(Strict, frozen=True):
    """What rows a fit is steered by beside those it learns from: parameters with them, of which only the `last` of several may count.

    They count where an argument, a setting of the instance or a key of the mapping `within` has one of the names in `by`; where one of `callbacks` holds what
    steers; `always`, but where the argument `unless` is false.
    """

    rows: tuple[str, ...]
    last: bool = False
    by: tuple[str, ...] = ()
    within: str = ""
    callbacks: tuple[str, ...] = ()
    always: bool = False
    unless: str = ""


class SteerRow(Strict, frozen=True):
    """When an instance steers a fit by other rows: what the setting `monitor` names starts with one of `watched` or is not given, and `only` is true."""

    monitor: str = ""
    watched: tuple[str, ...] = ()
    only: str = ""


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
    cut at), a `count`, the statistic of a `group`, or by `resample` (rows made of others). `composed`: an instance learns as those do that it is made of, where
    they are known; `unsupervised`: it predicts nothing that a score of held-out rows could judge. `keeps` says what else comes back: the `rows`, only the
    `statistic`, only `facts` (a number of rows, names of columns), or a `table` with rows of its own made by the statistic.

    The other keys name parameters. `learns`: those that a fit learns from (absent: all arguments); `targets`: those
    with the answers, whose rows it learns from while nothing that shaped them counts; `folds`: those
    that a call divides into folds to fit a model on some and judge it on the rest; `data`: those that hold the data, where the others only steer what is done
    (`self`: the receiver); `picks`: those with the positions, labels or mask of the rows that come back; `leaves`: of those that do not; `fills`: those
    whose values stand where one is missing (a group's statistic there is one like any other); `looks-up`: those in which each value of the data is looked up:
    what shaped them shapes what is found there, while their rows are none of it. A statistic is taken
    of each row by itself where `axis` is 1 or `columns`; one that depends on the rows only where `number` is a number is none where it is not. Where `named` is
    a function, that function learns, else what it names (`counts` are names of counts). `parameters` are the names of positional parameters, where the row of
    the call does not give them. `division` says how the call divides rows; of a
    type, that its instances are iterated as such a division. `indexed`: what an index of an instance picks, whatever it is: some of its `rows`, or by name one
    of the `parts` its rows are kept in.

    `mask`: what comes back is true for some of the rows, those of one side of a division by what is asked there. `labelled`: it is values of the rows that the
    labels given name.

    `monotone`: each column that comes out is ordered as it was, whatever was learned; `by_order` (on a type): how columns are ordered is all that an instance
    learns of them.

    `chances`: what a call predicts are chances or scores, to be cut into decisions. `chooses`: it picks or orders by the values given. `searches`: what its
    functions return decides what it finds. `judges`: a score is of `labels` or of the `ranking` by chances; `pairs` names the parameter without which it knows
    two classes only. `settings` are arguments that an instance of the type is asked for later; `watches`: which rows steer a fit; `steers`: an instance does.
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
    fills: tuple[str, ...] = ()
    looks_up: tuple[str, ...] = ()
    indexed: Literal["rows", "parts"] | None = None
    picks: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    labelled: bool = False
    monotone: bool = False
    by_order: bool = False
    division: DivisionRow | None = None
    mask: bool = False
    chances: bool = False
    chooses: bool = False
    searches: bool = False
    judges: Literal["labels", "ranking"] | None = None
    pairs: str = ""
    settings: tuple[str, ...] = ()
    watches: WatchRow | None = None
    steers: SteerRow | None = None
    time: TimeRow | None = None
    cuts: str = ""
    columns: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    renames: tuple[str, ...] = ()
