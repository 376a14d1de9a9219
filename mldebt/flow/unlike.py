"""Comparisons of a text that somebody puts in with a number: they never hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mldebt.flow.value import Value
from mldebt.model import ir

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

_EQUAL = ("==", "!=")


def unlike(run: Interpreter, node: ir.Compare, left: Value, right: Value, frame: Frame) -> None:
    """Note a comparison of data that certainly is text with a number."""
    if node.ops[0] not in _EQUAL:
        return
    for one, other in ((left, right), (right, left)):
        if one.sources and not one.texts and not one.const and other.const and _is_number(other) and one.type and one.type == run.catalogue.literal("text"):
            run.emit(frame, "compare", run.place(frame, node), data=one.sources, detail=(("number", repr(other.const[0])),))


def _is_number(value: Value) -> bool:
    return len(value.const) == 1 and not value.texts and isinstance(value.const[0], int | float)
