"""Execution of statements: branches are joined, loops run until nothing changes, two rounds at most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mldebt.flow.choosing import By
from mldebt.flow.expressions import binary, evaluate
from mldebt.flow.frame import Loop
from mldebt.flow.heap import FIRST, Object
from mldebt.flow.magics import perform_magic
from mldebt.flow.trace import Trace
from mldebt.flow.value import NOTHING, Value
from mldebt.model import ir

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter


def execute(run: Interpreter, body: Sequence[ir.Stmt], frame: Frame) -> bool:
    """Run statements in order; return whether control can reach the end."""
    for position, statement in enumerate(body):
        run.steps += 1
        if not _EXECUTORS[type(statement)](run, statement, frame):
            if position + 1 < len(body) and _leaves(statement):
                aside(run, body[position + 1:], frame)
            return False
    return True


def _leaves(statement: ir.Stmt) -> bool:
    """Return whether a statement leaves whatever the values are."""
    if isinstance(statement, ir.If):
        return all(side and any(map(_leaves, side)) for side in (statement.body, statement.orelse))
    return isinstance(statement, ir.Return | ir.Raise | ir.Flow)


def aside(run: Interpreter, body: Sequence[ir.Stmt], frame: Frame) -> None:
    """Look once at code that control never comes to: what its calls are is noted, what they do is not."""
    place = run.place(frame, body[0])
    if place in run.passed:
        return
    run.passed.add(place)
    reached, trace, returned, ended, loops = set(run.functions.reached), frame.trace, list(frame.returned), frame.ended, frame.loops
    frame.trace, frame.loops = Trace(), []
    with run.heap.aside(), Branch(run, frame):
        execute(run, body, frame)
    frame.trace, frame.returned, frame.ended, frame.loops = trace, returned, ended, loops
    run.functions.reached = reached


def _expression(run: Interpreter, node: ir.ExprStmt, frame: Frame) -> bool:
    evaluate(run, node.value, frame)
    return True


def _assign(run: Interpreter, node: ir.Assign, frame: Frame) -> bool:
    value = evaluate(run, node.value, frame)
    for target in node.targets:
        run.bind(target, value, frame)
    return True


def _augassign(run: Interpreter, node: ir.AugAssign, frame: Frame) -> bool:
    old = evaluate(run, node.target, frame)
    run.bind(node.target, binary(run, node, old, evaluate(run, node.value, frame), frame), frame)
    return True


def _annassign(run: Interpreter, node: ir.AnnAssign, frame: Frame) -> bool:
    if node.value is not None:
        run.bind(node.target, evaluate(run, node.value, frame), frame)
    return True


def _delete(run: Interpreter, node: ir.Delete, frame: Frame) -> bool:
    for target in node.targets:
        if isinstance(target, ir.Name):
            frame.set(target.id, NOTHING)
        elif isinstance(target, ir.Subscript):
            run.attributes.remove(target, frame)
    return True


def _return(run: Interpreter, node: ir.Return, frame: Frame) -> bool:
    value = evaluate(run, node.value, frame) if node.value is not None else Value(const=(None,))
    if value not in frame.returned:
        frame.returned.append(value)
    if frame.nesting:
        run.heap.leave()
    else:
        frame.ended = True
    return False


def _raise(run: Interpreter, node: ir.Raise, frame: Frame) -> bool:
    evaluate(run, node.exception, frame)
    return False


def _assert(run: Interpreter, node: ir.Assert, frame: Frame) -> bool:
    evaluate(run, node.test, frame)
    return True


def _if(run: Interpreter, node: ir.If, frame: Frame) -> bool:
    value = evaluate(run, node.test, frame)
    side = run.decisions.side(node, value, frame)
    if side is not None:
        return execute(run, node.body if side else node.orelse, frame)
    first, second = run.decisions.doubts(node.test, frame)
    by = run.choosing.by(value, node.test, run.place(frame, node.test)) if value.sources else None
    return branches(run, [Way(node.body, doubted=first, by=by), Way(node.orelse, doubted=second, by=by)], frame)


State: TypeAlias = tuple[dict[str, Value], dict[int, Object]]
"""What a branch changes: names and objects."""


class Branch:
    """Statements that may not run, and after which others may still run even if these return: what they change is taken back at their end, and is `end`."""

    __slots__ = ("_frame", "_heap", "end")

    def __init__(self, run: Interpreter, frame: Frame) -> None:
        """Be a branch of the running frame."""
        self._frame, self._heap = frame, run.heap
        self.end: State = ({}, {})

    def __enter__(self) -> Branch:
        """Begin."""
        self._frame.open_branch()
        self._heap.open_branch()
        self._frame.nesting += 1
        return self

    def __exit__(self, *error: object) -> None:
        """Take back what was changed."""
        self._frame.nesting -= 1
        self.end = (self._frame.close_branch(), self._heap.close_branch())


class Way(NamedTuple):
    """One of several ways on: its statements, names that are unknown at first, and the states any of which it may start from.

    `doubted`: a name that is unknown as long as no other way is open. `by`: what chose this way, where scores did.
    """

    body: Sequence[ir.Stmt]
    unknown: tuple[str, ...] = ()
    starts: Sequence[State] = ()
    doubted: str = ""
    by: By | None = None


def branches(run: Interpreter, ways: Sequence[Way], frame: Frame) -> bool:
    """Run alternatives from the same state and join those that fall through; return whether one does."""
    ends: list[State] = []
    doubted: list[str] = []
    for way in ways:
        first = len(frame.trace.items)
        with Branch(run, frame) as branch:
            merge(run, way.starts, frame)
            for name in (*way.unknown, *filter(None, (way.doubted,))):
                frame.set(name, NOTHING)
            alive = execute(run, way.body, frame)
        end = branch.end if way.by is None else run.choosing.kept(way.by, branch.end, frame, first)
        if alive:
            ends.append(end)
            doubted.append(way.doubted)
    for (bound, _), name in zip(ends, doubted) if len(ends) > 1 else ():
        if bound.get(name) is NOTHING:
            del bound[name]
    merge(run, ends, frame)
    return bool(ends)


def merge(run: Interpreter, states: Sequence[State], frame: Frame) -> None:
    """Join the states that branches leave."""
    run.heap.merge([objects for _, objects in states])
    frame.merge([names for names, _ in states], run.heap.one_of)


def _loop(run: Interpreter, node: ir.Loop, frame: Frame) -> bool:
    iterable = evaluate(run, node.iter, frame)
    element = run.element(iterable) if node.target is not None else NOTHING
    sure = node.target is not None and _has_items(run, iterable)
    for _ in range(2):
        if not _round(run, node, element, frame, sure):
            break
        sure = False
    endless = node.target is None and iterable.const == (True,) and bool(frame.returned)
    return execute(run, node.orelse, frame) and not (endless and not _breaks(node.body))


def _has_items(run: Interpreter, iterable: Value) -> bool:
    """Return whether something that is iterated certainly has items."""
    known = run.heap.get(iterable.ref) if not iterable.choices else None
    return known is not None and (bool(known.items) or known.kind == "list" and FIRST in known.fields)


def _round(run: Interpreter, node: ir.Loop, element: Value, frame: Frame, sure: bool) -> bool:
    """Run a loop's body once and join all ways out of it (not `sure`: with the state before); return whether the next round may find other values."""
    loop = Loop(frame.branches(), run.heap.branches())
    frame.loops.append(loop)
    with Branch(run, frame) as branch:
        if node.target is not None:
            run.bind(node.target, element, frame)
        alive = execute(run, node.body, frame)
    frame.loops.pop()
    ends = [*loop.left, branch.end] if alive else loop.left
    carried = any(name in frame.names and frame.names[name] != value for names, _ in ends for name, value in names.items())
    merge(run, [*ends, *([] if sure and ends else [({}, {})])], frame)
    return carried


