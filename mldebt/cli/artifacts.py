"""`mldebt artifacts`: what every artefact is, who makes and uses it, and declarations for those that need one."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mldebt.cli.graph import project_view, scopes_of
from mldebt.config import load_settings
from mldebt.graph.artifacts import Row, crosses, rows_of
from mldebt.graph.queries import Edge, Node, within
from mldebt.report.canvas import folded
from mldebt.report.escape import json_text, safe

WIDTH = 100
OTHERS = 32  # columns of a table beside its two long ones
MOST = 8  # programs shown of each side
_MARKUP = "\\*?[]!# "


def run_artifacts(paths: tuple[Path, ...], project: Path | None, form: str, undeclared: bool, write: bool, cache: Path | bool = True) -> str:
    """Return the table of artefacts, or with `write` the declarations proposed; raises `ConfigError` for a path that does not exist."""
    view, root = project_view(paths, project, cache)
    kept = {node.id for node in within(view, scopes_of(paths, root)).nodes}
    rows = [row for row in rows_of(view) if row.node.id in kept]
    if write:
        return proposal(rows, load_settings(root)[1] == "mldebt.toml")
    rows = [row for row in rows if not (undeclared and row.node.declared)]
    return as_json(rows) if form == "json" else as_text(rows)


def as_json(rows: Sequence[Row]) -> str:
    """Return the JSON document, `schema_version` 1.

    `artifacts`: `id`, `kind` (`dataset`, `model`), `path`, `table` (empty outside databases), `store`, `formats`, `declared`, `tracked`, and `producers`
    and `consumers`: `program`, with `path`, `cell`, `line` of its first access, `certain`, `accesses`.
    """
    table = {"schema_version": 1, "artifacts": [_entry(row) for row in rows]}
    return json_text(table)


def _entry(row: Row) -> dict[str, Any]:
    node = row.node
    return {"id": node.id, "kind": node.kind, "path": _path(node), "table": node.id.partition("#")[2], "store": node.store, "formats": node.formats,
            "declared": node.declared, "tracked": node.tracked, "producers": [_use(edge, edge.source) for edge in row.producers],
            "consumers": [_use(edge, edge.target) for edge in row.consumers]}


def _use(edge: Edge, program: str) -> dict[str, Any]:
    return {"program": program, "path": edge.path, "cell": edge.cell, "line": edge.line, "certain": edge.certain, "accesses": edge.accesses}


def as_text(rows: Sequence[Row]) -> str:
    """Return a table as wide as the terminal, `WIDTH` elsewhere, and a line that counts."""
    undeclared = sum(not row.node.declared and crosses(row) for row in rows)
    total = f"{len(rows)} artefact{'' if len(rows) == 1 else 's'}, {undeclared} of them undeclared and shared by programs\n"
    return f"{_table(rows)}\n{total}" if rows else total


def _table(rows: Sequence[Row]) -> str:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    paper, terminal = io.StringIO(), sys.stdout.isatty()
    console = Console(file=paper, width=None if terminal else WIDTH, force_terminal=terminal or bool(os.environ.get("FORCE_COLOR")), legacy_windows=False)
    half = max((console.width - OTHERS) // 2, 12)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for name in ("artefact", "← written by, → read by", "store", "declared", "tracked"):
        table.add_column(name, no_wrap=True)
    for row in rows:
        programs = "\n".join(folded(f"{sign} {safe(name)}", half) for sign, name in _programs(row))
        words = (folded(safe(row.node.id.replace("{}", "{…}")), half), programs, row.node.store, _mark(row.node.declared), _mark(row.node.tracked))
        table.add_row(*(Text(word, style="yellow" if word == "no" else "") for word in words))
    console.print(table)
    return "\n".join(line.rstrip() for line in paper.getvalue().split("\n"))


def _programs(row: Row) -> list[tuple[str, str]]:
    """Return the programs of an artefact with the way the data goes, the first few of each side."""
    both = [name for name in row.makers if name in row.users]
    found = [("↔", name) for name in both]
    for sign, names in (("←", row.makers), ("→", row.users)):
        single = [name for name in names if name not in both]
        found.extend((sign, name) for name in single[:MOST])
        if len(single) > MOST:
            found.append((sign, f"and {len(single) - MOST} more"))
    return found


def _mark(value: bool) -> str:
    return "yes" if value else "no"


def proposal(rows: Sequence[Row], own_file: bool) -> str:
    """Return declarations for the artefacts that cross programs undeclared, one a path, as TOML; `own_file` is for `mldebt.toml`."""
    header = "[[artifacts]]" if own_file else "[[tool.mldebt.artifacts]]"
    names = [_path(row.node).rpartition("/")[2] for row in {_path(row.node): row for row in rows}.values()]
    wanted: dict[str, list[Row]] = {}
    for row in rows:
        if not row.node.declared and crosses(row):
            wanted.setdefault(_path(row.node), []).append(row)
    return "\n".join(_declaration(header, path, found, names.count(path.rpartition("/")[2]) > 1) for path, found in wanted.items())


def _declaration(header: str, path: str, rows: Sequence[Row], shared_name: bool) -> str:
    """Return one table; the owner is a producer that does not read the artefact, if there is one."""
    users = sorted({user for row in rows for user in row.users})
    owner, *others = sorted({maker for row in rows for maker in row.makers}, key=lambda name: (name in users, name))
    more = f"  # also written by {', '.join(others)}" if others else ""
    return (f"{header}\npath = {_toml(_pattern(path, shared_name))}\nowner = {_toml(owner)}{more}\n"
            f"consumers = [{', '.join(_toml(user) for user in users if user != owner)}]\n")


def _pattern(path: str, shared_name: bool) -> str:
    """Return a path in the syntax of ignore files: unknown parts are `*`; a bare name that other folders have too is tied to the root."""
    escaped = "*".join("".join(f"\\{sign}" if sign in _MARKUP else sign for sign in part) for part in path.split("{}"))
    return f"/{escaped}" if shared_name and "/" not in escaped else escaped


def _path(node: Node) -> str:
    return node.id.removeprefix("artifact:").partition("#")[0]


def _toml(text: str) -> str:
    """Return a basic string; TOML escapes as JSON does."""
    return json_text(text, indent=0).rstrip("\n")
