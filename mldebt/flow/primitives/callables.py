"""Callables and attributes by name; fields of generated classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from mldebt.flow.effects import Bound
from mldebt.flow.heap import Object
from mldebt.flow.value import NOTHING, ModuleTarget, PartialTarget, Value, join
from mldebt.model.pattern import UNKNOWN

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter


def _super(run: Interpreter, call: Bound) -> Value:
    return run.calls.super_of(call.frame)


def _getattr(run: Interpreter, call: Bound) -> Value:
    name = call.args[1].text if len(call.args) > 1 else None
    if name is None and len(call.args) > 1:
        run.ledger.open(call.args[0])
        run.ledger.look_up(call.args[1])
    if name is None or call.frame is None:
        return NOTHING
    found = run.attributes.get(call.args[0], name, call.place, call.frame)
    known = run.heap.get(call.args[0].ref)
    return join(found, call.args[2]) if len(call.args) > 2 and (known is None or name not in known.fields) else found


def _setattr(run: Interpreter, call: Bound) -> Value:
    name = call.args[1].text if len(call.args) > 2 else None
    if name is not None:
        run.attributes.set(call.args[0], name, call.args[2])
    elif len(call.args) > 2 and (known := run.heap.get(call.args[0].ref)) is not None:
        fields = {name: _perhaps(old, call.args[2]) for name, old in known.fields.items()}
        run.heap.put(call.args[0].ref, Object(known.kind, known.items, fields, NOTHING))
    return Value(const=(None,))


def _perhaps(old: Value, value: Value) -> Value:
    """Return an attribute that may be another value now: a text may then be any other."""
    return join(old, value if value.texts or value.ref or not old.texts else msgspec.structs.replace(value, texts=(UNKNOWN,)))


def _vars(run: Interpreter, call: Bound) -> Value:
    """Return the attributes of an object as a dict that shares them."""
    subject = call.args[0] if call.args else NOTHING
    known = run.heap.get(subject.ref)
    if known is None:
        return Value(sources=subject.sources)
    fields = {name: value for name, value in known.fields.items() if not name.startswith("#")}
    return run.new(call.place, Object("dict", None, fields, known.rest), run.catalogue.literal("dict"), subject.sources)


def _namespace(run: Interpreter, call: Bound) -> Value:
    """Return an object whose attributes are the keyword arguments, or the keys of a mapping."""
    known = run.heap.get(call.args[0].ref) if call.args else None
    fields = {**(known.fields if known is not None else {}), **call.keywords}
    rest = NOTHING if call.args and known is None else known.rest if known is not None else None
    return run.new(call.place, Object("namespace", None, fields, rest), call.row.returns)


def _partial(run: Interpreter, call: Bound) -> Value:
    return Value(target=PartialTarget(call.args[0], call.args[1:], tuple(call.keywords.items()))) if call.args else NOTHING


def _import(run: Interpreter, call: Bound) -> Value:
    """Return a module by its name: one of the project is executed, any other is a library."""
    name = call.args[0].text if call.args else None
    if name is None or call.frame is None:
        return NOTHING
    found = run.index.resolve(name.lstrip("."), call.frame.path, 0)
    if found is None:
        return run.modules.library(name)
    run.modules.enter(found, call.place, call.frame)
    return Value(target=ModuleTarget(found))


def _field(run: Interpreter, call: Bound) -> Value:
    """A declared field is its default, or what the factory makes."""
    factory = call.keywords.get("default_factory")
    if factory is not None and call.frame is not None:
        return run.calls.call(factory, (), {}, call.place, call.frame)
    return call.keywords.get("default") or (call.args[0] if call.args else NOTHING)


def _same(run: Interpreter, call: Bound) -> Value:
    return call.args[0] if call.args else call.receiver or NOTHING


def _wraps(run: Interpreter, call: Bound) -> Value:
    """What only takes over the name and documentation of a function does not call it."""
    return NOTHING


PRIMITIVES: dict[str, Callable[..., Value]] = {
    "callable.super": _super, "callable.getattr": _getattr, "callable.setattr": _setattr, "callable.vars": _vars, "callable.namespace": _namespace,
    "callable.partial": _partial, "callable.import": _import, "callable.identity": _same, "callable.field": _field, "callable.wraps": _wraps,
}