def _breaks(body: Sequence[ir.Stmt]) -> bool:
    """Return whether a `break` of this loop stands somewhere in `body`."""
    for statement in body:
        if isinstance(statement, ir.Flow) and statement.kind == "break":
            return True
        inner: list[Sequence[ir.Stmt]] = []
        if isinstance(statement, ir.If):
            inner = [statement.body, statement.orelse]
        elif isinstance(statement, ir.With):
            inner = [statement.body]
        elif isinstance(statement, ir.Try):
            inner = [statement.body, statement.orelse, statement.final, *(handler.body for handler in statement.handlers)]
        elif isinstance(statement, ir.Match):
            inner = [case.body for case in statement.cases]
        if any(_breaks(part) for part in inner):
            return True
    return False


def _with(run: Interpreter, node: ir.With, frame: Frame) -> bool:
    for item in node.items:
        value = evaluate(run, item.context, frame)
        if item.target is not None:
            run.bind(item.target, run.calls.enter(value, run.place(frame, item.context), frame), frame)
    return execute(run, node.body, frame)


def _try(run: Interpreter, node: ir.Try, frame: Frame) -> bool:
    """Run the body, then what may follow it: its `else`, or one of the handlers, which start somewhere between the body's start and its end."""
    with Branch(run, frame) as branch:
        alive = execute(run, node.body, frame)
    handlers = [Way(handler.body, (handler.name,) if handler.name else (), (branch.end, ({}, {}))) for handler in node.handlers]
    falls = branches(run, [*([Way(node.orelse, (), (branch.end,))] if alive else []), *handlers], frame)
    return execute(run, node.final, frame) and falls


