"""Code that only shows something to whoever works on it, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from mldebt.detect.base import Context
from mldebt.detect.blocks import inner_blocks
from mldebt.model import ir
from mldebt.model.reads import read_behind
from mldebt.model.source import Place
from mldebt.model.walk import inside


@dataclass(frozen=True, slots=True)
class Inspections:
    """Answers for code of one project whether it only inspects: it prints or stops, what it makes on the way is its own, and it only moves numbers.

    `acting` are definitions whose calls matter, `moving` the roles of library calls that only move numbers, `telling` of those that show, log or stop.
    """

    context: Context
    acting: Collection[str]
    moving: Collection[str]
    telling: Collection[str]

    def only(self, path: str, body: ir.Body, around: Iterable[ir.Stmt]) -> bool:
        """Return whether a block only inspects; `around` is the body of the function that holds it."""
        read = read_behind(around, body[-1].end)
        return all(self._quiet(path, node) for node in inside(body) if isinstance(node, ir.Call)) and all(
            self._own(node, read) for node in body) and any(map(self._tells, self._ends(body)))

    def _quiet(self, path: str, call: ir.Call) -> bool:
        place = Place(path, call.at, call.end)
        act = self.context.observed.acts.get(place)
        return (act is None or not act.role or act.role in self.moving or act.role in self.telling) and not any(
            visit.callee in self.acting for visit in self.context.observed.visits.get(place, ()))

    def _own(self, node: ir.Stmt, read: Collection[str]) -> bool:
        """Return whether a statement leaves nothing behind that other code reads."""
        blocks = list(inner_blocks(node))
        if isinstance(node, ir.Assign):
            return all(isinstance(target, ir.Name) and target.id not in read for target in node.targets)
        if isinstance(node, ir.Loop) and node.target is not None and not (isinstance(node.target, ir.Name) and node.target.id not in read):
            return False
        return all(self._own(inner, read) for block in blocks for inner in block) if blocks else isinstance(node, (ir.ExprStmt, ir.Import, ir.Flow))

    def _ends(self, body: ir.Body) -> Iterator[ir.Stmt]:
        """Yield the statements of a block that hold no others, those of inner blocks too."""
        for node in body:
            blocks = list(inner_blocks(node))
            if not blocks:
                yield node
            for block in blocks:
                yield from self._ends(block)

    def _tells(self, node: ir.Stmt) -> bool:
        """Return whether a statement is a call whose result nobody takes: what is printed, or told by the project's own means."""
        return isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Call)
