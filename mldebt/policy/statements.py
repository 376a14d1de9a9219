"""Which lines a statement takes: of a compound one, its header."""

from __future__ import annotations

from collections.abc import Iterator

from mldebt.model import ir
from mldebt.model.facts import PythonFacts, decode_body


def statement_rows(facts: PythonFacts) -> dict[int, int]:
    """Return the first row of every statement with its last one, rows counted from 0 over the file; the header alone of one that holds others."""
    rows: dict[int, int] = {}
    for raw in facts.bodies:
        for node in _all(decode_body(raw)) if raw else ():
            first, last = facts.table.row(node.at), facts.table.row(max(_end(node, facts) - 1, node.at))
            rows[first] = max(last, rows.get(first, first))
    return rows


def _all(body: ir.Body) -> Iterator[ir.Stmt]:
    for node in body:
        yield node
        yield from _all(_inner(node))


def _inner(node: ir.Stmt) -> tuple[ir.Stmt, ...]:
    """Return the statements inside of one, those of definitions apart: they have bodies of their own."""
    inner = [item for name in ("body", "orelse", "final") for item in getattr(node, name, ())]
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        inner.extend(part.body)
    return tuple(inner)


def _end(node: ir.Stmt, facts: PythonFacts) -> int:
    """Return the offset behind a statement or behind the header of one that holds others."""
    if isinstance(node, ir.Define):
        inner = decode_body(facts.bodies[facts.definitions[node.index].body])
    else:
        inner = _inner(node)
    return min((item.at for item in inner), default=node.end)
