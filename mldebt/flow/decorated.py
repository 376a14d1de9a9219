"""What decorators give the parameters of a function: options of a command, composed configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mldebt.flow.composition import compose
from mldebt.flow.expressions import evaluate
from mldebt.flow.options import declared_default, option_name, passed
from mldebt.flow.value import LibraryMethod, LibraryTarget, Value, hole
from mldebt.knowledge.rows import CallRow
from mldebt.model import ir
from mldebt.model.facts import Definition
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter


def row_of(run: Interpreter, decorator: ir.Expr, frame: Frame) -> CallRow | None:
    """Return the library row of a decorator, called or not."""
    called = evaluate(run, decorator.func if isinstance(decorator, ir.Call) else decorator, frame).target
    if isinstance(called, LibraryMethod):
        return run.catalogue.method(called.path, called.name)
    return run.catalogue.call(called.path) if isinstance(called, LibraryTarget) else None


def given(run: Interpreter, definition: Definition, frame: Frame) -> dict[str, Value]:
    """Return the parameters that a function's decorators provide, by name; `frame` is its module's."""
    options: dict[str, list[str]] = {}
    defaults: dict[str, Value] = {}
    found: dict[str, Value] = {}
    command = False
    for decorator in definition.decorators:
        row = row_of(run, decorator, frame)
        if row is None:
            continue
        if row.option is not None and isinstance(decorator, ir.Call):
            _declare(run, decorator, row, frame, options, defaults)
        elif row.compose is not None and isinstance(decorator, ir.Call) and definition.params:
            found[definition.params[0].name] = compose(run, _named(run, decorator, row, frame), row.compose, frame)
        command = command or row.parameters_are_options
    if command and not options:
        options, defaults = _parameters(run, definition, frame)
    if options:
        found.update(passed(run, options, defaults, frozenset(), Place(frame.path, definition.name_at, definition.name_at + 1), frame, "command line"))
    return found


def _named(run: Interpreter, call: ir.Call, row: CallRow, frame: Frame) -> dict[str, Value]:
    """Return the arguments of a call by name."""
    plain = [evaluate(run, arg.value, frame) for arg in call.args if arg.keyword is None and not arg.star]
    return {**dict(zip(row.parameters, plain)), **{arg.keyword: evaluate(run, arg.value, frame) for arg in call.args if arg.keyword is not None}}


def _declare(run: Interpreter, call: ir.Call, row: CallRow, frame: Frame, options: dict[str, list[str]], defaults: dict[str, Value]) -> None:
    flags = [value.text for arg in call.args if arg.keyword is None and (value := evaluate(run, arg.value, frame)).text]
    if flags:
        name = option_name([flag or "" for flag in flags]).lower()
        options[name] = [part for flag in flags if flag for part in flag.split("/") if part.startswith("-")] or [name]
        defaults[name] = declared_default(run, name, _named(run, call, row, frame))


def _parameters(run: Interpreter, definition: Definition, frame: Frame) -> tuple[dict[str, list[str]], dict[str, Value]]:
    """Return the parameters of a function as options: one with a default is a flag, the others are positional."""
    options: dict[str, list[str]] = {}
    defaults: dict[str, Value] = {}
    for param in definition.params:
        if param.kind in (0, 1, 3) and param.name not in ("self", "cls"):
            flag = f"--{param.name.replace('_', '-')}"
            options[param.name] = [flag, f"--{param.name}"] if param.default is not None else [param.name]
            default = evaluate(run, param.default, frame)
            defaults[param.name] = default if default.texts or default.const or default.ref else hole("option", param.name)
    return options, defaults
