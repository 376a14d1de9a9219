"""Paths: joined, cut, renamed, listed. Unknown stretches stay holes."""

from __future__ import annotations

from collections.abc import Callable
from posixpath import relpath
from typing import TYPE_CHECKING

import msgspec

from mldebt.flow.effects import Bound
from mldebt.flow.heap import Object
from mldebt.flow.primitives.results import literal, pair, subject_of
from mldebt.flow.texts import normalise
from mldebt.flow.value import NOTHING, ROOT, Value, as_texts, concat, constant, lineage, partly, text
from mldebt.model.pattern import NEWEST, UNKNOWN, Hole, Part, Pattern, pattern
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter

_LEVELS = 8  # folders above a path that are told apart


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
    made = text(*texts, shared=name.shared, sources=lineage(parent, name), home=name.home or parent.home)
    return msgspec.structs.replace(made, choices=name.choices | partly(parent.choices)) if name.choices or parent.choices else made


def _parents(run: Interpreter, call: Bound) -> Value:
    """Return the folders above a path, the nearest first."""
    subject, items = subject_of(call), []
    texts = as_texts(subject)
    for _ in range(_LEVELS):
        texts = tuple(dict.fromkeys(_cut(item)[0] for item in texts))
        items.append(Value(subject.type, texts, sources=subject.sources, shared=subject.shared, home=subject.home))
    return run.new(call.place, Object("tuple", tuple(items)), run.catalogue.literal("tuple"), subject.sources)


def _join(run: Interpreter, call: Bound) -> Value:
    parts = call.args if call.receiver is None else (call.receiver, *call.args)
    result = parts[0] if parts else constant("")
    for part in parts[1:]:
        result = _child(result, part)
    kind = call.row.returns if call.row.returns not in ("", "self") else call.receiver.type if call.receiver else ""
    return Value(kind, result.texts or (UNKNOWN,), sources=result.sources, shared=result.shared, home=result.home, choices=result.choices)


def _each(change: Callable[[Pattern], Pattern]) -> Callable[..., Value]:
    def primitive(run: Interpreter, call: Bound) -> Value:
        subject = subject_of(call)
        kind = call.row.returns if call.row.returns not in ("", "self") else subject.type
        texts = tuple(dict.fromkeys(change(item) for item in as_texts(subject)))
        return Value(kind, texts, sources=subject.sources, shared=subject.shared, home=subject.home, choices=subject.choices)

    return primitive


def _cut(path: Pattern) -> tuple[Pattern, Pattern]:
    """Return the folder and the last segment of a path."""
    clean = normalise(path)
    if path.literal == "." or clean.literal and not clean.literal.strip("./"):
        return pattern(f"{clean.literal}/.." if clean.literal else ".."), clean  # the folder above the one a program runs in
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
    return pair(run, call, text(*heads, sources=subject.sources), text(*last))


def _without(parts: tuple[Part, ...], end: str) -> tuple[Part, ...]:
    last = parts[-1] if parts else ""
    return (*parts[:-1], last[: len(last) - len(end)]) if isinstance(last, str) else parts


def _split(run: Interpreter, call: Bound) -> Value:
    subject = call.args[0] if call.args else NOTHING
    cuts = [_cut(item) for item in as_texts(subject)]
    return pair(run, call, text(*(cut[0] for cut in cuts)), text(*(cut[1] for cut in cuts)))


def _with_name(run: Interpreter, call: Bound) -> Value:
    subject, name = call.receiver or NOTHING, call.args[0] if call.args else NOTHING
    folder = text(*(_cut(item)[0] for item in as_texts(subject)))
    return Value(subject.type, _child(folder, name).texts, home=name.home, choices=name.choices | partly(subject.choices))


def _with_stem(run: Interpreter, call: Bound) -> Value:
    subject, stem = call.receiver or NOTHING, call.args[0] if call.args else NOTHING
    folder, suffix = (text(*(cut(item) for item in as_texts(subject))) for cut in (lambda item: _cut(item)[0], _suffix))
    return Value(subject.type, _child(folder, concat(stem, suffix)).texts, home=stem.home, choices=partly(stem.choices | subject.choices))


def _relative(run: Interpreter, call: Bound) -> Value:
    """Return a path as seen from a folder, where both are known or the folder is a literal beginning of the path."""
    subject, position = subject_of(call), int(call.receiver is None)
    start = call.args[position] if len(call.args) > position else constant("")
    kind = call.row.returns if call.row.returns not in ("", "self") else subject.type
    return Value(kind, tuple(dict.fromkeys(_seen_from(normalise(one), normalise(base)) for one in as_texts(subject) for base in as_texts(start))),
                 sources=subject.sources, shared=subject.shared, home=subject.home, choices=subject.choices)


