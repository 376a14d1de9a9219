"""What primitives share: their subject, and how results are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mldebt.flow.effects import Bound
from mldebt.flow.heap import Object
from mldebt.flow.value import NOTHING, Value, lineage
from mldebt.model.pattern import pattern

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter


def subject_of(call: Bound) -> Value:
    """Return what a primitive is about: the receiver of a method, the first argument of a function."""
    return call.receiver if call.receiver is not None else call.args[0] if call.args else NOTHING


def argument(call: Bound, position: int, name: str = "") -> Value:
    """Return an argument by position or keyword; unknown when it is not given."""
    return call.args[position] if position < len(call.args) else call.keywords.get(name, NOTHING)


def pair(run: Interpreter, call: Bound, *items: Value) -> Value:
    """Return a tuple of values."""
    return run.new(call.place, Object("tuple", items), run.catalogue.literal("tuple"), lineage(*items))


def listed(run: Interpreter, site: object, content: Object, sources: frozenset[int] = frozenset()) -> Value:
    """Return a list made at a site (any key that tells objects of one call apart)."""
    address = run.heap.address(site)
    run.heap.put(address, content)
    return Value(type=run.catalogue.literal("list"), ref=address, sources=sources)


def literal(value: str) -> Callable[..., Value]:
    """Return a primitive that gives one text."""
    def primitive(run: Interpreter, call: Bound) -> Value:
        return Value(call.row.returns if call.row.returns != "self" else "", (pattern(value),))

    return primitive
