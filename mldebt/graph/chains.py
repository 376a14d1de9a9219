"""What passes between programs as a graph of its own: its parts, its longest chain, its cycles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import networkx as nx

from mldebt.graph.project_graph import Use

_Node: TypeAlias = int | tuple[str, str, str]
"""A flow by its number, or what a component takes or gives: which of them, the component, the artefact."""
_Chain: TypeAlias = tuple[int, int, "tuple[Flow, ...]"]


@dataclass(frozen=True, slots=True)
class Flow:
    """One artefact that one program hands to another: the write and the read that prove it.

    `source` and `target` are components: programs that one declared stage or one checked script runs share the name of the first.
    """

    source: str
    target: str
    writer: Use
    reader: Use


_END: _Chain = (0, 0, ())


class Flows:
    """The flows of a project; `programs` that none of them touches are parts of their own."""

    def __init__(self, flows: Iterable[Flow], joins: Callable[[Flow, Flow], bool] = lambda before, after: True) -> None:
        """Index the flows by the components they join; of several between two components all are kept, in order.

        `joins` says of a flow to a component and one from it whether the second carries on what the first brings.
        """
        self.flows, self._joins = tuple(flows), joins
        self._between: dict[tuple[str, str], list[Flow]] = {}
        for flow in self.flows:
            self._between.setdefault((flow.source, flow.target), []).append(flow)
        self._graph: nx.DiGraph[str] = nx.DiGraph()
        self._graph.add_edges_from(sorted(self._between))

    def parts(self) -> list[tuple[Flow, ...]]:
        """Return the flows of each connected part, in order."""
        number = {name: index for index, part in enumerate(nx.weakly_connected_components(self._graph)) for name in part}
        found: dict[int, list[Flow]] = {}
        for flow in self.flows:
            found.setdefault(number[flow.source], []).append(flow)
        return [tuple(flows) for flows in found.values()]

    def part_of(self, component: str) -> str:
        """Return the name of the part a component lies in: the first of its components; of one without flows, itself."""
        return min(nx.node_connected_component(self._graph.to_undirected(as_view=True), component)) if component in self._graph else component

    def longest(self, within: Iterable[Flow]) -> tuple[Flow, ...]:
        """Return a longest chain of some flows: from component to component, none twice, no artefact twice, each flow carried on by the next.

        Components in a cycle count once, for they have no order. Among the longest the one whose identities are certain comes first.
        """
        flows, following = self._following(within)
        ahead = _ahead(flows, following)
        return max((ahead[number] for number in reversed(range(len(flows)))), key=_rank, default=_END)[2]

    def on_chains(self, within: Iterable[Flow], least: int) -> list[Flow]:
        """Return those of some flows whose both ends lie on chains of at least so many flows."""
        within = list(within)
        flows, following = self._following(within)
        ahead, behind = _ahead(flows, following), dict[_Node, int]()
        for node in nx.topological_sort(following):
            behind[node] = max((behind[other] for other in following.predecessors(node)), default=0) + isinstance(node, int)
        on = {name for number, flow in enumerate(flows) if behind[number] + ahead[number][0] > least for name in (flow.source, flow.target)}
        return [flow for flow in within if flow.source in on and flow.target in on]

    def _following(self, within: Iterable[Flow]) -> tuple[list[Flow], nx.DiGraph[_Node]]:
        """Return the flows that leave no cycle of components, and the graph of their numbers: ways lead to each that may come next in a chain.

        They lead through what a component takes and what it gives: whether it carries one on into the other is asked once for all flows of both.
        """
        within = sorted(within, key=lambda flow: (flow.source, flow.target))
        whole: nx.DiGraph[str] = nx.DiGraph((flow.source, flow.target) for flow in within)
        group = {name: number for number, part in enumerate(nx.strongly_connected_components(whole)) for name in part}
        flows = [flow for flow in within if group[flow.source] != group[flow.target]]
        taken, given = dict[tuple[str, str], Flow](), dict[int, dict[tuple[str, str], Flow]]()
        following: nx.DiGraph[_Node] = nx.DiGraph()
        for number, flow in enumerate(flows):
            artifact = flow.reader.artifact
            taken.setdefault((flow.target, artifact), flow)
            given.setdefault(group[flow.source], {}).setdefault((flow.source, flow.writer.artifact), flow)
            following.add_edge(number, ("takes", flow.target, artifact))
            following.add_edge(("gives", flow.source, flow.writer.artifact), number)
        following.add_edges_from((("takes", *one), ("gives", *other)) for one, before in taken.items() for other, after in given.get(group[one[0]], {}).items()
                                 if one[1] != other[1] and (one[0] != other[0] or self._joins(before, after)))
        return flows, following

    def cycles(self, within: Iterable[Flow]) -> list[tuple[Flow, ...]]:
        """Return a shortest cycle of each group of components that depend on each other through two or more artefacts."""
        graph: nx.DiGraph[str] = nx.DiGraph(sorted({(flow.source, flow.target) for flow in within}))
        found = []
        for group in sorted(map(sorted, nx.strongly_connected_components(graph))):
            rings = [ring for name in group for ring in self._rings(graph.subgraph(group), name)]
            if rings:
                found.append(min(rings, key=lambda ring: (len(ring), [flow.source for flow in ring])))
        return found

    def _rings(self, graph: nx.DiGraph[str], name: str) -> Iterable[tuple[Flow, ...]]:
        """Yield, for each follower of a component, the shortest way back, when two or more artefacts pass on it."""
        for follower in sorted(graph.successors(name)):
            path = nx.shortest_path(graph, follower, name)
            ring = self._ring([(name, follower), *zip(path, path[1:])])
            if len({flow.reader.artifact for flow in ring}) > 1:
                yield ring

    def _ring(self, steps: Sequence[tuple[str, str]]) -> tuple[Flow, ...]:
        """Return flows along the steps of a cycle, each carried on by the next; none where they do not go round."""
        for first in self._between[steps[0]]:
            ring = [first]
            for step in steps[1:]:
                ring.extend([flow for flow in self._between[step] if self._joins(ring[-1], flow)][:1])
            if len(ring) == len(steps) and self._joins(ring[-1], first):
                return tuple(ring)
        return ()


def _ahead(flows: Sequence[Flow], following: nx.DiGraph[_Node]) -> dict[_Node, _Chain]:
    """Return for each node the longest chain that starts with it: its length, how many of its identities are certain, its flows."""
    best: dict[_Node, _Chain] = {}
    for node in reversed(list(nx.topological_sort(following))):
        after = [best[other] for other in following.successors(node)]
        if isinstance(node, int):
            flow = flows[node]
            new = (chain for chain in after if all(flow.reader.artifact != item.reader.artifact for item in chain[2]))
            length, sure, rest = max(new, key=_rank, default=_END)
            best[node] = length + 1, sure + certain(flow), (flow, *rest)
        else:
            best[node] = max(after, key=_rank, default=_END)
    return best


def _rank(chain: _Chain) -> tuple[int, int]:
    return chain[:2]


def certain(flow: Flow) -> bool:
    """Return whether both sides surely mean one artefact: both guess the same folder when they stand in one."""
    reader, writer = flow.reader, flow.writer
    return reader.certain and writer.event.must and (writer.certain or writer.program.rpartition("/")[0] == reader.program.rpartition("/")[0])
