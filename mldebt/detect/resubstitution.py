"""Shape `resubstitution`: a model is scored on the rows it was fitted on, and on no others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.held_out import came_from, uses
from mldebt.model import ir
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import Fitted
from mldebt.model.source import Place
from mldebt.model.walk import inside, statements

_WORD = re.compile(r"[a-z]+")


class ResubstitutionSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`labels`: words by which a statement that scores, or calls what does, says whose score it is. `sides`: the sides of a division that are held out."""

    kind: str
    form: str
    labels: tuple[str, ...] = ()
    sides: tuple[str, ...] = ("test",)
    confidence: Confidence = "high"


def resubstitution(context: Context, spec: ResubstitutionSpec) -> Iterator[Match]:
    """Yield one match for each fit whose only scores are of its own rows, at the first of them."""
    scored: dict[Place, list[tuple[Event, Fitted]]] = defaultdict(list)
    held_out: set[Place] = set()
    for event, fit in uses(context):
        if not set(event.rows.rows) <= set(fit.data.rows) or len({rows.source for rows in fit.data.rows}) > 1:
            held_out.add(fit.place)
        elif event.kind == "score" and not _held_back(event, fit, spec) and not any(_labelled(context, place, spec) for place in (event.place, *event.chain)):
            scored[fit.place].append((event, fit))
    for place, found in scored.items():
        if place not in held_out:
            event, fit = min(found, key=lambda one: one[0].place)
            name = fit.api.rpartition(".")[2]
            steps = (came_from(context, fit.data.rows[0]), Step(place, f"`{name}` is fitted here"), Step(event.place, "it is scored on the same rows here"))
            yield Match(event.place, f"`{name}` is scored only on rows it was fitted on", steps, name, event.owner, spec.confidence)


def _held_back(event: Event, fit: Fitted, spec: ResubstitutionSpec) -> bool:
    """Return whether a score is of the held-out side of a division alone, of which the fit took more."""
    return set(event.rows.rows) != set(fit.data.rows) and all(any(part.side in spec.sides for part in rows.parts) for rows in event.rows.rows)


def _labelled(context: Context, place: Place, spec: ResubstitutionSpec) -> bool:
    """Return whether the statement at a place says by a text or a name that the score is of the rows of the fit."""
    module = context.graph.project.modules.get(place.path)
    around = [node for node in statements(module.facts) if node.at <= place.at < node.end] if module is not None else []
    words = {word for node in around[-1:] for part in inside((node,)) for word in _words(part)}
    return not words.isdisjoint(spec.labels)


def _words(node: object) -> Iterator[str]:
    text = node.id if isinstance(node, ir.Name) else node.value if isinstance(node, ir.Const) else ""
    yield from _WORD.findall(text.lower()) if isinstance(text, str) else ()
