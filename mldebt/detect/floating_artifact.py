"""Shape `floating-artifact`: a program that asks a model loads whichever is newest, or one by a stamp that trainings write anew each time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from mldebt.detect.base import Context, one_each
from mldebt.detect.models import calls_model, loads_model
from mldebt.model.events import Access, Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.pattern import NEWEST
from mldebt.model.project import EntryPoint

_REGISTRY, _PREDICT, _READ, _FILE = "registry", "predict", "read", "file"
_LEARNS = ("fit", "search", "score")
_STAMPED = re.compile(r"\d.*\d")
_END = re.compile(r"[/:@]")


class FloatingArtifactSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`formats` are those that hold nothing but models, `models` the roles of types that a load gives; `asks` are the roles of calls that ask a model, `trains`
    those by which a program trains or judges one; `floating` are versions of a registry that move with each training."""

    kind: str
    form: str
    formats: tuple[str, ...]
    models: tuple[str, ...]
    asks: tuple[str, ...]
    trains: tuple[str, ...]
    floating: tuple[str, ...] = ()
    confidence: Confidence = "high"


class _Load(NamedTuple):
    """A read of a model by a program that asks models, why it floats, and the trainings that write the names it would have."""

    program: str
    event: Event
    access: Access
    reason: str
    saves: Sequence[Event] = ()


def floating_artifact(context: Context, spec: FloatingArtifactSpec) -> Iterator[Match]:
    """Yield one match for each file that loads such models, at the first load; the others are evidence."""
    saves = [event for event in context.events if event.kind == "write" and event.entry and event.access is not None and event.access.store == _FILE]
    found: dict[tuple[str, str], dict[object, _Load]] = {}
    for program, event in _loads(context, spec):
        if event.access is not None and (load := _floats(program, event, event.access, saves, spec)) is not None:
            found.setdefault((event.place.path, load.reason), {}).setdefault((event.place, event.access.path), load)
    for loads in found.values():
        yield _match(list(loads.values()))


def _loads(context: Context, spec: FloatingArtifactSpec) -> Iterator[tuple[str, Event]]:
    """Yield the reads of models by programs that ask some, each with its program; what also trains or judges a model is left out."""
    asking, training = context.observed.acting(spec.asks), context.observed.acting(spec.trains)
    parts: dict[str, list[tuple[str, Sequence[Event]]]] = {}
    for entry in context.graph.project.entries:
        if entry.kind != "test":
            parts.setdefault(entry.program, []).append((_owner(context, entry), context.under.get(entry.id, ())))
    for event in context.under.get("", ()):  # the module of an application that nothing starts here
        if event.owner == f"{event.place.path}::" and event.place.path in parts:
            parts[event.place.path].append((event.owner, (event,)))
    for program, found in parts.items():
        every = [event for _, events in found for event in events]
        asks = any(owner in asking for owner, _ in found) or any(event.kind == _PREDICT for event in every) or calls_model(
            context, {event.owner for event in every})
        asked = {load.place for event in every if event.kind == _PREDICT for load in event.loads}
        for owner, events in found if asks else ():
            if owner not in training and not any(event.kind in _LEARNS for event in events):
                yield from ((program, event) for event in events if event.kind == _READ and (
                    event.place in asked or loads_model(context.catalogue, event.api, spec.formats, spec.models)))


def _owner(context: Context, entry: EntryPoint) -> str:
    definition = context.graph.project.modules[entry.path].facts.definitions[entry.definition].qualname if entry.definition >= 0 else ""
    return f"{entry.path}::{definition}"


def _floats(program: str, event: Event, access: Access, saves: Sequence[Event], spec: FloatingArtifactSpec) -> _Load | None:
    """Return a load with the reason why it floats, None where it does not."""
    if NEWEST in access.path.parts:
        return _Load(program, event, access, "newest")
    literal = access.path.literal
    if literal is None or access.given:
        return None
    if access.store == _REGISTRY:
        return _Load(program, event, access, "moving") if _END.split(literal)[-1].lower() in spec.floating else None
    written = _written(literal, saves)
    return _Load(program, event, access, "stamp", written) if written else None


def _written(literal: str, saves: Sequence[Event]) -> Sequence[Event]:
    """Return the saves by which a training may have made a name that none writes now: where it has a stamp, they have something unknown."""
    name = literal.rstrip("/").rpartition("/")[2]
    made: list[Event] = []
    for save in saves:
        path = save.access.path if save.access is not None else None
        if path is None or path.unknown:
            continue
        if path.literal is not None and path.literal.rstrip("/").rpartition("/")[2] == name:
            return ()
        if path.literal is None and (found := _form(path.parts).fullmatch(name)) is not None and any(map(_STAMPED.search, found.groups())):
            made.append(save)
    return made


def _form(parts: Sequence[object]) -> re.Pattern[str]:
    """Return the expression of the file names that a path with unknown parts may have."""
    text = "".join(part.replace("{", "").replace("}", "") if isinstance(part, str) else "{}" for part in parts).rpartition("/")[2]
    return re.compile("(.+)".join(map(re.escape, text.split("{}")))) if len(text.replace("{}", "").strip("._-")) > 3 else re.compile(r"(?!)")


def _match(loads: Sequence[_Load]) -> Match:
    program, event, access, reason, _ = loads[0]
    shown = access.path.show().replace("{newest}", "{…}")
    says = {"newest": f"`{program}` serves the newest of `{shown}`, whichever that is when it starts",
            "moving": f"`{program}` serves `{shown}`, a version that moves with every training",
            "stamp": f"`{program}` serves `{shown}`, the stamp of one past training that no training writes again"}
    steps = [Step(load.event.place, f"`{load.access.path.show().replace('{newest}', '{…}')}` is loaded here") for load in loads]
    written = [Step(save.place, f"`{save.access.path.show()}` is written here, with another name each time") for load in loads for save in load.saves
               if save.access is not None]
    return Match(event.place, says[reason], one_each([*steps, *written]), f"{event.place.path} {reason}", event.owner)
