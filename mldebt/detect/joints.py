"""Joints of a chain: whether what a program reads may be in what it writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mldebt.detect.base import Context
from mldebt.graph.chains import Flow
from mldebt.graph.project_graph import Use
from mldebt.model import ir
from mldebt.model.events import Event
from mldebt.model.facts import PythonFacts
from mldebt.model.source import Place
from mldebt.model.walk import statements


class Joints:
    """Answers for flows of one project, each question once."""

    def __init__(self, context: Context) -> None:
        """Look at the accesses of one project."""
        self._context = context
        self._known: dict[tuple[str, str, str], bool] = {}
        self._fills: dict[tuple[object, ...], list[Event]] = {}
        for event in context.events:
            if event.kind == "fill":
                self._fills.setdefault(_target(event), []).append(event)

    def carry(self, before: Flow, after: Flow) -> bool:
        """Return whether the component between two flows hands on what the first brings: its data arrives, or, where that is unknown, one run does both."""
        key = before.target, before.reader.artifact, after.writer.artifact
        if key not in self._known:
            self._known[key] = self._carries(*key)
        return self._known[key]

    def _carries(self, component: str, brought: str, made: str) -> bool:
        readers = self._of(component, self._context.graph.readers(brought))
        behind = self._behind(component, made)
        if behind:
            return any(use.event.id in behind for use in readers)
        writers = self._of(component, self._context.graph.writers(made))
        return any(self._one_run(reader.event, writer.event) for reader in readers for writer in writers)

    def _of(self, component: str, uses: Iterable[Use]) -> list[Use]:
        return [use for use in uses if self._context.graph.component(use.program) == component]

    def _behind(self, component: str, made: str) -> set[int]:
        """Return the reads whose data a component puts into an artefact, also by way of others that it writes and reads again; none where that is unknown."""
        graph, found, seen, pending = self._context.graph, set[int](), {made}, [made]
        while pending:
            for use in self._of(component, graph.writers(pending.pop())):
                new = self._sources(use.event) - found
                found |= new
                own = {graph.sources[number].artifact for number in new if number in graph.sources} - seen
                seen |= own
                pending.extend(own)
        return found

    def _sources(self, event: Event) -> set[int]:
        """Return the reads behind a write; behind an opening, those of what is put in, for its own are those of the name."""
        filled = {number for fill in self._fills.get(_target(event), ()) for number in fill.sources}
        row = self._context.catalogue.call(event.api)
        return filled if row is not None and row.open is not None else filled.union(event.sources)

    def _one_run(self, read: Event, write: Event) -> bool:
        """Return whether one run may read and then write; programs of one component run in an order that is not known."""
        if read.entry != write.entry:
            return True
        ways = ((*read.chain, read.place), (*write.chain, write.place))
        first, second = next(((one, other) for one, other in zip(*ways) if one != other), (read.place, write.place))
        facts = self._context.graph.project.facts(first.path)
        if first.path != second.path or not isinstance(facts, PythonFacts):
            return read.id < write.id
        return again(facts, first, second) or read.id < write.id and not excluded(facts, first, second)


def _target(event: Event) -> tuple[object, ...]:
    """Return what an opening and what is put in have in common."""
    return event.entry, event.access.path if event.access is not None else None


def again(facts: PythonFacts, first: Place, second: Place) -> bool:
    """Return whether two places lie in one loop."""
    return any(_holds(node.body, first) and _holds(node.body, second) for node in statements(facts) if isinstance(node, ir.Loop))


def excluded(facts: PythonFacts, first: Place, second: Place) -> bool:
    """Return whether two places of a file lie in branches of which a run takes one."""
    for node in statements(facts):
        arms = [node.body, node.orelse] if isinstance(node, ir.If) else [case.body for case in node.cases] if isinstance(node, ir.Match) else []
        own, other = (next((number for number, arm in enumerate(arms) if _holds(arm, place)), None) for place in (first, second))
        if own is not None and other is not None and own != other:
            return True
    return False


def _holds(body: Sequence[ir.Stmt], place: Place) -> bool:
    return bool(body) and body[0].at <= place.at and place.end <= body[-1].end
