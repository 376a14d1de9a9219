"""Shape `lookahead`: a model is fitted on values that were made of later rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.time_order import ordering
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import Ahead, OrderHow
from mldebt.model.source import Place

_MOST = 8


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
    """Yield one match for each fit on values that are made of later rows, beside its answers, at the first place that makes such; each place counts once."""
    done: set[Place] = set()
    for event in context.events:
        new = [ahead for ahead in event.rows.ahead if ahead.fills is spec.fills and ahead.place not in done] if event.kind == "fit" else []
        if new and (match := _match(context, spec, event, new)) is not None:
            done.update(ahead.place for ahead in new)
            yield match


def _match(context: Context, spec: LookaheadSpec, event: Event, found: Sequence[Ahead]) -> Match | None:
    timed = tuple(order for order in event.rows.order if order.how in spec.how)
    known = ordering(context, msgspec.structs.replace(event.rows, order=timed))
    if known is None or known.order.how not in spec.how:
        return None
    first, name = found[0], found[0].api.rpartition(".")[2]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    steps = (*known.steps, *map(_step, found[:_MOST]), Step(event.place, "a model is fitted on that here"))
    return Match(first.place, f"`{name}` makes a feature{more} of rows that are later in time", steps, f"{name} in {event.owner}", event.owner, spec.confidence,
                 spec.lowered)


def _step(ahead: Ahead) -> Step:
    column = f"column `{ahead.column}`" if ahead.column not in ("", "*") else "values"
    return Step(ahead.place, f"`{ahead.api.rpartition('.')[2]}` makes {column} of later rows here")
