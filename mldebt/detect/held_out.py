"""What models are judged on: predictions and scores, each with the fit it belongs to and the rows that this fit had not seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from mldebt.detect.base import Context, shown
from mldebt.detect.labelled import labelled
from mldebt.model.events import Event
from mldebt.model.finding import Step
from mldebt.model.lineage import FOLDS, Fitted, Rows, Seen

_JUDGES = ("predict", "score")
_MOST = 8
"""Most places that are named beside the first of one cause."""


class Judgement(NamedTuple):
    """A model at work on rows that it was not fitted on: the event, the fit, the rows of both, what shaped the fit, and through which files the rows came."""

    event: Event
    fit: Fitted
    fitted: tuple[Rows, ...]
    held_out: tuple[Rows, ...]
    seen: tuple[Seen, ...]
    handed: tuple[Step, ...] = ()


def uses(context: Context) -> Iterator[tuple[Event, Fitted]]:
    """Yield every prediction and score of a model with the fit it belongs to."""
    for event in context.events:
        for fit in event.fits if event.kind in _JUDGES else ():
            if fit.data.rows and event.rows.rows:
                yield event, fit


def judgements(context: Context) -> Iterator[Judgement]:
    """Yield every use of a fitted model on rows that do not lie inside those of its fit, nor hold them; `seen` is what shaped the fit."""
    for event, fit in uses(context):
        held_out = tuple(rows for rows in event.rows.rows if not any(rows.touches(one) for one in fit.data.rows))
        if held_out:
            yield Judgement(event, fit, fit.data.rows, held_out, fit.data.seen)


def held_for_good(rows: Iterable[Rows], fit: Fitted) -> tuple[Rows, ...]:
    """Return the rows that a fit certainly did not see and that are no fold: those of a test side."""
    return tuple(one for one in rows if not any(part.side in FOLDS for part in one.parts) and all(one.apart(other) for other in fit.data.rows))


def other_judge(context: Context, entry: str, fit: Fitted, rows: Collection[Rows]) -> Event | None:
    """Return a use of a model, fitted on rows of the same source under the same entry point, on held-out rows that are none of some."""
    sources = {one.source for one in fit.data.rows}
    for event in context.under.get(entry, ()):
        for own in event.fits if event.kind in _JUDGES else ():
            related = any(one.source in sources for one in own.data.rows)
            if related and any(all(one.apart(other) for other in rows) for one in held_for_good(event.rows.rows, own)):
                return event
    return None


def said_to_choose(context: Context, score: Event, labels: Collection[str]) -> bool:
    """Return whether the statement that scores, or one that leads to it, says that its rows are there to choose by."""
    return any(labelled(context, place, labels) for place in (score.place, *score.chain))


def divided(fit: Fitted, rows: Rows) -> tuple[Step, ...]:
    """Return the evidence step of where held-out rows were parted from those of a fit."""
    for own in fit.data.rows:
        for one, two in zip(own.parts, rows.parts) if own.source == rows.source else ():
            if one != two:
                return (Step(two.site, "the rows are divided here"),) if two.site.path else ()
    return ()


def came_from(context: Context, rows: Rows) -> Step:
    """Return the evidence step of where some rows come from."""
    source = source_of(context, rows)
    return Step(rows.origin, f"`{shown(source)}` is read here" if source else "the rows come from here")


def source_of(context: Context, rows: Rows) -> str:
    """Return the path that some rows were read from, empty when they were not."""
    access = context.events[rows.read].access if rows.read >= 0 else None
    return access.path.show() if access is not None else ""


def also(seen: Sequence[Seen]) -> list[Step]:
    """Return the evidence steps of what was learned in the same way as something before: the first of them."""
    return [Step(one.place, f"so does `{one.api.rpartition('.')[2]}` here") for one in seen[:_MOST]]


def more(count: int) -> str:
    """Return how a message tells of calls beside the one that it names."""
    return "" if not count else ", as does 1 more call" if count == 1 else f", as do {count} more calls"
