"""Which side of a branch runs: what the arguments of a call rule out is skipped, what somebody may set or edit is not."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from mldebt.flow.expressions import evaluate
from mldebt.flow.modules import ClassInfo
from mldebt.flow.value import ClassTarget, FunctionTarget, Value
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
            return truth if params and (_asks_only(node.test, params) or self._first_decides(node.test, params, frame)) else None
        return truth if isinstance(node.test, ir.Compare) and isinstance(node.test.left, ir.Name) and node.test.left.id == "__name__" else None

    def _first_decides(self, test: ir.Expr, params: Collection[str], frame: Frame) -> bool:
        """Return whether the first part of `and` or `or` asks only parameters and leaves nothing to the others."""
        if not isinstance(test, ir.BoolOp) or not _asks_only(test.values[0], params):
            return False
        first = evaluate(self._run, test.values[0], frame)
        return not first.choices and self._run.truth(first) is (test.op == "or")

    def doubts(self, test: ir.Expr, frame: Frame) -> tuple[str, str]:
        """Return the name of which a test asks what class or function it is, where that rules out its first side, and where it rules out the second.

        Empty where it rules out nothing. On a side that is ruled out the name is what nobody knows: other calls may give other things.
        """
        if isinstance(test, ir.UnaryOp) and test.op == "not":
            return self.doubts(test.operand, frame)[::-1]
        if isinstance(test, ir.BoolOp):
            side = test.op == "or"
            found = next(filter(None, (self.doubts(part, frame)[side] for part in test.values)), "")
            return ("", found) if side else (found, "")
        asked = _asked(test)
        known = frame.names.get(asked[0].id) if asked is not None else None
        if asked is None or known is None or not (known.target or known.type):
            return "", ""
        truth = self._is_one(known, asked[1], frame) if isinstance(test, ir.Call) else self._is_same(known, asked[1], frame)
        if isinstance(test, ir.Compare) and test.ops[0] in ("!=", "is not"):
            truth = None if truth is None else not truth
        return ("", "") if truth is None else ("", asked[0].id) if truth else (asked[0].id, "")

    def _is_same(self, known: Value, other: ir.Expr, frame: Frame) -> bool | None:
        """Return whether a class or function is another one."""
        target = evaluate(self._run, other, frame).target if isinstance(known.target, _ASKED) else None
        return known.target == target if isinstance(target, _ASKED) else None

    def _is_one(self, known: Value, kinds: ir.Expr, frame: Frame) -> bool | None:
        """Return whether an instance of a class of the project is one of some classes."""
        modules = self._run.modules
        own = modules.class_named(known.type)
        targets = [evaluate(self._run, kind, frame).target for kind in (kinds.elements if isinstance(kinds, ir.Sequence) else (kinds,))]
        if own is None or not all(isinstance(target, ClassTarget) for target in targets):
            return None
        return any(isinstance(info, ClassInfo) and info.target in targets for info in modules.linearised(own))


_ASKED = (ClassTarget, FunctionTarget)
_INSTANCE = "isinstance"


def _asked(test: ir.Expr) -> tuple[ir.Name, ir.Expr] | None:
    """Return the name and the other side of a test that compares a name with another, or asks whether it is an instance."""
    if isinstance(test, ir.Compare) and len(test.ops) == 1 and test.ops[0] in ("==", "!=", "is", "is not"):
        left, right = test.left, test.comparators[0]
        return (left, right) if isinstance(left, ir.Name) and isinstance(right, ir.Name | ir.Attr) else None
    if isinstance(test, ir.Call) and isinstance(test.func, ir.Name) and test.func.id == _INSTANCE and len(test.args) == 2:
        first, kinds = (arg.value for arg in test.args)
        return (first, kinds) if isinstance(first, ir.Name) else None
    return None


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
