"""Shape `degree`: one artefact of certain identity has several writers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, handed_over, listed, one_each, shown, site, written_here
from mldebt.detect.guards import guarded
from mldebt.detect.names import is_part, letters, numbers, split_name, words_of
from mldebt.detect.retired import retired_files
from mldebt.graph.identity import literal
from mldebt.graph.project_graph import Use
from mldebt.link.exports import Likeness
from mldebt.model.finding import Match


class DegreeSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`least` programs must write the artefact; `records` are extensions of files in which programs keep what they know; `versions` are
    words that mark a version of a program."""

    kind: str
    form: str
    least: int
    records: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()


def degree(context: Context, spec: DegreeSpec) -> Iterator[Match]:
    """Yield one match for each set of programs that write the same artefacts, at the last writer of the first of them."""
    groups: dict[tuple[str, ...], list[tuple[str, list[Use]]]] = {}
    retired, likeness = retired_files(context), Likeness()
    for artifact in context.graph.artifacts():
        if artifact in context.graph.project.modules:
            continue  # programs that patch code of the project
        writers = _writers(context, artifact, spec, retired, likeness)
        if len(writers) >= spec.least and literal(artifact) and not context.graph.is_declared(artifact) and _awaited(
                context, artifact, retired) and not _is_record(context, writers, spec):
            groups.setdefault(tuple(use.program for use in writers), []).append((artifact, writers))
    for programs, members in groups.items():
        artifact, writers = members[0]
        more = f" and {len(members) - 1} more artefact{'' if len(members) == 2 else 's'}" if len(members) > 1 else ""
        verb = "are" if more else "is"
        steps = one_each((*(written_here(use) for use in writers[:-1]), *(written_here(uses[-1]) for _, uses in members[1:6])))
        yield Match(site(writers[-1]), f"`{shown(artifact)}`{more} {verb} written by {listed(programs, 4)}: the content depends on which ran last",
                    steps, artifact, writers[-1].event.owner, artifacts=tuple(artifact for artifact, _ in members))


def _awaited(context: Context, artifact: str, retired: frozenset[str]) -> bool:
    """Return whether some program reads what others left there: one that does not write the artefact, or reads it before it does.

    A program that every writer starts by itself reads what that one wrote.
    """
    writers = context.graph.writers(artifact)
    first = {use.program: use.event.id for use in reversed(writers)}
    awaiting = [use for use in context.graph.readers(artifact) if use.program not in retired and use.event.id < first.get(use.program, use.event.id + 1)]
    return any(not any(handed_over(context, use, writer) for writer in writers) and not all(
        writer.program in context.graph.starters(use.program) for writer in writers) for use in awaiting)


def _is_record(context: Context, writers: list[Use], spec: DegreeSpec) -> bool:
    """Return whether all writers read a record before they write it, each to add to what the others left.

    A file of any kind is one where they read it only if it is there.
    """
    artifact = writers[0].artifact
    document = split_name(artifact)[2] in spec.records
    reads = [use for use in context.graph.readers(artifact) if document or guarded(context, use, True)]
    return all(any(use.program == writer.program and use.event.id < writer.event.id for use in reads) for writer in writers)


def _writers(context: Context, artifact: str, spec: DegreeSpec, retired: frozenset[str], likeness: Likeness) -> list[Use]:
    """Return one write a program, programs sorted; none where one function does it for all, or where the identity is guessed.

    A write that happens only where the artefact is not there yet overwrites nothing, and forms of one program are one writer.
    """
    writers: dict[str, Use] = {}
    for use in context.graph.writers(artifact):
        if use.event.kind == "write" and use.event.must and use.program not in retired:
            writers.setdefault(context.graph.origin(use.program), use)
    if len(writers) < spec.least:
        return []
    writers = {name: use for name, use in sorted(writers.items()) if not guarded(context, use, False)}
    folders = {program.rpartition("/")[0] for program in writers}
    if len({use.event.owner for use in writers.values()}) == 1 or not (len(folders) == 1 or all(use.certain for use in writers.values())):
        return []
    uses = list(writers.values())
    return [use for number, use in enumerate(uses) if not any(_one_program(context, use, other, spec, likeness) for other in uses[:number])]


def _one_program(context: Context, use: Use, other: Use, spec: DegreeSpec, likeness: Likeness) -> bool:
    """Return whether two writers are forms of one program: named alike but for numbers, versions or added words, with most statements the same.

    They are not where the artefact bears a number of one of them: what the other writes there was meant to lie elsewhere.
    """
    modules = context.graph.project.modules
    own, others = (split_name(item.program)[1] for item in (use, other))
    left, right = words_of(own), words_of(others)
    if not (letters(own, spec.versions) == letters(others, spec.versions) or is_part(left, right) or is_part(right, left)):
        return False
    if not {*numbers(own)}.symmetric_difference(numbers(others)).isdisjoint(numbers(split_name(use.artifact)[1])):
        return False
    return use.program in modules and other.program in modules and likeness.share(modules[use.program].facts, modules[other.program].facts)
