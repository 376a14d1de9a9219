"""The graph as a drawing: layers from left to right, light and dark, no script and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from xml.sax.saxutils import escape

from mldebt.graph.layout import Layout, Pair, lay_out
from mldebt.graph.queries import PROGRAMS, Edge, Node, View

HEIGHT, GAP, MARGIN, TOP = 36.0, 12.0, 24.0, 76.0
NAME, FOLDER = 34, 40  # most characters of a label's two lines
NAME_WIDTH, FOLDER_WIDTH = 8.2, 6.2  # of one character, in the widest of the usual fonts
STYLE = """
text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1e293b; }
.paper { fill: #ffffff; } .head { font-size: 15px; font-weight: 600; } .note { font-size: 11px; fill: #64748b; }
.name { font-size: 12px; font-weight: 600; } .folder { font-size: 10px; fill: #64748b; }
.node path { stroke-width: 1.2; } .node.declared path { stroke-width: 3; }
.program path { fill: #dbeafe; stroke: #3b82f6; } .dataset path { fill: #fef3c7; stroke: #d97706; } .model path { fill: #ede9fe; stroke: #8b5cf6; }
.edge { fill: none; stroke: #94a3b8; stroke-width: 1.2; } .edge.guessed { stroke-dasharray: 6 3; } .edge.back { stroke: #dc2626; }
.tip { fill: #94a3b8; } .tip.back { fill: #dc2626; } g:hover > .edge { stroke: #0f172a; stroke-width: 2.4; }
@media (prefers-color-scheme: dark) {
text { fill: #e2e8f0; } .paper { fill: #0f172a; } .note, .folder { fill: #94a3b8; }
.program path { fill: #1e3a5f; stroke: #60a5fa; } .dataset path { fill: #4a3410; stroke: #f59e0b; } .model path { fill: #3b2a63; stroke: #a78bfa; }
.edge { stroke: #64748b; } .tip { fill: #64748b; } .edge.back { stroke: #f87171; } .tip.back { fill: #f87171; } g:hover > .edge { stroke: #f8fafc; }
}
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A layer on paper: its left side and its width."""

    left: float
    width: float


def svg(view: View, title: str = "") -> str:
    """Return the drawing; its size grows with the graph. Every node and edge tells what it is when pointed at."""
    pairs = {(edge.source, edge.target) for edge in view.edges if edge.source != edge.target}
    layout = lay_out([node.id for node in view.nodes], pairs, HEIGHT, GAP)
    columns = _columns(view, layout)
    width = max(_right(columns), 640.0) + MARGIN
    height = TOP + max((middle for middle in layout.middle.values()), default=0.0) + HEIGHT / 2 + MARGIN
    heading = title or "Data dependencies"
    body = [*_head(view, heading), *_edges(view.edges, layout, columns), *(_node(view, node, layout, columns) for node in view.nodes)]
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">', f"<title>{_text(heading)}</title>", f"<style>{STYLE}</style>",
        *_tips(), '<rect class="paper" width="100%" height="100%"/>', *body, "</svg>", "",
    ])


def _columns(view: View, layout: Layout) -> list[Column]:
    """Return the place of each layer: as wide as its longest label, with more air where many edges pass."""
    count = max(layout.layer.values(), default=-1) + 1
    widths, passing = [60.0] * count, [0] * count
    for node in view.nodes:
        name, folder = label(node)
        layer = layout.layer[node.id]
        widths[layer] = max(widths[layer], len(name) * NAME_WIDTH + 26, len(folder) * FOLDER_WIDTH + 26)
    for edge in view.edges:
        first, last = sorted((layout.layer[edge.source], layout.layer[edge.target]))
        for layer in range(first, last):
            passing[layer] += 1
    columns, left = [], MARGIN
    for width, edges in zip(widths, passing):
        columns.append(Column(left, width))
        left += width + min(56 + 6 * sqrt(edges), 190)
    return columns


def _right(columns: Sequence[Column]) -> float:
    return columns[-1].left + columns[-1].width if columns else 0.0


def label(node: Node) -> tuple[str, str]:
    """Return the two lines of a label, shortened: the last part of the id (file, table, function), and what it lies in."""
    identity = node.id.replace("{}", "{…}")
    mark = max(identity.rfind("#"), identity.rfind("::"), identity.rfind("/"))
    if mark < 0:
        return _short(identity, NAME), ""
    size = 2 if identity.startswith("::", mark) else 1
    return _short(identity[mark + size:], NAME), _tail(identity[:mark], FOLDER)


def _short(text: str, most: int) -> str:
    """Return text with its middle left out."""
    return text if len(text) <= most else f"{text[: most // 2]}…{text[len(text) - (most - most // 2 - 1):]}"


def _tail(text: str, most: int) -> str:
    return text if len(text) <= most else f"…{text[len(text) - most + 1:]}"


def _head(view: View, heading: str) -> list[str]:
    programs = sum(node.kind in PROGRAMS for node in view.nodes)
    note = f"{_count(programs, 'program')}, {_count(len(view.nodes) - programs, 'artefact')}, {_count(len(view.edges), 'edge')}"
    legend = [("program", "program"), ("dataset", "dataset"), ("model", "model"), ("dataset declared", "declared")]
    lines = [f'<text class="head" x="{MARGIN:.0f}" y="30">{_text(heading)}</text>', f'<text class="note" x="{MARGIN + 370:.0f}" y="54">{note}</text>']
    for number, (kind, word) in enumerate(legend):
        left = MARGIN + number * 88
        shape = _outline(kind.partition(" ")[0], left + 1, 44, 18, 13)
        lines.append(f'<g class="node {kind}"><path d="{shape}"/><text class="note" x="{left + 24:.1f}" y="54">{word}</text></g>')
    return lines


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _tips() -> list[str]:
    """Return the arrow heads: pointing right or left, plain or closing a cycle."""
    shapes = (("right", "M0 0L8 4L0 8z", 8), ("left", "M8 0L0 4L8 8z", 0))
    return ["<defs>", *(f'<marker id="{way}{kind}" viewBox="0 0 8 8" refX="{tip}" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse">'
                        f'<path class="tip {kind}" d="{shape}"/></marker>' for way, shape, tip in shapes for kind in ("", "back")), "</defs>"]


def _edges(edges: Sequence[Edge], layout: Layout, columns: Sequence[Column]) -> list[str]:
    """Return one line a pair of nodes; both directions share it."""
    groups: dict[Pair, list[Edge]] = {}
    for edge in edges:
        if edge.source != edge.target:
            ends = (edge.source, edge.target) if layout.layer[edge.source] < layout.layer[edge.target] else (edge.target, edge.source)
            groups.setdefault(ends, []).append(edge)
    return [_edge(ends, found, layout, columns) for ends, found in groups.items()]


def _edge(ends: Pair, edges: Sequence[Edge], layout: Layout, columns: Sequence[Column]) -> str:
    kind = "back" if any((edge.source, edge.target) in layout.turned for edge in edges) else ""
    guessed = "" if any(edge.certain for edge in edges) else " guessed"
    tips = [f'marker-end="url(#right{kind})"' for edge in edges if edge.source == ends[0]][:1]
    tips += [f'marker-start="url(#left{kind})"' for edge in edges if edge.target == ends[0]][:1]
    says = "\n".join(f"{edge.source} → {edge.target}: {edge.kind}, {_place(edge)}" for edge in edges)
    return f'<g><title>{_text(says)}</title><path class="edge {kind}{guessed}" d="{_route(layout.route(ends), columns)}" {" ".join(tips)}/></g>'


def _place(edge: Edge) -> str:
    return f"{edge.path}:cell {edge.cell}:{edge.line}" if edge.cell is not None else f"{edge.path}:{edge.line}"


def _route(steps: Sequence[tuple[int, float]], columns: Sequence[Column]) -> str:
    """Return a path of curves between the layers and straight runs through them."""
    left, at = columns[steps[0][0]].left + columns[steps[0][0]].width, steps[0][1] + TOP
    parts = [f"M{left:.1f} {at:.1f}"]
    for number, middle in steps[1:]:
        column, to = columns[number], middle + TOP
        half = (left + column.left) / 2
        parts.append(f"C{half:.1f} {at:.1f} {half:.1f} {to:.1f} {column.left:.1f} {to:.1f}")
        left, at = column.left + column.width, to
        if number != steps[-1][0]:
            parts.append(f"H{left:.1f}")
    return "".join(parts)


def _node(view: View, node: Node, layout: Layout, columns: Sequence[Column]) -> str:
    column, middle = columns[layout.layer[node.id]], layout.middle[node.id] + TOP
    name, folder = label(node)
    kind = "program" if node.kind in PROGRAMS else node.kind
    lines = [f'<text class="name" x="{column.left + 13:.1f}" y="{middle + (-2 if folder else 4):.1f}">{_text(name)}</text>']
    if folder:
        lines.append(f'<text class="folder" x="{column.left + 13:.1f}" y="{middle + 12:.1f}">{_text(folder)}</text>')
    outline = _outline(kind, column.left, middle - HEIGHT / 2, column.width, HEIGHT)
    return (f'<g class="node {kind}{" declared" if node.declared else ""}"><title>{_text(_told(view, node))}</title><path d="{outline}"/>'
            f'{"".join(lines)}</g>')


def _told(view: View, node: Node) -> str:
    """Return what a node says when it is pointed at."""
    before, after = (sum(getattr(edge, side) == node.id for edge in view.edges) for side in ("target", "source"))
    traits = [node.entry, node.store, *node.formats, "declared" if node.declared else "", "tracked" if node.tracked else ""]
    if node.kind in PROGRAMS:
        return f"{node.id}\n{', '.join(word for word in (node.kind, *traits) if word)}\nreads {before}, writes {after}"
    return f"{node.id}\n{', '.join(word for word in (node.kind, *traits) if word)}\nwritten by {before}, read by {after}"


def _outline(kind: str, left: float, top: float, width: float, height: float) -> str:
    """Return the outline of a node: a program has round corners, a dataset none, a model's are cut."""
    cut = {"program": height / 4, "dataset": 0.0, "model": height / 4}[kind]
    right, low = left + width, top + height
    corner = f"A{cut:.1f} {cut:.1f} 0 0 1 " if kind == "program" else "L"
    points = [(right - cut, top), (right, top + cut), (right, low - cut), (right - cut, low), (left + cut, low), (left, low - cut), (left, top + cut),
              (left + cut, top)]
    steps = [f"{corner if number % 2 else 'L'}{x:.1f} {y:.1f}" for number, (x, y) in enumerate(points)]
    return f"M{left + cut:.1f} {top:.1f}{''.join(steps)}z"


def _text(text: str) -> str:
    return escape(text)
