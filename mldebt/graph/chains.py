"""What passes between programs as a graph of its own: its parts, its longest chain, its cycles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import networkx as nx

from mldebt.graph.project_graph import Use


@dataclass(frozen=True, slots=True)
class Flow:
    """One artefact that one program hands to another: the write and the read that prove it.

    `source` and `target` are components: programs that one declared stage or one checked script runs share the name of the first.
    """

    source: str
    target: str
    writer: Use
    reader: Use


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
        return max(reversed(_ahead(flows, following)), key=_rank, default=(0, 0, ()))[2]

    def on_chains(self, within: Iterable[Flow], least: int) -> list[Flow]:
        """Return those of some flows whose both ends lie on chains of at least so many flows."""
        within = list(within)
        flows, following = self._following(within)
        ahead, behind = _ahead(flows, following), [1] * len(flows)
        for number in nx.topological_sort(following):
            behind[number] = max((behind[other] + 1 for other in following.predecessors(number)), default=1)
        on = {name for number, flow in enumerate(flows) if behind[number] + ahead[number][0] > least for name in (flow.source, flow.target)}
        return [flow for flow in within if flow.source in on and flow.target in on]

    def _following(self, within: Iterable[Flow]) -> tuple[list[Flow], nx.DiGraph[int]]:
        """Return the flows that leave no cycle of components, and the graph of their numbers: an edge leads to each that may come next in a chain."""
        within = sorted(within, key=lambda flow: (flow.source, flow.target))
        whole: nx.DiGraph[str] = nx.DiGraph((flow.source, flow.target) for flow in within)
        group = {name: number for number, part in enumerate(nx.strongly_connected_components(whole)) for name in part}
        flows = [flow for flow in within if group[flow.source] != group[flow.target]]
        leaving: dict[int, list[int]] = {}
        for number, flow in enumerate(flows):
            leaving.setdefault(group[flow.source], []).append(number)
        following: nx.DiGraph[int] = nx.DiGraph()
        following.add_nodes_from(range(len(flows)))
        following.add_edges_from((number, other) for number, flow in enumerate(flows) for other in leaving.get(group[flow.target], ())
                                 if flow.target != flows[other].source or self._joins(flow, flows[other]))
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


def _ahead(flows: Sequence[Flow], following: nx.DiGraph[int]) -> list[tuple[int, int, tuple[Flow, ...]]]:
    """Return for each flow the longest chain that starts with it: its length, how many of its identities are certain, its flows."""
    best: list[tuple[int, int, tuple[Flow, ...]]] = [(1, certain(flow), (flow,)) for flow in flows]
    for number in reversed(list(nx.lexicographical_topological_sort(following))):
        flow = flows[number]
        for length, sure, rest in (best[other] for other in sorted(following.successors(number))):
            if flow.reader.artifact not in {item.reader.artifact for item in rest}:
                best[number] = max(best[number], (length + 1, sure + certain(flow), (flow, *rest)), key=_rank)
    return best


def _rank(chain: tuple[int, int, tuple[Flow, ...]]) -> tuple[int, int]:
    return chain[:2]


def certain(flow: Flow) -> bool:
    """Return whether both sides surely mean one artefact: both guess the same folder when they stand in one."""
    reader, writer = flow.reader, flow.writer
    return reader.certain and writer.event.must and (writer.certain or writer.program.rpartition("/")[0] == reader.program.rpartition("/")[0])
