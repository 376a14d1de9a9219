"""Large graphs made readable: in each column, nodes of one folder fold into one box, and the boxes are laid out.

A column holds programs or artefacts, never both, and data flows from left to right. Folding keeps the columns: nodes fold only with others of theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mldebt.graph.layout import Layout, Pair, Slot, arranged, layers, parts, turned_edges
from mldebt.graph.queries import PROGRAMS, Node, View

FEW = 60  # nodes of a graph that is drawn as it is
MOST = 44  # boxes at first of one that is not
HANDFUL = 5  # nodes in a folder of nodes that is opened at first


@dataclass(frozen=True, slots=True)
class Box:
    """A node, or what a folder has in one column: its name without the folder it is drawn in, and the boxes inside."""

    id: str
    name: str
    folder: str
    node: Node | None = None
    inner: tuple[Box, ...] = ()

    @property
    def nested(self) -> bool:
        """Return whether it holds folders."""
        return any(box.inner for box in self.inner)

    def nodes(self) -> Iterator[Node]:
        """Yield the nodes in it."""
        if self.node is not None:
            yield self.node
        for box in self.inner:
            yield from box.nodes()


@dataclass(frozen=True, slots=True)
class Folded:
    """A graph to be drawn: the outermost boxes by column, each from top to bottom; the place of each, and of the long edges between them.

    `bands` are the connected parts, from the top down; `columns` of `layout` are those of `columns`. An edge of the view runs as the edge between the
    outermost boxes of its ends.
    """

    columns: tuple[tuple[Box, ...], ...]
    layout: Layout
    bands: tuple[frozenset[Slot], ...]
    height: float
    outermost: Mapping[str, str]


@dataclass(slots=True)
class _Tree:
    """Folders and nodes while they are sorted."""

    folders: dict[str, _Tree] = field(default_factory=dict)
    nodes: list[tuple[str, Node]] = field(default_factory=list)


def folded(view: View, height: float, gap: float, band_gap: float) -> Folded:
    """Return the boxes of a graph with their places: boxes are `height` high and at least `gap` apart, connected parts `band_gap`."""
    ids = [node.id for node in view.nodes]
    edges = {(edge.source, edge.target) for edge in view.edges if edge.source != edge.target}
    turned = turned_edges(ids, edges)
    layer = layers(ids, [_straight(edge, turned) for edge in sorted(edges)], {node.id for node in view.nodes if node.kind in PROGRAMS})
    columns = _boxes(view.nodes, layer)
    outermost = {node.id: box.id for column in columns for box in column for node in box.nodes()}
    where = {box.id: number for number, column in enumerate(columns) for box in column}
    between = {(outermost[source], outermost[target]) for source, target in edges}
    return _placed(columns, where, between, outermost, (height, gap, band_gap))


def _straight(edge: Pair, turned: Collection[Pair]) -> Pair:
    return (edge[1], edge[0]) if edge in turned else edge


def _boxes(nodes: Sequence[Node], layer: Mapping[str, int]) -> list[list[Box]]:
    """Return the outermost boxes of each column: all nodes of a small graph, else as many as fit.

    Folders of folders are opened before those of nodes, those of short columns before those of long ones; a folder that holds many nodes and nothing else
    stays closed.
    """
    levels = sorted(set(layer.values()))
    columns = [[node for node in nodes if layer[node.id] == level] for level in levels]
    if len(nodes) <= FEW:
        return [[Box(node.id, *split(node.id), node) for node in column] for column in columns]
    boxes = [[_folder(f"{number}", "", "", _tree(column))] for number, column in enumerate(columns)]
    while True:
        total = sum(map(len, boxes))
        found = [(not box.nested, len(column), len(box.inner), number, place) for number, column in enumerate(boxes) for place, box in enumerate(column)
                 if box.inner and total + len(box.inner) - 1 <= MOST and (box.nested or len(box.inner) <= HANDFUL)]
        if not found:
            return boxes
        _, _, _, number, place = min(found)
        boxes[number][place:place + 1] = boxes[number][place].inner


def _tree(nodes: Iterable[Node]) -> _Tree:
    root = _Tree()
    for node in nodes:
        name, folder = split(node.id)
        tree = root
        for step in folder.split("/") if folder else ():
            tree = tree.folders.setdefault(step, _Tree())
        tree.nodes.append((name, node))
    return root


def _folder(key: str, name: str, above: str, tree: _Tree) -> Box:
    """Return a folder as a box; one that holds nothing but one box is that box."""
    path = "/".join(filter(None, (above, name)))
    inner = [_folder(key, step, path, tree.folders[step]) for step in sorted(tree.folders)]
    inner.extend(Box(node.id, title, path, node) for title, node in tree.nodes)
    return inner[0] if len(inner) == 1 else Box(f"\0{key}:{path}", name or path or "/", above, None, tuple(inner))


def split(identity: str) -> tuple[str, str]:
    """Return the last part of an id (file, table, function), and what it lies in."""
    identity = identity.replace("{}", "{…}")
    mark = max(identity.rfind("#"), identity.rfind("::"), identity.rfind("/"))
    if mark < 0:
        return identity, ""
    return identity[mark + (2 if identity.startswith("::", mark) else 1):], identity[:mark]


def _placed(columns: list[list[Box]], where: Mapping[str, int], edges: set[Pair], outermost: Mapping[str, str], room: tuple[float, float, float]) -> Folded:
    """Lay out the connected parts below each other, the largest first."""
    height, gap, band_gap = room
    layer: dict[str, int] = dict(where)
    middle: dict[Slot, float] = {}
    turned = {edge for edge in edges if where[edge[0]] > where[edge[1]]}
    bands, top = [], 0.0
    for part in parts(list(where), edges):
        straight = sorted({_straight(edge, turned) for edge in edges if edge[0] in part})
        made = arranged(part, straight, {box: where[box] for box in part}, height, gap)
        middle.update({slot: top + place for slot, place in made.middle.items()})
        bands.append(frozenset(made.middle))
        top += max(made.middle.values()) + height / 2 + band_gap
    ordered = tuple(tuple(sorted(column, key=lambda box: middle[box.id])) for column in columns)
    return Folded(ordered, Layout(layer, middle, frozenset(turned)), tuple(bands), max(top - band_gap, 0.0), outermost)