def _match(run: Interpreter, node: ir.Match, frame: Frame) -> bool:
    subject = evaluate(run, node.subject, frame)
    for case in node.cases:
        for capture in case.captures:
            frame.set(capture.id, Value(sources=subject.sources))
    ways = [Way(case.body) for case in node.cases]
    return branches(run, ways if any(case.irrefutable for case in node.cases) else [*ways, Way(())], frame)


def _import(run: Interpreter, node: ir.Import, frame: Frame) -> bool:
    run.modules.execute_import(node, frame)
    return True


def _scope(run: Interpreter, node: ir.Scope, frame: Frame) -> bool:
    for name in node.names:
        frame.declare(name.id, nonlocal_=node.kind == "nonlocal")
    return True


def _flow(run: Interpreter, node: ir.Flow, frame: Frame) -> bool:
    if node.kind != "pass" and frame.loops:
        loop = frame.loops[-1]
        loop.left.append((frame.since(loop.name_depth), run.heap.since(loop.heap_depth)))
    return node.kind == "pass"


def _define(run: Interpreter, node: ir.Define, frame: Frame) -> bool:
    run.modules.define(node.index, frame)
    return True


def _alias(run: Interpreter, node: ir.TypeAlias_, frame: Frame) -> bool:
    frame.set(node.name.id, NOTHING)
    return True


def _magic(run: Interpreter, node: ir.Magic, frame: Frame) -> bool:
    if node.target is not None:
        run.bind(node.target, NOTHING, frame)
    perform_magic(run, node, frame)
    return True


def _havoc(run: Interpreter, node: ir.Havoc, frame: Frame) -> bool:
    for name in node.names:
        frame.set(name, NOTHING)
    return True


_EXECUTORS: dict[type, Callable[..., bool]] = {
    ir.ExprStmt: _expression, ir.Assign: _assign, ir.AugAssign: _augassign, ir.AnnAssign: _annassign, ir.Delete: _delete, ir.Return: _return,
    ir.Raise: _raise, ir.Assert: _assert, ir.If: _if, ir.Loop: _loop, ir.With: _with, ir.Try: _try, ir.Match: _match, ir.Import: _import,
    ir.Scope: _scope, ir.Flow: _flow, ir.Define: _define, ir.TypeAlias_: _alias, ir.Magic: _magic, ir.Havoc: _havoc,
}
