"""Joints of a chain: whether what a program reads may be in what it writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from mldebt.detect.base import Context
from mldebt.graph.chains import Flow
from mldebt.graph.project_graph import Use
from mldebt.model import ir
from mldebt.model.events import Event
from mldebt.model.facts import PythonFacts
from mldebt.model.source import Place
from mldebt.model.walk import statements

_Span: TypeAlias = tuple[int, int]


class Joints:
    """Answers for flows of one project, each question once."""

    def __init__(self, context: Context) -> None:
        """Look at the accesses of one project."""
        self._context = context
        self._known: dict[tuple[str, str, str], bool] = {}
        self._reads: dict[tuple[str, str], set[int]] = {}
        self._later: dict[str, frozenset[str]] = {}
        self._arms: dict[str, _Arms] = {}
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
        if (component, made) not in self._reads:
            self._reads[component, made] = self._behind(component, made)
        behind = self._reads[component, made]
        if behind:
            return any(use.event.id in behind for use in readers)
        writers = self._of(component, self._context.graph.writers(made))
        return any(self._one_run(reader.event, writer.event) if reader.program == writer.program else made in self._made_after(reader.program)
                   for reader in readers for writer in writers)

    def _made_after(self, program: str) -> frozenset[str]:
        """Return the artefacts that a program may have a part in."""
        if program not in self._later:
            self._later[program] = self._context.graph.made_after(program)
        return self._later[program]

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
        """Return whether one run may read and then write; the ways to start one program are taken in an order that is not known."""
        if read.entry != write.entry:
            return True
        ways = ((*read.chain, read.place), (*write.chain, write.place))
        first, second = next(((one, other) for one, other in zip(*ways) if one != other), (read.place, write.place))
        facts = self._context.graph.project.facts(first.path)
        if first.path != second.path or not isinstance(facts, PythonFacts):
            return read.id < write.id
        if first.path not in self._arms:
            self._arms[first.path] = _Arms(facts)
        arms = self._arms[first.path]
        return arms.again(first, second) or read.id < write.id and not arms.excluded(first, second)


def _target(event: Event) -> tuple[object, ...]:
    """Return what an opening and what is put in have in common."""
    return event.entry, event.access.path if event.access is not None else None


class _Arms:
    """Where the loops and the branches of one file stand."""

    def __init__(self, facts: PythonFacts) -> None:
        """Look at each statement once."""
        self._loops: list[_Span] = []
        self._choices: list[list[_Span]] = []
        for node in statements(facts):
            if isinstance(node, ir.Loop):
                self._loops.extend(_spans(node.body))
            elif isinstance(node, ir.If):
                self._choices.append(_spans(node.body, node.orelse))
            elif isinstance(node, ir.Match):
                self._choices.append(_spans(*(case.body for case in node.cases)))

    def again(self, first: Place, second: Place) -> bool:
        """Return whether two places lie in one loop."""
        return any(_holds(loop, first) and _holds(loop, second) for loop in self._loops)

    def excluded(self, first: Place, second: Place) -> bool:
        """Return whether two places lie in branches of which a run takes one."""
        for arms in self._choices:
            own, other = (next((number for number, arm in enumerate(arms) if _holds(arm, place)), None) for place in (first, second))
            if own is not None and other is not None and own != other:
                return True
        return False


def _spans(*bodies: Sequence[ir.Stmt]) -> list[_Span]:
    return [(body[0].at, body[-1].end) for body in bodies if body]


def _holds(span: _Span, place: Place) -> bool:
    return span[0] <= place.at and place.end <= span[1]
