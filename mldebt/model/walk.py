"""Walks over lowered code: the statements of a file, inner ones after the one that holds them, and all nodes in one sweep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from mldebt.model import ir
from mldebt.model.facts import PythonFacts, decode_body

_PLAIN = frozenset({  # fields that hold no nodes
    "at", "end", "id", "attr", "attr_at", "keyword", "keyword_at", "star", "op", "ops", "kind", "name_at", "name_ats", "module_ats", "bound_at"})
_SCALARS = frozenset({str, int, float, bool, type(None)})
_FIELDS: dict[type, tuple[str, ...]] = {}


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


def nodes(roots: Iterable[object]) -> Iterator[msgspec.Struct]:
    """Yield every node below some roots, in no promised order; definitions are not entered."""
    pending = list(roots)
    while pending:
        node = pending.pop()
        kind = node.__class__
        if isinstance(node, tuple):
            pending.extend(node)
        elif kind not in _SCALARS and isinstance(node, msgspec.Struct):
            fields = _FIELDS.get(kind)
            if fields is None:
                fields = _FIELDS[kind] = tuple(name for name in node.__struct_fields__ if name not in _PLAIN)
            yield node
            for name in fields:
                value = getattr(node, name)
                if value.__class__ not in _SCALARS:
                    pending.append(value)
