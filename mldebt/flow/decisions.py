"""Which side of a branch runs: what the arguments of a call rule out is skipped, what somebody may set or edit is not."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from mldebt.flow.value import Value
from mldebt.model import ir
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter


_SWITCH = "bare-option"


class Decisions:
    """Decides branches of a run."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run

    def side(self, node: ir.If, value: Value, frame: Frame) -> bool | None:
        """Return the truth of a test that only one side of a branch can see, None when both sides run.

        Main blocks are decided, and tests of nothing but parameters that this very call binds to known values: a summary is remembered by the arguments,
        so it holds for calls that decide alike. Constants that somebody may edit are not.
        """
        if value.choices or self._run.observer.watched:
            self._run.observer.branch(Place(frame.path, node.test.at, node.test.end), _alike(value), value.choices)
        truth = self._run.truth(value)
        if truth is None or value.choices:
            return None
        if frame.index >= 0:
            params = {param.name for param in self._run.definition(frame.path, frame.index).params}
            return truth if params and _asks_only(node.test, params) else None
        return truth if isinstance(node.test, ir.Compare) and isinstance(node.test.left, ir.Name) and node.test.left.id == "__name__" else None


def _alike(value: Value) -> bool | None:
    """Return the truth that all the constants share which a value may be, None when they differ or when it may be something else."""
    if value.ref or value.target or any(text.literal is None for text in value.texts):
        return None
    found = {*(bool(text.literal) for text in value.texts), *map(bool, value.const)}
    if len(found) == 2 and not value.texts and all(choice.kind == _SWITCH for choice in value.choices):
        return bool(value.const[0])  # a switch of the command line that is not given
    return found.pop() if len(found) == 1 else None


def _asks_only(test: ir.Expr, params: Collection[str]) -> bool:
    """Return whether a test looks at some parameters and at nothing else."""
    if isinstance(test, ir.Name):
        return test.id in params
    if isinstance(test, ir.UnaryOp):
        return test.op == "not" and _asks_only(test.operand, params)
    if isinstance(test, ir.BoolOp):
        return all(_asks_only(part, params) for part in test.values)
    return isinstance(test, ir.Compare) and _asks_only(test.left, params) and all(isinstance(part, ir.Const) for part in test.comparators)
