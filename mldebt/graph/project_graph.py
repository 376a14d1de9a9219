"""The NetworkX façade: programs read and write artefacts; every edge carries the event that proves it."""

from __future__ import annotations

import re
from bisect import insort
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import networkx as nx

from mldebt.graph.declarations import Declarations
from mldebt.graph.folders import Folders, scores
from mldebt.graph.identity import candidates, either, may_be, may_mean
from mldebt.graph.wildcards import matching
from mldebt.link.outputs import command_outputs, notebook_outputs
from mldebt.model.events import Access, Event
from mldebt.model.places import Places
from mldebt.model.project import EntryPoint, Invocation, Project
from mldebt.model.source import Place


@dataclass(frozen=True, slots=True)
class Use:
    """One program's access to one artefact: the event, and whether the artefact's identity is certain."""

    program: str
    artifact: str
    event: Event
    certain: bool


class ProjectGraph:
    """Programs and artefacts; edges `writes` and `reads` are `Use`s."""

    def __init__(self, project: Project, declared: Declarations) -> None:
        """Start without edges."""
        self.project, self.declared = project, declared
        self._graph: nx.DiGraph[str] = nx.DiGraph()
        self._writers: dict[str, list[Use]] = {}
        self._readers: dict[str, list[Use]] = {}
        self.sources: dict[int, Use] = {}
        self._reads: dict[Place, list[Use]] = {}
        self._loose = either(())
        self._made: frozenset[str] = frozenset()
        self._fetched = notebook_outputs(project)
        self._entries: dict[str, list[EntryPoint]] = {}
        self._launchers: dict[str, set[str]] = {}
        self._components: dict[str, str] = {}
        self._starters: dict[str, frozenset[str]] = {}
        for entry in project.entries:
            self._entries.setdefault(entry.program, []).append(entry)
            name = self.origin(entry.program)
            self._launchers.setdefault(name, set()).update(launcher for item in entry.invocations if (launcher := _launcher(item)))
            self._starters[name] = self.starters(name) | {item.place.path for item in entry.invocations}

    def add(self, use: Use) -> None:
        """Add one access."""
        if use.event.kind in ("write", "append"):
            self._graph.add_edge(use.program, _NODE + use.artifact)
            insort(self._writers.setdefault(use.artifact, []), use, key=_number)
        else:
            self._graph.add_edge(_NODE + use.artifact, use.program)
            insort(self._readers.setdefault(use.artifact, []), use, key=_number)
            self.sources[use.event.id] = use
            self._reads.setdefault(use.event.place, []).append(use)

    def origin(self, program: str) -> str:
        """Return what a program is an export of, itself when of nothing: a notebook and its export are one program."""
        return self.project.exports.get(program, program)

    def entries(self, program: str) -> Sequence[EntryPoint]:
        """Return the ways to start a program."""
        return self._entries.get(program, ())

    def starters(self, program: str) -> frozenset[str]:
        """Return the files whose commands start a program, checked or not."""
        return self._starters.get(self.origin(program), frozenset())

    def together(self, program: str, other: str) -> bool:
        """Return whether two programs are one component: parts of one declared stage, or started by one script (or one by the other) that checks its status."""
        own, others = ({name, *self._launchers.get(name, ())} for name in map(self.origin, (program, other)))
        return not own.isdisjoint(others)

    def component(self, program: str) -> str:
        """Return the name of a program's component: the first of all programs that are joined to it, one by another."""
        if not self._components:
            joined: nx.Graph[str] = nx.Graph()
            joined.add_edges_from((name, launcher) for name, launchers in self._launchers.items() for launcher in (name, *launchers))
            for group in nx.connected_components(joined):
                self._components.update(dict.fromkeys(group, min(group & self._launchers.keys())))
        return self._components.get(self.origin(program), self.origin(program))

    def one_process(self, reader: Use, writer: Use) -> bool:
        """Return whether some program does both accesses in one run: then its parts, though each can start alone, are one component."""
        readers = {use.program for use in self.readers(reader.artifact) if use.event.place == reader.event.place}
        return any(use.program in readers for use in self.writers(writer.artifact) if use.event.place == writer.event.place)

    def artifacts(self) -> list[str]:
        """Return the keys of all artefacts, sorted."""
        return sorted(self._writers.keys() | self._readers.keys())

    def writers(self, artifact: str) -> Sequence[Use]:
        """Return the accesses that write an artefact, in event order."""
        return self._writers.get(artifact, ())

    def readers(self, artifact: str) -> Sequence[Use]:
        """Return the accesses that read an artefact, in event order."""
        return self._readers.get(artifact, ())

    def reads_at(self, place: Place) -> Sequence[Use]:
        """Return the reads of one place: several where it is reached with several paths."""
        return self._reads.get(place, ())

    def acts(self, program: str) -> bool:
        """Return whether a program reads or writes an artefact."""
        return program in self._graph

    def made_after(self, program: str) -> frozenset[str]:
        """Return the artefacts that depend on what a program does: what it writes, what those who read that write, and so on."""
        if program not in self._graph:
            return frozenset()
        return frozenset(node.removeprefix(_NODE) for node in nx.descendants(self._graph, program) if node.startswith(_NODE))

    def may_make(self, commands: Iterable[str], forms: Iterable[str]) -> None:
        """Note what commands make that are no programs of the project (what is not known of a path stands as `${NAME}`), and what writes may make.

        `forms` are what `may_be` says of the writes.
        """
        paths = frozenset(commands)
        open_ends = {path for path in paths if "$" in path}
        self._made = paths - open_ends
        self._loose = either({*forms, *(form for path in open_ends for form in may_mean(path))})

    def may_be_written(self, artifact: str) -> bool:
        """Return whether a command, or a write whose path is known in part, may make the artefact."""
        return artifact in self._made or self._loose.fullmatch(artifact) is not None

    def fetches(self, program: str, artifact: str) -> bool:
        """Return whether a command of a notebook itself makes an artefact: it need not be what another program writes."""
        return artifact in self._fetched.get(program, ())

    def is_declared(self, artifact: str) -> bool:
        """Return whether a stage, a setting or a manifest declares the artefact."""
        return artifact in self.declared


