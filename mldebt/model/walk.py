"""Walks over lowered code: the statements of a file, inner ones after the one that holds them, and all that nodes are made of."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator

import msgspec

from mldebt.model import ir
from mldebt.model.facts import PythonFacts, decode_body

_COMPOUND = (ir.If, ir.Loop, ir.With, ir.Try, ir.Match)
_BARE = re.compile(r"str|bool|int|float|None|tuple|\W")


def statements(facts: PythonFacts) -> Iterator[ir.Stmt]:
    """Yield every statement of a file, those of functions and classes with the bodies they belong to."""
    for raw in facts.bodies:
        if raw:
            yield from within(decode_body(raw))


def within(body: ir.Body) -> Iterator[ir.Stmt]:
    """Yield the statements of a body and those inside of them."""
    pending = list(body)[::-1]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(inner(node)))


def inner(node: ir.Stmt) -> ir.Body:
    """Return the statements inside of one, those of definitions apart: they have bodies of their own."""
    if not isinstance(node, _COMPOUND):
        return ()
    inner = [item for name in ("body", "orelse", "final") for item in getattr(node, name, ())]
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        inner.extend(part.body)
    return tuple(inner)


def parts(node: msgspec.Struct) -> list[msgspec.Struct]:
    """Return what a node directly holds, in order of its fields: expressions, statements, arguments, parameters, cases, handlers."""
    found: list[msgspec.Struct] = []
    for name, several in _FIELDS[type(node)]:
        value = getattr(node, name)
        if several:
            found.extend(filter(None, value))
        elif value is not None:
            found.append(value)
    return found


def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, bool], ...]:
    """Return the fields of a kind of node that hold nodes, as their types say: each with whether it holds several."""
    types = {name: text for base in kind.__mro__ for name, text in getattr(base, "__annotations__", {}).items()}
    return tuple((name, types[name].startswith("tuple")) for name in kind.__struct_fields__ if _BARE.sub("", types[name]))


_FIELDS = {kind: _fields(kind) for kind in vars(ir).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)}


def inside(nodes: Iterable[msgspec.Struct]) -> Iterator[msgspec.Struct]:
    """Yield nodes and all they hold, each before its parts; definitions are not entered."""
    pending = list(nodes)[::-1]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(parts(node)))


def placeless(node: object) -> Hashable:
    """Return a statement or a part of it without places."""
    if isinstance(node, tuple):
        return tuple(map(placeless, node))
    if not isinstance(node, msgspec.Struct):
        return repr(node)
    return (type(node).__name__, *[placeless(getattr(node, name)) for name in _PLACELESS[type(node)]])


_PLACELESS = {kind: tuple(name for name in kind.__struct_fields__ if name not in ("at", "end") and not name.endswith(("_at", "_ats"))) for kind in _FIELDS}
