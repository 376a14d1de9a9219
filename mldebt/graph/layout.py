"""Places for the nodes of a directed graph: layers from left to right, few crossings, straight runs.

The method of Sugiyama, Tagawa and Toda (1981): cycles broken by turning edges round, longest-path layers, barycentre ordering, places by least squares.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

SWEEPS = 12
MANY = 1000  # slots of a graph whose places get fewer rounds
MAX_SLOTS = 30_000  # of long edges together: where there are more, the longest edges run straight across
Pair = tuple[str, str]
Slot = str | tuple[str, str, int]  # a node, or the place where a long edge passes a layer


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the slots are: the layer of each node, and the vertical middle of each slot; `turned` edges run from right to left."""

    layer: Mapping[str, int]
    middle: Mapping[Slot, float]
    turned: frozenset[Pair]

    def route(self, edge: Pair) -> list[tuple[int, float]]:
        """Return the layers and middles that an edge passes, from left to right."""
        left, right = sorted(edge, key=lambda node: self.layer[node])
        steps = range(self.layer[left] + 1, self.layer[right])
        inner = [(step, self.middle[left, right, step]) for step in steps if (left, right, step) in self.middle]
        return [(self.layer[left], self.middle[left]), *inner, (self.layer[right], self.middle[right])]


def lay_out(nodes: Sequence[str], edges: Collection[Pair], height: float, gap: float) -> Layout:
    """Place the nodes of a connected part, all of one height and at least `gap` apart, from 0 down. Edges that end where they start are not wanted."""
    turned = turned_edges(nodes, edges)
    straight = sorted({(target, source) if (source, target) in turned else (source, target) for source, target in edges})
    return arranged(nodes, straight, layers(nodes, straight), height, gap, turned)


def arranged(nodes: Collection[str], straight: Sequence[Pair], layer: Mapping[str, int], height: float, gap: float, turned: Collection[Pair] = ()) -> Layout:
    """Place the nodes of a part whose layers are given; the `straight` edges, sorted, go from lower to higher ones, `turned` are those turned round for it."""
    rows, links = _rows(sorted(nodes), straight, layer)
    placed = _places(_ordered(rows, links), links, height, gap)
    least = min(placed.values())
    return Layout(layer, {slot: value - least + height / 2 for slot, value in placed.items()}, frozenset(turned))


def packed(sizes: Sequence[tuple[float, float]], least_width: float, gap: float) -> list[tuple[float, float]]:
    """Return places for boxes (width, height) on shelves: as many side by side as the page is wide, which is about as wide as high."""
    area = sum((width + gap) * (height + gap) for width, height in sizes)
    page = max([least_width, area ** 0.5, *(width for width, _ in sizes)])
    places: list[tuple[float, float]] = []
    left = top = shelf = 0.0
    for width, height in sizes:
        if places and left + width > page:
            left, top, shelf = 0.0, top + shelf + gap, 0.0
        places.append((left, top))
        left, shelf = left + width + gap, max(shelf, height)
    return places


def turned_edges(nodes: Sequence[str], edges: Iterable[Pair]) -> set[Pair]:
    """Return edges that close a cycle on a depth-first walk, sources first: turning them round leaves none."""
    after: dict[str, list[str]] = {node: [] for node in nodes}
    entered = set[str]()
    for source, target in sorted(edges):
        after[source].append(target)
        entered.add(target)
    state: dict[str, int] = {}
    turned: set[Pair] = set()
    for start in sorted(nodes, key=lambda node: (node in entered, node)):
        if start in state:
            continue
        state[start], stack = 1, [(start, iter(after[start]))]
        while stack:
            node, rest = stack[-1]
            step = next(rest, None)
            if step is None:
                state[node] = 2
                stack.pop()
            elif step not in state:
                state[step] = 1
                stack.append((step, iter(after[step])))
            elif state[step] == 1:
                turned.add((node, step))
    return turned


def layers(nodes: Sequence[str], edges: Iterable[Pair], late: Collection[str] = ()) -> dict[str, int]:
    """Return the longest path to each node of an acyclic graph; a node without predecessors stands just before its first successor.

    The `late` nodes stand in layer 1 or after it: where edges join these to others only, a layer holds nodes of one sort.
    """
    before: dict[str, list[str]] = {node: [] for node in nodes}
    after: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        before[target].append(source)
        after[source].append(target)
    waiting = {node: len(found) for node, found in before.items()}
    ready = [node for node in nodes if not waiting[node]]
    layer = {node: int(node in late) for node in nodes}
    for node in ready:  # grows while it is walked
        for other in after[node]:
            layer[other] = max(layer[other], layer[node] + 1)
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    first = {node: min(layer[other] for other in after[node]) - 1 for node in nodes if after[node] and not before[node]}
    return {**layer, **first}


