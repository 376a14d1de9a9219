"""The graph in the language of Graphviz."""

from __future__ import annotations

from mldebt.graph.queries import Edge, Node, View

_SHAPES = {"entry-point": 'shape=box style="rounded,filled" fillcolor="#dbeafe"', "step": 'shape=box style="filled" fillcolor="#dbeafe"',
           "dataset": 'shape=cylinder style="filled" fillcolor="#fef3c7"', "model": 'shape=octagon style="filled" fillcolor="#ede9fe"'}


def dot(view: View) -> str:
    """Return a digraph, data flowing from left to right; guessed identities are dashed."""
    lines = ["digraph mldebt {", "  rankdir=LR;", '  node [fontname="Helvetica" fontsize=11 color="#64748b"];', '  edge [fontname="Helvetica" fontsize=9];']
    lines.extend(_node(node) for node in view.nodes)
    lines.extend(_edge(edge) for edge in view.edges)
    return "\n".join([*lines, "}", ""])


def _node(node: Node) -> str:
    return f"  {_quoted(node.id)} [label={_quoted(node.id)} {_SHAPES[node.kind]}];"


def _edge(edge: Edge) -> str:
    place = f"{edge.path}:cell {edge.cell}:{edge.line}" if edge.cell is not None else f"{edge.path}:{edge.line}"
    style = "" if edge.certain else " style=dashed"
    return f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [label={_quoted(edge.kind)} tooltip={_quoted(place)}{style}];"


def _quoted(text: str) -> str:
    """Return a quoted text: `\\` and `"` escaped, so that no escape of labels (`\\N`, `\\G`) can arise and the text cannot end early."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
