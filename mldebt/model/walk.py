"""Walks over lowered code: the statements of a file, inner ones after the one that holds them, and all that nodes are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from mldebt.model import ir
from mldebt.model.facts import PythonFacts, decode_body

_FIELDS: dict[type, tuple[str, ...]] = {}
_PLAIN = frozenset({  # fields that hold no nodes
    "at", "end", "attr", "attr_at", "keyword", "keyword_at", "star", "op", "ops", "kind", "id", "name", "name_at", "name_ats", "module_ats", "bound_at",
    "is_async", "delegated"})


def statements(facts: PythonFacts) -> Iterator[ir.Stmt]:
    """Yield every statement of a file, those of functions and classes with the bodies they belong to."""
    for raw in facts.bodies:
        if raw:
            yield from within(decode_body(raw))


def within(body: ir.Body) -> Iterator[ir.Stmt]:
    """Yield the statements of a body and those inside of them."""
    for node in body:
        yield node
        yield from within(inner(node))


def inner(node: ir.Stmt) -> tuple[ir.Stmt, ...]:
    """Return the statements inside of one, those of definitions apart: they have bodies of their own."""
    inner = [item for name in ("body", "orelse", "final") for item in getattr(node, name, ())]
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        inner.extend(part.body)
    return tuple(inner)


def parts(node: msgspec.Struct) -> Iterator[msgspec.Struct]:
    """Yield what a node directly holds, in order of its fields: expressions, statements, arguments, parameters, cases, handlers."""
    kind = type(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple(name for name in node.__struct_fields__ if name not in _PLAIN or name == "name" and kind is ir.TypeAlias_)
    for name in fields:
        value = getattr(node, name)
        if isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, msgspec.Struct))
        elif isinstance(value, msgspec.Struct):
            yield value


def inside(nodes: Iterable[msgspec.Struct]) -> Iterator[msgspec.Struct]:
    """Yield nodes and all they hold, each before its parts; definitions are not entered."""
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(list(parts(node))[::-1])
