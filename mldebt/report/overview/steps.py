"""What to do next: the debts whose repayment helps most, one step a cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mldebt.graph.queries import PROGRAMS
from mldebt.model.card import Card
from mldebt.model.finding import SEVERITIES, Finding
from mldebt.report.overview.debts import Debt
from mldebt.report.summary import counted


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do: the first of the findings it settles, the others, and whom they hit."""

    card: Card
    finding: Finding
    others: tuple[Finding, ...]
    nodes: tuple[str, ...]
    consumers: int
    programs: int
    artifacts: int

    @property
    def more(self) -> str:
        """Return how many places there are beside the first, as what follows it."""
        return f" and {len(self.others)} more place{'s' * (len(self.others) > 1)}" if self.others else ""

    @property
    def reason(self) -> str:
        """Return why it comes so early, as one phrase."""
        read = f"{counted(self.consumers, 'program')} read{'s' * (self.consumers == 1)} it" if self.consumers else ""
        below = " and ".join(counted(number, word) for number, word in ((self.programs, "program"), (self.artifacts, "artefact")) if number)
        return "; ".join(part for part in (self.finding.severity, read, f"{below} downstream" if below else "") if part)


def next_steps(found: Sequence[Debt], cards: Mapping[str, Card], kinds: Mapping[str, str], most: int = 5) -> tuple[NextStep, ...]:
    """Return the first steps, ranked by severity, then by the consumers hit, then by what lies downstream; `kinds` tells programs from artefacts."""
    groups: dict[tuple[str, tuple[str, ...]], list[Debt]] = {}
    for debt in found:
        groups.setdefault((debt.finding.code, debt.artifacts or (debt.finding.path,)), []).append(debt)
    steps = [_step(cards[code], group, kinds) for (code, _), group in groups.items()]
    return tuple(sorted(steps, key=_rank)[:most])


def _step(card: Card, group: Sequence[Debt], kinds: Mapping[str, str]) -> NextStep:
    first, *others = sorted((debt.finding for debt in group), key=lambda item: -SEVERITIES.index(item.severity))
    below = _union(debt.downstream for debt in group)
    programs = sum(kinds.get(name) in PROGRAMS for name in below)
    nodes = tuple(dict.fromkeys(name for debt in group for name in (*debt.artifacts, *debt.programs)))
    return NextStep(card, first, tuple(others), nodes, len(_union(debt.consumers for debt in group)), programs, len(below) - programs)


def _rank(step: NextStep) -> tuple[int, int, int, int, str, int, int]:
    item = step.finding
    return (-SEVERITIES.index(item.severity), -step.consumers, -step.programs - step.artifacts, -len(step.others), item.path, item.cell or 0, item.line)


def _union(groups: Iterable[Iterable[str]]) -> set[str]:
    return {name for group in groups for name in group}
