"""Tables that SQL text reads and writes, by sqlglot."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mldebt.model.facts import TableUse
from mldebt.model.pattern import Hole, Part, Pattern, pattern

if TYPE_CHECKING:
    from sqlglot import exp

_SQL = re.compile(r"\s*(select|insert|update|delete|create|drop|alter|with|replace|truncate|merge)\b", re.IGNORECASE)
_MARK = re.compile(r"mldebt_hole_(\d+)_")
_MODES = {
    "Insert": "append", "LoadData": "append", "Copy": "append", "Create": "create", "Update": "write", "Delete": "write", "Merge": "append",
    "TruncateTable": "write", "Alter": "write", "AlterTable": "write", "Drop": "drop",
}
_FILL = "\u01c2"  # a letter that no table is named with: it fills the place of a template's expression
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_FILLED = re.compile(f"{_FILL}(\\d+){_FILL}+")
_DIALECTS = {"`": "bigquery", "[": "tsql", "$": "snowflake", "": "postgres"}
_MAX_TEXT, _MAX_STATEMENTS = 256 << 10, 1000


def table_uses(statement: Pattern) -> list[tuple[Pattern, str]]:
    """Return the tables of a SQL text with `read`, `append` (rows are added or changed) or `write`; text that is not SQL, or does not parse, has none."""
    holes = [part for part in statement.parts if isinstance(part, Hole)]
    numbers = iter(range(len(holes)))
    text = "".join(part if isinstance(part, str) else f"mldebt_hole_{next(numbers)}_" for part in statement.parts)
    if not _SQL.match(text):
        return []
    import sqlglot

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    try:
        trees = [tree for tree in sqlglot.parse(text) if tree is not None]
    except sqlglot.errors.SqlglotError:
        return []
    return [(_restore(table.name, holes), mode if mode == "read" else "append" if mode == "append" or _kept(tree) else "write")
            for tree in trees for table, mode in _tables(tree)]


def _kept(tree: exp.Expr) -> bool:
    """Return whether a statement makes a table only where there is none."""
    return type(tree).__name__ == "Create" and bool(tree.args.get("exists"))


def sql_tables(text: str) -> Iterator[TableUse]:
    """Yield the tables of a file of SQL with their places, statement by statement; what does not parse is left out.

    Expressions of templates stand in names as they are written; their blocks and comments count as blanks.
    """
    if len(text) > _MAX_TEXT:
        return
    marks: list[str] = []
    for at, statement in _statements(_TEMPLATE.sub(lambda found: _filled(found[0], marks), text)):
        tree = _parsed(statement)
        for table, mode in _tables(tree) if tree is not None else ():
            begin, end = _place(table, statement)
            yield TableUse(_FILLED.sub(lambda found: marks[int(found[1])], table.name), mode, at + begin, at + end)


def _tables(tree: exp.Expr) -> Iterator[tuple[exp.Table, str]]:
    """Yield the tables of a statement with how it uses them; names that it defines itself are none."""
    from sqlglot import exp

    mode = "append" if tree.args.get("where") and isinstance(tree, exp.Update | exp.Delete) else _MODES.get(type(tree).__name__, "read")
    target = tree if tree.this is None or isinstance(tree.this, str) else tree.this
    written = target.find(exp.Table) if mode != "read" else None
    if mode == "create" and str(tree.args.get("kind", "")).upper() not in ("TABLE", "VIEW"):
        mode = "read"
    common = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.name and (table.name not in common or table.db):
            yield table, "rename" if isinstance(table.parent, exp.AlterRename) else mode if table is written else "read"


def _filled(text: str, marks: list[str]) -> str:
    if not text.startswith("{{") or len(marks) > 99:
        return re.sub(r"[^\n]", " ", text)
    marks.append(text)
    return f"{_FILL}{len(marks) - 1}".ljust(len(text), _FILL)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the statements of a text with their offsets."""
    import sqlglot

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    try:
        tokens = sqlglot.tokenize(text, read=_DIALECTS["`"] if "`" in text else None)
    except sqlglot.errors.SqlglotError:
        return
    begin, number = -1, 0
    for token in tokens:
        if text[token.start] == ";":
            if begin >= 0 and number < _MAX_STATEMENTS:
                yield begin, text[begin : token.start]
            begin, number = -1, number + 1
        elif begin < 0 and not _FILLED.fullmatch(token.text):  # a template's expression before a statement is no part of it
            begin = token.start
    if begin >= 0 and number < _MAX_STATEMENTS:
        yield begin, text[begin:]


def _parsed(statement: str) -> exp.Expr | None:
    """Return the tree of one statement in the first dialect that reads it."""
    import sqlglot

    for dialect in (None, *(name for mark, name in _DIALECTS.items() if mark in statement)):
        try:
            return sqlglot.parse_one(statement, read=dialect)
        except (sqlglot.errors.SqlglotError, RecursionError):
            continue
    return None


def _place(table: exp.Table, statement: str) -> tuple[int, int]:
    """Return where the last part of a table's name stands; versions that note no places have it searched."""
    noted = getattr(table.this, "meta", {})
    if "start" in noted and "end" in noted:
        return int(noted["start"]), int(noted["end"]) + 1
    found = re.search(rf"(?<!\w){re.escape(table.name)}(?!\w)", statement)
    return found.span() if found else (0, 0)


def _restore(name: str, holes: list[Hole]) -> Pattern:
    parts: list[Part] = []
    at = 0
    for mark in _MARK.finditer(name):
        parts.extend((name[at:mark.start()], holes[int(mark[1])]))
        at = mark.end()
    return pattern(*parts, name[at:])
