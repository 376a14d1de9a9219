"""What detectors share: their context and how evidence is phrased."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mldebt.graph.chains import Flows
from mldebt.graph.identity import outside
from mldebt.graph.project_graph import ProjectGraph, Use
from mldebt.knowledge.libraries import Catalogue
from mldebt.link.names import NameIndex
from mldebt.model.deeds import Deeds
from mldebt.model.events import CallSite, Event
from mldebt.model.finding import Match, Step
from mldebt.model.observed import Observations
from mldebt.model.places import Places
from mldebt.model.source import Place


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a rule may ask: the graph, the events of the run by id, the names of every file, and what the run saw and noticed.

    `under` are the events of each entry point, `calls` are where it calls libraries, `deeds` what definitions do, `places` what lies in which folders. `flows`
    is what programs hand to each other (empty until a rule asks); `told` are the uses (program, artefact) that the rules which the asking one yields to have
    told in a wider finding. `once` keeps what several rules ask and nobody computes twice.
    """

    graph: ProjectGraph
    events: Sequence[Event]
    names: NameIndex
    observed: Observations = Observations()
    calls: Sequence[CallSite] = ()
    deeds: Deeds = Deeds()
    catalogue: Catalogue = field(default_factory=lambda: Catalogue(()))
    places: Places = Places()
    flows: list[Flows] = field(default_factory=list)
    told: frozenset[tuple[str, str]] = frozenset()
    once: dict[str, Any] = field(default_factory=dict)
    under: Mapping[str, Sequence[Event]] = field(init=False)

    def __post_init__(self) -> None:
        """Sort the events by the entry points they were seen under."""
        found: dict[str, list[Event]] = {}
        for event in self.events:
            found.setdefault(event.entry, []).append(event)
        object.__setattr__(self, "under", found)


Detector = Callable[[Context, Any], Iterator[Match]]


def one_definition(reader: Use, writer: Use) -> bool:
    """Return whether both take the path from one place: a named constant, or one file that spells it for both."""
    own, other = reader.event.access, writer.event.access
    if own is None or other is None:
        return False
    return own.shared is not None and own.shared == other.shared or bool(own.home) and own.home == other.home


def handed_over(context: Context, reader: Use, writer: Use) -> bool:
    """Return whether the writer starts the reader's program and gives it the path on the command line, or the reader has what it reads made by the writer's."""
    if reader.program in context.graph.starters(writer.program):
        return True
    given = any(context.events[number].kind == "config-read" for number in reader.event.sources)
    return given and writer.program in context.graph.starters(reader.program)


def site(use: Use) -> Place:
    """Return where a person would change an access: the call that hands the name on, in the file that spells it, else the access itself."""
    event = use.event
    home = event.access.home if event.access is not None else ""
    if not home or home == event.place.path:
        return event.place
    return next((place for place in reversed(event.chain) if place.path == home), event.place)


def own_site(use: Use) -> Place:
    """Return where a program itself does an access: there, or at its call of the project's code that does."""
    places = (*use.event.chain, use.event.place)
    return next((place for place in reversed(places) if place.path == use.program), site(use))


def read_here(use: Use) -> Step:
    """Return the evidence step of a read, at the program's own line."""
    return Step(own_site(use), f"`{shown(use.artifact)}` is read here by `{use.program}`")


def written_here(use: Use, may: bool = False) -> Step:
    """Return the evidence step of a write; `may`: a condition decides that it takes this path."""
    return Step(site(use), f"`{shown(use.artifact)}` {'may be' if may else 'is'} written here by `{use.program}`")


def only_looks(context: Context, program: str, pictures: Sequence[str] = ()) -> bool:
    """Return whether a program is a notebook that neither writes nor learns; a file in one of the formats of `pictures` is part of the look."""
    entries = context.graph.entries(program)
    if not entries or entries[0].kind != "notebook":
        return False
    acts = (event for event in context.under.get(entries[0].id, ()) if event.kind in ("write", "append", "fit", "predict"))
    return all(event.access is not None and event.access.format in pictures for event in acts)


def one_each(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps without those that say the same of the same place, or of another artefact there."""
    first: dict[Place, Step] = {}
    for step in steps:
        first.setdefault(step.place, step)
    return tuple(first.values())


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return names as people list them: the first in backticks, the others counted."""
    return ", ".join(f"`{name}`" for name in names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def shown(artifact: str) -> str:
    """Return an artefact's key as people read it."""
    path, found, table = outside(artifact).partition("#")
    return f"{path} table {table}".replace("{}", "{…}") if found else path.replace("{}", "{…}")


def spoken(api: str) -> str:
    """Return a library path as its users know it: without the home of what needs no import, and with public names for types that stand for several."""
    return ".".join(part if part.startswith("__") else part.lstrip("_") for part in api.removeprefix(f"{object.__module__}.").split("."))
