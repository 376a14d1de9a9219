"""Shape `lookahead`: a model is fitted on values that were made of later rows."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.time_order import ordering
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import Ahead, OrderHow
from mldebt.model.source import Place


class LookaheadSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`how`: what the rows must have their order in time from; `fills`: whether gaps are filled with later rows, or all values made of such.

    `lowered` names the `[[lowered]]` table that always applies.
    """

    kind: str
    form: str
    how: tuple[OrderHow, ...]
    fills: bool = False
    lowered: str = ""
    confidence: Confidence = "high"


def lookahead(context: Context, spec: LookaheadSpec) -> Iterator[Match]:
    """Yield one match for each place that makes values of later rows which a model is fitted on, beside its answers, at that place."""
    done: set[Place] = set()
    for event in context.events:
        for ahead in event.rows.ahead if event.kind == "fit" else ():
            if ahead.fills is spec.fills and ahead.place not in done and (match := _match(context, spec, event, ahead)) is not None:
                done.add(ahead.place)
                yield match


def _match(context: Context, spec: LookaheadSpec, event: Event, ahead: Ahead) -> Match | None:
    timed = tuple(order for order in event.rows.order if order.how in spec.how)
    known = ordering(context, msgspec.structs.replace(event.rows, order=timed))
    if known is None or known.order.how not in spec.how:
        return None
    name = ahead.api.rpartition(".")[2]
    column = f"column `{ahead.column}`" if ahead.column not in ("", "*") else "values"
    steps = (*known.steps, Step(ahead.place, f"`{name}` makes {column} of later rows here"), Step(event.place, "a model is fitted on that here"))
    return Match(ahead.place, f"`{name}` makes a feature of rows that are later in time", steps, f"{name} in {event.owner}", event.owner, spec.confidence,
                 spec.lowered)
