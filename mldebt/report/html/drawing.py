"""The drawn graph: boxes, frames and edges at the places of the layout; the script only moves what is here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from mldebt.graph.export.svg import shortened, tail
from mldebt.graph.folding import Box, Folded, folded
from mldebt.graph.layout import Slot
from mldebt.graph.queries import PROGRAMS, Edge, Node, View
from mldebt.report.html.markup import Markup, fill, joined

HEIGHT, GAP, BAND, TOP, EDGE, LEFT, INSET = 40.0, 14.0, 30.0, 34.0, 16.0, 14.0, 10.0
NAME, FOLDER = 28, 32  # most characters of a label's two lines
NAME_WIDTH, FOLDER_WIDTH = 7.4, 6.5  # of one character, in the widest of the usual fonts
LEAST, LINE = 120.0, "L"
_TIPS = tuple((f"tip{f'-{kind}' * bool(kind)}{way}", kind, at, shape) for kind in ("", "debt", "lit")
              for way, at, shape in (("", 8, "M0 0L8 4L0 8z"), ("-back", 0, "M8 0L0 4L8 8z")))


@dataclass(frozen=True, slots=True)
class Red:
    """What is drawn as debt: how many findings touch a node, and the edges that they name."""

    nodes: Mapping[str, int]
    edges: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Drawing:
    """The markup of the graph, and the number of the box of each node; `foldable`: there are folders."""

    markup: Markup
    numbers: Mapping[str, int]
    foldable: bool


@dataclass(frozen=True, slots=True)
class _Spot:
    """A box on paper: its number, that of the box around it, its column and how deep it lies in it."""

    box: Box
    number: int
    up: int | None
    column: int
    depth: int


class Sheet:
    """One drawing while it is made."""

    def __init__(self, view: View, red: Red) -> None:
        """Lay the graph out and number its boxes."""
        self._view, self._red = view, red
        self._made: Folded = folded(view, HEIGHT, GAP, BAND)
        self._spots = list(self._numbered())
        self._numbers = {spot.box.node.id: spot.number for spot in self._spots if spot.box.node is not None}
        self._outer = {spot.box.id: spot for spot in self._spots if spot.up is None}
        self._columns = self._sized()
        self._bands = {slot: number for number, band in enumerate(self._made.bands) for slot in band}
        self._slots = {slot: number for number, slot in enumerate(sorted(slot for slot in self._made.layout.middle if not isinstance(slot, str)))}

    def drawing(self, label: str) -> Drawing:
        """Return the finished drawing."""
        width = self._columns[-1][0] + self._columns[-1][1] + LEFT
        slots = ";".join(f"{slot[2]},{self._bands[slot]},{self._middle(slot):.1f}" for slot in self._slots if not isinstance(slot, str))
        foldable = any(spot.box.inner for spot in self._spots)
        markup = fill(
            "drawing", width=round(width), height=round(TOP + self._made.height + EDGE), label=label, slots=slots,
            room=f"{HEIGHT:.0f} {GAP:.0f} {BAND:.0f} {TOP:.0f} {EDGE:.0f}", columns=";".join(f"{left:.0f},{wide:.0f}" for left, wide in self._columns),
            tips=joined(fill("tip", id=name, kind=kind, at=at, shape=shape) for name, kind, at, shape in _TIPS),
            heads=joined(fill("column", x=round(left), text=_heading(column, self._view)) for (left, _), column in zip(self._columns, self._made.columns)),
            frames=joined(self._frame(spot) for spot in self._spots if spot.box.inner),
            edges=joined(self._edges()), boxes=joined(map(self._box, self._spots)))
        return Drawing(markup, self._numbers, foldable)

    def _numbered(self) -> Iterator[_Spot]:
        """Yield the boxes, each before those inside it."""
        stack: list[tuple[Box, int | None, int, int]] = [
            (box, None, number, 0) for number, column in reversed(list(enumerate(self._made.columns))) for box in reversed(column)]
        count = 0
        while stack:
            box, up, column, depth = stack.pop()
            yield _Spot(box, count, up, column, depth)
            stack.extend((inner, count, column, depth + 1) for inner in reversed(box.inner))
            count += 1

    def _sized(self) -> list[tuple[float, float]]:
        """Return the left side and the width of each column: as wide as its longest label, with more air where many edges pass."""
        widths, passing = [LEAST] * len(self._made.columns), [0] * len(self._made.columns)
        for spot in self._spots:
            name, second = _labels(spot.box, spot.depth)
            wide = max(len(name) * NAME_WIDTH, len(second) * FOLDER_WIDTH) + (44 if spot.box.inner else 26) + 2 * INSET * spot.depth
            widths[spot.column] = max(widths[spot.column], wide)
        for source, target in {(self._made.outermost[edge.source], self._made.outermost[edge.target]) for edge in self._view.edges}:
            first, last = sorted((self._outer[source].column, self._outer[target].column))
            for column in range(first, last):
                passing[column] += 1
        columns, left = [], LEFT
        for width, edges in zip(widths, passing):
            columns.append((left, width))
            left += width + min(52 + 6 * sqrt(edges), 120)
        return columns

    def _pairs(self) -> dict[tuple[str, str], list[Edge]]:
        """Return the edges between each two nodes."""
        pairs: dict[tuple[str, str], list[Edge]] = {}
        for edge in self._view.edges:
            if edge.source != edge.target:
                pairs.setdefault((edge.source, edge.target), []).append(edge)
        return pairs

    def _edges(self) -> Iterator[Markup]:
        """Yield the edges; of those between the same outermost boxes one is seen: a debt, else a certain one, if there is any."""
        pairs = self._pairs()
        drawn: set[tuple[str, str]] = set()
        for pair in sorted(pairs, key=lambda pair: (pair not in self._red.edges, not _certain(pairs[pair]), pair)):
            outer = (self._made.outermost[pair[0]], self._made.outermost[pair[1]])
            yield self._edge(pair, pairs[pair], outer in drawn)
            drawn.add(outer)

    def _edge(self, pair: tuple[str, str], found: Sequence[Edge], hidden: bool) -> Markup:
        source, target = (self._made.outermost[end] for end in pair)
        back = self._outer[source].column > self._outer[target].column
        left, right = (target, source) if back else (source, target)
        inner = [slot for step in range(self._outer[left].column + 1, self._outer[right].column) if (slot := (left, right, step)) in self._slots]
        kinds = (found[0].kind, "back" if back else "", "" if _certain(found) else "guessed", "debt" if pair in self._red.edges else "",
                 "gone" if hidden else "")
        says = "\n".join(f"{edge.source} → {edge.target}: {edge.kind}, {place(edge)}" for edge in found)
        slots = [self._slots[slot] for slot in (reversed(inner) if back else inner)]
        return fill("edge", kind=" ".join(filter(None, kinds)), source=self._numbers[pair[0]], target=self._numbers[pair[1]],
                    via=" ".join(map(str, slots)), route=self._route((left, *inner, right)), title=says)

    def _route(self, steps: Sequence[Slot]) -> str:
        """Return a curve between the columns, a straight run through those that it passes."""
        column = self._made.layout.layer[str(steps[0])]
        x, y = sum(self._columns[column]), self._middle(steps[0])
        path = [f"M{x:.1f} {y:.1f}"]
        for slot in steps[1:]:
            left, wide = self._columns[slot[2] if not isinstance(slot, str) else self._made.layout.layer[slot]]
            half, to = (x + left) / 2, self._middle(slot)
            path.append(f"C{half:.1f} {y:.1f} {half:.1f} {to:.1f} {left:.1f} {to:.1f}")
            x, y = left + wide, to
            if not isinstance(slot, str):
                path.append(f"H{x:.1f}")
        return "".join(path)

    def _frame(self, spot: _Spot) -> Markup:
        return fill("frame", number=spot.number, x=round(self._left(spot)), width=round(self._width(spot)))

    def _box(self, spot: _Spot) -> Markup:
        box, width = spot.box, self._width(spot)
        name, second = _labels(box, spot.depth)
        count = sum(self._red.nodes.get(node.id, 0) for node in box.nodes())
        top = self._middle(box.id) - HEIGHT / 2 if spot.up is None else 0.0
        outline = fill("stack", width=round(width), x=round(width) - 20) if box.inner else fill("shape", outline=_outline(_kind(box), width))
        debts = f", {count} debt{'s' * (count > 1)}" if count else ""
        return fill(
            "box", number=spot.number, up="" if spot.up is None else spot.up, column=spot.column, depth=spot.depth, kind=_classes(spot, count),
            band=self._bands[box.id] if spot.up is None else "", y=f"{self._middle(box.id):.1f}" if spot.up is None else "",
            full=box.node.id if box.node else f"{box.folder}/{box.name}", x=round(self._left(spot)), top=f"{top:.1f}",
            label=f"{box.node.kind} {box.node.id}{debts}" if box.node else f"folder {box.name}, {second}{debts}", shape=outline, name=name,
            first=17 if second else 24, second=fill("second", text=second) if second else "", badge=fill("badge", x=round(width), count=count) if count else "")

    def _left(self, spot: _Spot) -> float:
        return self._columns[spot.column][0] + INSET * spot.depth

    def _width(self, spot: _Spot) -> float:
        return self._columns[spot.column][1] - 2 * INSET * spot.depth

    def _middle(self, slot: Slot) -> float:
        return self._made.layout.middle[slot] + TOP


def draw(view: View, red: Red, label: str) -> Drawing:
    """Return the drawing of a graph that has nodes; it never holds more than a few dozen boxes at first: what more there is lies folded."""
    return Sheet(view, red).drawing(label)


def place(edge: Edge) -> str:
    """Return where the first access stands."""
    return f"{edge.path}:cell {edge.cell}:{edge.line}" if edge.cell is not None else f"{edge.path}:{edge.line}"


def _certain(found: Sequence[Edge]) -> bool:
    return any(edge.certain for edge in found)


def _labels(box: Box, depth: int) -> tuple[str, str]:
    """Return the two lines of a label: the name, and the folder (which is seen around a box inside another), or what is inside."""
    if box.node is not None:
        return shortened(box.name, NAME), "" if depth else tail(box.folder, FOLDER)
    kinds = [_word(node) for node in box.nodes()]
    held = ", ".join(f"{kinds.count(word)} {word}{'s' * (kinds.count(word) > 1)}" for word in dict.fromkeys(kinds))
    rest = FOLDER - len(held) - 4
    return shortened(f"{box.name}/", NAME), f"{held} in {tail(box.folder, rest)}" if box.folder and not depth and rest > 4 else held


def _word(node: Node) -> str:
    return "program" if node.kind in PROGRAMS else node.kind


def _kind(box: Box) -> str:
    """Return the kind of a node; of a folder that of most of its nodes."""
    kinds = [_word(node) for node in box.nodes()]
    return max(dict.fromkeys(kinds), key=kinds.count)


def _classes(spot: _Spot, count: int) -> str:
    box = spot.box
    words = (_kind(box), "group" if box.inner else "", "declared" if box.node and box.node.declared else "", "debt" if count else "",
             "" if spot.up is None else "gone")
    return " ".join(filter(None, words))


def _heading(column: Sequence[Box], view: View) -> str:
    """Return what a column holds."""
    nodes = [node for box in column for node in box.nodes()]
    ids = {node.id for node in nodes}
    made, used = ({getattr(edge, end) for edge in view.edges} & ids for end in ("target", "source"))
    if nodes[0].kind in PROGRAMS:
        return "producers" if not made else "consumers" if not used else "programs"
    if 2 * len(made) < len(ids):
        return "inputs"
    models = sum(node.kind == "model" for node in nodes)
    return "models" if models == len(nodes) else "data and models" if models else "outputs" if not used else "data"


def _outline(kind: str, width: float) -> str:
    """Return the outline of a node: a program has round corners, data nearly none, a model's are cut."""
    cut = {"program": HEIGHT / 4, "dataset": 2.0, "model": HEIGHT / 4}[kind]
    right, low = width - cut, HEIGHT - cut
    corner = f"A{cut:.0f} {cut:.0f} 0 0 1 " if kind != "model" else "L"
    points = [(right, 0.0), (width, cut), (width, low), (right, HEIGHT), (cut, HEIGHT), (0.0, low), (0.0, cut), (cut, 0.0)]
    return f"M{cut:.0f} 0{''.join(f'{corner if number % 2 else LINE}{x:.0f} {y:.0f}' for number, (x, y) in enumerate(points))}z"
