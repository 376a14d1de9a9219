"""Accesses that stand under a look whether the artefact is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mldebt.detect.base import Context
from mldebt.graph.project_graph import Use
from mldebt.model import ir
from mldebt.model.events import Event
from mldebt.model.source import Place
from mldebt.model.walk import inside, statements


def guarded(context: Context, use: Use, there: bool) -> bool:
    """Return whether an access happens only where a look finds the artefact (`there`), or only where it does not."""
    event = use.event
    looks = [probe for probe in context.under.get(event.entry, ()) if probe.kind == "probe" and _same(probe, event)]
    return any(_under(context, look, event, there) for look in looks)


def spared(context: Context, read: Event, kept: Sequence[Use]) -> bool:
    """Return whether a download happens only where a look misses a file that it fills, and that is one of those which the project keeps."""
    filled = [use.event for use in kept if read.id in use.event.sources]
    looks = [probe for probe in context.under.get(read.entry, ()) if probe.kind == "probe" and any(_same(probe, event) for event in filled)]
    return any(_under(context, look, read, False) for look in looks)


def is_fallback(context: Context, use: Use) -> bool:
    """Return whether an access happens only where something failed before: a handler holds it, or a call on the way to it."""
    places = (use.event.place, *use.event.chain)
    return any(_in_handler(context, place) for place in places)


def in_loop(context: Context, place: Place) -> bool:
    """Return whether a place stands in a loop, or in a comprehension."""
    module = context.graph.project.modules.get(place.path)
    around = [node for node in statements(module.facts) if node.at <= place.at < node.end] if module is not None else []
    return any(isinstance(node, ir.Loop) for node in around) or any(
        isinstance(node, ir.Comprehension) and node.at <= place.at < node.end for node in inside(around[-1:]))


def arms(context: Context, event: Event) -> frozenset[tuple[Place, bool]]:
    """Return the tests that must come out one way, each with that way, before an access or a call on the way to it is reached."""
    found: set[tuple[Place, bool]] = set()
    for place in (event.place, *event.chain):
        module = context.graph.project.modules.get(place.path)
        for node in statements(module.facts) if module is not None else ():
            if isinstance(node, ir.If) and node.at <= place.at < node.end:
                found.update((Place(place.path, node.test.at, node.test.end), truth) for truth in (True, False) if _holds(node, truth, place))
    return frozenset(found)


def _in_handler(context: Context, place: Place) -> bool:
    module = context.graph.project.modules.get(place.path)
    bodies = (handler.body for node in statements(module.facts) if isinstance(node, ir.Try) for handler in node.handlers) if module is not None else ()
    return any(body and body[0].at <= place.at < body[-1].end for body in bodies)


def _same(probe: Event, event: Event) -> bool:
    left, right = probe.access, event.access
    return left is not None and right is not None and (left.path, left.anchor) == (right.path, right.anchor)


def _under(context: Context, look: Event, event: Event, there: bool) -> bool:
    """Return whether a branch that a look decides holds the access, or a call on the way to it."""
    module = context.graph.project.modules.get(look.place.path)
    places = [place for place in (event.place, *event.chain) if place.path == look.place.path]
    if module is None or not places:
        return False
    for node in statements(module.facts):
        if isinstance(node, ir.If) and node.test.at <= look.place.at < node.test.end:
            wanted = there != _negated(node.test, look.place.at)
            return any(_holds(node, wanted, place) or _leaves(node, not wanted) and event.owner == look.owner and place.at >= node.end for place in places)
    around = [node for node in statements(module.facts) if node.at <= look.place.at < node.end][-1:]
    return any(_picks(node, there, look.place, place) for node in inside(around) if isinstance(node, ir.IfExp) for place in places)


def _picks(node: ir.IfExp, there: bool, look: Place, place: Place) -> bool:
    """Return whether the look decides an expression of two sides, and the place stands on the side that is taken."""
    side = node.body if there != _negated(node.test, look.at) else node.orelse
    return node.test.at <= look.at < node.test.end and side.at <= place.at < side.end


def _holds(node: ir.If, truth: bool, place: Place) -> bool:
    """Return whether the branch that runs when the test has a truth value holds a place."""
    body = _branch(node, truth)
    return bool(body) and body[0].at <= place.at < body[-1].end


def _leaves(node: ir.If, truth: bool) -> bool:
    """Return whether that branch goes away without an error, so that what follows is not reached."""
    body = _branch(node, truth)
    last = body[-1] if body else None
    return isinstance(last, ir.Return) or isinstance(last, ir.Flow) and last.kind != "pass"


def _branch(node: ir.If, truth: bool) -> Sequence[ir.Stmt]:
    return node.body if truth else node.orelse


def _negated(node: ir.Expr, at: int) -> bool:
    """Return whether an odd number of `not` stands around what a test says at a place."""
    if isinstance(node, ir.UnaryOp) and node.op == "not":
        return not _negated(node.operand, at)
    return next((_negated(item, at) for item in _parts(node) if item.at <= at < item.end), False)


def _parts(node: ir.Expr) -> Iterator[ir.Expr]:
    if isinstance(node, ir.BoolOp):
        yield from node.values
