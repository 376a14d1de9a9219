"""How library calls compute constants, paths and containers: one function a primitive, named in `rules/`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mldebt.flow import configuration
from mldebt.flow.effects import Bound
from mldebt.flow.heap import Object
from mldebt.flow.options import parsers
from mldebt.flow.texts import normalise
from mldebt.flow.value import NOTHING, ROOT, PartialTarget, Value, as_texts, concat, constant, hole, join, lineage, text
from mldebt.model.pattern import UNKNOWN, Hole, Part, Pattern, pattern
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter

SLASH = constant("/")


def _child(parent: Value, name: Value) -> Value:
    """Return `parent / name`: an absolute or rooted name replaces the parent."""
    texts = []
    for one in as_texts(name):
        head = one.parts[0] if one.parts else ""
        if head == ROOT or (isinstance(head, str) and (head.startswith(("/", "~")) or "://" in head)):
            texts.append(one)
            continue
        for base in as_texts(parent):
            empty = base.literal == "" or (base.parts and isinstance(base.parts[-1], str) and base.parts[-1].endswith("/"))
            texts.append(pattern(*base.parts, *(() if empty else ("/",)), *one.parts))
    return text(*texts, shared=name.shared, sources=lineage(parent, name), home=name.home or parent.home)


def _join(run: Interpreter, call: Bound) -> Value:
    parts = call.args if call.receiver is None else (call.receiver, *call.args)
    result = parts[0] if parts else constant("")
    for part in parts[1:]:
        result = _child(result, part)
    kind = call.row.returns if call.row.returns not in ("", "self") else call.receiver.type if call.receiver else ""
    return Value(kind, result.texts or (UNKNOWN,), sources=result.sources, shared=result.shared, home=result.home)


def _each(change: Callable[[Pattern], Pattern]) -> Callable[..., Value]:
    def primitive(run: Interpreter, call: Bound) -> Value:
        subject = call.receiver if call.receiver is not None else call.args[0] if call.args else NOTHING
        kind = call.row.returns if call.row.returns not in ("", "self") else subject.type
        return Value(kind, tuple(dict.fromkeys(change(item) for item in as_texts(subject))), sources=subject.sources, shared=subject.shared, home=subject.home)

    return primitive


def _cut(path: Pattern) -> tuple[Pattern, Pattern]:
    """Return the folder and the last segment of a path."""
    clean = normalise(path)
    for position in range(len(clean.parts) - 1, -1, -1):
        part = clean.parts[position]
        if isinstance(part, str) and "/" in part:
            folder, _, name = part.rpartition("/")
            return pattern(*clean.parts[:position], folder or ("/" if position == 0 else "")), pattern(name, *clean.parts[position + 1:])
    if clean.parts and clean.parts[0] == ROOT:
        return (Pattern((ROOT,)), pattern(*clean.parts[1:])) if len(clean.parts) > 1 else (pattern(ROOT, ".."), pattern(""))
    return (pattern("") if clean.literal is not None else UNKNOWN), clean


def _stem(path: Pattern) -> Pattern:
    name = _cut(path)[1]
    last = name.parts[-1] if name.parts else ""
    if isinstance(last, str) and "." in last[1:]:
        return pattern(*name.parts[:-1], last.rpartition(".")[0])
    return name


def _suffix(path: Pattern) -> Pattern:
    last = path.parts[-1] if path.parts else ""
    return pattern("." + last.rpartition(".")[2]) if isinstance(last, str) and "." in last[1:] else pattern("") if isinstance(last, str) else UNKNOWN


def _split_suffix(run: Interpreter, call: Bound) -> Value:
    subject = call.args[0] if call.args else NOTHING
    last = [_suffix(item) for item in as_texts(subject)]
    heads = [pattern(*_without(item.parts, end.literal or "")) for item, end in zip(as_texts(subject), last)]
    return _tuple(run, call, text(*heads, sources=subject.sources), text(*last))


def _without(parts: tuple[Part, ...], end: str) -> tuple[Part, ...]:
    last = parts[-1] if parts else ""
    return (*parts[:-1], last[: len(last) - len(end)]) if isinstance(last, str) else parts


def _split(run: Interpreter, call: Bound) -> Value:
    subject = call.args[0] if call.args else NOTHING
    cuts = [_cut(item) for item in as_texts(subject)]
    return _tuple(run, call, text(*(cut[0] for cut in cuts)), text(*(cut[1] for cut in cuts)))


def _tuple(run: Interpreter, call: Bound, *items: Value) -> Value:
    return run.new(call.place, Object("tuple", items), run.catalogue.literal("tuple"), lineage(*items))


def _with_name(run: Interpreter, call: Bound) -> Value:
    subject, name = call.receiver or NOTHING, call.args[0] if call.args else NOTHING
    folder = text(*(_cut(item)[0] for item in as_texts(subject)))
    return Value(subject.type, _child(folder, name).texts, home=name.home)


def _with_suffix(run: Interpreter, call: Bound) -> Value:
    subject, suffix = call.receiver or NOTHING, call.args[0] if call.args else NOTHING
    stems = [_child(text(_cut(item)[0]), text(_stem(item))) for item in as_texts(subject)]
    return Value(subject.type, concat(text(*(item for stem in stems for item in stem.texts)), suffix).texts)


def _constant(value: str) -> Callable[..., Value]:
    def primitive(run: Interpreter, call: Bound) -> Value:
        return Value(call.row.returns if call.row.returns != "self" else "", (pattern(value),))

    return primitive


def _listing(run: Interpreter, call: Bound) -> Value:
    """A listing gives some names of a folder; a glob gives paths that match it."""
    value = call.receiver if call.receiver is not None else call.args[0] if call.args else NOTHING
    given = call.args[-1] if call.args else NOTHING
    globbed = call.row.value == "path.glob"
    base = _child(value, given) if globbed and call.receiver is not None else value
    items = tuple(_star(item) for item in as_texts(base)) if globbed else (Pattern((Hole("list"),)),)
    kind = value.type if call.receiver is not None else run.catalogue.literal("text")
    return run.new(call.place, Object("list", None, None, Value(kind, items)), run.catalogue.literal("list"))


def _star(item: Pattern) -> Pattern:
    parts: list[Part] = []
    for part in item.parts:
        pieces: list[Part] = [*part.split("*")] if isinstance(part, str) else [part]
        for position, piece in enumerate(pieces):
            if position:
                parts.append(Hole("list"))
            parts.append(piece)
    return pattern(*parts)


def _format(run: Interpreter, call: Bound) -> Value:
    subject = call.receiver or NOTHING
    made = tuple(run.texts.format(item, call.args, call.keywords) for item in as_texts(subject))
    return Value(subject.type, made, sources=lineage(subject, *call.args), home=subject.home)


def _literal(change: Callable[..., str]) -> Callable[..., Value]:
    """Apply a text method where receiver and arguments are literals."""
    def primitive(run: Interpreter, call: Bound) -> Value:
        subject = call.receiver or NOTHING
        words = [argument.text for argument in call.args]
        known = [item.literal for item in as_texts(subject)]
        if None in known or None in words:
            return Value(subject.type, (UNKNOWN,), sources=subject.sources)
        return Value(subject.type, tuple(dict.fromkeys(pattern(change(item, *words)) for item in known)), sources=subject.sources)

    return primitive


def _text_join(run: Interpreter, call: Bound) -> Value:
    known = run.heap.get(call.args[0].ref) if call.args else None
    if known is None or known.items is None or call.receiver is None:
        return Value(texts=(UNKNOWN,), sources=lineage(*call.args))
    result = constant("")
    for position, item in enumerate(known.items):
        result = concat(concat(result, call.receiver) if position else result, item)
    return result


def _make_text(run: Interpreter, call: Bound) -> Value:
    if not call.args:
        return Value(call.row.returns, (pattern(""),))
    return Value(call.row.returns, as_texts(call.args[0]), sources=lineage(*call.args), shared=call.args[0].shared, home=call.args[0].home)


def _container(kind: str) -> Callable[..., Value]:
    def primitive(run: Interpreter, call: Bound) -> Value:
        source = call.args[0] if call.args else NOTHING
        known = run.heap.get(source.ref)
        if kind == "dict":
            return run.new(call.place, Object("dict", None, {**(known.fields if known else {}), **call.keywords}), run.catalogue.literal(kind))
        if known is not None and known.items is not None:
            return run.new(call.place, Object(kind, known.items), run.catalogue.literal(kind), source.sources)
        made = Object(kind, None, None, run.element(source)) if call.args else Object(kind, ())
        return run.new(call.place, made, run.catalogue.literal(kind), source.sources)

    return primitive


def _same(run: Interpreter, call: Bound) -> Value:
    return call.args[0] if call.args else call.receiver or NOTHING


def _enumerate(run: Interpreter, call: Bound) -> Value:
    pair = _tuple(run, call, NOTHING, run.element(call.args[0]) if call.args else NOTHING)
    return run.new(Place(call.place.path, call.place.at, -1), Object("list", None, None, pair), run.catalogue.literal("list"))


def _zip(run: Interpreter, call: Bound) -> Value:
    address = run.heap.address(("zip", call.place))
    items = tuple(run.element(argument) for argument in call.args)
    run.heap.put(address, Object("tuple", items))
    return run.new(call.place, Object("list", None, None, Value(ref=address, sources=lineage(*items))), run.catalogue.literal("list"))


def _get(run: Interpreter, call: Bound) -> Value:
    known = run.heap.get(call.receiver.ref) if call.receiver else None
    default = call.args[1] if len(call.args) > 1 else Value(const=(None,))
    key = run.key(call.args[0]) if call.args else None
    if known is None:
        return Value(sources=lineage(*(() if call.receiver is None else (call.receiver,))))
    if key is not None and key in known.fields:
        return known.fields[key]
    return join(known.element(), default) if known.rest is not None or key is None else default


def _values(run: Interpreter, call: Bound) -> Value:
    known = run.heap.get(call.receiver.ref) if call.receiver else None
    inner = known.element() if known else Value(sources=lineage(*(() if call.receiver is None else (call.receiver,))))
    return run.new(call.place, Object("list", None, None, inner), run.catalogue.literal("list"))


def _items(run: Interpreter, call: Bound) -> Value:
    receiver = call.receiver or NOTHING
    known = run.heap.get(receiver.ref)
    address = run.heap.address(("items", call.place))
    run.heap.put(address, Object("tuple", (run.element(receiver), known.element() if known else Value(sources=receiver.sources))))
    return run.new(call.place, Object("list", None, None, Value(ref=address)), run.catalogue.literal("list"))


def _append(run: Interpreter, call: Bound) -> Value:
    known = run.heap.get(call.receiver.ref) if call.receiver else None
    if known is not None and call.receiver is not None and call.args:
        rest = join(known.element(), call.args[-1]) if known.items or known.rest else call.args[-1]
        run.heap.put(call.receiver.ref, Object(known.kind, None, known.fields, rest))
    return Value(const=(None,))


def _environment(run: Interpreter, call: Bound) -> Value:
    name = call.args[0].text if call.args else None
    value = hole("environment", name or "")
    return join(call.args[1], value) if len(call.args) > 1 and call.args[1].texts else value


def _super(run: Interpreter, call: Bound) -> Value:
    return run.calls.super_of(call.frame)


def _getattr(run: Interpreter, call: Bound) -> Value:
    name = call.args[1].text if len(call.args) > 1 else None
    return run.attributes.get(call.args[0], name, call.place, call.frame) if name and call.frame is not None else NOTHING


def _partial(run: Interpreter, call: Bound) -> Value:
    return Value(target=PartialTarget(call.args[0], call.args[1:], tuple(call.keywords.items()))) if call.args else NOTHING


def _field(run: Interpreter, call: Bound) -> Value:
    """A declared field is its default, or what the factory makes."""
    factory = call.keywords.get("default_factory")
    if factory is not None and call.frame is not None:
        return run.calls.call(factory, (), {}, call.place, call.frame)
    return call.keywords.get("default") or (call.args[0] if call.args else NOTHING)


def _stamp(run: Interpreter, call: Bound) -> Value:
    return Value(type=call.row.returns, texts=(Pattern((Hole("stamp"),)),))


PRIMITIVES: dict[str, Callable[..., Value]] = {
    "path.join": _join, "path.make": _join, "path.child": _join, "path.parent": _each(lambda item: _cut(item)[0]),
    "path.name": _each(lambda item: _cut(item)[1]),
    "path.stem": _each(_stem), "path.suffix": _each(_suffix), "path.split-suffix": _split_suffix, "path.split": _split, "path.absolute": _each(normalise),
    "path.expand-home": _each(lambda item: item), "path.text": _each(lambda item: item), "path.home": _constant("~"), "path.current": _constant(""),
    "path.with-name": _with_name, "path.with-suffix": _with_suffix, "path.list": _listing, "path.glob": _listing,
    "path.separator": _constant("/"),
    "text.format": _format, "text.join": _text_join, "text.make": _make_text, "text.lower": _literal(str.lower), "text.upper": _literal(str.upper),
    "text.strip": _literal(str.strip), "text.replace": _literal(str.replace), "text.stamp": _stamp,
    "container.list": _container("list"), "container.tuple": _container("tuple"), "container.set": _container("set"), "container.dict": _container("dict"),
    "container.sorted": _container("list"), "container.reversed": _container("list"), "container.enumerate": _enumerate, "container.zip": _zip,
    "container.get": _get, "container.values": _values, "container.items": _items, "container.append": _append, "container.copy": _same,
    "callable.super": _super, "callable.getattr": _getattr, "callable.partial": _partial, "callable.identity": _same, "callable.field": _field,
    "environment.get": _environment, "stamp.now": _stamp, "stamp.format": _stamp, "stamp.unique": _stamp,
    **parsers(), "config.load": configuration.load,
}
