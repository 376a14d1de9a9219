"""What passes between programs as a graph of its own: its parts, its longest chain, its cycles."""

from __future__ import annotations

from collections.abc import Iterable
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

    def __init__(self, flows: Iterable[Flow]) -> None:
        """Index the flows by the components they join; of several between two components all are kept, in order."""
        self.flows = tuple(flows)
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
        """Return a longest chain of some flows: from component to component, none twice, no artefact twice.

        Components in a cycle count once, for they have no order. Among the longest the one whose identities are certain comes first.
        """
        graph: nx.DiGraph[str] = nx.DiGraph(sorted({(flow.source, flow.target) for flow in within}))
        return max(self._ahead(graph).values(), key=_rank, default=(0, 0, ()))[2]

    def on_chains(self, within: Iterable[Flow], least: int) -> list[Flow]:
        """Return those of some flows whose both ends lie on chains of at least so many flows."""
        flows = list(within)
        graph: nx.DiGraph[str] = nx.DiGraph(sorted({(flow.source, flow.target) for flow in flows}))
        ahead = self._ahead(graph)
        behind: dict[str, int] = {}
        whole = nx.condensation(graph)
        for node in nx.topological_sort(whole):
            before = [behind[min(whole.nodes[other]["members"])] + 1 for other in whole.predecessors(node)]
            behind.update(dict.fromkeys(whole.nodes[node]["members"], max(before, default=0)))
        on = {name for name in behind if behind[name] + ahead[name][0] >= least}
        return [flow for flow in flows if flow.source in on and flow.target in on]

    def _ahead(self, graph: nx.DiGraph[str]) -> dict[str, tuple[int, int, tuple[Flow, ...]]]:
        """Return for each component the longest chain that starts there: its length, how many of its identities are certain, its flows."""
        whole = nx.condensation(graph)
        best: dict[int, tuple[int, int, tuple[Flow, ...]]] = {}
        for node in reversed(list(nx.lexicographical_topological_sort(whole, key=lambda item: min(whole.nodes[item]["members"])))):
            best[node] = (0, 0, ())
            for follower in sorted(whole.successors(node)):
                flow = self._bridge(graph, whole.nodes[node]["members"], whole.nodes[follower]["members"])
                length, sure, rest = best[follower]
                if flow.reader.artifact not in {item.reader.artifact for item in rest}:
                    best[node] = max(best[node], (length + 1, sure + certain(flow), (flow, *rest)), key=_rank)
        return {name: best[node] for node in best for name in whole.nodes[node]["members"]}

    def _bridge(self, graph: nx.DiGraph[str], sources: set[str], targets: set[str]) -> Flow:
        """Return the first flow, a certain one before others, from some components to others."""
        pairs = [(source, target) for source in sorted(sources) for target in sorted(targets) if graph.has_edge(source, target)]
        return max((flow for pair in pairs for flow in self._between[pair]), key=certain)

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
            steps = [(name, follower), *zip(path, path[1:])]
            ring = tuple(self._between[step][0] for step in steps)
            if len({flow.reader.artifact for flow in ring}) > 1:
                yield ring


def _rank(chain: tuple[int, int, tuple[Flow, ...]]) -> tuple[int, int]:
    return chain[:2]


def certain(flow: Flow) -> bool:
    """Return whether both sides surely mean one artefact: both guess the same folder when they stand in one."""
    reader, writer = flow.reader, flow.writer
    return reader.certain and writer.event.must and (writer.certain or writer.program.rpartition("/")[0] == reader.program.rpartition("/")[0])
