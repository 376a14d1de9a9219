"""What a program prints, and texts that are taken apart: noted as events, so that printed results can be followed from one program to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mldebt.flow.value import lineage

if TYPE_CHECKING:
    from mldebt.flow.effects import Bound
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

PRINT, OUTPUT = "print", "output"
"""The role of calls that print, and that of the type of a program's output."""


def observe_output(run: Interpreter, bound: Bound, frame: Frame) -> None:
    """Note a call that prints more than a fixed text, or that takes apart a text which was read or is the output of a program."""
    row = bound.row
    if row.role == PRINT and _to_output(run, bound) and any(value.text is None for value in bound.args):
        run.emit(frame, "log", bound.place, sources=lineage(*bound.args), api=bound.api)
    if row.scan and (sources := bound.get(row.scan).sources):
        run.emit(frame, "scan", bound.place, sources=sources, api=bound.api)


def _to_output(run: Interpreter, bound: Bound) -> bool:
    """Return whether a call that prints does so to the output of the program: it names no other place, or that one."""
    kind = run.catalogue.type(bound.get(bound.row.unless).type)
    return bound.row.unless not in bound.named or kind is not None and kind.role == OUTPUT
