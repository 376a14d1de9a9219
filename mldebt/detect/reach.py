"""Shape `reach`: an artefact goes from one program to another and nothing declares it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

import msgspec

from mldebt.detect.base import Context, handed_over, listed, one_definition, one_each, only_looks, own_site, read_here, shown, site, written_here
from mldebt.detect.guards import in_loop, is_fallback
from mldebt.detect.raw_inputs import is_raw
from mldebt.detect.retired import retired_files
from mldebt.detect.spelling import by_setting, given_here, is_open
from mldebt.detect.touch import Touch
from mldebt.discover.kinds import kind_of
from mldebt.graph.project_graph import Use
from mldebt.model.finding import Match, Step
from mldebt.model.source import Place

_SHOWN = 6  # of the other consumers


class ReachSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`form` names the match; `look` is the lowered severity for notebooks that neither write nor learn, `option` that for readers who are told by an option
    what to read. `documents` are kinds of files that people read or set, none of which is data (`mldebt/discover/kinds.py`); `settings` are those that are
    data unless the project holds the file.

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
    documents: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    fold: int = 5


class _Consumer(NamedTuple):
    """A program, what it reads of what others wrote (one read an artefact, in the order of places), and what lowers it."""

    program: str
    reads: dict[str, Use]
    lowered: str


_Writers: TypeAlias = "dict[str, Sequence[Use]]"


def reach(context: Context, spec: ReachSpec) -> Iterator[Match]:
    """Yield what programs read of what others wrote and nothing declares: one match a consumer; those that read at one place are one, and so are as many of a
    folder as read the same.
    """
    made: _Writers = {}
    read: dict[str, dict[str, Use]] = {}
    for artifact, writers, use in _undeclared(context, spec):
        made[artifact] = writers
        read.setdefault(use.program, {}).setdefault(artifact, use)
    consumers = [
        _Consumer(program, dict(sorted(uses.items(), key=_by_site)), _lowered(context, program, uses.values(), spec)) for program, uses in read.items()]
    at_once: dict[tuple[object, ...], list[_Consumer]] = {}
    for consumer in sorted(consumers, key=_first):
        at_once.setdefault((_first(consumer)[0], frozenset(consumer.reads), consumer.lowered), []).append(consumer)
    alike: dict[tuple[object, ...], list[list[_Consumer]]] = {}
    for (_, artifacts, lowered), group in at_once.items():
        alike.setdefault((group[0].program.rpartition("/")[0], artifacts, lowered), []).append(group)
    for groups in alike.values():
        for lead, *others in ([list(chain(*groups))] if len(groups) >= spec.fold else groups):
            yield _match(context, lead, others, made)


def _undeclared(context: Context, spec: ReachSpec) -> Iterator[tuple[str, Sequence[Use], Use]]:
    """Yield what a program reads of what others wrote, without any declaration: the artefact, its writers, the first read of each program."""
    graph, touch, retired = context.graph, Touch(context, spec.models), retired_files(context)
    for artifact in graph.artifacts():
        writers = [use for use in graph.writers(artifact) if use.program not in retired]
        if not writers or not _is_data(context, artifact, spec) or graph.is_declared(artifact) or is_raw(context, writers, touch, spec.chance):
            continue
        seen = {program for program, known in context.told if known == artifact}
        for use in graph.readers(artifact):
            if use.program in retired or graph.fetches(use.program, artifact):
                continue
            if use.program not in seen and not any(_one_component(context, use, writer) for writer in writers):
                seen.add(use.program)
                yield artifact, writers, use


def _is_data(context: Context, artifact: str, spec: ReachSpec) -> bool:
    """Return whether an artefact is no code of the project, which some program patches, no document, and no setting that the project holds."""
    project, kind = context.graph.project, kind_of(artifact)
    return artifact not in project.modules and kind not in spec.documents and not (kind in spec.settings and artifact in project.tracked)


def _by_site(item: tuple[str, Use]) -> tuple[Place, str]:
    return site(item[1]), item[0]


def _first(consumer: _Consumer) -> tuple[Place, str]:
    return min(map(site, consumer.reads.values())), consumer.program


def _lowered(context: Context, program: str, uses: Collection[Use], spec: ReachSpec) -> str:
    """Return what lowers the severity of a consumer: it only looks, or an option tells it all that it reads."""
    return spec.look if only_looks(context, program, spec.pictures) else spec.option if all(map(is_open, uses)) else ""


def _one_component(context: Context, use: Use, writer: Use) -> bool:
    """Return whether reader and writer belong together, take the path from one definition, one hands it to the other, or somebody sets it for both."""
    together = context.graph.together(use.program, writer.program) or context.graph.one_process(use, writer)
    return together or one_definition(use, writer) or handed_over(context, use, writer) or by_setting(use, writer)


def _match(context: Context, lead: _Consumer, others: Sequence[_Consumer], made: _Writers) -> Match:
    """Return the finding of what one consumer reads; `others` of its folder read the same."""
    artifacts = list(lead.reads)
    writers = {(writer.program, name): writer for name in artifacts for writer in reversed(made[name])}
    programs = {writer.program for writer in writers.values()}
    surely = {writer.program for writer in writers.values() if not is_fallback(context, writer)}
    producers = sorted(programs, key=lambda program: (program not in surely, program))
    written = sorted(writers.values(), key=lambda writer: (producers.index(writer.program), artifacts.index(writer.artifact)))
    told = {writer.event.id for name in artifacts for writer in made[name]}
    arms = {writer.event.id for writer in written if _is_one_arm(context, writer, told)}
    does = "may write" if all(writer.event.id in arms for writer in written) else f"write{_s(producers)}"
    readers = [lead.program, *(other.program for other in others)]
    certain = all(use.certain and any(_certain(writer, use.program) for writer in made[name]) for name, use in lead.reads.items())
    use = lead.reads[artifacts[0]]
    return Match(site(use), f"{listed(readers, 2)} read{_s(readers)} {listed([shown(name) for name in artifacts], 2)}, which {listed(producers)} {does} "
                 f"and nothing declares", _evidence(context, lead, [next(iter(other.reads.values())) for other in others[:_SHOWN]], written, arms),
                 f"{min(artifacts)} <- {lead.program}", use.event.owner, None if certain else "medium", lead.lowered, artifacts=tuple(artifacts))


def _evidence(context: Context, lead: _Consumer, others: Sequence[Use], made: list[Use], arms: Collection[int]) -> tuple[Step, ...]:
    """Return the proof: where the reader takes the path from, what else it reads, what the producers write and where they take the path from, who else reads.

    `arms` are the writes whose path a condition decides. Where one place writes for several of them, those after the first are shown where they call it.
    """
    first, *more = lead.reads.values()
    steps = [*given_here(context, first), *(Step(site(use), f"`{shown(use.artifact)}` is read here") for use in more if site(use) != site(first))]
    shown_of: set[str] = set()
    for writer in made:
        step = written_here(writer, writer.event.id in arms)
        if writer.program not in shown_of:
            taken = any(known.place == step.place for known in steps)
            steps += (Step(own_site(writer), step.message),) if taken else (*given_here(context, writer), step)
        else:
            steps.append(step)
        shown_of.add(writer.program)
    return one_each([*steps, *(read_here(other) for other in others)])


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
