"""Serving paths: programs that ask a model they load, with the trainings that saved it. What is served is told by the saved artefact alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from mldebt.detect.base import Context
from mldebt.graph.identity import literal
from mldebt.graph.project_graph import ProjectGraph, Use
from mldebt.model.events import Access, Event, Loaded
from mldebt.model.lineage import Fitted
from mldebt.model.project import EntryPoint

_SERVINGS = "servings"


class Training(NamedTuple):
    """A program that saves what it fitted: the write, and the fits of what is saved."""

    save: Use
    fits: tuple[Fitted, ...]


class Serving(NamedTuple):
    """A program that asks a model it loads: the read, what it asks of the model, and the trainings of other programs that saved it."""

    load: Use
    predictions: tuple[Event, ...]
    trainings: tuple[Training, ...]

    @property
    def program(self) -> str:
        """Return the program that serves."""
        return self.load.program


def servings(context: Context) -> list[Serving]:
    """Return one serving path for each program and model that it loads and asks, in the order of events; those of tests are none. Computed once a run."""
    if _SERVINGS not in context.once:
        context.once[_SERVINGS] = _servings(context)
    found: list[Serving] = context.once[_SERVINGS]
    return found


def _servings(context: Context) -> list[Serving]:
    entries = {entry.id: entry for entry in context.graph.project.entries if entry.kind != "test"}
    asked: dict[tuple[str, str], tuple[Use, list[Event]]] = {}
    for event in context.events:
        entry = entries.get(event.entry)
        for load in event.loads if event.kind == "predict" and entry is not None else ():
            use = _use(context.graph, load, entry) or _unknown_folder(context, load, entry) if entry is not None else None
            if use is not None:
                asked.setdefault((use.program, use.artifact), (use, []))[1].append(event)
    return [Serving(use, tuple(events), _trainings(context.graph, use) or _given(context, use)) for use, events in asked.values()]


def uses_of(context: Context, serving: Serving) -> Iterator[Event]:
    """Yield the events of all entry points of the program that serves."""
    for entry in context.graph.entries(serving.program):
        yield from context.under.get(entry.id, ())


def loaded_unknown(context: Context, serving: Serving, models: Collection[tuple[str, str]], formats: Collection[str]) -> bool:
    """Return whether the program that serves loads an object that no program is known to save: it may be whatever the training made. `models` are the
    (program, artefact) that are asked themselves, `formats` those of objects.
    """
    graph = context.graph
    loaded = (artifact for artifact in graph.artifacts() if (serving.program, artifact) not in models
              and any(use.program == serving.program and use.event.access is not None and use.event.access.format in formats
                      for use in graph.readers(artifact)))
    return any(not saves(graph, artifact) for artifact in loaded)


def _use(graph: ProjectGraph, load: Loaded, entry: EntryPoint) -> Use | None:
    """Return the read by which a program loads something; where a module that it imports does, the read counts as the program's own."""
    found = [use for use in graph.reads_at(load.place) if use.event.access == load.access]
    own = next((use for use in found if use.program == entry.program), None)
    return own or (Use(entry.program, found[0].artifact, found[0].event, found[0].certain) if found else None)


def _unknown_folder(context: Context, load: Loaded, entry: EntryPoint) -> Use | None:
    """Return the read of an artefact in a folder that whoever starts the program names: the graph joins it with nothing."""
    reads = (event for event in context.under.get(entry.id, ()) if event.kind == "read")
    event = next((event for event in reads if (event.place, event.access) == (load.place, load.access)), None)
    return Use(entry.program, _spelled(load.access), event, False) if event is not None and _tail(load.access) else None


def _spelled(access: Access) -> str:
    return "".join(part if isinstance(part, str) else "{}" for part in access.path.parts)


def _tail(access: Access) -> str:
    """Return the name of the file that an access is of, empty where it is not known."""
    name = _spelled(access).rpartition("/")[2]
    return "" if "{}" in name else name


def _trainings(graph: ProjectGraph, load: Use) -> tuple[Training, ...]:
    return tuple(Training(save, save.event.fits) for save in saves(graph, load.artifact) if save.program != load.program and save.event.fits)


def _given(context: Context, load: Use) -> tuple[Training, ...]:
    """Return the training of the folder around a program that serves where it saves to whatever path or folder it is given, and nothing else near saves."""
    graph = context.graph
    if graph.writers(load.artifact):
        return ()
    programs = {entry.id: entry.program for entry in graph.project.entries if entry.kind != "test"}
    found = {programs[event.entry]: event for event in context.events if event.kind == "write" and event.fits and event.entry in programs}
    near = {program: _common(_folder(load.program), _folder(program)) for program in found if program != load.program}
    nearest = [program for program, shared in near.items() if shared == max(near.values()) and shared > 0]
    event = found[nearest[0]] if len(nearest) == 1 else None
    if event is None or event.access is None or load.event.access is None:
        return ()
    unknown = not any(isinstance(part, str) for part in event.access.path.parts)
    same = _spelled(event.access).startswith("{}/") and _tail(event.access) == _tail(load.event.access)
    return (Training(Use(nearest[0], "", event, False), event.fits),) if unknown or same else ()


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def saves(graph: ProjectGraph, artifact: str) -> Sequence[Use]:
    """Return the writes of an artefact; where there is none, those that may make it: of a name with unknown parts, or of the same name in a folder nearby."""
    if found := graph.writers(artifact):
        return found
    mine = None if literal(artifact) else _form(artifact)
    others = [name for name in graph.artifacts() if graph.writers(name)]
    covering = [name for name in others if (mine.fullmatch(name) if mine else not literal(name) and _form(name).fullmatch(artifact))]
    return [use for name in covering or _copied(graph, artifact, others) for use in graph.writers(name)]


def _form(key: str) -> re.Pattern[str]:
    """Return the expression of the keys that a key with unknown parts may be."""
    return re.compile("[^/]+".join(map(re.escape, key.split("{}"))))


def _copied(graph: ProjectGraph, artifact: str, others: Sequence[str]) -> list[str]:
    """Return the one model of the same file name that is saved in the nearest folder: it is copied to where it is served by hand or by a build."""
    folder, _, name = artifact.rpartition("/")
    alike = [other for other in others if other.rpartition("/")[2] == name and "://" not in other and any(use.event.fits for use in graph.writers(other))]
    near = {other: _common(folder, other.rpartition("/")[0]) for other in alike}
    nearest = [other for other in alike if near[other] == max(near.values()) and near[other] > 0]
    return nearest if len(nearest) == 1 else []


def _common(folder: str, other: str) -> int:
    """Return how many folders two folders share from the root on; one that lies in the other shares one more with it."""
    mine, theirs = (path.split("/") if path else [] for path in (folder, other))
    shared = next((number for number, (one, two) in enumerate(zip(mine, theirs)) if one != two), min(len(mine), len(theirs)))
    return shared + (shared == min(len(mine), len(theirs)))
