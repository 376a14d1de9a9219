"""What names of a file are given: assignments followed by their spelling, for code whose values nobody computes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mldebt.model import ir
from mldebt.model.facts import PythonFacts, decode_body
from mldebt.model.source import Place
from mldebt.model.walk import inside


def nodes_of(facts: PythonFacts) -> list[object]:
    """Return every node of a file."""
    return [node for raw in facts.bodies if raw for node in inside(decode_body(raw))]


def call_at(nodes: Sequence[object], place: Place) -> ir.Call | None:
    """Return the call that stands at a place."""
    return next((node for node in nodes if isinstance(node, ir.Call) and (node.at, node.end) == (place.at, place.end)), None)


def argument(call: ir.Call | None, name: str, parameters: tuple[str, ...]) -> ir.Expr | None:
    """Return what a call gives for a parameter, by name or by place."""
    if call is None:
        return None
    named = next((arg.value for arg in call.args if arg.keyword == name), None)
    place = parameters.index(name) if name in parameters else -1
    return named if named is not None or not 0 <= place < len(call.args) or call.args[place].keyword else call.args[place].value


def assigned(name: str, nodes: Sequence[object]) -> Iterator[ir.Expr]:
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
