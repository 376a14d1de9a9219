"""Shape `reach`: an artefact goes from one program to another and nothing declares it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, one_definition, shown, written_here
from mldebt.graph.project_graph import Use
from mldebt.model.finding import Match


class ReachSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`form` names the match; `look` is the lowered severity for notebooks that neither write nor learn."""

    kind: str
    form: str
    look: str = ""


def reach(context: Context, spec: ReachSpec) -> Iterator[Match]:
    """Yield one match for each artefact and consumer program, at the first read."""
    graph = context.graph
    for artifact in graph.artifacts():
        writers = graph.writers(artifact)
        if not writers or graph.is_declared(artifact):
            continue
        consumers: dict[str, Use] = {}
        for use in graph.readers(artifact):
            consumers.setdefault(use.program, use)
        producers = {use.program: use for use in reversed(writers)}
        for program, use in sorted(consumers.items()):
            if any(graph.together(program, writer.program) or one_definition(use, writer) for writer in writers):
                continue
            certain = use.certain and any(_certain(writer, program) for writer in writers)
            names = ", ".join(f"`{name}`" for name in sorted(producers)[:3])
            yield Match(use.event.place, f"`{program}` reads `{shown(artifact)}`, which {names} write{'s' if len(producers) == 1 else ''} and nothing declares",
                        tuple(written_here(producers[name]) for name in sorted(producers)), f"{artifact} <- {program}", use.event.owner,
                        None if certain else "medium", spec.look if _only_looks(context, program) else "")


def _certain(writer: Use, program: str) -> bool:
    """Return whether a write surely makes what `program` reads: both guess the same folder when they stand in one."""
    return writer.event.must and (writer.certain or writer.program.rpartition("/")[0] == program.rpartition("/")[0])


def _only_looks(context: Context, program: str) -> bool:
    entry = next((entry for entry in context.graph.project.entries if entry.program == program), None)
    if entry is None or entry.kind != "notebook":
        return False
    return not any(event.entry == entry.id and event.kind in ("write", "append", "fit", "predict") for event in context.events)
