"""What libraries and unknown code do with functions and objects they are given: they call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mldebt.flow.effects import EVENTS, Bound
from mldebt.flow.modules import Entered
from mldebt.flow.value import Alternatives, ClassTarget, FunctionTarget, LambdaTarget, MethodTarget, ModuleTarget, PartialTarget, Value, join_all
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

MAX_ITEMS = 64
MAX_NESTING = 2
_SCHEDULE = "schedule"


class Callbacks:
    """Calls functions and the hooks of objects that a call hands to code that is not the project's."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run

    def may_call(self, values: tuple[Value, ...], place: Place, frame: Frame) -> None:
        """Unknown code may call the functions it is given; a library calls the hooks of the objects it is given."""
        first = len(frame.trace.items)
        for given in values:
            for value in _each(given) if given.target is not None or given.ref else ():
                if isinstance(value.target, FunctionTarget | MethodTarget):
                    self._run.calls.call(value, (), {}, place, frame)
                elif value.ref:
                    self._run.hooks.run(value, place, frame)
        frame.trace.hand_over(first)

    def perform(self, bound: Bound, place: Place, frame: Frame) -> dict[str, Value]:
        """Do what a library does with the functions and objects it is given; return what each parameter that its row calls gives, by name."""
        results: dict[str, Value] = {}
        if bound.row.ambient and bound.row.ambient not in bound.named:
            self._run.ledger.open(Value(target=ModuleTarget(frame.path)))
        if bound.row.makes:  # what only makes something of a function does not call it
            return results
        called: list[Value] = []
        first = len(frame.trace.items)
        for name in bound.row.serves:
            self._serve(bound.get(name), bound.row.entry, frame)
            called.append(bound.get(name))
        for name in bound.row.calls:
            value = bound.get(name)
            if functions := self._callables(value, frame):
                args, keywords, unknown = self._given(bound, value)
                results[name] = join_all([self._run.calls.call(item, args, keywords, place, frame, unpacked=unknown) for item in functions])
                called.append(value)
        if bound.row.role == _SCHEDULE:
            frame.trace.hand_over(first)
        given = (*bound.args, *bound.keywords.values())
        self.may_call(tuple(value for value in given if value not in called) if called else given, place, frame)
        if bound.row.role in EVENTS and bound.receiver is not None and bound.receiver.ref:
            self._run.hooks.run(bound.receiver, place, frame)
        return results

    def _serve(self, value: Value, kind: str, frame: Frame) -> None:
        """Keep the functions of a value as entry points of a kind: a library calls them at each request. Of a class it calls the hooks."""
        for function in self._callables(value, frame):
            target = function.target
            if isinstance(target, MethodTarget):
                cls = self._run.modules.class_named(target.receiver.type)
                self._run.modules.keep_entry(Entered(target.function, cls, kind, self._run.modules.main or frame.path))
            elif isinstance(target, FunctionTarget):
                self._run.modules.keep_entry(Entered(target, None, kind, self._run.modules.main or frame.path))

    def _given(self, bound: Bound, function: Value) -> tuple[tuple[Value, ...], dict[str, Value], bool]:
        """Return the arguments that a row says are handed on to a function, and whether there may be others."""
        given, heap = bound.row.given, self._run.heap
        if given is None:
            return (), {}, False
        if given.every or given.each:
            hand = self._run.element if given.each else lambda value: value
            keywords = {name: hand(value) for name, value in bound.keywords.items() if value is not function}
            return tuple(hand(value) for value in bound.args if value is not function), keywords, False
        first = (bound.get(given.first),) if given.first in bound.named or given.first == "self" else ()
        if given.first == "element" and bound.receiver is not None:  # what it is nobody knows: only whose data it is
            first = (Value(sources=bound.receiver.sources),)
        names = [name for name in (given.args, given.keywords) if name in bound.named]
        positional, named = (heap.get(bound.get(name).ref) for name in (given.args, given.keywords))
        unknown = any(heap.get(bound.get(name).ref) is None for name in names)
        return (*first, *(positional.items or () if positional else ())), dict(named.fields) if named else {}, unknown

    def _callables(self, value: Value, frame: Frame, depth: int = 0) -> list[Value]:
        """Return what can be called of a value: itself, each of what it may be, what a container holds, the tasks of a module that it is or names."""
        if isinstance(value.target, Alternatives):
            return [function for one in _each(value) for function in self._callables(one, frame, depth)]
        if isinstance(value.target, FunctionTarget | MethodTarget | PartialTarget | ClassTarget | LambdaTarget):
            return [value]
        if isinstance(value.target, ModuleTarget):
            return self._run.modules.tasks(value.target.path)
        if value.text is not None:
            found = self._run.index.resolve(value.text, frame.path, 0)
            return self._run.modules.tasks(found) if found is not None else []
        known = self._run.heap.get(value.ref)
        if known is None or known.kind not in ("list", "tuple", "dict") or depth >= MAX_NESTING:
            return []
        items = [*(known.items or ()), *known.fields.values(), *(() if known.rest is None else (known.rest,))][:MAX_ITEMS]
        return [function for item in items for function in self._callables(item, frame, depth + 1)]


def _each(value: Value) -> list[Value]:
    """Return a value by what it may be: one of several functions, as a loop over them gives, is each of them."""
    if not isinstance(value.target, Alternatives):
        return [value]
    return [Value(target=target, sources=value.sources) for target in value.target.targets]
