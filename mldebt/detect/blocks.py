"""The blocks of a file, whether control passes their statements, and what their calls touch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from mldebt.detect.base import Context
from mldebt.link.bindings import Scope
from mldebt.link.constants import Constant, Constants
from mldebt.link.names import NameIndex
from mldebt.model import ir
from mldebt.model.facts import PythonFacts, decode_body
from mldebt.model.source import Place
from mldebt.model.walk import inside


@dataclass(frozen=True, slots=True)
class Block:
    """Statements in a row: their file, the qualified name of the definition around them (empty: the module), its scope."""

    path: str
    owner: str
    scope: Scope
    body: ir.Body


def blocks(names: NameIndex, path: str, facts: PythonFacts) -> Iterator[Block]:
    """Yield every block of a file, outer ones first."""
    known = names.of(path)
    if facts.bodies and facts.bodies[0]:
        yield from _within(path, "", known.module, decode_body(facts.bodies[0]))
    for index, definition in enumerate(facts.definitions):
        if index in known.of and facts.bodies[definition.body]:
            yield from _within(path, definition.qualname, known.of[index], decode_body(facts.bodies[definition.body]))


def _within(path: str, owner: str, scope: Scope, body: ir.Body) -> Iterator[Block]:
    if not body:
        return
    yield Block(path, owner, scope, body)
    for node in body:
        for inner in inner_blocks(node):
            yield from _within(path, owner, scope, inner)


def inner_blocks(node: ir.Stmt) -> Iterator[ir.Body]:
    """Yield the blocks that a statement holds."""
    if isinstance(node, (ir.If, ir.Loop, ir.Try)):
        yield from (node.body, node.orelse)
    elif isinstance(node, ir.With):
        yield node.body
    if isinstance(node, ir.Try):
        yield from (*(handler.body for handler in node.handlers), node.final)
    elif isinstance(node, ir.Match):
        yield from (case.body for case in node.cases)


_COMPOUND = (ir.If, ir.Loop, ir.Try, ir.With)


class Flow:
    """Where control goes in one file. `exits` are the places of calls that never return; a notebook's cells are run one by one, whatever the last one did."""

    def __init__(self, constants: Constants, path: str, facts: PythonFacts, exits: Collection[Place]) -> None:
        """Belong to one file."""
        self._constants, self._path, self._notebook, self._exits = constants, path, facts.notebook, exits

    def constant(self, test: ir.Expr, scope: Scope) -> Constant | None:
        """Return what a test always is, None when it is open."""
        return self._constants.of(test, scope, self._path)

    def leaves(self, node: ir.Stmt, scope: Scope) -> bool:
        """Return whether control never passes a statement."""
        if isinstance(node, ir.ExprStmt):
            return bool(self._exits) and isinstance(node.value, ir.Call) and Place(self._path, node.value.at, node.value.end) in self._exits and (
                not self._notebook or scope.kind != "module")
        if isinstance(node, _COMPOUND):
            return self._never_ends(node, scope)
        if isinstance(node, (ir.Return, ir.Raise)):
            return not self._notebook or scope.kind != "module"
        return isinstance(node, ir.Flow) and node.kind != "pass"

    def _never_ends(self, node: ir.If | ir.Loop | ir.Try | ir.With, scope: Scope) -> bool:
        if isinstance(node, ir.If):
            return self._either(node, scope)
        if isinstance(node, ir.Try):
            return self.ends(node.final, scope) or self.ends((*node.body, *node.orelse), scope) and all(
                self.ends(handler.body, scope) for handler in node.handlers)
        if isinstance(node, ir.Loop):
            endless = node.target is None and isinstance(node.iter, ir.Const) and bool(node.iter.value)
            return endless and not _breaks(node.body) and (not self._notebook or scope.kind != "module")
        return any(isinstance(part, ir.Return) for part in node.body)

    def ends(self, body: ir.Body, scope: Scope) -> bool:
        """Return whether control never comes out at the end of a block."""
        return any(self.leaves(node, scope) for node in body)

    def _either(self, node: ir.If, scope: Scope) -> bool:
        constant = self.constant(node.test, scope)
        sides = (node.body, node.orelse) if constant is None or constant.names else (node.body,) if constant.value else (node.orelse,)
        return all(self.ends(side, scope) for side in sides)


def _breaks(body: ir.Body) -> bool:
    """Return whether a `break` leaves the loop that a block belongs to."""
    return any(isinstance(node, ir.Flow) and node.kind == "break" or not isinstance(node, ir.Loop) and any(map(_breaks, inner_blocks(node)))
               or isinstance(node, ir.Loop) and _breaks(node.orelse) for node in body)


def touching(context: Context, roles: Collection[str], acting: Collection[str]) -> frozenset[str]:
    """Return the files in which `touches` can find something."""
    calls = (place.path for place, act in context.observed.acts.items() if act.role in roles)
    visits = (place.path for place, found in context.observed.visits.items() if any(visit.callee in acting for visit in found))
    return frozenset((*calls, *visits))


def touches(
    context: Context, path: str, body: Iterable[ir.Stmt], roles: Collection[str], acting: Collection[str], drawing: Collection[str], moving: Collection[str],
) -> tuple[tuple[Place, str], ...]:
    """Return the calls in some code that touch data, models or training, each with what is called.

    They are library calls of some roles and calls of definitions that make such calls (`acting`). Code that draws (calls of roles `drawing`) and otherwise only
    moves numbers (roles `moving`) touches nothing.
    """
    found, draws, moves = list[tuple[Place, str]](), False, True
    for node in inside(body):
        if isinstance(node, ir.Call):
            place = Place(path, node.at, node.end)
            act = context.observed.acts.get(place)
            callee = next((visit.callee for visit in sorted(context.observed.visits.get(place, ()), key=lambda visit: visit.callee)
                           if visit.callee in acting), "")
            draws |= act is not None and act.role in drawing
            if act is not None and act.role in roles:
                found.append((place, act.api))
                moves &= act.role in moving
            elif callee:
                found.append((place, callee.partition("::")[2]))
                moves = False
    return () if draws and moves else tuple(found)
