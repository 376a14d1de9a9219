"""The graph as a drawing: layers from left to right, light and dark, no script and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from xml.sax.saxutils import escape

from mldebt.graph.folding import split
from mldebt.graph.layout import Layout, Pair, lay_out, packed, parts
from mldebt.graph.queries import PROGRAMS, Edge, Node, View

HEIGHT, GAP, BETWEEN, MARGIN, TOP, LEAST = 36.0, 12.0, 36.0, 24.0, 76.0, 860.0
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


@dataclass(frozen=True, slots=True)
class Panel:
    """One connected part of the graph, drawn from 0, 0."""

    view: View
    layout: Layout
    columns: tuple[Column, ...]

    @property
    def size(self) -> tuple[float, float]:
        """Return its width and height."""
        return self.columns[-1].left + self.columns[-1].width, max(self.layout.middle.values()) + HEIGHT / 2


def svg(view: View, title: str = "") -> str:
    """Return the drawing; its size grows with the graph. Every node and edge tells what it is when pointed at."""
    panels = _panels(view)
    places = packed([panel.size for panel in panels], LEAST, BETWEEN)
    width = max([LEAST, *(left + panel.size[0] for panel, (left, _) in zip(panels, places))]) + 2 * MARGIN
    height = max([0.0, *(top + panel.size[1] for panel, (_, top) in zip(panels, places))]) + TOP + MARGIN
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    heading = title or "Data dependencies"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">', f"<title>{escape(heading)}</title>", f"<style>{STYLE}</style>",
        *_tips(), '<rect class="paper" width="100%" height="100%"/>', *_head(view, heading),
        *(_drawn(panel, left + MARGIN, top + TOP) for panel, (left, top) in zip(panels, places)), "</svg>", "",
    ])


def _panels(view: View) -> list[Panel]:
    """Return the connected parts, the highest first, so that those side by side fit."""
    found = parts([node.id for node in view.nodes], [(edge.source, edge.target) for edge in view.edges])
    where = {name: number for number, part in enumerate(found) for name in part}
    nodes: list[list[Node]] = [[] for _ in found]
    edges: list[list[Edge]] = [[] for _ in found]
    for node in view.nodes:
        nodes[where[node.id]].append(node)
    for edge in view.edges:
        if edge.source != edge.target:
            edges[where[edge.source]].append(edge)
    panels = [_panel(View(tuple(some), tuple(theirs))) for some, theirs in zip(nodes, edges)]
    return sorted(panels, key=lambda panel: -panel.size[1])


def _panel(view: View) -> Panel:
    layout = lay_out([node.id for node in view.nodes], {(edge.source, edge.target) for edge in view.edges}, HEIGHT, GAP)
    return Panel(view, layout, _columns(view, layout))


def _drawn(panel: Panel, left: float, top: float) -> str:
    lines = [*_edges(panel), *(_node(panel, node) for node in panel.view.nodes)]
    return "\n".join([f'<g transform="translate({left:.1f} {top:.1f})">', *lines, "</g>"])


def _columns(view: View, layout: Layout) -> tuple[Column, ...]:
    """Return the place of each layer: as wide as its longest label, with more air where many edges pass."""
    count = max(layout.layer.values()) + 1
    widths, passing = [60.0] * count, [0] * count
    for node in view.nodes:
        name, folder = label(node)
        layer = layout.layer[node.id]
        widths[layer] = max(widths[layer], len(name) * NAME_WIDTH + 26, len(folder) * FOLDER_WIDTH + 26)
    for edge in view.edges:
        first, last = sorted((layout.layer[edge.source], layout.layer[edge.target]))
        for layer in range(first, last):
            passing[layer] += 1
    columns, left = [], 0.0
    for width, edges in zip(widths, passing):
        columns.append(Column(left, width))
        left += width + min(56 + 6 * sqrt(edges), 190)
    return tuple(columns)


def label(node: Node) -> tuple[str, str]:
    """Return the two lines of a label, shortened: the last part of the id (file, table, function), and what it lies in."""
    name, folder = split(node.id)
    return shortened(name, NAME), tail(folder, FOLDER)


def shortened(text: str, most: int) -> str:
    """Return text with its middle left out."""
    return text if len(text) <= most else f"{text[: most // 2]}…{text[len(text) - (most - most // 2 - 1):]}"


def tail(text: str, most: int) -> str:
    """Return text with its beginning left out."""
    return text if len(text) <= most else f"…{text[len(text) - most + 1:]}"


def _head(view: View, heading: str) -> list[str]:
    programs = sum(node.kind in PROGRAMS for node in view.nodes)
    note = f"{_count(programs, 'program')}, {_count(len(view.nodes) - programs, 'artefact')}, {_count(len(view.edges), 'edge')}"
    lines = [f'<text class="head" x="{MARGIN:.0f}" y="30">{escape(heading)}</text>', f'<text class="note" x="{MARGIN:.0f}" y="54">{note}</text>']
    left = MARGIN + 30 + len(note) * FOLDER_WIDTH * 1.1
    for kind, word in (("program", "program"), ("dataset", "dataset"), ("model", "model"), ("dataset declared", "declared")):
        shape = _outline(kind.partition(" ")[0], left, 44, 18, 13)
        lines.append(f'<g class="node {kind}"><path d="{shape}"/><text class="note" x="{left + 24:.1f}" y="54">{word}</text></g>')
        left += 84
    for kind, word in (("guessed", "folder guessed"), ("back", "closes a cycle")):
        lines.append(f'<path class="edge {kind}" d="M{left:.1f} 50.5h24"/><text class="note" x="{left + 30:.1f}" y="54">{word}</text>')
        left += 136
    return lines


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _tips() -> list[str]:
    """Return the arrow heads: pointing right or left, plain or closing a cycle."""
    shapes = (("right", "M0 0L8 4L0 8z", 8), ("left", "M8 0L0 4L8 8z", 0))
    return ["<defs>", *(f'<marker id="{way}{kind}" viewBox="0 0 8 8" refX="{tip}" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse">'
                        f'<path class="tip {kind}" d="{shape}"/></marker>' for way, shape, tip in shapes for kind in ("", "back")), "</defs>"]


def _edges(panel: Panel) -> list[str]:
    """Return one line a pair of nodes; both directions share it."""
    groups: dict[Pair, list[Edge]] = {}
    for edge in panel.view.edges:
        forward = panel.layout.layer[edge.source] < panel.layout.layer[edge.target]
        groups.setdefault((edge.source, edge.target) if forward else (edge.target, edge.source), []).append(edge)
    return [_edge(ends, found, panel) for ends, found in groups.items()]


def _edge(ends: Pair, edges: Sequence[Edge], panel: Panel) -> str:
    kind = "back" if any((edge.source, edge.target) in panel.layout.turned for edge in edges) else ""
    guessed = "" if any(edge.certain for edge in edges) else " guessed"
    tips = [f'marker-end="url(#right{kind})"' for edge in edges if edge.source == ends[0]][:1]
    tips += [f'marker-start="url(#left{kind})"' for edge in edges if edge.target == ends[0]][:1]
    says = "\n".join(f"{edge.source} → {edge.target}: {edge.kind}, {_place(edge)}" for edge in edges)
    route = _route(panel.layout.route(ends), panel.columns)
    return f'<g><title>{escape(says)}</title><path class="edge {kind}{guessed}" d="{route}" {" ".join(tips)}/></g>'


def _place(edge: Edge) -> str:
    return f"{edge.path}:cell {edge.cell}:{edge.line}" if edge.cell is not None else f"{edge.path}:{edge.line}"


def _route(steps: Sequence[tuple[int, float]], columns: Sequence[Column]) -> str:
    """Return a path of curves between the layers and straight runs through them."""
    left, at = columns[steps[0][0]].left + columns[steps[0][0]].width, steps[0][1]
    parts = [f"M{left:.1f} {at:.1f}"]
    for number, middle in steps[1:]:
        column, to = columns[number], middle
        half = (left + column.left) / 2
        parts.append(f"C{half:.1f} {at:.1f} {half:.1f} {to:.1f} {column.left:.1f} {to:.1f}")
        left, at = column.left + column.width, to
        if number != steps[-1][0]:
            parts.append(f"H{left:.1f}")
    return "".join(parts)


def _node(panel: Panel, node: Node) -> str:
    column, middle = panel.columns[panel.layout.layer[node.id]], panel.layout.middle[node.id]
    name, folder = label(node)
    kind = "program" if node.kind in PROGRAMS else node.kind
    lines = [f'<text class="name" x="{column.left + 13:.1f}" y="{middle + (-2 if folder else 4):.1f}">{escape(name)}</text>']
    if folder:
        lines.append(f'<text class="folder" x="{column.left + 13:.1f}" y="{middle + 12:.1f}">{escape(folder)}</text>')
    outline = _outline(kind, column.left, middle - HEIGHT / 2, column.width, HEIGHT)
    return (f'<g class="node {kind}{" declared" if node.declared else ""}"><title>{escape(_told(panel.view, node))}</title><path d="{outline}"/>'
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

