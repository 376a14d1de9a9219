"""Objects made from configuration: a mapping that names a class or function, and its arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mldebt.flow.effects import Bound
from mldebt.flow.heap import Object
from mldebt.flow.value import NOTHING, PartialTarget, Value
from mldebt.knowledge.rows import InstantiateRow
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

_DEPTH = 6


def _instantiate(run: Interpreter, call: Bound) -> Value:
    """Return what the target of a configuration gives when it is called with the other keys and the call's own arguments."""
    name = call.row.parameters[0]
    source, row = call.args[0] if call.args else call.keywords.get(name, NOTHING), call.row.instantiate
    known = run.heap.get(source.ref)
    if known is None or call.frame is None or row is None:
        return Value(sources=source.sources)
    keywords = {key: value for key, value in call.keywords.items() if key != name}
    return _Maker(run, row, call.place, call.frame).made(known, call.args[1:], keywords, 0)


class _Maker:
    """Makes the objects that mappings describe, inner ones first."""

    def __init__(self, run: Interpreter, row: InstantiateRow, place: Place, frame: Frame) -> None:
        """Make them by the keys of `row`, in a call at `place`."""
        self._run, self._row, self._place, self._frame = run, row, place, frame
        self._marks = {row.target, row.partial, row.positional, *row.marks}

    def made(self, known: Object, args: tuple[Value, ...], keywords: dict[str, Value], depth: int) -> Value:
        """Return what a mapping describes; `args` and `keywords` are given beside its own."""
        row, run = self._row, self._run
        target = known.fields.get(row.target, NOTHING).text
        function = named(run, target, self._frame) if target else NOTHING
        given = {name: self._inner(value, depth) for name, value in known.fields.items() if name not in self._marks}
        listed = run.heap.get(known.fields.get(row.positional, NOTHING).ref)
        args = args or tuple(self._inner(value, depth) for value in (listed.items or () if listed is not None else ()))
        if known.fields.get(row.partial, NOTHING).const == (True,):
            return Value(target=PartialTarget(function, args, tuple({**given, **keywords}.items())))
        return run.calls.call(function, args, {**given, **keywords}, self._place, self._frame)

    def _inner(self, value: Value, depth: int) -> Value:
        known = self._run.heap.get(value.ref)
        if known is None or known.kind != "dict" or self._row.target not in known.fields or depth >= _DEPTH:
            return value
        return self.made(known, (), {}, depth + 1)


def named(run: Interpreter, dotted: str, frame: Frame) -> Value:
    """Return what a dotted name means: a member of a module of the project, else a library path."""
    module, _, name = dotted.rpartition(".")
    found = run.index.resolve(module, frame.path, 0) if module else None
    if found is None:
        return run.modules.library(dotted)
    return run.modules.member(found, name) or NOTHING


def _by_name(run: Interpreter, call: Bound) -> Value:
    target = call.args[0].text if call.args else None
    return named(run, target, call.frame) if target and call.frame is not None else NOTHING


def makers() -> dict[str, Callable[..., Value]]:
    """Return the primitives of this module by name."""
    return {"config.instantiate": _instantiate, "config.named": _by_name}
