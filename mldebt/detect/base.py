"""What detectors share: their context and how evidence is phrased."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mldebt.graph.project_graph import ProjectGraph, Use
from mldebt.model.events import Event
from mldebt.model.finding import Match, Step


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a rule may ask: the graph, and the events of the run by id."""

    graph: ProjectGraph
    events: Sequence[Event]


Detector = Callable[[Context, Any], Iterator[Match]]


def one_definition(reader: Use, writer: Use) -> bool:
    """Return whether both take the path from one place: a named constant, or one file that spells it for both."""
    own, other = reader.event.access, writer.event.access
    if own is None or other is None:
        return False
    return own.shared is not None and own.shared == other.shared or bool(own.home) and own.home == other.home


def written_here(use: Use) -> Step:
    """Return the evidence step of a write."""
    return Step(use.event.place, f"`{shown(use.artifact)}` is written here by `{use.program}`")


def shown(artifact: str) -> str:
    """Return an artefact's key as people read it."""
    path, found, table = artifact.partition("#")
    return f"{path} table {table}".replace("{}", "{…}") if found else path.replace("{}", "{…}")
