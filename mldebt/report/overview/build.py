"""Everything `mldebt report` says about a project, put together once for all formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mldebt.graph.artifacts import Row, crosses, rows_of
from mldebt.graph.project_graph import ProjectGraph
from mldebt.graph.queries import PROGRAMS, View, within
from mldebt.knowledge.vocabulary import Vocabulary
from mldebt.model.card import Card
from mldebt.model.events import Event
from mldebt.model.finding import Report
from mldebt.policy.findings import in_scopes
from mldebt.report.overview.components import Component, components
from mldebt.report.overview.debts import Atlas, Debt
from mldebt.report.overview.steps import NextStep, next_steps
from mldebt.report.overview.tally import CategoryRow, Tally, by_category, tally


@dataclass(frozen=True, slots=True)
class Overview:
    """A project's debt at a glance. Where only a part was asked for it speaks of that part."""

    name: str
    files: int
    notebooks: int
    lines: int
    hidden: int
    tally: Tally
    categories: tuple[CategoryRow, ...]
    steps: tuple[NextStep, ...]
    components: tuple[Component, ...]
    artifacts: tuple[Row, ...]
    debts: tuple[Debt, ...]
    view: View
    cards: Mapping[str, Card]

    @property
    def programs(self) -> int:
        """Return how many programs read or write artefacts."""
        return sum(node.kind in PROGRAMS for node in self.view.nodes)

    @property
    def density(self) -> float:
        """Return the errors and warnings per thousand lines."""
        return self.tally.per_thousand(self.lines)

    @property
    def undeclared(self) -> int:
        """Return how many artefacts go from program to program undeclared."""
        return sum(map(undeclared, self.artifacts))


def undeclared(row: Row) -> bool:
    """Return whether an artefact goes from program to program and nothing declares it."""
    return not row.node.declared and crosses(row)


def overview(
    name: str, report: Report, graph: ProjectGraph, events: Sequence[Event], view: View, asked: Sequence[Card], vocabulary: Vocabulary,
    scopes: Sequence[str] = ("",),
) -> Overview:
    """Return the overview of a project by that name.

    `view` is the whole of its graph, `asked` are the rules that were selected, `scopes` the project-relative paths that the report is about.
    """
    atlas = Atlas(graph, events, view)
    found = tuple(atlas.debt(item) for item in report.live)
    facts = {path: module.facts for path, module in graph.project.modules.items() if in_scopes(path, scopes)}
    lines = {path: item.lines for path, item in facts.items()}
    acting = {debt.finding.path: atlas.acting(debt.finding.path) for debt in found}
    cards = {card.code: card for card in asked}
    shown = within(view, scopes)
    rows = sorted(rows_of(shown), key=lambda row: (not undeclared(row), -len(row.users) * undeclared(row), row.node.id))
    return Overview(
        name, len(facts), sum(item.notebook for item in facts.values()), sum(lines.values()), len(report.findings) - len(report.live), tally(report.live),
        by_category(report.live, asked, vocabulary), next_steps(found, cards, {node.id: node.kind for node in view.nodes}),
        components(found, view, acting, lines), tuple(rows), found, shown, cards)
