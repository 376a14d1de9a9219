"""Whether an expression gives the very chances that a model gave, no other part of what holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mldebt.flow.value import Value
from mldebt.model import ir

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

_TABLE = "frame"


def is_given(run: Interpreter, data: Value, node: ir.Expr, frame: Frame) -> bool:
    """Return whether `node`, which is worth `data`, may be chances; of what a function is given only a parameter itself and its items by place are."""
    if run.catalogue.representation(data.type) == _TABLE:
        return False
    inner = _named(run, node, frame)
    if inner is None:
        return False
    if run.provenance.marks(data.sources):
        return True
    return isinstance(inner, ir.Name) and frame.index >= 0 and any(map(run.provenance.is_token, data.sources)) and _is_parameter(run, inner, frame)


def _named(run: Interpreter, node: ir.Expr, frame: Frame) -> ir.Expr | None:
    """Return the name or call behind subscripts by place and behind fields that are known; None behind others, which may be any part."""
    while isinstance(node, ir.Subscript | ir.Attr):
        name = node.attr if isinstance(node, ir.Attr) else next((part.value for part in node.index if isinstance(part, ir.Const)), None)
        if isinstance(name, str):
            return node if _has_field(run, node.value, name, frame) else None
        if not all(isinstance(part, ir.Const | ir.Slice | ir.UnaryOp | ir.Name) for part in (node.index if isinstance(node, ir.Subscript) else ())):
            return None
        node = node.value
    return node if isinstance(node, ir.Name | ir.Call) else None


def _has_field(run: Interpreter, node: ir.Expr, name: str, frame: Frame) -> bool:
    owner = frame.get(node.id) if isinstance(node, ir.Name) else None
    known = run.heap.get(owner.ref) if owner is not None else None
    return known is not None and name in known.fields


def _is_parameter(run: Interpreter, node: ir.Name, frame: Frame) -> bool:
    return any(param.name == node.id for param in run.definition(frame.path, frame.index).params)
