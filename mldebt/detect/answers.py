"""The columns that a model is fitted to answer, by what its fit is given as targets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mldebt.detect.assigned import argument, assigned, call_at, nodes_of
from mldebt.detect.base import Context
from mldebt.model import ir
from mldebt.model.events import Event

_STEPS = 6


def answers(context: Context, fits: Iterable[Event]) -> frozenset[str]:
    """Return the names of the columns that the targets of some fits are taken from, as far as their file spells them."""
    return frozenset(name for fit in fits for name in _answers(context, fit))


def _answers(context: Context, fit: Event) -> Iterator[str]:
    module, row = context.graph.project.modules.get(fit.place.path), context.catalogue.lineage(fit.api)
    if module is None or row is None or not row.targets:
        return
    nodes = nodes_of(module.facts)
    call = call_at(nodes, fit.place)
    for name in row.targets if call is not None else ():
        given = argument(call, name, row.parameters)
        if given is not None:
            yield from _columns(given, nodes, _STEPS)


def _columns(node: ir.Expr, nodes: Sequence[object], steps: int) -> Iterator[str]:
    """Yield the columns that an expression takes, through the names it is made of."""
    if isinstance(node, ir.Name):
        for value in assigned(node.id, nodes) if steps else ():
            yield from _columns(value, nodes, steps - 1)
    elif isinstance(node, ir.Subscript):
        texts = [item for item in node.index if isinstance(item, ir.Const) and isinstance(item.value, str)]
        yield from (str(item.value) for item in texts)
        if not texts:
            yield from (text for item in node.index for text in _spelled(item, nodes))
            yield from _columns(node.value, nodes, steps)
    elif isinstance(node, ir.Attr):
        yield node.attr
        yield from _columns(node.value, nodes, steps)
    elif isinstance(node, ir.Call):
        yield from (str(arg.value.value) for arg in node.args if isinstance(arg.value, ir.Const) and isinstance(arg.value.value, str))
        for part in (node.func.value if isinstance(node.func, ir.Attr) else None, *(arg.value for arg in node.args[:1])):
            if part is not None:
                yield from _columns(part, nodes, steps)


def _spelled(node: ir.Expr, nodes: Sequence[object]) -> Iterator[str]:
    """Yield the text that a name stands for."""
    for value in assigned(node.id, nodes) if isinstance(node, ir.Name) else ():
        if isinstance(value, ir.Const) and isinstance(value.value, str):
            yield value.value