def _seen_from(path: Pattern, base: Pattern) -> Pattern:
    if path.literal is not None and base.literal is not None and path.literal.startswith("/") == base.literal.startswith("/"):
        return pattern(relpath(path.literal or ".", base.literal or "."))
    head = (*base.parts, "/") if base.parts else ()
    rooted = pattern(*head)
    if rooted.parts and rooted.parts[:-1] == path.parts[: len(rooted.parts) - 1] and len(path.parts) >= len(rooted.parts):
        own, last = path.parts[len(rooted.parts) - 1], rooted.parts[-1]
        if isinstance(own, str) and isinstance(last, str) and own.startswith(last):
            return pattern(own[len(last):], *path.parts[len(rooted.parts):])
    return path if not base.parts else UNKNOWN


def _with_suffix(run: Interpreter, call: Bound) -> Value:
    subject, suffix = call.receiver or NOTHING, call.args[0] if call.args else NOTHING
    stems = [_child(text(_cut(item)[0]), text(_stem(item))) for item in as_texts(subject)]
    return Value(subject.type, concat(text(*(item for stem in stems for item in stem.texts)), suffix).texts, choices=partly(subject.choices))


def _listing(run: Interpreter, call: Bound) -> Value:
    """A listing gives some names of a folder; a glob gives paths that match it."""
    value = call.receiver if call.receiver is not None else call.args[0] if call.args else NOTHING
    given = call.args[-1] if call.args else NOTHING
    globbed = call.row.value == "path.glob"
    base = _child(value, given) if globbed and call.receiver is not None else value
    items = tuple(_star(item) for item in as_texts(base)) if globbed else (Pattern((Hole("list"),)),)
    found = partly(base.choices) if globbed else frozenset()
    kind = value.type if call.receiver is not None else run.catalogue.literal("text")
    return run.new(call.place, Object("list", rest=Value(kind, items, choices=found)), run.catalogue.literal("list"))


def _walk(run: Interpreter, call: Bound) -> Value:
    """A walk gives folders, the top one and those below it, each with the names of its folders and of its files."""
    top = call.get("top")
    below = _child(top, Value(texts=(Pattern((Hole("list"),)),)))
    text_kind, list_kind = run.catalogue.literal("text"), run.catalogue.literal("list")
    names = run.new(call.place, Object("list", rest=Value(text_kind, (Pattern((Hole("list"),)),))), list_kind)
    folder = Value(text_kind, tuple(dict.fromkeys((*as_texts(top), *as_texts(below)))), choices=partly(top.choices))
    step = run.new(Place(call.place.path, call.place.at, -call.place.end), Object("tuple", (folder, names, names)), run.catalogue.literal("tuple"))
    return run.new(Place(call.place.path, -call.place.at - 1, call.place.end), Object("list", rest=step), list_kind)


def _newest(run: Interpreter, call: Bound) -> Value:
    """Return what is newest in a folder."""
    return _child(call.args[0] if call.args else NOTHING, Value(texts=(Pattern((NEWEST,)),)))


def _star(item: Pattern) -> Pattern:
    parts: list[Part] = []
    for part in item.parts:
        pieces: list[Part] = [*part.split("*")] if isinstance(part, str) else [part]
        for position, piece in enumerate(pieces):
            if position:
                parts.append(Hole("list"))
            parts.append(piece)
    return pattern(*parts)


PRIMITIVES: dict[str, Callable[..., Value]] = {
    "path.join": _join, "path.make": _join, "path.child": _join, "path.parent": _each(lambda item: _cut(item)[0]),
    "path.parents": _parents, "path.name": _each(lambda item: _cut(item)[1]),
    "path.stem": _each(_stem), "path.suffix": _each(_suffix), "path.split-suffix": _split_suffix, "path.split": _split, "path.absolute": _each(normalise),
    "path.expand-home": _each(lambda item: item), "path.text": _each(lambda item: item), "path.home": literal("~"), "path.current": literal("."),
    "path.above": literal(".."), "path.separator": literal("/"), "path.with-name": _with_name, "path.with-stem": _with_stem,
    "path.with-suffix": _with_suffix, "path.relative": _relative, "path.list": _listing, "path.glob": _listing, "path.walk": _walk,
    "path.newest": _newest,
}
