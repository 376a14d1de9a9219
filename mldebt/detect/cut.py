"""Shape `cut`: a literal in the code cuts the chances that a model gives into decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, listed, one_each
from mldebt.link.project import is_test
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place

MAX_SHOWN = 8


class CutSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`usual`: the cut that needs no reason; below `least` and above `most` it only guards against extremes."""

    kind: str
    form: str
    usual: float
    least: float
    most: float
    confidence: Confidence = "high"


def cut(context: Context, spec: CutSpec) -> Iterator[Match]:
    """Yield one match for each call whose chances are cut at literals, at the first place where they are."""
    found: dict[Place, dict[Place, Event]] = defaultdict(dict)
    modules = context.graph.project.modules
    for event in context.events:
        if event.kind == "cut" and event.scores and spec.least <= _at(event) <= spec.most and _at(event) != spec.usual:
            path = event.place.path
            if not is_test(path, modules[path].facts) and not any(event.place in known for known in found.values()):
                found[event.scores[0].place][event.place] = event
    for events in found.values():
        yield _match(spec, [events[place] for place in sorted(events)])


def _at(event: Event) -> float:
    return float(dict(event.detail)["at"])


def _match(spec: CutSpec, events: list[Event]) -> Match:
    first, score = events[0], events[0].scores[0]
    values = list(dict.fromkeys(dict(event.detail)["at"] for event in events))
    steps = (Step(score.place, f"`{score.api.rpartition('.')[2]}` gives the chances here"),
             *(Step(event.place, f"they are cut at {dict(event.detail)['at']} here") for event in events[:MAX_SHOWN]))
    message = f"the model's chances are cut at {listed(values)}, which only {'stands' if len(values) == 1 else 'stand'} in the code"
    return Match(first.place, message, one_each(steps), ", ".join(values), first.owner, spec.confidence)
