"""The graph as plain nodes and edges, and what people ask of it: cones, kinds, parts of the project, cycles."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from mldebt.graph.project_graph import ProjectGraph, Use
from mldebt.model.events import Event

ARTIFACTS, PROGRAMS = ("dataset", "model"), ("entry-point", "step")
KINDS = (*ARTIFACTS, *PROGRAMS)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Node:
    """A program or an artefact.

    `kind` is `dataset`, `model` (its accesses save or load one), `entry-point` or `step` (a program that a declared stage runs). `entry` says how a
    program starts (`script`, `notebook`, `route` …); the other fields speak of artefacts: `store` and `formats` as the accesses have them, `declared`
    and `tracked` (the project's files hold it).
    """

    id: str
    kind: str
    entry: str = ""
    store: str = ""
    formats: tuple[str, ...] = ()
    declared: bool = False
    tracked: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """Data flows from `source` to `target`: `reads` (artefact to program), `writes` (program to artefact), `derives` (artefact to artefact).

    The proof is the place of the first of its `accesses`; `certain` says whether the artefact's identity is sure in one of them.
    """

    source: str
    target: str
    kind: str
    path: str
    line: int
    cell: int | None = None
    certain: bool = True
    accesses: int = 1


@dataclass(frozen=True, slots=True)
class View:
    """A part of the graph, nodes and edges sorted; `lineage` are the derivations that flow proves, drawn where the programs are left out."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    lineage: tuple[Edge, ...] = ()


def whole(graph: ProjectGraph, is_model: Callable[[Event], bool] = lambda _: False) -> View:
    """Return every program and artefact; one edge for each program, artefact and direction."""
    uses = {artifact: (graph.writers(artifact), graph.readers(artifact)) for artifact in graph.artifacts()}
    programs = sorted({use.program for pair in uses.values() for side in pair for use in side})
    names = artifact_ids(uses, programs)
    nodes = [_program(graph, program) for program in programs]
    edges: dict[tuple[str, str, str], Edge] = {}
    lineage: dict[tuple[str, str, str], Edge] = {}
    for artifact, (writers, readers) in uses.items():
        nodes.append(_artifact(graph, artifact, names[artifact], [*writers, *readers], is_model))
        for use in writers:
            _note(edges, graph, use, clean(use.program), names[artifact], "writes")
            for source in sorted({graph.sources[number].artifact for number in use.event.sources if number in graph.sources} - {artifact}):
                _note(lineage, graph, use, names[source], names[artifact], "derives")
        for use in readers:
            _note(edges, graph, use, names[artifact], clean(use.program), "reads")
    return View(tuple(sorted(nodes, key=lambda node: node.id)), *(tuple(found[key] for key in sorted(found)) for found in (edges, lineage)))


def artifact_ids(artifacts: Iterable[str], programs: Collection[str]) -> dict[str, str]:
    """Return the ids that nodes of artefacts have: their keys, marked where a program has the same name."""
    return {artifact: f"artifact:{clean(artifact)}" if artifact in programs else clean(artifact) for artifact in artifacts}


def _program(graph: ProjectGraph, program: str) -> Node:
    entries = [entry for entry in graph.project.entries if entry.program == program]
    step = any(entry.kind in ("task", "stage") or any(item.stage for item in entry.invocations) for entry in entries)
    return Node(clean(program), "step" if step else "entry-point", entry=entries[0].kind if entries else "")


def _artifact(graph: ProjectGraph, artifact: str, name: str, uses: Sequence[Use], is_model: Callable[[Event], bool]) -> Node:
    accesses = [use.event.access for use in uses if use.event.access is not None]
    kind = "model" if any(is_model(use.event) for use in uses) else "dataset"
    return Node(name, kind, store=accesses[0].store if accesses else "", formats=tuple(sorted({access.format for access in accesses if access.format})),
                declared=graph.is_declared(artifact), tracked=artifact.partition("#")[0] in graph.project.tracked)


def _note(edges: dict[tuple[str, str, str], Edge], graph: ProjectGraph, use: Use, source: str, target: str, kind: str) -> None:
    """Add one access to the edge it proves."""
    old = edges.get((source, target, kind))
    if old is not None:
        edges[source, target, kind] = replace(old, accesses=old.accesses + 1, certain=old.certain or use.certain)
        return
    place = use.event.place
    found = graph.project.facts(place.path).table.locate(place.at)
    edges[source, target, kind] = Edge(source, target, kind, clean(place.path), found.line, found.cell, use.certain)


def clean(text: str) -> str:
    """Return text without characters that formats and terminals cannot carry."""
    return _UNPRINTABLE.sub("\ufffd", text)


class Cones:
    """Answers what depends on nodes of a view."""

    def __init__(self, view: View) -> None:
        """Look at one view."""
        self._network = network(view)

    def below(self, starts: Iterable[str]) -> frozenset[str]:
        """Return the nodes downstream of some nodes, without these; names that are no nodes count for nothing."""
        own = {start for start in starts if start in self._network}
        return frozenset(node for start in own for node in nx.descendants(self._network, start)) - own


def focused(view: View, node: str, upstream: bool = False, downstream: bool = False) -> View:
    """Return the cone of a node: what it depends on, what depends on it, or both (when neither is asked for); raises KeyError for no such node."""
    made = network(view)
    if node not in made:
        raise KeyError(node)
    both = upstream == downstream
    kept = {node}
    if upstream or both:
        kept |= nx.ancestors(made, node)
    if downstream or both:
        kept |= nx.descendants(made, node)
    return _only(view, kept)


def of_kinds(view: View, kinds: Iterable[str]) -> View:
    """Return the nodes of some kinds and the edges between them; artefacts alone are joined by the derivations that flow proves."""
    wanted = set(kinds)
    kept = _only(view, {node.id for node in view.nodes if node.kind in wanted})
    return kept if wanted & set(PROGRAMS) else replace(kept, edges=kept.lineage)


def within(view: View, scopes: Sequence[str]) -> View:
    """Return what lies in some of the project's paths, and its neighbours; an empty path is the whole project."""
    if not scopes or any(scope in ("", ".") for scope in scopes):
        return view
    own = {node.id for node in view.nodes if any(node.id.partition("#")[0] == scope or node.id.startswith(f"{scope}/") for scope in scopes)}
    edges = tuple(edge for edge in view.edges if edge.source in own or edge.target in own)
    kept = own | {name for edge in edges for name in (edge.source, edge.target)}
    return replace(_only(view, kept), edges=edges)


def matching(view: View, name: str) -> list[str]:
    """Return the nodes a name may mean: the id itself, else ids that end in it after a separator, else ids that end in it."""
    ids = [node.id for node in view.nodes]
    name = name.removeprefix("./").replace("{…}", "{}")
    tails = [item for item in ids if item.endswith(("/" + name, "#" + name))]
    return [name] if name in ids else tails or [item for item in ids if name and item.endswith(name)]


def cycles(view: View) -> list[tuple[str, ...]]:
    """Return the groups of nodes that depend on each other, each sorted."""
    return sorted(tuple(sorted(group)) for group in nx.strongly_connected_components(network(view)) if len(group) > 1)


def _only(view: View, kept: set[str]) -> View:
    edges, lineage = (tuple(edge for edge in edges if edge.source in kept and edge.target in kept) for edges in (view.edges, view.lineage))
    return View(tuple(node for node in view.nodes if node.id in kept), edges, lineage)


def network(view: View) -> nx.MultiDiGraph[str]:
    """Return a view as a NetworkX graph whose attributes are texts, numbers and truth values."""
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in view.nodes:
        made.add_node(node.id, kind=node.kind, entry=node.entry, store=node.store, formats=" ".join(node.formats), declared=node.declared,
                      tracked=node.tracked)
    for edge in view.edges:
        made.add_edge(edge.source, edge.target, kind=edge.kind, path=edge.path, line=edge.line, cell=edge.cell or 0, certain=edge.certain,
                      accesses=edge.accesses)
    return made
