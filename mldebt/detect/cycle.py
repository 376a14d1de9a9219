"""Shape `cycle`: programs that each need what the other makes."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, listed, own_site, shown
from mldebt.detect.chain import evidence
from mldebt.detect.flows import flows_of
from mldebt.graph.chains import certain
from mldebt.model.finding import Match


class CycleSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`form` names the match."""

    kind: str
    form: str


def cycle(context: Context, spec: CycleSpec) -> Iterator[Match]:
    """Yield one match for each group of programs that depend on each other, at the first read of a shortest cycle; identities must be certain."""
    flows = flows_of(context)
    for ring in flows.cycles(flow for flow in flows.flows if certain(flow)):
        programs = sorted({flow.reader.program for flow in ring})
        names = [shown(flow.reader.artifact) for flow in ring]
        yield Match(own_site(ring[0].reader), f"{listed(programs)} need each other's output: {listed(names)} go round in a cycle", tuple(evidence(ring)),
                    ring[0].reader.artifact, ring[0].reader.event.owner, components=(ring[0].source,),
                    artifacts=tuple(flow.reader.artifact for flow in ring))
