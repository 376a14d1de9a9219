"""Shape `degree`: one artefact of certain identity has several writers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, handed_over, listed, one_each, shown, site, written_here
from mldebt.detect.guards import guarded
from mldebt.graph.identity import literal
from mldebt.graph.project_graph import Use
from mldebt.model.finding import Match


class DegreeSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`least` programs must write the artefact."""

    kind: str
    form: str
    least: int


def degree(context: Context, spec: DegreeSpec) -> Iterator[Match]:
    """Yield one match for each set of programs that write the same artefacts, at the last writer of the first of them."""
    groups: dict[tuple[str, ...], list[tuple[str, list[Use]]]] = {}
    for artifact in context.graph.artifacts():
        writers = _writers(context, artifact)
        if len(writers) >= spec.least and literal(artifact) and not context.graph.is_declared(artifact) and _awaited(context, artifact):
            groups.setdefault(tuple(use.program for use in writers), []).append((artifact, writers))
    for programs, members in groups.items():
        artifact, writers = members[0]
        more = f" and {len(members) - 1} more artefact{'' if len(members) == 2 else 's'}" if len(members) > 1 else ""
        verb = "are" if more else "is"
        steps = one_each((*(written_here(use) for use in writers[:-1]), *(written_here(uses[-1]) for _, uses in members[1:6])))
        yield Match(site(writers[-1]), f"`{shown(artifact)}`{more} {verb} written by {listed(programs, 4)}: the content depends on which ran last",
                    steps, artifact, writers[-1].event.owner, artifacts=tuple(artifact for artifact, _ in members))


def _awaited(context: Context, artifact: str) -> bool:
    """Return whether some program reads what others left there: one that does not write the artefact, or reads it before it does.

    A program that every writer starts by itself reads what that one wrote.
    """
    writers = context.graph.writers(artifact)
    first = {use.program: use.event.id for use in reversed(writers)}
    awaiting = [use for use in context.graph.readers(artifact) if use.event.id < first.get(use.program, use.event.id + 1)]
    return any(not any(handed_over(context, use, writer) for writer in writers) and not all(
        writer.program in context.graph.starters(use.program) for writer in writers) for use in awaiting)


def _begins(context: Context, use: Use) -> bool:
    """Return whether a write only begins what its program otherwise appends to: it happens where the artefact is not there yet."""
    appends = any(item.event.kind == "append" and item.program == use.program for item in context.graph.writers(use.artifact))
    return appends and guarded(context, use, False)


def _writers(context: Context, artifact: str) -> list[Use]:
    """Return one write a program, programs sorted; none where one function does it for all, or where the identity is guessed."""
    writers: dict[str, Use] = {}
    for use in context.graph.writers(artifact):
        if use.event.kind == "write" and use.event.must and not _begins(context, use):
            writers.setdefault(context.graph.origin(use.program), use)
    folders = {program.rpartition("/")[0] for program in writers}
    if len({use.event.owner for use in writers.values()}) == 1 or not (len(folders) == 1 or all(use.certain for use in writers.values())):
        return []
    return [writers[name] for name in sorted(writers)]
