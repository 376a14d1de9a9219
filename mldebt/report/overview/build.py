"""Everything `mldebt report` says about a project, put together once for all formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mldebt.graph.artifacts import Row, crosses, rows_of
from mldebt.graph.queries import PROGRAMS, View, within
from mldebt.knowledge.vocabulary import Vocabulary
from mldebt.model.card import Card
from mldebt.model.finding import Report
from mldebt.report.overview.components import Component, components
from mldebt.report.overview.debts import Atlas, Debt
from mldebt.report.overview.steps import NextStep, next_steps
from mldebt.report.overview.tally import CategoryRow, Tally, by_category, tally
from mldebt.report.summary import counted

NOTEBOOK = ".ipynb"


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
    def size(self) -> str:
        """Return how much there is of everything, on one line."""
        notebooks = f" ({counted(self.notebooks, 'notebook')})" if self.notebooks else ""
        return (f"{counted(self.files, 'file')}{notebooks}, {counted(self.lines, 'line')}; {counted(self.programs, 'program')}, "
                f"{counted(len(self.artifacts), 'artefact')}")

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
    name: str, report: Report, atlas: Atlas, lines: Mapping[str, int], asked: Sequence[Card], vocabulary: Vocabulary, scopes: Sequence[str] = ("",),
) -> Overview:
    """Return the overview of a project by that name.

    `lines` are the lengths of the source files that the report is about, `asked` the rules that were selected, `scopes` the project-relative paths that
    it is about.
    """
    found = tuple(map(atlas.debt, report.live))
    acting = {debt.finding.path: atlas.acting(debt.finding.path) for debt in found}
    cards = {card.code: card for card in asked}
    view = within(atlas.view, scopes)
    rows = sorted(rows_of(view), key=lambda row: (not undeclared(row), -len(row.users) * undeclared(row), row.node.id))
    return Overview(
        name, len(lines), sum(path.endswith(NOTEBOOK) for path in lines), sum(lines.values()), len(report.findings) - len(report.live), tally(report.live),
        by_category(report.live, asked, vocabulary), next_steps(found, cards, {node.id: node.kind for node in atlas.view.nodes}),
        components(found, atlas.view, acting, lines), tuple(rows), found, view, cards)
