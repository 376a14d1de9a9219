"""Rows picked by a subscript: slices, masks, positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mldebt.flow.chronology import Turned
from mldebt.flow.provenance import EACH
from mldebt.flow.texts import whole_number
from mldebt.flow.timing import names
from mldebt.model import ir
from mldebt.model.source import Place
from mldebt.model.walk import inside

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter
    from mldebt.flow.value import Value

_SLICES = Place("", 0, 0)
"""Slices of the same rows are sides of one division, whose side is how the slice is spelled."""


def subscripted(run: Interpreter, value: Value, node: ir.Subscript, index: list[Value], *, looped: bool = False) -> frozenset[int]:
    """Return the provenance of `value[index]` for data: that of the rows it picks; columns and single items are the same rows.

    In a loop (`looped`) a slice with names in its bounds is another one each time: a window.
    """
    first = node.index[0]
    if isinstance(first, ir.Slice) or len(node.index) > 1:
        return _columns(run, _sliced(run, value, first, index, looped=looped), node, index)
    if value.sources and index and index[0].text and _indexed(run, value) == "parts":
        return run.provenance.part(value.sources, _SLICES, index[0].text)
    if value.sources and index and _is_facts(run, index[0]):
        return run.provenance.chosen(value.sources, ())  # names of columns, which ones is not known
    if value.sources and index and (index[0].texts or not index[0].sources and index[0].ref):
        return run.provenance.chosen(value.sources, names(run, index[0]) or ())
    return _sliced(run, value, first, index, looped=looped)


def _is_facts(run: Interpreter, index: Value) -> bool:
    """Return whether an index only says something about data, as the names of its columns do."""
    row = run.catalogue.lineage(index.type) if index.type else None
    return row is not None and row.keeps == "facts"


def _columns(run: Interpreter, sources: frozenset[int], node: ir.Subscript, index: list[Value]) -> frozenset[int]:
    """Return rows with the columns that a second index takes; one slice after another takes unknown ones, and a backward one turns the rows round."""
    first, second = node.index[0], node.index[1] if len(node.index) > 1 else None
    if isinstance(first, ir.Slice) and first.step is not None and whole_number(first.step) == -1:
        sources |= run.provenance.fact(Turned(_SLICES))
    if second is None or isinstance(second, ir.Slice) and second.lower is None and second.upper is None:
        return sources
    return run.provenance.chosen(sources, names(run, index[1]) or () if index[1].texts or index[1].ref else ())


def _sliced(run: Interpreter, value: Value, first: ir.Expr, index: list[Value], *, looped: bool) -> frozenset[int]:
    """Return the rows that the first index takes."""
    if isinstance(first, ir.Slice):
        bounds = tuple("" if part is None else spelled(part) for part in (first.lower, first.upper))
        return _spelled_part(run, value, ":".join(bounds), tuple(filter(None, (first.lower, first.upper))), looped) if any(bounds) else value.sources
    if not value.sources or not index:
        return value.sources
    if not index[0].sources and index[0].const:
        return run.provenance.unordered(value.sources)
    picked = run.provenance.picked(value.sources, index[0].sources) if index[0].sources else value.sources
    many = isinstance(first, ir.Name) and not index[0].const and (not looped or bool(run.provenance.rows(index[0].sources)))  # else a number that counts
    if many and picked == value.sources and _indexed(run, value) == "rows":
        return _spelled_part(run, value, spelled(first), (first,), looped)
    return picked


def _spelled_part(run: Interpreter, value: Value, side: str, names: tuple[ir.Expr, ...], looped: bool) -> frozenset[int]:
    """Return the rows that positions pick of which only the spelling is known."""
    moves = looped and any(isinstance(part, ir.Name) for part in inside(names))
    return run.provenance.part(value.sources, _SLICES, f"{EACH if moves else ''}{side}")


def _indexed(run: Interpreter, value: Value) -> str | None:
    """Return what an index of some data picks, whatever it is: its rows, or one of the parts it is kept in."""
    row = run.catalogue.lineage(value.type) if value.type else None
    return row.indexed if row is not None else None


def spelled(node: ir.Expr) -> str:
    """Return how an expression is spelled, as far as two of the same spelling mean the same."""
    if isinstance(node, ir.Name):
        return node.id
    if isinstance(node, ir.Const):
        return repr(node.value)
    if isinstance(node, ir.Attr):
        return f"{spelled(node.value)}.{node.attr}"
    if isinstance(node, ir.UnaryOp):
        return f"{node.op}{spelled(node.operand)}"
    if isinstance(node, ir.BinOp):
        return f"({spelled(node.left)}{node.op}{spelled(node.right)})"
    if isinstance(node, ir.Call):
        return f"{spelled(node.func)}({','.join(spelled(arg.value) for arg in node.args)})"
    if isinstance(node, ir.Subscript):
        return f"{spelled(node.value)}[{','.join(map(spelled, node.index))}]"
    return f"@{node.at}"
