"""What puts rows in the order of time: what the program itself does with them, or the programs that wrote what it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
_MAX_FILES = 8


class Ordering(NamedTuple):
    """One thing that orders rows in time, with the steps that show it."""

    order: Order
    steps: tuple[Step, ...]


def ordering(context: Context, lineage: Lineage) -> Ordering | None:
    """Return the surest of what puts some rows in the order of time, None where nothing is known to do so: here, or before they were written and read."""
    found = [*_orderings(context, lineage, ())]
    for rows in lineage.rows if not found else ():
        held = Step(rows.origin, f"`{shown(source_of(context, rows))}` holds these rows when it is read here")
        found.extend(one for written in _behind(context, (rows.read,)) for one in _orderings(context, written, (held,)))
    return min(found, key=lambda one: (SUREST.index(one.order.how), len(one.steps), one.order.place), default=None)


def _orderings(context: Context, lineage: Lineage, after: tuple[Step, ...]) -> Iterator[Ordering]:
    for order in lineage.order:
        if order.how not in SUREST:
            continue
        step = Step(order.place, _DEEDS[order.how].format(order.api.rpartition(".")[2]))
        if order.how not in _BY_DATES:
            yield Ordering(order, (step, *after))
        elif (dates := _known(context, order)) is not None:
            yield Ordering(order, (*dates, step, *after))


def _known(context: Context, order: Order) -> tuple[Step, ...] | None:
    """Return the steps that show that columns hold dates, None where nothing does."""
    dates = next(iter(order.dates), None) or next((one for written in _behind(context, order.reads) for one in written.dates if _meant(one, order)), None)
    if dates is None:
        return None
    column = f" in column `{dates.column}`" if dates.column and not dates.column.startswith("#") else ""
    return () if dates.place == order.place else (Step(dates.place, f"dates are made{column} here"),)


def _meant(dates: Dates, order: Order) -> bool:
    """Return whether dates that were written stand in a column that rows are ordered by; of those whose column is not known it is likely."""
    return dates.column in order.keys or not dates.column and order.how != "drop"


def _behind(context: Context, reads: Sequence[int]) -> Iterator[Lineage]:
    """Yield what programs write into what some events read, and into what those programs read, and so on: each artefact once."""
    pending, done = list(reads), set[str]()
    while pending and len(done) < _MAX_FILES:
        use = context.graph.sources.get(pending.pop(0))
        if use is not None and use.artifact not in done:
            done.add(use.artifact)
            for writer in context.graph.writers(use.artifact):
                yield writer.event.rows
                pending.extend(writer.event.sources)
