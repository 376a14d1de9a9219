"""Walks over the statements of a file, inner ones after the one that holds them."""

from __future__ import annotations

from collections.abc import Iterator

from mldebt.model import ir
from mldebt.model.facts import PythonFacts, decode_body


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
