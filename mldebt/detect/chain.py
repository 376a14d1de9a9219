"""Shape `chain`: one program after the other works on what the last one left, and nothing declares the order."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, one_each, own_site, read_here, written_here
from mldebt.detect.flows import flows_of
from mldebt.graph.chains import Flow, certain
from mldebt.model.finding import Match, Step

_SERVING = ("route", "handler", "middleware", "callback")


class ChainSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`most`: programs that a chain may visit; `logs`: extensions of files that are logs."""

    kind: str
    form: str
    most: int
    logs: tuple[str, ...] = ()


def chain(context: Context, spec: ChainSpec) -> Iterator[Match]:
    """Yield one match for each part of the project whose longest chain visits more programs than allowed, at the first read of the chain."""
    flows = flows_of(context)
    for part in flows.parts():
        steps = flows.longest(part)
        if len(steps) >= spec.most:
            yield _match(steps, [flow for flow in flows.on_chains(part, spec.most) if _of_one_folder(context, flow, spec.logs)])


def _match(steps: tuple[Flow, ...], told: list[Flow]) -> Match:
    """Return the match of a chain; `told` are the flows of such chains that need no finding of their own."""
    programs = [steps[0].writer.program, *(flow.reader.program for flow in steps)]
    says = f"{len(programs)} programs form a chain through {len(steps)} artefacts that nothing declares: {_route(programs)}"
    first, sure = steps[0].reader, all(map(certain, steps))
    return Match(own_site(first), says, one_each((*evidence(steps), *(read_here(flow.reader) for flow in told))), first.artifact, first.event.owner,
                 None if sure else "medium", components=(steps[0].source,), artifacts=tuple(dict.fromkeys(flow.reader.artifact for flow in (*steps, *told))),
                 tells=frozenset((flow.reader.program, flow.reader.artifact) for flow in told))


def evidence(steps: tuple[Flow, ...]) -> Iterator[Step]:
    """Yield the places of a chain in order: each write and the read that takes it up."""
    for flow in steps:
        yield Step(own_site(flow.writer), written_here(flow.writer).message)
        yield read_here(flow.reader)


def _route(programs: list[str]) -> str:
    """Return the programs of a chain as people write them: short chains whole, of long ones both ends."""
    named = [f"`{program}`" for program in programs]
    return " → ".join(named if len(named) <= 5 else [*named[:3], "…", named[-1]])


def _of_one_folder(context: Context, flow: Flow, logs: tuple[str, ...]) -> bool:
    """Return whether a flow is told by its chain: producer and consumer in one folder, the consumer no serving code, the artefact no log."""
    reader, writer = flow.reader, flow.writer
    serves = any(entry.program == reader.program and entry.kind in _SERVING for entry in context.graph.project.entries)
    alike = reader.program.rpartition("/")[0] == writer.program.rpartition("/")[0]
    return alike and not serves and not reader.artifact.partition("#")[0].endswith(logs)
