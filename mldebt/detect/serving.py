"""Serving paths: programs that ask a model they load, with the trainings that saved it. What is served is told by the saved artefact alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from mldebt.detect.base import Context
from mldebt.graph.identity import literal
from mldebt.graph.project_graph import ProjectGraph, Use
from mldebt.model.events import Event, Loaded
from mldebt.model.lineage import Fitted
from mldebt.model.project import EntryPoint


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
    """Return one serving path for each program and model that it loads and asks, in the order of events; those of tests are none."""
    entries = {entry.id: entry for entry in context.graph.project.entries if entry.kind != "test"}
    asked: dict[tuple[str, str], tuple[Use, list[Event]]] = {}
    for event in context.events:
        entry = entries.get(event.entry)
        for load in event.loads if event.kind == "predict" and entry is not None else ():
            use = _use(context.graph, load, entry) if entry is not None else None
            if use is not None:
                asked.setdefault((use.program, use.artifact), (use, []))[1].append(event)
    return [Serving(use, tuple(events), _trainings(context.graph, use)) for use, events in asked.values()]


def _use(graph: ProjectGraph, load: Loaded, entry: EntryPoint) -> Use | None:
    """Return the read by which a program loads something; where a module that it imports does, the read counts as the program's own."""
    found = [use for use in graph.reads_at(load.place) if use.event.access == load.access]
    own = next((use for use in found if use.program == entry.program), None)
    return own or (Use(entry.program, found[0].artifact, found[0].event, found[0].certain) if found else None)


def _trainings(graph: ProjectGraph, load: Use) -> tuple[Training, ...]:
    return tuple(Training(save, save.event.fits) for save in saves(graph, load.artifact) if save.program != load.program and save.event.fits)


def saves(graph: ProjectGraph, artifact: str) -> Sequence[Use]:
    """Return the writes of an artefact; where there is none, those of artefacts whose unknown parts may make it this one, or its own parts one of them."""
    if found := graph.writers(artifact):
        return found
    mine = None if literal(artifact) else _form(artifact)
    others = (name for name in graph.artifacts() if graph.writers(name))
    return [use for name in others if (mine.fullmatch(name) if mine else not literal(name) and _form(name).fullmatch(artifact)) for use in graph.writers(name)]


def _form(key: str) -> re.Pattern[str]:
    """Return the expression of the keys that a key with unknown parts may be."""
    return re.compile("[^/]+".join(map(re.escape, key.split("{}"))))
