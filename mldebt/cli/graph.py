"""`mldebt graph` and `mldebt artifacts`."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mldebt.config import load_settings
from mldebt.discover.root import find_root
from mldebt.errors import ConfigError
from mldebt.graph.export import View, dot, focused, graphml, mermaid, of_kinds, table, whole
from mldebt.pipeline import build_graph

if TYPE_CHECKING:
    from mldebt.graph.project_graph import ProjectGraph

FORMATS = ("json", "dot", "mermaid", "graphml")
KINDS = ("dataset", "entry-point")


def graph_text(paths: tuple[Path, ...], project: Path | None, form: str, focus: str, upstream: bool, downstream: bool, kinds: str) -> str:
    """Return the graph in one of the formats; raises `ConfigError` for a path, node or kind that does not exist."""
    view = whole(_graph(paths, project))
    if focus:
        view = focused(view, _node(view, focus), upstream, downstream)
    wanted = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    if unknown := [kind for kind in wanted if kind not in KINDS]:
        raise ConfigError(f"no node kind `{unknown[0]}`; known: {', '.join(KINDS)}")
    view = of_kinds(view, wanted) if wanted else view
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(table(view)), indent=2).decode() + "\n"
    return {"dot": dot, "mermaid": mermaid, "graphml": graphml}[form](view)


def artifacts_text(paths: tuple[Path, ...], project: Path | None, undeclared: bool, write: bool) -> str:
    """Return the table of artefacts, or declarations proposed for those that cross programs undeclared."""
    view = whole(_graph(paths, project))
    lines: list[str] = []
    for node in view.nodes:
        if node.kind != "dataset" or ((undeclared or write) and node.declared):
            continue
        producers = [edge.source for edge in view.edges if edge.target == node.id]
        consumers = [edge.target for edge in view.edges if edge.source == node.id]
        if not write:
            state = f"{'declared' if node.declared else '-':9} {'tracked' if node.tracked else '-':8}"
            lines.append(f"{state} {node.id}\n" + "".join(f"{'':19} <- {name}\n" for name in producers) + "".join(f"{'':19} -> {name}\n" for name in consumers))
        elif producers and set(consumers) - set(producers):
            path = node.id.partition("#")[0]
            lines.append(f"[[tool.mldebt.artifacts]]\npath = {_toml(path)}\nowner = {_toml(producers[0])}\n"
                         f"consumers = [{', '.join(_toml(name) for name in consumers)}]\n\n")
    return "".join(dict.fromkeys(lines))


def _graph(paths: tuple[Path, ...], project: Path | None) -> ProjectGraph:
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise ConfigError(f"no such path: {', '.join(missing)}")
    root = find_root(paths or (Path("."),), project)
    return build_graph(root, load_settings(root)[0])


def _node(view: View, name: str) -> str:
    """Return the node that a full id or a unique end of one names."""
    ids = [node.id for node in view.nodes]
    found = [name] if name in ids else [item for item in ids if item.endswith("/" + name)]
    if len(found) == 1:
        return found[0]
    near = found or get_close_matches(name, ids, 3, 0.4)
    raise ConfigError(f"{'several nodes end in' if found else 'no node'} `{name}`{'; near: ' + ', '.join(near) if near else ''}", "--focus")


def _toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
