"""The graph as a Mermaid flow chart."""

from __future__ import annotations

import re

from mldebt.graph.queries import Node, View

MAX_EDGES = 500
_SHAPES = {"entry-point": ("([", "])"), "step": ("[", "]"), "dataset": ("[(", ")]"), "model": ("{{", "}}")}
_MEANT = re.compile(r"[^\w\s./:+=()-]")


def mermaid(view: View) -> str:
    """Return a flow chart from left to right; guessed identities are dotted. Beyond `MAX_EDGES` a comment warns that renderers refuse the chart."""
    number = {node.id: f"n{position}" for position, node in enumerate(view.nodes)}
    lines = ["flowchart LR"]
    if len(view.edges) > MAX_EDGES:
        lines.append(f"  %% {len(view.edges)} edges: renderers draw {MAX_EDGES} unless told otherwise; choose a part with --focus or PATHS")
    lines.extend(f"  {number[node.id]}{_box(node)}" for node in view.nodes)
    lines.extend(f"  {number[edge.source]} {'-->' if edge.certain else '-.->'}|{edge.kind}| {number[edge.target]}" for edge in view.edges)
    return "\n".join([*lines, ""])


def _box(node: Node) -> str:
    left, right = _SHAPES[node.kind]
    return f'{left}"{_label(node.id)}"{right}'


def _label(text: str) -> str:
    """Return text in which every character that a label might read as markup is an entity, as Mermaid writes them (`#35;`)."""
    return _MEANT.sub(lambda found: f"#{ord(found[0])};", text)
