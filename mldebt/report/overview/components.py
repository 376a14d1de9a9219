"""The worst components: files by their debts and by what depends on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mldebt.graph.queries import PROGRAMS, Cones, View
from mldebt.model.finding import Finding
from mldebt.report.overview.debts import Debt
from mldebt.report.overview.tally import Tally, tally


@dataclass(frozen=True, slots=True)
class Component:
    """A file with findings: the programs that act in it (ids of nodes), what they read and write, and how many programs depend on that."""

    path: str
    tally: Tally
    lines: int
    programs: tuple[str, ...]
    reads: int
    writes: int
    downstream: int

    @property
    def score(self) -> int:
        """Return the weight of its debts, once for itself and once for every program downstream."""
        return self.tally.weight * (1 + self.downstream)


def components(found: Sequence[Debt], view: View, acting: Mapping[str, tuple[str, ...]], lines: Mapping[str, int]) -> tuple[Component, ...]:
    """Return every file with findings, the worst first; `acting` tells the programs of a file, `lines` its length."""
    cones, kinds = Cones(view), {node.id: node.kind for node in view.nodes}
    groups: dict[str, list[Finding]] = {}
    for debt in found:
        groups.setdefault(debt.finding.path, []).append(debt.finding)
    made = [_component(path, items, view, cones, kinds, acting.get(path, ()), lines.get(path, 0)) for path, items in groups.items()]
    return tuple(sorted(made, key=lambda item: (-item.score, -item.tally.weight, item.path)))


def _component(
    path: str, items: Sequence[Finding], view: View, cones: Cones, kinds: Mapping[str, str], programs: tuple[str, ...], lines: int,
) -> Component:
    reads = {edge.source for edge in view.edges if edge.target in programs}
    writes = {edge.target for edge in view.edges if edge.source in programs}
    below = sum(kinds[name] in PROGRAMS for name in cones.below(programs))
    return Component(path, tally(items), lines, programs, len(reads), len(writes), below)
