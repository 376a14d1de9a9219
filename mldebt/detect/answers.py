"""The columns that a model is fitted to answer, by what its fit is given as targets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mldebt.detect.base import Context
from mldebt.model import ir
from mldebt.model.events import Event
from mldebt.model.facts import PythonFacts, decode_body
from mldebt.model.walk import inside

_STEPS = 6


def answers(context: Context, fits: Iterable[Event]) -> frozenset[str]:
    """Return the names of the columns that the targets of some fits are taken from, as far as their file spells them."""
    return frozenset(name for fit in fits for name in _answers(context, fit))


def _answers(context: Context, fit: Event) -> Iterator[str]:
    module, row = context.graph.project.modules.get(fit.place.path), context.catalogue.lineage(fit.api)
    if module is None or row is None or not row.targets:
        return
    nodes = [node for raw in module.facts.bodies if raw for node in inside(decode_body(raw))]
    call = next((node for node in nodes if isinstance(node, ir.Call) and (node.at, node.end) == (fit.place.at, fit.place.end)), None)
    for name in row.targets if call is not None else ():
        given = _argument(call, name, row.parameters)
        if given is not None:
            yield from _columns(module.facts, given, nodes, _STEPS)


def _argument(call: ir.Call | None, name: str, parameters: tuple[str, ...]) -> ir.Expr | None:
    if call is None:
        return None
    named = next((arg.value for arg in call.args if arg.keyword == name), None)
    place = parameters.index(name) if name in parameters else -1
    return named if named is not None or not 0 <= place < len(call.args) or call.args[place].keyword else call.args[place].value


def _columns(facts: PythonFacts, node: ir.Expr, nodes: Sequence[object], steps: int) -> Iterator[str]:
    """Yield the columns that an expression takes, through the names it is made of."""
    if isinstance(node, ir.Name):
        for value in _assigned(node.id, nodes) if steps else ():
            yield from _columns(facts, value, nodes, steps - 1)
    elif isinstance(node, ir.Subscript):
        texts = [item for item in node.index if isinstance(item, ir.Const) and isinstance(item.value, str)]
        yield from (str(item.value) for item in texts)
        if not texts:
            yield from (text for item in node.index for text in _spelled(item, nodes))
            yield from _columns(facts, node.value, nodes, steps)
    elif isinstance(node, ir.Attr):
        yield node.attr
        yield from _columns(facts, node.value, nodes, steps)
    elif isinstance(node, ir.Call):
        yield from (str(arg.value.value) for arg in node.args if isinstance(arg.value, ir.Const) and isinstance(arg.value.value, str))
        for part in (node.func.value if isinstance(node.func, ir.Attr) else None, *(arg.value for arg in node.args[:1])):
            if part is not None:
                yield from _columns(facts, part, nodes, steps)


def _spelled(node: ir.Expr, nodes: Sequence[object]) -> Iterator[str]:
    """Yield the text that a name stands for."""
    for value in _assigned(node.id, nodes) if isinstance(node, ir.Name) else ():
        if isinstance(value, ir.Const) and isinstance(value.value, str):
            yield value.value


def _assigned(name: str, nodes: Sequence[object]) -> Iterator[ir.Expr]:
    """Yield what is assigned to a name; of a division of several things into two sides each, the thing that the name is a side of."""
    for node in nodes:
        for target in node.targets if isinstance(node, ir.Assign) else ():
            if isinstance(target, ir.Name) and target.id == name and isinstance(node, ir.Assign):
                yield node.value
            elif isinstance(target, ir.Sequence) and isinstance(node, ir.Assign):
                at = next((place for place, item in enumerate(target.elements) if isinstance(item, ir.Name) and item.id == name), -1)
                if at >= 0:
                    yield from _side(node.value, at, len(target.elements))


def _side(value: ir.Expr, at: int, count: int) -> Iterator[ir.Expr]:
    if isinstance(value, ir.Sequence) and len(value.elements) == count:
        yield value.elements[at]
    elif isinstance(value, ir.Call):
        given = [arg.value for arg in value.args if not arg.keyword and not arg.star]
        if len(given) * 2 == count:
            yield given[at // 2]