def parts(nodes: Sequence[str], edges: Iterable[Pair]) -> list[set[str]]:
    """Return the connected parts, largest first."""
    near: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        near[source].append(target)
        near[target].append(source)
    found: list[set[str]] = []
    seen: set[str] = set()
    for node in sorted(nodes):
        if node not in seen:
            part, queue = {node}, [node]
            while queue:
                fresh = [other for other in near[queue.pop()] if other not in part]
                part.update(fresh)
                queue.extend(fresh)
            seen |= part
            found.append(part)
    return sorted(found, key=lambda part: (-len(part), min(part)))


Links = dict[Slot, tuple[list[Slot], list[Slot]]]  # the neighbours of a slot in the layers before and after


def _rows(nodes: Sequence[str], edges: Sequence[Pair], layer: Mapping[str, int]) -> tuple[list[list[Slot]], Links]:
    """Return the slots of each layer, and the links between slots of neighbouring layers."""
    rows: list[list[Slot]] = [[] for _ in range(max(layer[node] for node in nodes) + 1)]
    links: Links = {node: ([], []) for node in nodes}
    for node in nodes:
        rows[layer[node]].append(node)
    longest = _longest([layer[target] - layer[source] for source, target in edges])
    for source, target in edges:
        inner: list[Slot] = []
        if layer[target] - layer[source] > longest:
            continue
        for step in range(layer[source] + 1, layer[target]):
            inner.append((source, target, step))
            rows[step].append(inner[-1])
            links[inner[-1]] = ([], [])
        for left, right in zip([source, *inner], [*inner, target]):
            links[left][1].append(right)
            links[right][0].append(left)
    return rows, links


def _longest(spans: Iterable[int]) -> int:
    """Return how many layers an edge may span and still be led around the nodes in between."""
    total, longest = 0, 1
    for span in sorted(spans):
        total += span - 1
        if total > MAX_SLOTS:
            return longest
        longest = span
    return longest


def _ordered(rows: list[list[Slot]], links: Links) -> list[list[Slot]]:
    """Return the rows ordered by the barycentres of their neighbours, sweeping to and fro; the order with fewest crossings is kept."""
    best, least = [list(row) for row in rows], _crossings(rows, links)
    for sweep in range(SWEEPS):
        side = sweep % 2
        walk = range(1, len(rows)) if side == 0 else range(len(rows) - 2, -1, -1)
        for number in walk:
            place = {slot: index for index, slot in enumerate(rows[number - 1 if side == 0 else number + 1])}
            weights = {slot: _mean([place[near] for near in links[slot][side]], index) for index, slot in enumerate(rows[number])}
            rows[number].sort(key=weights.__getitem__)
        crossings = _crossings(rows, links)
        if crossings < least:
            best, least = [list(row) for row in rows], crossings
        if not least:
            break
    return best


def _crossings(rows: Sequence[Sequence[Slot]], links: Links) -> int:
    total = 0
    for row, following in zip(rows, rows[1:]):
        place = {slot: index for index, slot in enumerate(following)}
        seen: list[int] = []
        for slot in row:
            ends = sorted(place[near] for near in links[slot][1])
            total += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _places(rows: Sequence[Sequence[Slot]], links: Links, height: float, gap: float) -> dict[Slot, float]:
    """Return middles that keep each row's order and distances and lie as near to the neighbours' as they can."""
    middle: dict[Slot, float] = {}
    for row in rows:
        middle.update(zip(row, _spread([0.0] * len(row), row, height, gap)))
    for sweep in range((2 if len(middle) > MANY else 10) * SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wishes = [_mean([middle[near] for side in links[slot] for near in side], middle[slot]) for slot in row]
            middle.update(zip(row, _spread(wishes, row, height, gap)))
    return middle


def _spread(wishes: Sequence[float], row: Sequence[Slot], height: float, gap: float) -> list[float]:
    """Return the values nearest to the wishes (least squares) whose distances fit: pool adjacent violators (Ayer et al. 1955)."""
    shifts = [0.0]
    for left, right in zip(row, row[1:]):
        shifts.append(shifts[-1] + (_room(left, height, gap) + _room(right, height, gap)) / 2)
    pools: list[tuple[float, int]] = []
    for wish, shift in zip(wishes, shifts):
        total, count = wish - shift, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            total, count = total + pools[-1][0], count + pools[-1][1]
            pools.pop()
        pools.append((total, count))
    levels = [total / count for total, count in pools for _ in range(count)]
    return [level + shift for level, shift in zip(levels, shifts)]


def _room(slot: Slot, height: float, gap: float) -> float:
    """Return the height that a slot takes: passing edges need less than nodes."""
    return height + gap if isinstance(slot, str) else gap


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
