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
            first = facts.table.row(node.at)
            rows[first] = max(_last(node, facts), rows.get(first, first))
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


def _last(node: ir.Stmt, facts: PythonFacts) -> int:
    """Return the last row of a statement or of the header of one that holds others."""
    inner = decode_body(facts.bodies[facts.definitions[node.index].body]) if isinstance(node, ir.Define) else _inner(node)
    if not inner:
        return facts.table.row(max(node.end - 1, node.at))
    return max(facts.table.row(min(item.at for item in inner)) - 1, facts.table.row(node.at))
