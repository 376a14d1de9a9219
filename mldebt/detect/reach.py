"""Shape `reach`: an artefact goes from one program to another and nothing declares it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

from mldebt.detect.base import Context, handed_over, listed, one_definition, one_each, only_looks, own_site, read_here, shown, site, written_here
from mldebt.detect.guards import in_loop, is_fallback
from mldebt.detect.retired import retired_files
from mldebt.detect.spelling import by_setting, given_here, is_open
from mldebt.detect.touch import Touch
from mldebt.graph.project_graph import Use
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place

_WORK = ("fit", "predict", "train-step", "transform", "search")
_SHOWN = 4  # of the other consumers of a folder


class ReachSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`form` names the match; `look` is the lowered severity for notebooks that neither write nor learn, `option` that for readers who are told by an option
    what to read.

    `models` are roles of calls that make or use a model, `chance` of those that make data of nothing, `pictures` formats of files that are a look, too.
    As many consumers of one folder as `fold` are one finding: fewer can be mended, or silenced, one by one.
    """

    kind: str
    form: str
    look: str = ""
    option: str = ""
    models: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    chance: tuple[str, ...] = ()
    fold: int = 5


class _Cause(NamedTuple):
    """What makes several reads one finding: who reads, what others wrote, whether it is certain, what lowers it."""

    consumers: tuple[str, ...]
    producers: tuple[str, ...]
    certain: bool
    lowered: str


_Reads: TypeAlias = "list[tuple[Use, Sequence[Use]]]"


def reach(context: Context, spec: ReachSpec) -> Iterator[Match]:
    """Yield one match for what a program reads of what some others write, at the first read."""
    graph, touch, retired = context.graph, Touch(context, spec.models), retired_files(context)
    found: dict[Place, _Reads] = {}
    seen: set[tuple[str, str]] = set(context.told)
    for artifact in graph.artifacts():
        writers = [use for use in graph.writers(artifact) if use.program not in retired]
        if not writers or artifact in graph.project.modules or graph.is_declared(artifact) or _is_raw(context, writers, touch, spec):
            continue  # code of the project, which some program patches, is none
        for use in graph.readers(artifact):
            if use.program not in retired and (use.program, artifact) not in seen and not any(_one_component(context, use, writer) for writer in writers):
                seen.add((use.program, artifact))
                found.setdefault(site(use), []).append((use, writers))
    causes: dict[_Cause, _Reads] = {}
    for _, uses in sorted(found.items()):
        causes.setdefault(_cause(context, uses, spec), []).extend(uses)
    for cause, groups in _folded(causes):
        alone = groups if len(groups) < spec.fold else groups[:1]
        for uses in alone:
            yield _match(context, uses, groups[1:] if len(groups) >= spec.fold else [], None if cause.certain else "medium", cause.lowered)


def _folded(causes: Mapping[_Cause, _Reads]) -> Iterable[tuple[_Cause, list[_Reads]]]:
    """Return the reads of each finding, consumer by consumer: those of one folder that read the same of the same producers are told once."""
    result: dict[tuple[object, ...], tuple[_Cause, list[_Reads]]] = {}
    for cause, uses in causes.items():
        folders = tuple(sorted({use.program.rpartition("/")[0] for use, _ in uses}))
        key = (folders, tuple(sorted({use.artifact for use, _ in uses})), *cause[1:])
        result.setdefault(key, (cause, []))[1].append(uses)
    return result.values()


def _cause(context: Context, uses: _Reads, spec: ReachSpec) -> _Cause:
    """Return the cause that some reads at one place belong to."""
    consumers = tuple(sorted({use.program for use, _ in uses}))
    producers = tuple(sorted({writer.program for _, found in uses for writer in found}))
    certain = all(use.certain and any(_certain(writer, use.program) for writer in found) for use, found in uses)
    looks = all(only_looks(context, program, spec.pictures) for program in consumers)
    return _Cause(consumers, producers, certain, spec.look if looks else spec.option if all(is_open(use) for use, _ in uses) else "")


def _is_raw(context: Context, writers: Sequence[Use], touch: Touch, spec: ReachSpec) -> bool:
    """Return whether an artefact is a raw input that one program makes of nothing: bytes as they came from an address, or data drawn by chance."""
    programs = {use.program for use in writers}
    entries = context.graph.entries(programs.pop()) if len(programs) == 1 else ()
    events = [event for entry in entries for event in context.under.get(entry.id, ())]
    if not events:
        return False
    stores = {event.access.store for event in events if event.kind == "read" and event.access is not None}
    if stores == {"url"} and not any(event.kind in _WORK for event in events):
        return not any(use.event.access is None or use.event.access.format for use in writers)
    starts = [entry.id if entry.definition >= 0 else f"{entry.path}::" for entry in entries]
    return _is_made(context, starts, events, touch, spec) or all(
        not use.event.sources and _is_made(context, [use.event.owner], _of(events, touch.reach(use.event.owner)), touch, spec) for use in writers)