def _launcher(item: Invocation) -> str:
    """Return what starts a program and would see it fail: a stage, or a checked script; documents and unchecked scripts join nothing."""
    return item.stage or (item.place.path if item.checked and item.tool != "document" else "")


_NODE = "artifact:"  # what tells an artefact's node from a program's
Keys: TypeAlias = list[tuple[str, bool]]
_NO_PLACES = Places()
_KINDS = ("read", "write", "append")
_DRIVE = re.compile(r"(?:^|/)[A-Za-z]:/")


def _number(use: Use) -> int:
    return use.event.id


def assemble(project: Project, events: Sequence[Event], declared: Declarations | None = None, places: Places = _NO_PLACES) -> ProjectGraph:
    """Return the graph of a project's events. A read joins the first of its possible artefacts that something writes or the project holds,
    one whose name has glob marks all that are written of such a name.

    What an export does is left out where its notebook does the same, and so is what lies in `places` that pass.
    """
    graph = ProjectGraph(project, declared or Declarations(project))
    entries = {entry.id: entry for entry in project.entries if entry.kind != "test"}
    held = [(event, entries[event.entry]) for event in events
            if event.access is not None and event.entry in entries and event.kind in _KINDS and not _passes(event.access, places)]
    writes = ((event.access, entry) for event, entry in held if event.kind != "read" and event.access is not None)
    graph.may_make(command_outputs(project), {form for access, entry in writes for form in may_be(access, entry.folders)})
    accesses = _one_spelling(_accesses(project, held))
    reads = [item for item in accesses if item[0].kind == "read"]
    read_keys = {key for _, _, keys in reads for key, _ in keys}
    written: set[str] = set()
    uses: list[Use] = []
    for event, entry, keys in accesses:
        if event.kind != "read":
            key, certain = next(((key, sure) for key, sure in keys if key in project.tracked or key in written), None) or next(
                ((key, sure) for key, sure in keys if key in read_keys), keys[0])
            written.add(key)
            uses.append(Use(entry.program, key, event, certain))
    _add_once(graph, uses)
    uses = []
    for event, entry, keys in reads:
        found = next(((key, sure) for key, sure in keys if key in written or key in project.tracked), None)
        for key, certain in [found] if found else _globbed(keys, written) or keys[:1]:
            uses.append(Use(entry.program, key, event, certain or _same_folder(graph, key, entry)))
    _add_once(graph, uses)
    return graph


def _globbed(keys: Keys, written: Collection[str]) -> Keys:
    """Return what is written that the first of some keys with glob marks stands for which stands for any."""
    return next((found for key, sure in keys if (found := [(other, sure) for other in matching(key, written)])), [])


def _passes(access: Access, places: Places) -> bool:
    """Return whether an access lies where nothing stays for another program."""
    head = access.path.parts[0] if access.path.parts else ""
    return access.anchor == "absolute" and isinstance(head, str) and places.passes(head)


def _add_once(graph: ProjectGraph, uses: Sequence[Use]) -> None:
    """Add accesses, those of exports only where the notebook does not do them."""
    known = {(use.program, use.artifact) for use in uses}
    for use in uses:
        origin = graph.origin(use.program)
        if origin == use.program or (origin, use.artifact) not in known:
            graph.add(use)


def _accesses(project: Project, held: Sequence[tuple[Event, EntryPoint]]) -> list[tuple[Event, EntryPoint, Keys]]:
    """Return the accesses with the artefacts each may mean, best first.

    A program runs in one folder: where that is guessed, the one that most of its paths speak for comes first.
    """
    votes = scores(project, held, bare=True)
    chosen = Folders(held, scores(project, held, bare=False)).chosen
    result: list[tuple[Event, EntryPoint, Keys]] = []
    for event, entry in held:
        likely, first = votes.get(entry.program, Counter()), chosen.get(entry.program)
        ordered = sorted(entry.folders, key=lambda folder: (folder.path != first, -likely[folder.path]))
        keys = candidates(event.access, ordered, entry.base) if event.access is not None else []
        at_root = likely[""] > max((likely[folder.path] for folder in ordered if folder.path), default=0)
        if keys := [(key, sure) for key, sure in keys if sure or at_root or "/" in key or _plausible(key, entry, project)]:
            result.append((event, entry, keys))
    return result


def _one_spelling(accesses: Sequence[tuple[Event, EntryPoint, Keys]]) -> list[tuple[Event, EntryPoint, Keys]]:
    """Return the accesses with paths on a drive spelt as the first of them, for case does not tell files apart there."""
    first: dict[str, str] = {}
    return [(event, entry, [(first.setdefault(key.lower(), key) if _DRIVE.search(key) else key, sure) for key, sure in keys])
            for event, entry, keys in accesses]


def _plausible(key: str, entry: EntryPoint, project: Project) -> bool:
    """Return whether a bare name in the root may be meant: the program stands there, or the project holds the file; a guessed folder is too little."""
    return "/" not in entry.path or key.partition("#")[0] in project.tracked


def _same_folder(graph: ProjectGraph, key: str, entry: EntryPoint) -> bool:
    """Return whether every writer stands in the reader's own folder: then both guesses agree whatever the folder is."""
    own = entry.path.rpartition("/")[0]
    writers = graph.writers(key)
    return bool(writers) and all(use.program.rpartition("/")[0] == own for use in writers)
