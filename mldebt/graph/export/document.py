"""The graph as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec

from mldebt.graph.queries import View, cycles


def document(view: View) -> str:
    """Return the JSON document, `schema_version` 1.

    `nodes`: `id`, `kind` (`dataset`, `model`, `entry-point`, `step`), `entry` (how a program starts: `script`, `notebook`, `route` …; empty for artefacts),
    and of artefacts `store` (`file`, `table`, `url`, `bucket` …), `formats`, `declared`, `tracked`. `edges`: `source` and `target` (ids, in the direction
    of the data), `kind` (`reads`: artefact to program, `writes`: program to artefact, `derives`: artefact to artefact, where programs are left out),
    `path`, `cell`, `line` (the first access that proves it; `cell` is null outside notebooks), `certain`, `accesses` (how many there are).
    `cycles`: groups of ids that depend on each other. Nodes are sorted by id, edges by source, target and kind; paths are relative to the project.
    """
    table: dict[str, Any] = {"schema_version": 1, "nodes": [asdict(node) for node in view.nodes], "edges": [asdict(edge) for edge in view.edges]}
    return msgspec.json.format(msgspec.json.encode({**table, "cycles": cycles(view)}), indent=2).decode() + "\n"
