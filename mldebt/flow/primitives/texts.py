"""Texts: formatted, joined, cut; what is not literal leaves holes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mldebt.flow.effects import Bound
from mldebt.flow.heap import Object
from mldebt.flow.primitives.results import argument, pair, subject_of
from mldebt.flow.value import NOTHING, Value, as_texts, concat, constant, embedded, lineage
from mldebt.model.pattern import UNKNOWN, Hole, Part, Pattern, pattern

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter

_PLACEHOLDER = re.compile(r"\$(?:\$|(\w+)|\{(\w+)\})")
_MOST_PIECES = 16


def _format(run: Interpreter, call: Bound) -> Value:
    subject = call.receiver or NOTHING
    made = tuple(run.texts.format(item, call.args, call.keywords) for item in as_texts(subject))
    return Value(subject.type, made, sources=lineage(subject, *call.args), home=subject.home,
                 choices=subject.choices)


def _template(run: Interpreter, call: Bound) -> Value:
    """Return a template: its text is the first argument."""
    subject = subject_of(call)
    return Value(call.row.returns, as_texts(subject), sources=subject.sources, home=subject.home)


def _substitute(run: Interpreter, call: Bound) -> Value:
    """Return a template with `$name` replaced by keyword arguments and the fields of a mapping."""
    known = run.heap.get(argument(call, 0).ref)
    values = {**(known.fields if known is not None else {}), **call.keywords}
    subject = call.receiver or NOTHING
    texts = tuple(pattern(*(piece for part in item.parts for piece in _filled(part, values))) for item in as_texts(subject))
    return Value(call.row.returns or run.catalogue.literal("text"), texts, sources=lineage(subject, *values.values()), home=subject.home)


def _filled(part: Part, values: dict[str, Value]) -> Sequence[Part]:
    if isinstance(part, Hole):
        return (part,)
    pieces: list[Part] = []
    at = 0
    for found in _PLACEHOLDER.finditer(part):
        name = found[1] or found[2]
        texts = as_texts(values[name]) if name in values else ()
        pieces.append(part[at:found.start()])
        pieces.extend(("$",) if not name else embedded(texts[0]).parts if len(texts) == 1 else (Hole("unknown", name),))
        at = found.end()
    return (*pieces, part[at:])


def _method(change: Callable[..., str]) -> Callable[..., Value]:
    """Apply a text method where receiver and arguments are literals."""
    def primitive(run: Interpreter, call: Bound) -> Value:
        subject = call.receiver or NOTHING
        given = [_plain(item) for item in call.args]
        known = [item.literal for item in as_texts(subject)]
        if None in known or None in given:
            return Value(subject.type, (UNKNOWN,), sources=subject.sources)
        made = tuple(dict.fromkeys(pattern(_tried(change, item, given)) for item in known))
        return Value(subject.type, made, sources=subject.sources, home=subject.home, choices=subject.choices)

    return primitive


def _plain(value: Value) -> str | int | None:
    """Return the one text or whole number that a value is, else None."""
    number = value.const[0] if len(value.const) == 1 and not value.texts else None
    return value.text if value.texts else number if isinstance(number, int) else None


def _tried(change: Callable[..., str], item: str | None, given: Sequence[str | int | None]) -> Part:
    try:
        return change(item, *given)
    except (TypeError, ValueError):
        return Hole()


def _ends(run: Interpreter, call: Bound, name: str) -> Value:
    """Cut a literal end off a text whose part at that end is literal."""
    subject, cut = call.receiver or NOTHING, argument(call, 0).text
    made = tuple(dict.fromkeys(_without(item, cut, name == "removesuffix") for item in as_texts(subject)))
    return Value(subject.type, made, sources=subject.sources, home=subject.home)


def _without(item: Pattern, cut: str | None, last: bool) -> Pattern:
    part = item.parts[-1 if last else 0] if item.parts else ""
    if cut is None or not isinstance(part, str) or (item.literal is None and len(part) < len(cut)):
        return UNKNOWN
    kept = part.removesuffix(cut) if last else part.removeprefix(cut)
    return pattern(*item.parts[:-1], kept) if last else pattern(kept, *item.parts[1:])


def _pieces(split: Callable[..., Sequence[str]]) -> Callable[..., Value]:
    """Split a literal text into a list or tuple of known pieces."""
    def primitive(run: Interpreter, call: Bound) -> Value:
        subject = call.receiver or NOTHING
        kind = run.catalogue.literal("text")
        passed = run.conversions.listed(subject, run.catalogue.literal("list"), call.place, call.api)
        given = [_plain(item) for item in call.args]
        made = None
        if subject.text is not None and None not in given:
            try:
                made = split(subject.text, *given)
            except (TypeError, ValueError):
                made = None
        if made is None or len(made) > _MOST_PIECES:
            content = Object("list", rest=Value(kind, (UNKNOWN,), sources=subject.sources))
            return run.new(call.place, content, run.catalogue.literal("list"), subject.sources, passed)
        items = tuple(Value(kind, (pattern(item),), sources=subject.sources, home=subject.home) for item in made)
        kind = run.catalogue.literal("list")
        return pair(run, call, *items) if isinstance(made, tuple) else run.new(call.place, Object("list", items), kind, subject.sources)

    return primitive


def _join(run: Interpreter, call: Bound) -> Value:
    known = run.heap.get(call.args[0].ref) if call.args else None
    if known is None or known.items is None or call.receiver is None:
        return Value(run.catalogue.literal("text"), (UNKNOWN,), sources=lineage(*call.args))
    result = constant("")
    for position, item in enumerate(known.items):
        result = concat(concat(result, call.receiver) if position else result, item)
    return Value(run.catalogue.literal("text"), result.texts, sources=result.sources, shared=result.shared, home=result.home)


def _make(run: Interpreter, call: Bound) -> Value:
    if not call.args:
        return Value(call.row.returns, (pattern(""),))
    subject = call.args[0]
    return Value(call.row.returns, as_texts(subject), sources=lineage(*call.args), shared=subject.shared, home=subject.home, choices=subject.choices)


def _encode(run: Interpreter, call: Bound) -> Value:
    subject = subject_of(call)
    return Value(subject.type, as_texts(subject), sources=subject.sources, home=subject.home, choices=subject.choices)


_METHODS = {
    name: _method(getattr(str, name))
    for name in ("lower", "upper", "strip", "lstrip", "rstrip", "replace", "title", "capitalize", "zfill", "ljust", "rjust")
}
_SPLITS = {name: _pieces(getattr(str, name)) for name in ("split", "rsplit", "splitlines", "partition", "rpartition")}
PRIMITIVES: dict[str, Callable[..., Value]] = {
    "text.format": _format, "text.join": _join, "text.make": _make, "text.encode": _encode, "text.template": _template, "text.substitute": _substitute,
    "text.removeprefix": lambda run, call: _ends(run, call, "removeprefix"), "text.removesuffix": lambda run, call: _ends(run, call, "removesuffix"),
    **{f"text.{name}": primitive for name, primitive in (*_METHODS.items(), *_SPLITS.items())},
}
