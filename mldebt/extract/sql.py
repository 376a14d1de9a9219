"""Tables that SQL text reads and writes, by sqlglot."""

from __future__ import annotations

import logging
import re

from mldebt.model.pattern import Hole, Part, Pattern, pattern

_SQL = re.compile(r"\s*(select|insert|update|delete|create|drop|alter|with|replace|truncate|merge)\b", re.IGNORECASE)
_MARK = re.compile(r"mldebt_hole_(\d+)_")


def table_uses(statement: Pattern) -> list[tuple[Pattern, str]]:
    """Return the tables of a SQL text with `read` or `write`; text that is not SQL, or does not parse, has none."""
    holes = [part for part in statement.parts if isinstance(part, Hole)]
    numbers = iter(range(len(holes)))
    text = "".join(part if isinstance(part, str) else f"mldebt_hole_{next(numbers)}_" for part in statement.parts)
    if not _SQL.match(text):
        return []
    import sqlglot
    from sqlglot import exp

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    try:
        trees = [tree for tree in sqlglot.parse(text) if tree is not None]
    except sqlglot.errors.SqlglotError:
        return []
    found: list[tuple[Pattern, str]] = []
    for tree in trees:
        changes = isinstance(tree, exp.Insert | exp.Create | exp.Update | exp.Delete | exp.Drop)
        targets = [tree.this, *(tree.args.get("tables") or ())] if changes else []  # a drop names several
        written = [target.find(exp.Table) for target in targets if isinstance(target, exp.Expression)]
        common = {cte.alias for cte in tree.find_all(exp.CTE)}
        for table in tree.find_all(exp.Table):
            if table.name and table.name not in common:
                found.append((_restore(table.name, holes), "write" if any(table is target for target in written) else "read"))
    return found


def _restore(name: str, holes: list[Hole]) -> Pattern:
    parts: list[Part] = []
    at = 0
    for mark in _MARK.finditer(name):
        parts.extend((name[at:mark.start()], holes[int(mark[1])]))
        at = mark.end()
    return pattern(*parts, name[at:])
