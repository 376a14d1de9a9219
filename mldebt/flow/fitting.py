"""Whether the arguments written at a call fit what is called; where nothing can be said for sure, they do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from mldebt.flow.modules import ClassInfo
from mldebt.flow.value import ClassTarget, FunctionTarget, LibraryMethod, MethodTarget, Target, Value
from mldebt.model import ir
from mldebt.model.ir import Parameter
from mldebt.model.observed import Misfit
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter


def fitting(run: Interpreter, node: ir.Call, function: Value, count: int, keywords: Collection[str], place: Place, frame: Frame) -> None:
    """Note whether `count` positional arguments and some keywords fit a function, a method or a class of the project, or a method whose row counts."""
    target, found = function.target, None
    if target is None:
        return
    made = isinstance(target, FunctionTarget) and bool(function.type)  # by a library, which may hand it more, or other names, than the call does
    sure = not made and not function.choices and not any(arg.star for arg in node.args)
    if sure and isinstance(target, _CHECKED) and not _handed_over(run, node, target, frame):
        found = _of_row(run, target, count, keywords) if isinstance(target, LibraryMethod) else _of_project(run, node, target, count, keywords)
    if found is not None:
        run.observer.fit(place, Misfit(place, found[0], found[1], found[2], frame.owner))
    else:
        run.observer.fit(place, None)


_CHECKED = (FunctionTarget, MethodTarget, ClassTarget, LibraryMethod)


def _handed_over(run: Interpreter, node: ir.Call, target: Target, frame: Frame) -> bool:
    """Return whether a function is a parameter that a branch, or a function inside, calls: which branch it is for may be what the caller knows."""
    if not isinstance(node.func, ir.Name) or not isinstance(target, FunctionTarget | MethodTarget) or frame.index < 0:
        return False
    if frame.outer is not None and frame.outer.index < 0:
        return False  # a lambda of a module: it is no definition
    params = {param.name for param in run.definition(frame.path, frame.index).params}
    return node.func.id in params and (frame.nesting > 0 or node.func.id not in frame.names)


def _of_row(run: Interpreter, target: LibraryMethod, count: int, keywords: Collection[str]) -> tuple[str, str, Place | None] | None:
    """Compare with a row that says how many arguments a method takes, on an object that is known."""
    row = run.catalogue.method(target.path, target.name) if target.path else None
    if row is None or row.takes is None or run.heap.get(target.receiver.ref) is None or target.receiver.choices:
        return None
    least, most = row.takes
    given = count + len(keywords)
    expected = str(least) if least == most else f"{least} to {most}"
    return None if least <= given <= most else (f"{target.path.rpartition('.')[2]}.{target.name}", f"takes {_arguments(expected)}, {given} given", None)


def _of_project(run: Interpreter, node: ir.Call, target: Target | None, count: int, keywords: Collection[str]) -> tuple[str, str, Place | None] | None:
    receiver = 0
    if isinstance(node.func, ir.Attr) and isinstance(node.func.value, ir.Call):
        return None  # what `super()` and other makers of receivers give depends on the class that is made in the end
    if isinstance(target, ClassTarget):
        target, receiver = _constructor(run, target), 1
    elif isinstance(target, MethodTarget):
        if isinstance(node.func, ir.Attr) and _overridden(run, target, node.func.attr):
            return None
        if target.receiver.choices:
            return None
        target, receiver = target.function, 1
    if not isinstance(target, FunctionTarget):
        return None
    definition = run.definition(target.path, target.index)
    if definition.decorators and not run.attributes.marked(definition):
        return None
    reason = _reason(definition.params, receiver, count, keywords)
    return (definition.qualname, reason, Place(target.path, definition.name_at, definition.name_at + len(definition.name))) if reason else None


def _constructor(run: Interpreter, cls: ClassTarget) -> FunctionTarget | None:
    """Return the `__init__` that making an instance runs, None where a base, a decorator, a metaclass or `__new__` may have its own ways."""
    for info in run.modules.linearised(cls):
        if not isinstance(info, ClassInfo) or info.definition.decorators or "__new__" in info.names or any(arg.keyword for arg in info.definition.bases):
            return None
        if "__init__" in info.names:
            found = info.names["__init__"].target
            return found if isinstance(found, FunctionTarget) else None
        if any(not isinstance(base.target, ClassTarget) for base in info.bases):
            return None
    return None


def _overridden(run: Interpreter, target: MethodTarget, name: str) -> bool:
    """Return whether a subclass has a method of its own in the place of this one: the receiver may be one of those."""
    own = run.modules.class_named(target.receiver.type)
    if own is None:
        return target.receiver.target is None
    return any(name in heir.names for heir in run.modules.heirs(own))


def _reason(params: Sequence[Parameter], receiver: int, count: int, keywords: Collection[str]) -> str:
    """Return why arguments do not fit some parameters, the empty text when they do; `receiver` is 1 where the first parameter is bound already."""
    positional = [param for param in params if param.kind in (0, 1)][receiver:]
    kinds = {param.kind for param in params}
    if receiver and not any(param.kind in (0, 1) for param in params):
        return "" if 2 in kinds else "takes no argument, not even its receiver"
    if count > len(positional) and 2 not in kinds:
        return f"takes {_arguments(str(len(positional)))} by position, {count} given"
    named = {param.name for param in params if param.kind in (1, 3)}
    unknown = sorted(set(keywords) - named)
    if unknown and 4 not in kinds:
        return f"takes no argument `{unknown[0]}`"
    missing = [param.name for param in (*positional[count:], *(param for param in params if param.kind == 3))
               if param.default is None and param.name not in keywords]
    return f"needs an argument `{missing[0]}`, which is not given" if missing else ""


def _arguments(number: str) -> str:
    return "no argument" if number == "0" else "1 argument" if number == "1" else f"{number} arguments"
