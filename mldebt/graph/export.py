"""The data-dependency graph as plain nodes and edges, and in the formats of other tools."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import networkx as nx

from mldebt.graph.project_graph import ProjectGraph, Use


@dataclass(frozen=True, slots=True)
class Node:
    """A program (`entry-point`) or an artefact (`dataset`); `declared` and `tracked` speak of artefacts."""

    id: str
    kind: str
    declared: bool = False
    tracked: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """`reads` (artefact to program) or `writes` (program to artefact), with the place that proves it."""

    source: str
    target: str
    kind: str
    path: str
    line: int
    certain: bool


@dataclass(frozen=True, slots=True)
class View:
    """A part of the graph, nodes and edges sorted."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def whole(graph: ProjectGraph) -> View:
    """Return every program and artefact; one edge for each program, artefact and direction, proven by its first access."""
    edges: dict[tuple[str, str, str], Edge] = {}
    nodes: dict[str, Node] = {}
    for artifact in graph.artifacts():
        path = artifact.partition("#")[0]
        nodes[artifact] = Node(artifact, "dataset", graph.is_declared(artifact), path in graph.project.tracked)
        for use in graph.writers(artifact):
            edges.setdefault((use.program, artifact, "writes"), _edge(graph, use, use.program, artifact, "writes"))
        for use in graph.readers(artifact):
            edges.setdefault((artifact, use.program, "reads"), _edge(graph, use, artifact, use.program, "reads"))
    for edge in edges.values():
        program = edge.source if edge.kind == "writes" else edge.target
        nodes.setdefault(program, Node(program, "entry-point"))
    return View(tuple(nodes[name] for name in sorted(nodes)), tuple(edges[key] for key in sorted(edges)))


def _edge(graph: ProjectGraph, use: Use, source: str, target: str, kind: str) -> Edge:
    place = use.event.place
    return Edge(source, target, kind, place.path, graph.project.facts(place.path).table.locate(place.at).line, use.certain)


def focused(view: View, node: str, upstream: bool, downstream: bool) -> View:
    """Return the cone of a node: what it depends on, what depends on it, or both (when neither is asked for); raises KeyError for no such node."""
    made = network(view)
    if node not in made:
        raise KeyError(node)
    both = upstream == downstream
    kept = {node}
    if upstream or both:
        kept |= nx.ancestors(made, node)
    if downstream or both:
        kept |= nx.descendants(made, node)
    return _only(view, kept)


def of_kinds(view: View, kinds: Iterable[str]) -> View:
    """Return the nodes of some kinds and the edges between them."""
    wanted = set(kinds)
    return _only(view, {node.id for node in view.nodes if node.kind in wanted})


def _only(view: View, kept: set[str]) -> View:
    return View(tuple(node for node in view.nodes if node.id in kept), tuple(edge for edge in view.edges if edge.source in kept and edge.target in kept))


def network(view: View) -> nx.MultiDiGraph[str]:
    """Return a view as a NetworkX graph with plain attributes."""
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in view.nodes:
        made.add_node(node.id, kind=node.kind, declared=node.declared, tracked=node.tracked)
    for edge in view.edges:
        made.add_edge(edge.source, edge.target, kind=edge.kind, path=edge.path, line=edge.line, certain=edge.certain)
    return made


def table(view: View) -> dict[str, Any]:
    """Return the JSON document: `schema_version`, `nodes` and `edges` with the fields of `Node` and `Edge`."""
    return {"schema_version": 1, "nodes": [asdict(node) for node in view.nodes], "edges": [asdict(edge) for edge in view.edges]}


def dot(view: View) -> str:
    """Return the graph in the language of Graphviz."""
    lines = ["digraph mldebt {", "  rankdir=LR;"]
    for node in view.nodes:
        shape = "box" if node.kind == "entry-point" else "cylinder"
        lines.append(f"  {_quoted(node.id)} [shape={shape}];")
    lines.extend(f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [label={_quoted(edge.kind)}];" for edge in view.edges)
    return "\n".join([*lines, "}", ""])


def mermaid(view: View) -> str:
    """Return the graph as a Mermaid flow chart."""
    number = {node.id: f"n{position}" for position, node in enumerate(view.nodes)}
    lines = ["flowchart LR"]
    for node in view.nodes:
        left, right = ("[", "]") if node.kind == "entry-point" else ("[(", ")]")
        label = node.id.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace("#", "&num;")
        lines.append(f'  {number[node.id]}{left}"{label}"{right}')
    lines.extend(f"  {number[edge.source]} -->|{edge.kind}| {number[edge.target]}" for edge in view.edges)
    return "\n".join([*lines, ""])


def graphml(view: View) -> str:
    """Return the graph as GraphML."""
    buffer = io.BytesIO()
    nx.write_graphml(network(view), buffer)
    return buffer.getvalue().decode("utf-8") + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
