"""What comes from outside: environment variables, and values that differ in every run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mldebt.flow.effects import Bound
from mldebt.flow.value import Value, chosen, hole, join
from mldebt.model.observed import Choice
from mldebt.model.pattern import Hole, Pattern

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter


def _environment(run: Interpreter, call: Bound) -> Value:
    name = call.args[0].text if call.args else None
    value = chosen(hole("environment", name or ""), Choice("environment", name or ""))
    return join(call.args[1], value) if len(call.args) > 1 and call.args[1].texts else value


def _date(run: Interpreter, call: Bound) -> Value:
    """Return a date as a text."""
    return Value(type=call.row.returns, texts=(Pattern((Hole("stamp", "date"),)),))


def _stamp(run: Interpreter, call: Bound) -> Value:
    return Value(type=call.row.returns, texts=(Pattern((Hole("stamp"),)),))


PRIMITIVES: dict[str, Callable[..., Value]] = {
    "environment.get": _environment, "stamp.now": _stamp, "stamp.format": _date, "stamp.unique": _stamp, "text.stamp": _stamp,
}
