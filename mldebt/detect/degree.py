"""Shape `degree`: one artefact of certain identity has several writers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, shown, written_here
from mldebt.graph.identity import literal
from mldebt.graph.project_graph import Use
from mldebt.model.finding import Match


class DegreeSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`least` programs must write the artefact."""

    kind: str
    form: str
    least: int


def degree(context: Context, spec: DegreeSpec) -> Iterator[Match]:
    """Yield one match for each artefact that enough programs write, at the last writer."""
    for artifact in context.graph.artifacts():
        uses = [use for use in context.graph.writers(artifact) if use.event.kind == "write"]
        writers: dict[str, Use] = {}
        for use in uses:
            writers.setdefault(use.program, use)
        if len(writers) < spec.least or not literal(artifact) or context.graph.is_declared(artifact) or not context.graph.readers(artifact):
            continue
        folders = {program.rpartition("/")[0] for program in writers}
        one_function = len({use.event.owner for use in writers.values()}) == 1
        if one_function or not (len(folders) == 1 or all(use.certain for use in writers.values())):
            continue
        ordered = [writers[name] for name in sorted(writers)]
        names = ", ".join(f"`{use.program}`" for use in ordered[:4])
        yield Match(ordered[-1].event.place, f"`{shown(artifact)}` is written by {names}: its content depends on which ran last",
                    tuple(written_here(use) for use in ordered[:-1]), artifact, ordered[-1].event.owner)
