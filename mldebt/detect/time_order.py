"""What puts rows in the order of time: what the program itself does with them, or the programs that wrote what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mldebt.detect.base import Context, shown
from mldebt.detect.held_out import source_of
from mldebt.model.finding import Step
from mldebt.model.lineage import Dates, Lineage, Order, OrderHow

SUREST: tuple[OrderHow, ...] = ("source", "resample", "lag", "window", "index", "group", "sort", "drop")
_BY_DATES: tuple[OrderHow, ...] = ("index", "group", "sort", "drop")
_DEEDS: dict[OrderHow, str] = {
    "source": "`{}` gives rows in the order of time here", "resample": "`{}` puts the rows into periods of time here",
    "lag": "`{}` sets values of other rows beside each row here", "window": "`{}` looks at a moving window of the rows here",
    "index": "the rows get dates as their labels here", "group": "the rows are grouped by dates here", "sort": "the rows are sorted by dates here",
    "drop": "the dates of the rows are left out here",
}
_MAX_FILES = 4


class Ordering(NamedTuple):
    """One thing that orders rows in time, with the steps that show it."""

    order: Order
    steps: tuple[Step, ...]


def ordering(context: Context, lineage: Lineage) -> Ordering | None:
    """Return the surest of what puts some rows in the order of time, None where nothing is known to do so."""
    return min(_orderings(context, lineage, ()), key=lambda one: (SUREST.index(one.order.how), len(one.steps), one.order.place), default=None)


def _orderings(context: Context, lineage: Lineage, files: tuple[str, ...]) -> Iterator[Ordering]:
    for order in lineage.order:
        step = Step(order.place, _DEEDS[order.how].format(order.api.rpartition(".")[2]))
        if order.how not in _BY_DATES:
            yield Ordering(order, (step,))
        elif (dates := _known(context, order)) is not None:
            yield Ordering(order, (*dates, step))
    for rows in lineage.rows:
        for artifact, written in _written(context, rows.read, files):
            for found in _orderings(context, written, (*files, artifact)):
                yield Ordering(found.order, (*found.steps, Step(rows.origin, f"`{shown(source_of(context, rows))}` holds these rows when it is read here")))


def _known(context: Context, order: Order) -> tuple[Step, ...] | None:
    """Return the steps that show that columns hold dates, None where nothing does."""
    dates = next(iter(order.dates), None) or next((one for read in order.reads for one in _dates(context, read, order, ())), None)
    if dates is None:
        return None
    column = f" in column `{dates.column}`" if dates.column and not dates.column.startswith("#") else ""
    return () if dates.place == order.place else (Step(dates.place, f"dates are made{column} here"),)


def _dates(context: Context, read: int, order: Order, files: tuple[str, ...]) -> Iterator[Dates]:
    """Yield the dates that programs wrote into what is read, in the columns that rows are ordered by."""
    for artifact, written in _written(context, read, files):
        yield from (one for one in written.dates if one.column in order.keys or not one.column and order.how != "drop")
        for rows in written.rows:
            yield from _dates(context, rows.read, order, (*files, artifact))


def _written(context: Context, read: int, files: tuple[str, ...]) -> Iterator[tuple[str, Lineage]]:
    """Yield what programs write into the file that is read."""
    use = context.graph.sources.get(read)
    if use is not None and use.artifact not in files and len(files) < _MAX_FILES:
        yield from ((use.artifact, writer.event.rows) for writer in context.graph.writers(use.artifact))
