"""Code that runs only while something that outlives a call is not there yet: what it makes is made once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from mldebt.detect.base import Context
from mldebt.model import ir
from mldebt.model.facts import Definition, PythonFacts, decode_body
from mldebt.model.source import Place
from mldebt.model.walk import inner, inside, within


class _Scope(NamedTuple):
    """Where a place stands: its file, the definition around it (None: the module), its statements, and the names that it binds for itself."""

    context: Context
    path: str
    facts: PythonFacts
    definition: Definition | None
    body: ir.Body
    own: frozenset[str]


def runs_once(context: Context, place: Place) -> bool:
    """Return whether a place is come to only while something that lasts is missing: a test asks for it, or an attempt to take it failed."""
    module = context.graph.project.modules.get(place.path)
    scope = _scope(context, place, module.facts) if module is not None else None
    return scope is not None and any(_stops(scope, node, before, place) for node, before in _around(scope.body, place))


def _scope(context: Context, place: Place, facts: PythonFacts) -> _Scope:
    around = [item for item in facts.definitions if item.kind == "function" and item.at <= place.at < item.end]
    definition = max(around, key=lambda item: item.at, default=None)
    body = decode_body(facts.bodies[definition.body if definition is not None else 0])
    outer = {name.id for node in within(body) if isinstance(node, ir.Scope) for name in node.names}
    params = () if definition is None else (param.name for param in definition.params)
    own = frozenset((*params, *(name for node in within(body) for name in _bound(node)))) - outer
    return _Scope(context, place.path, facts, definition, body, own if definition is not None else frozenset())


def _around(body: ir.Body, place: Place) -> Iterator[tuple[ir.Stmt, Sequence[ir.Stmt]]]:
    """Yield the statements that hold a place, outer ones first, each with those that stand before it in its block."""
    while True:
        found = next((number for number, node in enumerate(body) if node.at <= place.at < node.end), None)
        if found is None:
            return
        node = body[found]
        yield node, body[:found]
        body = _block(node, place)


def _block(node: ir.Stmt, place: Place) -> ir.Body:
    """Return the block of a statement that holds a place, none where it stands in no block."""
    blocks = [getattr(node, name, ()) for name in ("body", "orelse", "final")]
    blocks += [part.body for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ()))]
    return next((block for block in blocks if block and block[0].at <= place.at < block[-1].end), ())


def _stops(scope: _Scope, node: ir.Stmt, before: Sequence[ir.Stmt], place: Place) -> bool:
    """Return whether a statement around a place, or one before it in its block, lets code come there only while something that lasts is missing."""
    if any(isinstance(item, ir.If) and _leaves(item.body) and (_any(scope, _present(item.test), ()) or _gives_back(scope, item, place)) for item in before):
        return True
    if isinstance(node, ir.If):
        inside_body = _holds(node.body, place)
        if inside_body and any(_is_fetched(scope, head, place) for head in map(_head, _missing(node.test))):
            return True
        branch = node.body if inside_body else node.orelse if _holds(node.orelse, place) else ()
        return bool(branch) and _any(scope, _missing(node.test) if inside_body else _present(node.test), branch)
    if isinstance(node, ir.Try) and any(_holds(handler.body, place) for handler in node.handlers):
        return _any(scope, (part for part in inside(node.body) if isinstance(part, ir.Subscript | ir.Attr | ir.Name)), ())
    return not inner(node) and any(_chooses(scope, part, node, place) for part in inside((node,)))


def _gives_back(scope: _Scope, node: ir.If, place: Place) -> bool:
    """Return whether a test finds something that was fetched, and its branch gives that back."""
    last = node.body[-1]
    given = last.value.id if isinstance(last, ir.Return) and isinstance(last.value, ir.Name) else ""
    return any(isinstance(item, ir.Name) and item.id == given for item in _present(node.test)) and _is_fetched(scope, given, place)


def _is_fetched(scope: _Scope, name: str | None, place: Place) -> bool:
    """Return whether a function gives a name of its own what a call gives, before it comes to a place: what a cache holds, perhaps."""
    calls = (node for node in within(scope.body) if isinstance(node, ir.Assign) and node.end <= place.at and isinstance(node.value, ir.Call | ir.Await))
    return name in scope.own and any(isinstance(target, ir.Name) and target.id == name for node in calls for target in node.targets)


def _chooses(scope: _Scope, part: msgspec.Struct, node: ir.Stmt, place: Place) -> bool:
    """Return whether an expression takes what lasts where it is there, and else comes to a place."""
    if isinstance(part, ir.IfExp):
        asked = _missing(part.test) if _holds((part.body,), place) else _present(part.test) if _holds((part.orelse,), place) else ()
        return _any(scope, asked, (node,))
    return isinstance(part, ir.BoolOp) and part.op == "or" and _holds(part.values[1:], place) and _any(scope, part.values[:1], (node,))


def _holds(body: Sequence[ir.Node], place: Place) -> bool:
    return bool(body) and body[0].at <= place.at < body[-1].end


def _leaves(body: ir.Body) -> bool:
    return bool(body) and isinstance(body[-1], ir.Return | ir.Raise)


def _missing(test: ir.Expr) -> Iterator[ir.Expr]:
    """Yield what a test says is missing when it is true."""
    if isinstance(test, ir.UnaryOp) and test.op == "not":
        yield from _present(test.operand)
    elif isinstance(test, ir.BoolOp):
        for value in test.values:
            yield from _missing(value)
    elif isinstance(test, ir.Compare) and len(test.ops) == 1:
        if test.ops[0] == "not in":
            yield test.comparators[0]
        elif test.ops[0] in ("is", "==") and _is_none(test.comparators[0]):
            yield test.left
        elif test.ops[0] in ("!=", "is not") and not _is_none(test.comparators[0]):  # another one is there than is asked for
            yield from (test.left, test.comparators[0])


def _present(test: ir.Expr) -> Iterator[ir.Expr]:
    """Yield what a test says is there when it is true."""
    if isinstance(test, ir.UnaryOp) and test.op == "not":
        yield from _missing(test.operand)
    elif isinstance(test, ir.BoolOp):
        for value in test.values:
            yield from _present(value)
    elif isinstance(test, ir.Compare) and len(test.ops) == 1:
        if test.ops[0] == "in":
            yield test.comparators[0]
        elif test.ops[0] in ("is not", "!=") and _is_none(test.comparators[0]):
            yield test.left
    elif isinstance(test, ir.Call) and test.args:
        yield test.args[0].value
        yield test.func
    else:
        yield test


def _is_none(node: ir.Expr) -> bool:
    return isinstance(node, ir.Const) and node.value is None


def _any(scope: _Scope, found: Iterator[ir.Expr] | Sequence[ir.Expr], branch: Sequence[ir.Stmt]) -> bool:
    """Return whether something of what is asked for outlives the call: it lies outside, or the branch itself puts it where it stays."""
    heads = {head for node in found if (head := _head(node)) is not None}
    return any(_lasts(scope, head) for head in heads) or any(_put(scope, node, heads) for node in within(tuple(branch)))


def _head(node: ir.Expr) -> str | None:
    """Return the name that an expression of attributes, items and calls starts from."""
    while isinstance(node, ir.Attr | ir.Subscript | ir.Call | ir.Walrus | ir.Await):
        node = node.func if isinstance(node, ir.Call) else node.value
    return node.id if isinstance(node, ir.Name) else None


def _lasts(scope: _Scope, name: str) -> bool:
    """Return whether a name is a receiver, or stands for something of the project outside of the function."""
    if scope.definition is None:
        return False
    params = [param.name for param in scope.definition.params]
    if scope.definition.parent >= 0 and scope.facts.definitions[scope.definition.parent].kind == "class" and params[:1] == [name]:
        return True
    return name not in scope.own and any(_means(scope, node, name) for body in _outside(scope) for node in within(body))


def _outside(scope: _Scope) -> Iterator[ir.Body]:
    """Yield the statements of the scopes around a function, the module's last."""
    parent = scope.definition.parent if scope.definition is not None else -1
    while parent >= 0:
        outer = scope.facts.definitions[parent]
        yield decode_body(scope.facts.bodies[outer.body])
        parent = outer.parent
    yield decode_body(scope.facts.bodies[0])


