"""Shape `one-measure`: all scores of a model are of one kind, and none of another that would tell more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, listed, one_each
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place


class OneMeasureSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`judges`: the kind that all scores are of; `classes`: what one of them must say of the answers."""

    kind: str
    form: str
    judges: str
    classes: str
    confidence: Confidence = "high"


def one_measure(context: Context, spec: OneMeasureSpec) -> Iterator[Match]:
    """Yield one match for each fit whose scores are all of one kind, at the first of them."""
    scored: dict[Place, list[Event]] = defaultdict(list)
    for event in context.events:
        for fit in event.fits if event.kind == "score" else ():
            scored[fit.place].append(event)
    told: set[Place] = set()
    for place, events in sorted(scored.items()):
        details = [dict(event.detail) for event in events]
        first = min(events, key=lambda event: event.place)
        if any(detail.get("judges") != spec.judges for detail in details) or not any(detail.get("classes") == spec.classes for detail in details):
            continue
        if first.place not in told:
            told.add(first.place)
            yield _match(spec, place, events, first)


def _match(spec: OneMeasureSpec, place: Place, events: list[Event], first: Event) -> Match:
    names = sorted({event.api.rpartition(".")[2] for event in events})
    steps = (Step(place, "the model is fitted here"), *(Step(event.place, f"it is judged by `{event.api.rpartition('.')[2]}` here") for event in events))
    return Match(first.place, f"the model is judged at one threshold only: {listed(names)}", one_each(steps), ", ".join(names), first.owner, spec.confidence)
