"""Shape `resubstitution`: a model is scored on the rows it was fitted on, and on no others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.copies import told_once
from mldebt.detect.held_out import came_from, uses
from mldebt.detect.labelled import labelled
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import Fitted, Rows
from mldebt.model.source import Place

_MOST = 6


class ResubstitutionSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`labels`: words by which a statement that scores, or calls what does, says whose score it is. `sides`: the sides of a division that are held out. `toys`:
    roles of calls that bring data that a library keeps for trying it out."""

    kind: str
    form: str
    labels: tuple[str, ...] = ()
    sides: tuple[str, ...] = ("test",)
    toys: tuple[str, ...] = ()
    confidence: Confidence = "high"


def resubstitution(context: Context, spec: ResubstitutionSpec) -> Iterator[Match]:
    """Yield one match for each fit whose only scores are of its own rows, at the first of them."""
    scored: dict[Place, list[tuple[Event, Fitted]]] = defaultdict(list)
    held_out: set[Place] = set()
    for event, fit in uses(context):
        if not set(event.rows.rows) <= set(fit.data.rows) or len({rows.source for rows in fit.data.rows}) > 1:
            held_out.add(fit.place)
        elif event.kind == "score" and not _held_back(event, fit, spec) and not any(
                labelled(context, place, spec.labels) for place in (event.place, *event.chain)):
            scored[fit.place].append((event, fit))
    yield from told_once(context, _matches(context, spec, scored, held_out))


def _matches(
    context: Context, spec: ResubstitutionSpec, scored: Mapping[Place, list[tuple[Event, Fitted]]], held_out: Collection[Place],
) -> Iterator[tuple[Match, Rows]]:
    """Yield one finding for the models of a file that are scored so on rows of one source, each with rows of its fit."""
    causes: dict[tuple[object, ...], list[tuple[Event, Fitted]]] = defaultdict(list)
    for place, found in scored.items():
        event, fit = min(found, key=lambda one: one[0].place)
        if place not in held_out and not _is_toy(context, fit, spec):
            causes[event.place.path, fit.data.rows[0].source].append((event, fit))
    for told in causes.values():
        (event, fit), *others = sorted(told, key=lambda one: one[0].place)
        name = fit.api.rpartition(".")[2]
        steps = [came_from(context, fit.data.rows[0]), Step(fit.place, f"`{name}` is fitted here"), Step(event.place, "it is scored on the same rows here")]
        steps.extend(Step(other.place, "so is the model of another fit here") for other, _ in others[:_MOST])
        more = f", as are {len(others)} more fits" if len(others) > 1 else ", as is another fit" if others else ""
        match = Match(event.place, f"`{name}` is scored only on rows it was fitted on{more}", tuple(steps), name, event.owner, spec.confidence)
        yield match, fit.data.rows[0]


def _is_toy(context: Context, fit: Fitted, spec: ResubstitutionSpec) -> bool:
    """Return whether a model is fitted on nothing but data that a library keeps for trying it out."""
    acts = [context.observed.acts.get(rows.origin) for rows in fit.data.rows]
    return all(act is not None and act.role in spec.toys for act in acts)


def _held_back(event: Event, fit: Fitted, spec: ResubstitutionSpec) -> bool:
    """Return whether a score is of the held-out side of a division alone, of which the fit took more."""
    return set(event.rows.rows) != set(fit.data.rows) and all(any(part.side in spec.sides for part in rows.parts) for rows in event.rows.rows)
