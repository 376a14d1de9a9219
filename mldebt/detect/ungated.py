"""Shape `ungated`: a trained model is saved whatever it is worth: no comparison decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import msgspec

from mldebt.detect.base import Context, one_each
from mldebt.detect.guards import in_loop
from mldebt.detect.model_saves import Save, model_saves
from mldebt.model import ir
from mldebt.model.facts import decode_body
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place
from mldebt.model.walk import inner, inside, within

_ORDER = ("<", ">", "<=", ">=")


class UngatedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`trains` are the roles of calls by which a program trains, `kinds` the kinds of entry points that are asked."""

    kind: str
    form: str
    trains: tuple[str, ...]
    kinds: tuple[str, ...]
    confidence: Confidence = "medium"


def ungated(context: Context, spec: UngatedSpec) -> Iterator[Match]:
    """Yield one match for each definition that saves a model so, at the first save; what a search chose, and checkpoints of a loop, were compared."""
    searched = {event.entry for event in context.events if event.kind == "search"}
    found: dict[str, list[Save]] = {}
    for save in model_saves(context, spec.trains):
        places = (save.event.place, *save.event.chain)
        if save.entry.kind in spec.kinds and save.entry.id not in searched and not any(_decides(context, place) or in_loop(context, place) for place in places):
            found.setdefault(save.event.owner, []).append(save)
    for owner, saves in found.items():
        yield _match(owner, saves)


def _decides(context: Context, place: Place) -> bool:
    """Return whether a comparison, a call or a flag decides that code comes to a place: a test around it, or one before it that leaves or fails."""
    module = context.graph.project.modules.get(place.path)
    bodies: Collection[bytes] = module.facts.bodies if module is not None else ()
    decoded = [decode_body(raw) for raw in bodies if raw]
    return any(_on_way(body, place) or _chosen(body, place) for body in decoded)


def _chosen(body: ir.Body, place: Place) -> bool:
    """Return whether what a call at a place is given was chosen by a comparison before it, as the best of several."""
    calls = [node for node in inside(body) if isinstance(node, ir.Call) and (node.at, node.end) == (place.at, place.end)]
    names = {node.id for node in inside(calls) if isinstance(node, ir.Name)}
    tests = [node for node in within(body) if isinstance(node, ir.If) and node.end <= place.at and _orders(node.test)] if names else []
    bound = (target for test in tests for node in within(test.body) if isinstance(node, ir.Assign) for target in node.targets)
    return any(isinstance(part, ir.Name) and part.id in names for target in bound for part in inside((target,)))


def _on_way(body: ir.Body, place: Place) -> bool:
    for number, node in enumerate(body):
        if node.at <= place.at < node.end:
            return any(map(_fails, body[:number])) or isinstance(node, ir.If) and _compares(node.test) or _on_way(inner(node), place)
    return False


def _fails(node: ir.Stmt) -> bool:
    """Return whether a statement goes on only where a comparison holds."""
    if isinstance(node, ir.Assert):
        return _compares(node.test)
    return isinstance(node, ir.If) and _compares(node.test) and bool(node.body) and _ends(node.body[-1])


def _ends(node: ir.Stmt) -> bool:
    return isinstance(node, ir.Return | ir.Raise) or isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Call)


def _compares(test: ir.Expr) -> bool:
    """Return whether a test may be about how good something is: it orders, asks a function, or asks a flag."""
    if isinstance(test, ir.BoolOp):
        return any(map(_compares, test.values))
    if isinstance(test, ir.UnaryOp):
        return _compares(test.operand)
    return isinstance(test, ir.Call | ir.Name) or _orders(test)


def _orders(test: ir.Expr) -> bool:
    return isinstance(test, ir.Compare) and any(op in _ORDER for op in test.ops)


def _match(owner: str, saves: Sequence[Save]) -> Match:
    save = saves[0]
    fits = [Step(fit.place, "it is fitted here") for fit in save.event.fits[:1]]
    steps = [Step(other.event.place, f"`{other.access.path.show()}` is written here, and no comparison decides") for other in saves]
    return Match(save.event.place, f"`{save.entry.program}` saves `{save.access.path.show()}` whatever the model is worth", one_each((*fits, *steps)),
                 f"{owner} {save.access.path.show()}", owner)
