"""What models are judged on: predictions and scores, each with the fit it belongs to and the rows that this fit had not seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mldebt.detect.base import Context
from mldebt.model.events import Event
from mldebt.model.lineage import Fitted, Rows, Seen, any_inside


_JUDGES = ("predict", "score")


class Judgement(NamedTuple):
    """A model at work on rows that it was not fitted on: the event, the fit, the rows of both, and what shaped the fit."""

    event: Event
    fit: Fitted
    fitted: tuple[Rows, ...]
    held_out: tuple[Rows, ...]
    seen: tuple[Seen, ...]


def judgements(context: Context) -> Iterator[Judgement]:
    """Yield every use of a fitted model on rows of which some certainly do not lie inside those of its fit; `seen` is what shaped the fit."""
    for event in context.events:
        for fit in event.fits if event.kind in _JUDGES else ():
            held_out = tuple(rows for rows in event.rows.rows if not any_inside(rows, fit.data.rows))
            if held_out and fit.data.rows:
                yield Judgement(event, fit, fit.data.rows, held_out, fit.data.seen)