def _means(scope: _Scope, node: ir.Stmt, name: str) -> bool:
    """Return whether a statement outside of a function binds a name to a value, to something of another file of the project, or to a class."""
    if isinstance(node, ir.Import):
        return any(alias.bound == name for alias in node.aliases) and scope.context.names.module(node, scope.path) is not None
    if isinstance(node, ir.Define):
        made = scope.facts.definitions[node.index]
        return made.kind == "class" and made.name == name
    return name in _bound(node)


def _put(scope: _Scope, node: ir.Stmt, heads: set[str]) -> bool:
    """Return whether a statement puts a value into something that starts from one of some names."""
    targets = node.targets if isinstance(node, ir.Assign) else (node.target,) if isinstance(node, ir.AnnAssign) else ()
    return any(isinstance(target, ir.Attr | ir.Subscript) and _head(target) in heads for target in targets)


def _bound(node: ir.Stmt) -> Iterator[str]:
    """Yield the names that a statement gives a value."""
    targets: list[ir.Expr] = []
    if isinstance(node, ir.Assign):
        targets += node.targets
    elif isinstance(node, ir.AnnAssign | ir.AugAssign):
        targets.append(node.target)
    elif isinstance(node, ir.Loop):
        targets += [node.target] if node.target is not None else []
    elif isinstance(node, ir.With):
        targets += [item.target for item in node.items if item.target is not None]
    for target in targets:
        yield from (part.id for part in ([target] if isinstance(target, ir.Name) else target.elements if isinstance(target, ir.Sequence) else ())
                    if isinstance(part, ir.Name))