def _of(events: Sequence[Event], owners: Iterable[str]) -> list[Event]:
    known = frozenset(owners)
    return [event for event in events if event.owner in known]


def _is_made(context: Context, starts: Sequence[str], events: Sequence[Event], touch: Touch, spec: ReachSpec) -> bool:
    """Return whether definitions, with what they call, draw data by chance, and neither read any nor learn; `events` are theirs."""
    if any(event.kind in (*_WORK, "read") or event.kind == "fill" and event.sources for event in events) or any(map(touch.known, starts)):
        return False
    acts = (act for start in starts for owner in touch.reach(start) for act in context.deeds.acts.get(owner, ()))
    return any(act.role in spec.chance for act in acts)


def _one_component(context: Context, use: Use, writer: Use) -> bool:
    """Return whether reader and writer belong together, take the path from one definition, one hands it to the other, or somebody sets it for both."""
    together = context.graph.together(use.program, writer.program) or context.graph.one_process(use, writer)
    return together or one_definition(use, writer) or handed_over(context, use, writer) or by_setting(use, writer)


def _match(context: Context, uses: _Reads, same: Sequence[_Reads], confidence: Confidence | None, lowered: str) -> Match:
    """Return the finding of one consumer's reads; `same` are those of the others of its folder."""
    use = uses[0][0]
    artifacts = list(dict.fromkeys(use.artifact for use, _ in uses))
    consumers = sorted({use.program for use, _ in uses})
    writers = {(writer.program, writer.artifact): writer for _, found in uses for writer in reversed(found)}
    programs = {writer.program for writer in writers.values()}
    surely = {writer.program for writer in writers.values() if not is_fallback(context, writer)}
    producers = sorted(programs, key=lambda program: (program not in surely, program))
    made = sorted(writers.values(), key=lambda writer: (producers.index(writer.program), artifacts.index(writer.artifact)))
    names = listed([shown(artifact) for artifact in artifacts], 2)
    others = [Step(site(other), f"`{shown(other.artifact)}` is read here") for other, _ in uses[1:] if site(other) != site(use)]
    others += [read_here(first) for (first, _), *_ in same[:_SHOWN]]
    who = f"{listed(consumers)}{_more(len({other.program for found in same for other, _ in found}))} read{_s(consumers) * (not same)}"
    told = {writer.event.id for _, found in uses for writer in found}
    arms = {writer.event.id for writer in made if _is_one_arm(context, writer, told)}
    does = "may write" if all(writer.event.id in arms for writer in made) else f"write{_s(producers)}"
    return Match(site(use), f"{who} {names}, which {listed(producers)} {does} and nothing declares",
                 _evidence(context, use, others, made, arms), f"{min(artifacts)} <- {consumers[0]}", use.event.owner,
                 confidence, lowered, artifacts=tuple(artifacts))


def _evidence(context: Context, use: Use, others: list[Step], made: list[Use], arms: Collection[int]) -> tuple[Step, ...]:
    """Return the proof: where the reader takes the path from, what else it reads, what the producers write and where they take the path from.

    `arms` are the writes whose path a condition decides. Where one place writes for several of them, those after the first are shown where they call it.
    """
    steps = [*given_here(context, use), *others]
    shown_of: set[str] = set()
    for writer in made:
        step = written_here(writer, writer.event.id in arms)
        if writer.program not in shown_of:
            taken = any(known.place == step.place for known in steps)
            steps += (Step(own_site(writer), step.message),) if taken else (*given_here(context, writer), step)
        else:
            steps.append(step)
        shown_of.add(writer.program)
    return one_each(steps)


def _more(count: int) -> str:
    """Return how many other programs of the folder do the same."""
    return f" and {count} more program{'s' if count > 1 else ''} of the folder" if count else ""


def _s(names: list[str]) -> str:
    """Return the ending of a verb whose subject is one of a list."""
    return "s" if len(names) == 1 else ""


def _is_one_arm(context: Context, writer: Use, told: Collection[int]) -> bool:
    """Return whether a condition decides that a write takes this path: it is one of several, not all `told`, and no loop goes through them."""
    event = writer.event
    if event.must or any(in_loop(context, place) for place in (event.place, *event.chain)):
        return False
    way = (event.kind, event.place, event.chain)
    return any((other.kind, other.place, other.chain) == way and other.id not in told for other in context.under.get(event.entry, ()))


def _certain(writer: Use, program: str) -> bool:
    """Return whether a write surely makes what `program` reads: both guess the same folder when they stand in one."""
    return writer.event.must and (writer.certain or writer.program.rpartition("/")[0] == program.rpartition("/")[0])
