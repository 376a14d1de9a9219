"""The two sides of a model in code: the files that prepare what it is fitted on, and those that prepare what it is asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mldebt.detect.base import Context, own_site, shown
from mldebt.detect.serving import servings
from mldebt.graph.project_graph import ProjectGraph
from mldebt.model.events import Event
from mldebt.model.finding import Step
from mldebt.model.project import Project

_UPSTREAM, _SIDES = 3, "sides"


class Sides(NamedTuple):
    """Files of each side alone, the fit and the prediction that meet in one model, and the evidence that they do."""

    training: frozenset[str]
    serving: frozenset[str]
    fits: tuple[Event, ...]
    ask: Event
    proof: tuple[Step, ...]


def sides(context: Context) -> list[Sides]:
    """Return the two sides of each model: of one that another program saved, and of one that a program fits on one file and asks about another. Those that
    have no code of their own are left out, and of the same files only the first are told. Computed once a run.
    """
    if _SIDES not in context.once:
        first: dict[tuple[frozenset[str], frozenset[str]], Sides] = {}
        for both in _sides(context):
            if both.training and both.serving:
                first.setdefault((both.training, both.serving), both)
        context.once[_SIDES] = list(first.values())
    found: list[Sides] = context.once[_SIDES]
    return found


def _sides(context: Context) -> Iterator[Sides]:
    by_place = {event.place: event for event in context.events if event.kind == "fit"}
    for serving in servings(context):
        for training in serving.trainings:
            fits = tuple(by_place[fit.place] for fit in training.fits if fit.place in by_place)
            proof = (Step(own_site(training.save), f"`{training.save.program}` saves the model here"),
                     Step(own_site(serving.load), f"`{serving.program}` loads it as `{shown(serving.load.artifact)}` here"))
            if fits:
                yield _apart(context, {training.save.program}, {serving.program}, fits, serving.predictions[0], proof)
    for ask in context.events:
        for fit in ask.fits if ask.kind == "predict" else ():
            event = by_place.get(fit.place)
            if event is not None and ask.rows.rows and {rows.read for rows in ask.rows.rows}.isdisjoint(rows.read for rows in fit.data.rows):
                learned, asked = _written_by(context.graph, event), _written_by(context.graph, ask)
                proof = (Step(fit.place, f"the model is fitted on what {_names(learned)} writes here"),
                         Step(ask.place, f"it is asked about what {_names(asked)} writes here"))
                yield _apart(context, learned, asked, (event,), ask, proof)


def _names(programs: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(programs))


def _apart(context: Context, training: set[str], serving: set[str], fits: tuple[Event, ...], ask: Event, proof: tuple[Step, ...]) -> Sides:
    """Return the files that one side has and the other has not."""
    one, other = (_files(context.graph.project, _with_upstream(context.graph, programs)) for programs in (training, serving))
    return Sides(frozenset(one - other), frozenset(other - one), fits, ask, proof)


def _written_by(graph: ProjectGraph, event: Event) -> set[str]:
    """Return the programs that write what flows into an event."""
    uses = (graph.sources[number] for number in event.sources if number in graph.sources)
    return {writer.program for use in uses for writer in graph.writers(use.artifact)}


def _with_upstream(graph: ProjectGraph, programs: set[str]) -> set[str]:
    """Return programs with those that write what they read, and so on a few steps up."""
    found = set(programs)
    for _ in range(_UPSTREAM):
        read = [artifact for artifact in graph.artifacts() if any(use.program in found for use in graph.readers(artifact))]
        found |= {writer.program for artifact in read for writer in graph.writers(artifact) if not any(use.event.fits for use in graph.writers(artifact))}
    return found


def _files(project: Project, programs: Iterable[str]) -> set[str]:
    """Return the files of programs with all that they import."""
    found, pending = set[str](), list(programs)
    while pending:
        path = pending.pop()
        if path not in found and path in project.modules:
            found.add(path)
            pending.extend(project.modules[path].imports)
    return found
