"""Shape `rewrite`: a step reads an artefact and writes what becomes of it in its place, and another program reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from mldebt.detect.base import Context, listed, read_here, shown, site, written_here
from mldebt.detect.flows import flows_of
from mldebt.graph.chains import certain
from mldebt.graph.identity import literal
from mldebt.graph.project_graph import Use
from mldebt.model.finding import Match


class RewriteSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`states` are formats of training states: a run that goes on from one writes over it by design."""

    kind: str
    form: str
    states: tuple[str, ...] = ()


def rewrite(context: Context, spec: RewriteSpec) -> Iterator[Match]:
    """Yield one match for each program that rewrites artefacts in place that other programs read, at its first write: whether it ran shows in none of them."""
    found: dict[str, list[tuple[Use, Use, list[Use]]]] = {}
    filled: dict[object, set[int]] = {}
    for event in context.events:
        if event.kind == "fill":
            filled.setdefault((event.entry, event.access), set()).update(event.sources)
    read_on: dict[tuple[str, str], list[Use]] = {}
    for flow in flows_of(context).flows:
        if certain(flow) and literal(flow.reader.artifact):
            read_on.setdefault((flow.writer.program, flow.reader.artifact), []).append(flow.reader)
    for artifact in context.graph.artifacts():
        for write in context.graph.writers(artifact):
            readers = read_on.get((write.program, artifact))
            read = _own_read(context, write, {*write.event.sources, *filled.get((write.event.entry, write.event.access), ())}, spec.states) if readers else None
            if read is not None and readers:
                found.setdefault(write.program, []).append((write, read, readers))
    for program, items in sorted(found.items()):
        yield _match(context, program, items)


def _own_read(context: Context, write: Use, sources: Iterable[int], states: tuple[str, ...]) -> Use | None:
    """Return the read of the same artefact that flows into a write, in the same program; none when it appends or only may happen."""
    access = write.event.access
    if write.event.kind != "write" or not write.event.must or access is None or access.format in states:
        return None
    reads = (context.graph.sources.get(number) for number in sorted(sources))
    return next((use for use in reads if use is not None and use.artifact == write.artifact and use.program == write.program and use.event.must), None)


def _match(context: Context, program: str, items: list[tuple[Use, Use, list[Use]]]) -> Match:
    write, read, readers = items[0]
    names = list(dict.fromkeys(shown(item[0].artifact) for item in items))
    others = sorted({use.program for item in items for use in item[2]})
    steps = [read_here(read), written_here(write), *map(read_here, readers)]
    return Match(site(write), f"`{program}` rewrites {listed(names)} in place, which {listed(others)} read{'s' * (len(others) == 1)}", tuple(steps),
                 write.artifact, write.event.owner, components=(context.graph.component(program),),
                 artifacts=tuple(dict.fromkeys(item[0].artifact for item in items)))
