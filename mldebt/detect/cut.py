"""Shape `cut`: a literal in the code cuts the chances that a model gives into decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, listed, one_each
from mldebt.link.project import is_test
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step


class CutSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`usual`: the cut that needs no reason; below `least` and above `most` it only guards against extremes."""

    kind: str
    form: str
    usual: float
    least: float
    most: float
    confidence: Confidence = "high"


def cut(context: Context, spec: CutSpec) -> Iterator[Match]:
    """Yield one match for each definition that cuts chances at literals, at the first of them."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in context.events:
        if event.kind == "cut" and event.scores and spec.least <= _at(event) <= spec.most and _at(event) != spec.usual:
            found[event.owner].append(event)
    modules = context.graph.project.modules
    for owner, events in found.items():
        events.sort(key=lambda event: event.place)
        path = events[0].place.path
        if not is_test(path, modules[path].facts):
            yield _match(spec, owner, events)


def _at(event: Event) -> float:
    return float(dict(event.detail)["at"])


def _match(spec: CutSpec, owner: str, events: list[Event]) -> Match:
    score = events[0].scores[0]
    values = list(dict.fromkeys(dict(event.detail)["at"] for event in events))
    steps = (Step(score.place, f"`{score.api.rpartition('.')[2]}` gives the chances here"),
             *(Step(event.place, f"they are cut at {dict(event.detail)['at']} here") for event in events))
    message = f"the model's chances are cut at {listed(values)}, which only stands in the code"
    return Match(events[0].place, message, one_each(steps), ", ".join(values), owner, spec.confidence)
