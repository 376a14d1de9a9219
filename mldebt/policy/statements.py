"""Which lines a statement takes: of a compound one, its header."""

from __future__ import annotations

from mldebt.model import ir
from mldebt.model.facts import PythonFacts, decode_body
from mldebt.model.walk import inner, statements


def statement_rows(facts: PythonFacts) -> dict[int, int]:
    """Return the first row of every statement with its last one, rows counted from 0 over the file; the header alone of one that holds others."""
    rows: dict[int, int] = {}
    for node in statements(facts):
        first = facts.table.row(node.at)
        rows[first] = max(_last(node, facts), rows.get(first, first))
    return rows


def _last(node: ir.Stmt, facts: PythonFacts) -> int:
    """Return the last row of a statement or of the header of one that holds others."""
    held = decode_body(facts.bodies[facts.definitions[node.index].body]) if isinstance(node, ir.Define) else inner(node)
    if not held:
        return facts.table.row(max(node.end - 1, node.at))
    return max(facts.table.row(min(item.at for item in held)) - 1, facts.table.row(node.at))
