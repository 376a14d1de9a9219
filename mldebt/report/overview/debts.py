"""Findings in the graph: which programs and artefacts each one touches, and what depends on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mldebt.detect.base import site
from mldebt.graph.project_graph import ProjectGraph, Use
from mldebt.graph.queries import PROGRAMS, Cones, View, artifact_ids, clean
from mldebt.model.events import Event
from mldebt.model.finding import EvidenceStep, Finding
from mldebt.model.source import Place

Spot = tuple[str, int | None, int, int]


@dataclass(frozen=True, slots=True)
class Debt:
    """A finding and its place in the graph, as ids of nodes.

    `programs` act where it stands, `artifacts` are those whose accesses it names; `edges` are these accesses (source, target). `consumers` are the programs
    that read the artefacts (where it names none: those that read what its programs write), `downstream` is everything that depends on any of them.
    """

    finding: Finding
    programs: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    edges: frozenset[tuple[str, str]] = frozenset()
    consumers: tuple[str, ...] = ()
    downstream: frozenset[str] = frozenset()



class Atlas:
    """Knows which accesses and programs stand where."""

    def __init__(self, graph: ProjectGraph, events: Iterable[Event], view: View, subjects: Mapping[str, Sequence[str]]) -> None:
        """Note the place of every access and the files that every program acts in.

        `view` is the whole of the graph, `subjects` tells the artefacts (keys) that findings are about, by fingerprint.
        """
        self.view, self._subjects = view, subjects
        self._uses: dict[Spot, set[tuple[str, str]]] = {}
        self._acting: dict[str, set[str]] = {}
        self._cones = Cones(view)
        self._kinds = {node.id: node.kind for node in view.nodes}
        self._readers: dict[str, set[str]] = {}
        self._made: dict[str, set[str]] = {}
        for edge in view.edges:
            (self._readers if edge.kind == "reads" else self._made).setdefault(edge.source, set()).add(edge.target)
        self._note_uses(graph)
        entries = {entry.id: clean(entry.program) for entry in graph.project.entries if clean(entry.program) in self._kinds}
        for event in events:
            if event.entry in entries:
                self._acting.setdefault(event.place.path, set()).add(entries[event.entry])

    def acting(self, path: str) -> tuple[str, ...]:
        """Return the programs that act in a file."""
        return tuple(sorted(self._acting.get(path, ())))

    def debt(self, item: Finding) -> Debt:
        """Return a finding with what it touches."""
        named = {self._names[key] for key in self._subjects.get(item.fingerprint, ()) if key in self._names}
        own, told = (frozenset(ends for ends in self._edges_at(spots) if not named or not named.isdisjoint(ends))
                     for spots in ([_spot(item)], map(_spot, item.evidence)))
        programs = sorted(self._ends(own, True)) or self.acting(item.path)
        artifacts = sorted(named or self._ends(own or told, False))
        consumers = {name for artifact in artifacts for name in self._readers.get(artifact, ())}
        if not artifacts:
            made = {artifact for program in programs for artifact in self._made.get(program, ())}
            consumers = {name for artifact in made for name in self._readers.get(artifact, ())} - set(programs)
        below = self._cones.below((*programs, *artifacts))
        return Debt(item, tuple(programs), tuple(artifacts), own | told, tuple(sorted(consumers)), below)

    def _note_uses(self, graph: ProjectGraph) -> None:
        self._names = artifact_ids(graph.artifacts(), {use.program for use in _uses(graph)})
        for use in _uses(graph):
            program, artifact = clean(use.program), self._names[use.artifact]
            ends = (artifact, program) if use.event.kind == "read" else (program, artifact)
            for place in {site(use), use.event.place}:
                self._uses.setdefault(_located(graph, place), set()).add(ends)

    def _edges_at(self, spots: Iterable[Spot]) -> frozenset[tuple[str, str]]:
        return frozenset(ends for spot in spots for ends in self._uses.get(spot, ()))

    def _ends(self, edges: Iterable[tuple[str, str]], programs: bool) -> set[str]:
        return {end for ends in edges for end in ends if (self._kinds.get(end) in PROGRAMS) == programs}


def _uses(graph: ProjectGraph) -> Iterator[Use]:
    for artifact in graph.artifacts():
        yield from graph.writers(artifact)
        yield from graph.readers(artifact)


def _located(graph: ProjectGraph, place: Place) -> Spot:
    found = graph.project.facts(place.path).table.locate(place.at)
    return place.path, found.cell, found.line, found.column


def _spot(item: Finding | EvidenceStep) -> Spot:
    return item.path, item.cell, item.line, item.column
