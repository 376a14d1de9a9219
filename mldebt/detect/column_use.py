"""Shape `column-use`: columns of another program's artefact are taken by number."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, one_definition, only_looks, shown, site, written_here
from mldebt.graph.project_graph import Use
from mldebt.model.finding import Match, Step


class ColumnUseSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`formats`: formats that carry named columns, so that a number is a choice."""

    kind: str
    form: str
    formats: tuple[str, ...]


def column_use(context: Context, spec: ColumnUseSpec) -> Iterator[Match]:
    """Yield one match for each program and artefact whose columns it takes by number."""
    seen: set[tuple[str, str]] = set()
    for event in context.events:
        if event.kind != "column-use" or ("by", "position") not in event.detail:
            continue
        for use in (context.graph.sources[number] for number in event.sources if number in context.graph.sources):
            made = _made(context, use, spec)
            if not made or (use.program, use.artifact) in seen or only_looks(context, use.program):
                continue
            seen.add((use.program, use.artifact))
            columns = dict(event.detail)["columns"]
            name = shown(use.artifact)
            taken = f"`{name}` is read without a header" if columns == ":" else f"columns `{columns}` of `{name}` are taken by position"
            yield Match(event.place, f"{taken}, though `{made[0].program}` decides {'its columns and ' * (columns == ':')}their order",
                        (Step(site(use), f"`{shown(use.artifact)}` is read here"), *(written_here(writer) for writer in made[:4])),
                        f"{use.artifact} {columns}", event.owner)


def _made(context: Context, use: Use, spec: ColumnUseSpec) -> list[Use]:
    """Return the writes of an artefact that was read with named columns and that only other programs write."""
    access = use.event.access
    if access is None or access.format not in spec.formats:
        return []
    writers = context.graph.writers(use.artifact)
    if any(writer.program == use.program or one_definition(use, writer) for writer in writers):
        return []
    return writers
