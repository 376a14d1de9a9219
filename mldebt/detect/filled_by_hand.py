"""Shape `filled-by-hand`: a model whose columns the data decided is asked about a vector that is spelled out value by value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from mldebt.detect.assigned import assigned, call_at, nodes_of
from mldebt.detect.base import Context, own_site, shown
from mldebt.detect.serving import Serving, servings
from mldebt.model import ir
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place

_STEPS = 5


class FilledByHandSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`makers`: calls whose columns depend on the values they are given; `least` values make a vector; `wrappers`: roles of calls that leave it as it is."""

    kind: str
    form: str
    makers: tuple[str, ...]
    least: int
    wrappers: tuple[str, ...] = ()
    confidence: Confidence = "high"


def filled_by_hand(context: Context, spec: FilledByHandSpec) -> Iterator[Match]:
    """Yield one match for each vector that a serving program spells out for a model whose columns were made from the data, at the vector."""
    done: set[Place] = set()
    for serving in servings(context):
        made = _made(context, serving, spec)
        for event in serving.predictions if made is not None else ():
            vector = _vector(context, event, spec)
            if vector is not None and made is not None and vector[0] not in done:
                done.add(vector[0])
                yield _match(serving, event, vector, made, spec)


def _made(context: Context, serving: Serving, spec: FilledByHandSpec) -> tuple[Place, str, Place] | None:
    """Return where a training makes columns out of values, by what, and where it fits the model."""
    for training in serving.trainings:
        own = [(place, act.api) for place, act in context.observed.acts.items() if act.api in spec.makers and place.path == training.save.program]
        if own:
            return *min(own), training.fits[-1].place
    return None


def _vector(context: Context, event: Event, spec: FilledByHandSpec) -> tuple[Place, int] | None:
    """Return the display that a prediction is given as its rows, with the number of its values."""
    module = context.graph.project.modules.get(event.place.path)
    nodes = nodes_of(module.facts) if module is not None else []
    call = call_at(nodes, event.place)
    given = call.args[0].value if call is not None and call.args else None
    found = _display(context, event.place.path, given, nodes, spec, _STEPS) if given is not None else None
    return (Place(event.place.path, found.at, found.end), len(found.elements)) if found is not None else None


def _display(context: Context, path: str, node: ir.Expr, nodes: Sequence[object], spec: FilledByHandSpec, steps: int) -> ir.Sequence | None:
    if isinstance(node, ir.Name):
        values = list(assigned(node.id, nodes))
        return _display(context, path, values[0], nodes, spec, steps - 1) if len(values) == 1 and steps else None
    if isinstance(node, ir.Call):
        act = context.observed.acts.get(Place(path, node.at, node.end))
        plain = len(node.args) > 0 and not any(arg.keyword for arg in node.args) and act is not None and act.role in spec.wrappers
        return _display(context, path, node.args[0].value, nodes, spec, steps) if plain else None
    if not isinstance(node, ir.Sequence):
        return None
    if len(node.elements) == 1:
        return _display(context, path, node.elements[0], nodes, spec, steps)
    spelled = [item for item in node.elements if isinstance(item, ir.Name | ir.Call | ir.Attr | ir.Subscript)]
    return node if len(node.elements) >= spec.least and len(spelled) > len(node.elements) // 2 else None


def _match(serving: Serving, event: Event, found: tuple[Place, int], made: tuple[Place, str, Place], spec: FilledByHandSpec) -> Match:
    (vector, count), (maker, api, fit) = found, made
    name, model = api.rpartition(".")[2], shown(serving.load.artifact)
    steps = (Step(maker, f"`{name}` lets the data decide the columns and their order here"), Step(fit, "the model is fitted on them here"),
             Step(vector, f"{count} values are put in order by hand here"), Step(event.place, f"`{model}` is asked about them here"),
             Step(own_site(serving.load), f"`{model}` is loaded here"))
    return Match(vector, f"{count} values are put in order by hand for a model whose columns `{name}` made from the data in training", steps,
                 f"{serving.load.artifact} {event.owner}", event.owner, spec.confidence, artifacts=(serving.load.artifact,))
