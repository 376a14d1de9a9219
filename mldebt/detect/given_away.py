"""Shape `given-away`: the answers that a model is to learn are among the features it learns them from."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context
from mldebt.model.columns import Answer, Way
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place

_KINDS, _MOST_PLACES = ("fit", "score", "pair"), 6


class GivenAwaySpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`how`: how a feature gives the answer away; `read`: only answers of tables that were read; `learners`: roles of the types that learn answers."""

    kind: str
    form: str
    how: Way
    read: bool = False
    learners: tuple[str, ...] = ()
    confidence: Confidence = "high"


def given_away(context: Context, spec: GivenAwaySpec) -> Iterator[Match]:
    """Yield one match for each answer that is given away, at the first place where a model is given it."""
    found: dict[tuple[object, ...], list[tuple[Event, Answer]]] = {}
    read = {event.place for event in context.events if event.kind == "read"} if spec.read else set()
    for event in context.events:
        if event.kind in _KINDS and event.columns.answers and _uses_all(context, event, spec):
            for answer in event.columns.answers:
                if answer.how == spec.how and (not spec.read or answer.table in read):
                    found.setdefault((event.place.path, answer.name, answer.feature), []).append((event, answer))
    yield from (_match(uses) for uses in found.values())


def _uses_all(context: Context, event: Event, spec: GivenAwaySpec) -> bool:
    """Return whether a model certainly learns from all columns it is given: no part of it is of the project, unknown, or picks columns by itself."""
    held = [kind for key, kind in event.detail if key == "holds"]
    if not held:
        return event.kind == "pair"
    row = context.catalogue.type(held[0])
    layouts = [context.catalogue.layout(kind) for kind in held]
    known = all(context.catalogue.type(kind) is not None for kind in held)
    return known and row is not None and row.role in spec.learners and not any(layout is not None and layout.does == "selects" for layout in layouts)


def _match(uses: list[tuple[Event, Answer]]) -> Match:
    event, answer = min(uses, key=lambda use: use[0].place)
    name, feature = _shown(answer.name), _shown(answer.feature)
    steps = [Step(answer.taken, f"{name} is the answer to learn")] if answer.taken.path else []
    if answer.how == "held":
        message = f"{name} is among the features, though it is the answer to learn"
    elif answer.how == "computed":
        steps.append(Step(answer.computed, f"{feature} is computed from it here"))
        message = f"{feature} is a feature computed from {name}, which is the answer to learn"
    else:
        steps.append(Step(answer.computed, f"it is computed from {feature} here"))
        message = f"{feature} is among the features, though {name}, the answer to learn, is computed from it"
    places: list[Place] = sorted({use.place for use, _ in uses})
    steps.extend(Step(place, "features and answer are given to a model here") for place in places[:_MOST_PLACES])
    return Match(event.place, message, tuple(steps), f"{answer.name} {answer.feature}".strip(), event.owner)


def _shown(name: str) -> str:
    """Return the name of a column as people read it, or its position."""
    return f"column {name}" if name.lstrip("-").isdigit() else f"`{name}`"
