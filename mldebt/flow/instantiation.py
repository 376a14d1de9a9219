"""Objects made from configuration: a mapping that names a class or function, and its arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mldebt.flow.effects import Bound
from mldebt.flow.heap import Object
from mldebt.flow.value import NOTHING, PartialTarget, Value

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

_TARGET, _PARTIAL, _MARKS = "_target_", "_partial_", ("_target_", "_partial_", "_recursive_", "_convert_", "_args_")
_DEPTH = 6


def _instantiate(run: Interpreter, call: Bound) -> Value:
    """Return what the target of a configuration gives when it is called with the other keys and the call's own arguments."""
    source = call.args[0] if call.args else call.keywords.get("config", NOTHING)
    known = run.heap.get(source.ref)
    if known is None or call.frame is None:
        return Value(sources=source.sources)
    keywords = {name: value for name, value in call.keywords.items() if name != "config"}
    return _made(run, known, call.args[1:], keywords, call, call.frame, 0)


def _made(run: Interpreter, known: Object, args: tuple[Value, ...], keywords: dict[str, Value], call: Bound, frame: Frame, depth: int) -> Value:
    target = known.fields.get(_TARGET, NOTHING).text
    function = named(run, target, frame) if target else NOTHING
    given = {name: _inner(run, value, call, frame, depth) for name, value in known.fields.items() if name not in _MARKS}
    if known.fields.get(_PARTIAL, NOTHING).const == (True,):
        return Value(target=PartialTarget(function, args, tuple({**given, **keywords}.items())))
    return run.calls.call(function, args, {**given, **keywords}, call.place, frame)


def _inner(run: Interpreter, value: Value, call: Bound, frame: Frame, depth: int) -> Value:
    known = run.heap.get(value.ref)
    if known is None or known.kind != "dict" or _TARGET not in known.fields or depth >= _DEPTH:
        return value
    return _made(run, known, (), {}, call, frame, depth + 1)


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
