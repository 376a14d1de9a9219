"""Shape `unchecked-launch`: a script starts steps of the project one after the other and goes on when one fails."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import TypeAlias

import msgspec

from mldebt.detect.base import Context, listed
from mldebt.detect.flows import flows_of
from mldebt.link.commands import runs_unknown
from mldebt.link.project import is_test
from mldebt.model import ir
from mldebt.model.facts import DataFacts, PythonFacts
from mldebt.model.finding import Match, Step
from mldebt.model.project import EntryPoint, Invocation
from mldebt.model.source import Place
from mldebt.model.walk import statements

_WORK = ("read", "write", "append", "fit")
_Start: TypeAlias = tuple[Invocation, EntryPoint]


class UncheckedLaunchSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`most`: different programs that one file may start so; `formats` are the kinds of command files that count."""

    kind: str
    form: str
    most: int
    formats: tuple[str, ...]


def unchecked_launch(context: Context, spec: UncheckedLaunchSpec) -> Iterator[Match]:
    """Yield one match for each file that starts several steps and would not see one of them fail, at the first such start."""
    started: dict[str, list[_Start]] = {}
    working = _working(context)
    for entry in context.graph.project.entries:
        for item in entry.invocations if entry.kind != "test" else ():
            if not item.stage and _counts(context, item, spec.formats):
                started.setdefault(item.place.path, []).append((item, entry))
    for path, starts in sorted(started.items()):
        yield from _matches(context, path, sorted(starts, key=lambda start: (start[0].place.at, start[1].program)), spec, working)
    yield from _openly(context, spec, working)


def _openly(context: Context, spec: UncheckedLaunchSpec, working: Container[str]) -> Iterator[Match]:
    """Yield a match for each call that starts whatever step it is given, where there are several to choose from, and drops the status.

    Copies of one launcher in several folders are one cause.
    """
    entries = {entry.id: entry for entry in context.graph.project.entries}
    seen: set[Place] = set()
    for event in context.events:
        if event.kind != "launch":
            continue
        starter, detail = entries.get(event.entry), dict(event.detail)
        if starter is None or event.place in seen or detail["checked"] == "yes":
            continue
        seen.add(event.place)
        facts = context.graph.project.facts(event.place.path)
        if not isinstance(facts, PythonFacts) or facts.notebook or not runs_unknown(detail["command"]) or not _dropped(facts, event.place):
            continue
        home = starter.path.rpartition("/")[0]
        beside = [entry for entry in entries.values() if entry.path.rpartition("/")[0] == home and entry.id != starter.id]
        steps = {entry.program for entry in beside if _is_step(context, entry, working)}
        if len(steps) > spec.most:
            yield Match(event.place, f"`{starter.program}` starts whatever step it is given and does not look whether it fails",
                        (Step(event.place, f"the status is dropped here; {len(steps)} programs stand beside it"),), starter.path,
                        components=(context.graph.component(starter.program), f"{event.place.path.rpartition('/')[2]}: {detail['command']}"))


def _matches(context: Context, path: str, starts: Sequence[_Start], spec: UncheckedLaunchSpec,
             working: Container[str]) -> Iterator[Match]:
    unseen = [start for start in starts if not start[0].checked and any(_follows(other, start) for other in starts)]
    acting = {entry.program for _, entry in starts if _is_step(context, entry, working)}
    programs = list(dict.fromkeys(entry.program for start in unseen for _, entry in (start, *(other for other in starts if _follows(other, start)))))
    if len([name for name in programs if name in acting]) > spec.most:
        dropped = list(dict.fromkeys(entry.program for _, entry in unseen))
        yield Match(unseen[0][0].place, f"`{path}` starts {len(programs)} steps and goes on when {listed(dropped)} fail{'s' * (len(dropped) == 1)}",
                    _evidence(starts, unseen), path, components=(path, _beside(path), *(context.graph.component(name) for name in programs)),
                    tells=_between(context, {entry.program for _, entry in starts}))


def _between(context: Context, programs: Container[str]) -> frozenset[tuple[str, str]]:
    """Return what some programs of one launcher read of what others of their folder write: the launcher says that they belong together."""
    within = (flow for flow in flows_of(context).flows if flow.reader.program in programs and flow.writer.program in programs)
    return frozenset((flow.reader.program, flow.reader.artifact) for flow in within
                     if flow.reader.program.rpartition("/")[0] == flow.writer.program.rpartition("/")[0])


def _evidence(starts: Sequence[_Start], unseen: Sequence[_Start]) -> tuple[Step, ...]:
    """Return where the steps are started, in order: each program that may fail unseen, and each that comes after one all the same."""
    said: dict[str, Step] = {}
    for start in starts:
        item, entry = start
        if start in unseen:
            times = sum(other.program == entry.program for _, other in unseen)
            again = f" (and {times - 1} more time{'s' * (times > 2)})" if times > 1 else ""
            said.setdefault(entry.program, Step(item.place, f"`{entry.program}` is started here{again}, its status unchecked"))
        elif any(_follows(start, other) for other in unseen):
            said.setdefault(entry.program, Step(item.place, f"`{entry.program}` is started here, whatever became of the steps before"))
    places = dict.fromkeys(step.place for step in said.values())
    return tuple(Step(place, "; ".join(step.message for step in said.values() if step.place == place)) for place in places)


def _beside(path: str) -> str:
    """Return what all files that start programs from one folder share: they are one cause."""
    return f"{path.rpartition('/')[0]}/"


def _follows(other: _Start, start: _Start) -> bool:
    """Return whether a start of another program comes after a start in one run of their file."""
    return other[1].program != start[1].program and other[0].place.at >= start[0].place.at and not start[0].excludes(other[0])


def _is_step(context: Context, entry: EntryPoint, working: Container[str]) -> bool:
    """Return whether a program works on artefacts, also on those that only its options name; tests do not count."""
    return entry.kind != "test" and (context.graph.acts(entry.program) or entry.id in working)


def _working(context: Context) -> set[str]:
    """Return the entry points that read or write something, or learn."""
    return {event.entry for event in context.events if event.kind in _WORK}


def _counts(context: Context, item: Invocation, formats: tuple[str, ...]) -> bool:
    """Return whether a start is one that goes unseen by nature: a command of a script, or a call whose value nothing takes."""
    facts = context.graph.project.facts(item.place.path)
    if isinstance(facts, DataFacts):
        return facts.format in formats
    return item.tool == "launch" and not facts.notebook and not is_test(item.place.path, facts) and (item.checked or _dropped(facts, item.place))


def _dropped(facts: PythonFacts, place: Place) -> bool:
    """Return whether the call at a place is a statement of its own: then its status goes nowhere."""
    return any(isinstance(node, ir.ExprStmt) and node.value.at == place.at and node.value.end == place.end for node in statements(facts))
