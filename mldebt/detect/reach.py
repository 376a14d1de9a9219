"""Shape `reach`: an artefact goes from one program to another and nothing declares it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, one_definition, shown, site, written_here
from mldebt.graph.project_graph import Use
from mldebt.model.finding import Match
from mldebt.model.source import Place


class ReachSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`form` names the match; `look` is the lowered severity for notebooks that neither write nor learn."""

    kind: str
    form: str
    look: str = ""


def reach(context: Context, spec: ReachSpec) -> Iterator[Match]:
    """Yield one match for each consumer program and place where it reads what other programs write."""
    graph = context.graph
    found: dict[tuple[str, Place], list[tuple[Use, list[Use]]]] = {}
    seen: set[tuple[str, str]] = set()
    for artifact in graph.artifacts():
        writers = graph.writers(artifact)
        if not writers or graph.is_declared(artifact):
            continue
        for use in graph.readers(artifact):
            if (use.program, artifact) in seen or any(graph.together(use.program, writer.program) or one_definition(use, writer) for writer in writers):
                continue
            seen.add((use.program, artifact))
            found.setdefault((use.program, site(use)), []).append((use, writers))
    for (program, place), uses in sorted(found.items()):
        yield _match(context, spec, program, place, uses)


def _match(context: Context, spec: ReachSpec, program: str, place: Place, uses: list[tuple[Use, list[Use]]]) -> Match:
    use = uses[0][0]
    writers = {(writer.program, writer.artifact): writer for _, found in uses for writer in reversed(found)}
    producers = sorted({writer.program for writer in writers.values()})
    names = ", ".join(f"`{name}`" for name in producers[:3]) + (f" and {len(producers) - 3} more" if len(producers) > 3 else "")
    more = f" and {len(uses) - 1} more" if len(uses) > 1 else ""
    certain = all(use.certain and any(_certain(writer, program) for writer in found) for use, found in uses)
    return Match(place, f"`{program}` reads `{shown(use.artifact)}`{more}, which {names} write{'s' if len(producers) == 1 else ''} and nothing declares",
                 tuple(written_here(writers[key]) for key in sorted(writers)), f"{use.artifact} <- {program}", use.event.owner,
                 None if certain else "medium", spec.look if _only_looks(context, program) else "")


def _certain(writer: Use, program: str) -> bool:
    """Return whether a write surely makes what `program` reads: both guess the same folder when they stand in one."""
    return writer.event.must and (writer.certain or writer.program.rpartition("/")[0] == program.rpartition("/")[0])


def _only_looks(context: Context, program: str) -> bool:
    entry = next((entry for entry in context.graph.project.entries if entry.program == program), None)
    if entry is None or entry.kind != "notebook":
        return False
    return not any(event.entry == entry.id and event.kind in ("write", "append", "fit", "predict") for event in context.events)
