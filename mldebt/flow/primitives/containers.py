"""Lists, tuples, sets and dicts: made, read, changed, walked through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import TYPE_CHECKING

from mldebt.flow.effects import Bound
from mldebt.flow.heap import Object, front, key_value
from mldebt.flow.newest import backwards
from mldebt.flow.primitives.results import argument, listed, pair, subject_of
from mldebt.flow.value import NO_CHOICES, NOTHING, Value, depending, join, join_all, lineage, settable
from mldebt.model.observed import Choice

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter

_MOST = 64


def _container(kind: str) -> Callable[..., Value]:
    """Make a container from another; a dict from keywords as well."""
    def primitive(run: Interpreter, call: Bound) -> Value:
        source = call.args[0] if call.args else NOTHING
        known = run.heap.get(source.ref)
        if kind == "dict":
            pairs = _pairs(run, known.items) if known is not None and known.items is not None else None
            rest = None if not call.args or pairs is not None else known.rest if known is not None and known.items is None else NOTHING
            fields = {**(pairs or (known.fields if known is not None else {})), **call.keywords}
            return run.new(call.place, Object("dict", None, fields, rest), run.catalogue.literal(kind), lineage(source, *call.keywords.values()))
        if known is not None and known.items is not None:
            return run.new(call.place, Object(kind, known.items), run.catalogue.literal(kind), source.sources)
        made = Object(kind, rest=run.element(source)) if call.args else Object(kind, ())
        passed = run.conversions.listed(source, run.catalogue.literal(kind), call.place, call.api)
        return run.new(call.place, made, run.catalogue.literal(kind), source.sources, passed)

    return primitive


def _pairs(run: Interpreter, items: Sequence[Value]) -> dict[str, Value] | None:
    """Return the items of a mapping made of pairs by their keys, None where one is no pair or has no key that is known."""
    rows = [known.items if (known := run.heap.get(item.ref)) is not None else None for item in items]
    pairs = [(key, row[1]) for row in rows if row is not None and len(row) == 2 and (key := run.key(row[0])) is not None]
    return dict(pairs) if len(pairs) == len(items) else None


def _ordered(change: Callable[[Sequence[Value]], Sequence[Value]]) -> Callable[..., Value]:
    """Make a list of the same elements in another order."""
    def primitive(run: Interpreter, call: Bound) -> Value:
        source = call.args[0] if call.args else NOTHING
        known = run.heap.get(source.ref)
        if known is not None and known.items is not None:
            return run.new(call.place, Object("list", tuple(change(known.items))), run.catalogue.literal("list"), source.sources)
        item = run.element(source)
        turned = backwards(item) if item.texts and call.keywords.get("reverse", NOTHING).const == (True,) else item
        return run.new(call.place, Object("list", rest=turned), run.catalogue.literal("list"), source.sources)

    return primitive


def _by_text(items: Sequence[Value]) -> Sequence[Value]:
    return sorted(items, key=lambda item: item.text or "") if all(item.text is not None for item in items) else items


def _enumerate(run: Interpreter, call: Bound) -> Value:
    return listed(run, ("enumerate", call.place), Object("list", rest=pair(run, call, NOTHING, run.element(argument(call, 0, "iterable")))))


def _zip(run: Interpreter, call: Bound) -> Value:
    """Return rows: one for each position where all lengths are known, else one that stands for all."""
    known = [run.heap.get(item.ref) for item in call.args]
    columns = [item.items for item in known if item is not None and item.items is not None]
    if call.args and len(columns) == len(call.args) and all(len(column) <= _MOST for column in columns):
        return listed(run, call.place, Object("list", tuple(_row(run, call, position, row) for position, row in enumerate(zip(*columns)))), lineage(*call.args))
    row = _row(run, call, 0, tuple(run.element(item) for item in call.args))
    return listed(run, call.place, Object("list", rest=row), row.sources)


def _row(run: Interpreter, call: Bound, position: int, items: tuple[Value, ...]) -> Value:
    address = run.heap.address(("row", call.place, position))
    run.heap.put(address, Object("tuple", items))
    return Value(type=run.catalogue.literal("tuple"), ref=address, sources=lineage(*items))


def _product(run: Interpreter, call: Bound) -> Value:
    known = [run.heap.get(item.ref) for item in call.args]
    columns = [item.items for item in known if item is not None and item.items is not None]
    rows = list(product(*columns)) if len(columns) == len(call.args) and _size(columns) <= _MOST else [tuple(run.element(item) for item in call.args)]
    made = tuple(_row(run, call, position, row) for position, row in enumerate(rows))
    exact = len(columns) == len(call.args) and _size(columns) <= _MOST
    return listed(run, call.place, Object("list", made) if exact else Object("list", rest=join_all(list(made))), lineage(*call.args))


def _size(columns: Sequence[Sequence[Value]]) -> int:
    size = 1
    for column in columns:
        size *= len(column)
    return size


def _chain(run: Interpreter, call: Bound) -> Value:
    known = [run.heap.get(item.ref) for item in call.args]
    if known and all(item is not None and item.items is not None for item in known):
        return listed(run, call.place, Object("list", tuple(value for item in known if item is not None for value in item.items or ())), lineage(*call.args))
    return listed(run, call.place, Object("list", rest=join_all([run.element(item) for item in call.args])), lineage(*call.args))


def _map(run: Interpreter, call: Bound) -> Value:
    """Return what a function gives for the elements: one by one where they are known."""
    function, sources = argument(call, 0), call.args[1:]
    known = [run.heap.get(item.ref) for item in sources]
    columns = [item.items for item in known if item is not None and item.items is not None]
    if call.frame is None or not sources:
        return Value(sources=lineage(*call.args))
    if len(columns) == len(sources) and all(len(column) <= 16 for column in columns):
        made = tuple(run.calls.call(function, row, {}, call.place, call.frame) for row in zip(*columns))
        return listed(run, call.place, Object("list", made), lineage(*made))
    inner = run.calls.call(function, tuple(run.element(item) for item in sources), {}, call.place, call.frame)
    return listed(run, call.place, Object("list", rest=inner), inner.sources)


def _filter(run: Interpreter, call: Bound) -> Value:
    """Return a list of some of the elements; the test is run for what it does."""
    source = argument(call, 1)
    inner = run.element(source)
    if call.frame is not None and argument(call, 0).target is not None:
        run.calls.call(argument(call, 0), (inner,), {}, call.place, call.frame)
    return listed(run, call.place, Object("list", rest=inner), source.sources)


def _next(run: Interpreter, call: Bound) -> Value:
    """Return the first element, or any; or the default."""
    first = run.element(argument(call, 0))
    return join(first, call.args[1]) if len(call.args) > 1 else first


def _get(run: Interpreter, call: Bound) -> Value:
    known = run.heap.get(call.receiver.ref) if call.receiver else None
    default = argument(call, 1, "default") if len(call.args) > 1 or "default" in call.keywords else Value(const=(None,))
    key = run.key(call.args[0]) if call.args else None
    if known is None:
        return Value(sources=lineage(*(() if call.receiver is None else (call.receiver,))))
    if key is not None and key in known.fields:
        return depending(known.fields[key], settable(call.receiver.choices if call.receiver else NO_CHOICES))
    return join(run.any_item(known), default) if known.rest is not None or key is None else default


def _values(run: Interpreter, call: Bound) -> Value:
    known = run.heap.get(call.receiver.ref) if call.receiver else None
    sources = lineage(subject_of(call))
    if known is not None and known.kind == "dict" and known.rest is None:
        return listed(run, call.place, Object("list", tuple(known.fields.values())), sources)
    return listed(run, call.place, Object("list", rest=known.element() if known else Value(sources=sources)), sources)


def _keys(run: Interpreter, call: Bound) -> Value:
    known = run.heap.get(call.receiver.ref) if call.receiver else None
    if known is not None and known.kind == "dict" and known.rest is None:
        return listed(run, call.place, Object("list", tuple(key_value(name) for name in known.fields)))
    return listed(run, call.place, Object("list", rest=run.element(call.receiver) if call.receiver else NOTHING))


def _items(run: Interpreter, call: Bound) -> Value:
    receiver = call.receiver or NOTHING
    known = run.heap.get(receiver.ref)
    if known is not None and known.kind == "dict" and known.rest is None and len(known.fields) <= _MOST:
        rows = tuple(_row(run, call, position, (key_value(name), value)) for position, (name, value) in enumerate(known.fields.items()))
        return listed(run, ("items", call.place), Object("list", rows), receiver.sources)
    row = _row(run, call, 0, (run.element(receiver), run.heap.element(known) if known else Value(sources=receiver.sources)))
    return listed(run, ("items", call.place), Object("list", rest=row), receiver.sources)


def _append(run: Interpreter, call: Bound) -> Value:
    return _extended(run, call, call.args[-1]) if call.args else NOTHING


def _extend(run: Interpreter, call: Bound) -> Value:
    known, more = (run.heap.get(item.ref) for item in (call.receiver or NOTHING, argument(call, 0)))
    if known is not None and call.receiver is not None and known.items is not None and more is not None and more.items is not None:
        run.heap.put(call.receiver.ref, Object(known.kind, (*known.items, *more.items)[:_MOST], known.fields, known.rest))
        return Value(const=(None,))
    return _extended(run, call, run.element(argument(call, 0)))


def _extended(run: Interpreter, call: Bound, value: Value) -> Value:
    """Add an element to the receiver, at a place that is not known afterwards."""
    known = run.heap.get(call.receiver.ref) if call.receiver else None
    if known is not None and call.receiver is not None:
        rest = join(known.element(), value) if known.items or known.rest or known.fields else value
        run.heap.put(call.receiver.ref, Object(known.kind, None, _front(known, call), rest))
    return Value(const=(None,))


def _front(known: Object, call: Bound) -> dict[str, Value]:
    """Return the elements whose places stay known when something is added to a container: those of a list when it goes behind them."""
    if known.kind == "list":
        return {**known.fields, **front(known.items or ())} if len(call.args) == 1 else {}
    return known.fields


def _update(run: Interpreter, call: Bound) -> Value:
    """Take over the keys of another mapping; of one that is not known, any key may be another now."""
    known = run.heap.get(call.receiver.ref) if call.receiver else None
    if known is None or call.receiver is None:
        return Value(const=(None,))
    source = argument(call, 0)
    more = run.heap.get(source.ref)
    fields, rest = dict(known.fields), known.rest
    if call.args and (more is None or more.kind == "list" or more.rest is not None):
        unknown = join(more.rest, NOTHING) if more is not None and more.rest is not None else Value(sources=source.sources)
        by = frozenset({Choice("setting", "", call.place)}) if unknown.sources else NO_CHOICES
        fields = {name: depending(join(value, unknown), by) for name, value in fields.items()}
        rest = unknown if rest is None else join(rest, unknown)
    run.heap.put(call.receiver.ref, Object(known.kind, None, {**fields, **(more.fields if more is not None else {}), **call.keywords}, rest))
    return Value(const=(None,))


def _pop(run: Interpreter, call: Bound) -> Value:
    """Return an element and take it out: of a dict by key, of a list from the end."""
    known = run.heap.get(call.receiver.ref) if call.receiver else None
    if known is None or call.receiver is None:
        return Value(sources=lineage(subject_of(call)))
    if known.kind == "dict":
        found, key = _get(run, call), run.key(call.args[0]) if call.args else None
        run.heap.put(call.receiver.ref, Object("dict", None, {name: value for name, value in known.fields.items() if name != key}, known.rest))
        return found
    if known.items and not call.args:
        run.heap.put(call.receiver.ref, Object(known.kind, known.items[:-1], known.fields, known.rest))
        return known.items[-1]
    run.heap.put(call.receiver.ref, Object(known.kind, rest=known.element()))
    return known.element()


def _setdefault(run: Interpreter, call: Bound) -> Value:
    key = run.key(call.args[0]) if call.args else None
    found = _get(run, call)
    if call.receiver is not None and run.heap.get(call.receiver.ref) is not None and key is not None:
        run.heap.set_field(call.receiver.ref, key, found)
    return found


def _copy(run: Interpreter, call: Bound) -> Value:
    """Return an object of its own with the same content; data without an object is shared as before."""
    subject = subject_of(call)
    known = run.heap.get(subject.ref)
    if known is None or known.kind == "handle":
        return subject
    made = run.new(call.place, known, subject.type, subject.sources)
    return Value(made.type, ref=made.ref, sources=subject.sources, columns=subject.columns)


def _same(run: Interpreter, call: Bound) -> Value:
    return call.args[0] if call.args else call.receiver or NOTHING


def _changed(run: Interpreter, call: Bound) -> Value:
    """Forget the order and number of the receiver's elements (removed, sorted, cleared)."""
    known = run.heap.get(call.receiver.ref) if call.receiver else None
    if known is not None and call.receiver is not None:
        fields = known.fields if known.kind == "dict" else {}
        run.heap.put(call.receiver.ref, Object(known.kind, None, fields, known.element() if known.items or known.rest or known.fields else known.rest))
    return Value(const=(None,))


PRIMITIVES: dict[str, Callable[..., Value]] = {
    "container.list": _container("list"), "container.tuple": _container("tuple"), "container.set": _container("set"), "container.dict": _container("dict"),
    "container.sorted": _ordered(_by_text), "container.reversed": _ordered(lambda items: items[::-1]), "container.enumerate": _enumerate,
    "container.zip": _zip, "container.product": _product, "container.chain": _chain, "container.map": _map, "container.filter": _filter,
    "container.next": _next, "container.get": _get, "container.values": _values, "container.keys": _keys, "container.items": _items,
    "container.append": _append, "container.extend": _extend, "container.update": _update, "container.pop": _pop, "container.setdefault": _setdefault,
    "container.copy": _copy, "container.same": _same, "container.changed": _changed,
}
