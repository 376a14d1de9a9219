"""Calls: project functions and classes are run, library calls do what their row says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from mldebt.flow.arguments import Arguments
from mldebt.flow.callbacks import Callbacks
from mldebt.flow.effects import Bound, held_in_memory, perform
from mldebt.flow.escapes import escape
from mldebt.flow.expressions import evaluate, spelled
from mldebt.flow.fitting import fitting
from mldebt.flow.heap import Object
from mldebt.flow.interface import escaped, observe, parser_types
from mldebt.flow.newest import newest
from mldebt.flow.primitives import PRIMITIVES
from mldebt.flow.value import (
    NO_SOURCES,
    NOTHING,
    Alternatives,
    ClassTarget,
    FunctionTarget,
    LambdaTarget,
    LibraryMethod,
    LibraryTarget,
    MethodTarget,
    ModuleTarget,
    PartialTarget,
    SuperTarget,
    Value,
    arrived,
    depending,
    join_all,
    lineage,
)
from mldebt.knowledge.rows import CallRow
from mldebt.model import ir
from mldebt.model.events import CallSite
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

MODELS = ("model", "module")
"""Roles of types whose instances are called with data to predict."""
ASK = "ask"
"""The role under which such a call is noted."""
_CONTAINERS = ("list", "dict", "set")
_SPELLING = ("text.format", "text.make")
_OPERATORS = {"/": ("__truediv__", "__rtruediv__"), "+": ("__add__", "__radd__")}


class Calls:
    """Dispatch of calls; `seen` notes the call sites of libraries."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run
        self.seen: dict[Place, CallSite] = {}
        self.parsers = parser_types(run.catalogue)
        self.callbacks = Callbacks(run)

    def call_node(self, node: ir.Call, frame: Frame) -> Value:
        """Evaluate a call expression."""
        function = evaluate(self._run, node.func, frame)
        args: list[Value] = []
        keywords: dict[str, Value] = {}
        unknown, spells = False, self._spells(function)
        for arg in node.args:
            value = evaluate(self._run, arg.value, frame)
            if spells and not arg.star:
                value = spelled(self._run, arg.value, value)
            if isinstance(value.target, ModuleTarget):
                self._run.ledger.open(value)
            if arg.star:
                known = self._run.heap.get(value.ref)
                whole = known is not None and (known.items is not None if arg.star == 1 else known.rest is None)
                unknown = unknown or not whole
                args.extend(known.items or () if known is not None and arg.star == 1 else ())
                keywords.update({name: item for name, item in known.fields.items() if name.isidentifier()} if known is not None and arg.star == 2 else {})
            elif arg.keyword is not None:
                keywords[arg.keyword] = value
            else:
                args.append(value)
        place = self._run.place(frame, node)
        fitting(self._run, node, function, len(args), keywords, place, frame)
        made = self.call(function, tuple(args), keywords, place, frame, unpacked=unknown)
        if isinstance(function.target, LibraryMethod) and isinstance(node.func, ir.Attr) and self._in_place(function.target, keywords):
            self._run.attributes.flow_into(node.func.value, made.sources, frame, settles=True, layout=made.layout)
            self._run.attributes.renew(node.func.value, place, frame)
            self._run.layouts.dropped(made.layout, place, frame)
        elif isinstance(function.target, LibraryMethod) and isinstance(node.func, ir.Attr) and function.target.receiver.layout:
            self._changed(function.target, node.func, tuple(args), keywords, place, frame)
        return depending(made, function.choices) if function.choices else made

    def _changed(
        self, target: LibraryMethod, node: ir.Attr, args: tuple[Value, ...], keywords: dict[str, Value], place: Place, frame: Frame
    ) -> None:
        """Change the columns of a receiver that a method takes some out of, or puts some into."""
        row = self._run.catalogue.layout(f"{target.path}.{target.name}")
        if row is not None and row.inplace:
            layout = self._run.layouts.changed(row, target.receiver, args, keywords, place, frame)
            self._run.attributes.flow_into(node.value, target.receiver.sources, frame, layout=layout)

    def _in_place(self, target: LibraryMethod, keywords: dict[str, Value]) -> bool:
        """Return whether a method changes its receiver."""
        row = self._run.catalogue.method(target.path, target.name) if keywords else None
        return row is not None and bool(row.inplace) and row.inplace in keywords and keywords[row.inplace].const == (True,)

    def _spells(self, function: Value) -> bool:
        """Return whether a call makes a text of its arguments."""
        target, row = function.target, None
        if isinstance(target, LibraryMethod | LibraryTarget):
            row = self._run.catalogue.call(target.path) if isinstance(target, LibraryTarget) else self._run.catalogue.method(target.path, target.name)
        return row is not None and row.value in _SPELLING

    def call(
        self, function: Value, args: tuple[Value, ...], keywords: dict[str, Value], place: Place, frame: Frame, *, unpacked: bool = False
    ) -> Value:
        """Return the value of calling `function`; `unpacked`: something unknown was unpacked into the arguments."""
        target = function.target
        if isinstance(target, FunctionTarget):
            return self._run.functions.call(target, Arguments(args, keywords, unpacked), place, frame)
        if isinstance(target, MethodTarget):
            return self._run.functions.call(target.function, Arguments((target.receiver, *args), keywords, unpacked), place, frame)
        if isinstance(target, ClassTarget):
            return self._instantiate(target, Arguments(args, keywords, unpacked), place, frame)
        if isinstance(target, LibraryTarget):
            self._run.ledger.hand((*args, *keywords.values()), target.path)
            return self._library(target, args, keywords, place, frame)
        if isinstance(target, LibraryMethod):
            if target.path or not self._of_containers(target.name):
                self._run.ledger.hand((*args, *keywords.values()), target.path)
            return self._method(target, args, keywords, place, frame)
        if isinstance(target, PartialTarget):
            return self.call(target.function, (*target.args, *args), {**dict(target.keywords), **keywords}, place, frame, unpacked=unpacked)
        if isinstance(target, Alternatives):
            each = [Value(target=item, sources=function.sources) for item in target.targets]
            return join_all([self.call(item, args, keywords, place, frame, unpacked=unpacked) for item in each])
        if isinstance(target, LambdaTarget):
            return self._run.functions.call_lambda(target.key, args, place, frame)
        method = self._run.attributes.method(function, "__call__")
        if method is None and function.type and (method := self._run.hooks.called(function)) is not None:
            args, keywords = self._handed_over(function, args, keywords, place, frame)
        if method is not None:
            return self._run.functions.call(method, Arguments((function, *args), keywords, unpacked), place, frame)
        if function.type and self._is_model(function.type):
            self._run.observer.act(place, ASK, function.type, frame.owner)
        self._run.ledger.hand((*args, *keywords.values()), "")
        self._unknown((*args, *keywords.values()), place, frame)
        return Value(sources=self._run.unheld(self._run.held(function, *args, *keywords.values()), place))

    def _is_model(self, kind: str) -> bool:
        """Return whether a type is that of a library's model, which is called with data."""
        row = self._run.catalogue.type(kind)
        return row is not None and row.role in MODELS

    def _of_containers(self, name: str) -> bool:
        """Return whether Python's containers have a method of that name: on an object that nobody knows it is taken for theirs."""
        return any(self._run.catalogue.method(self._run.catalogue.literal(kind), name) is not None for kind in _CONTAINERS)

    def _handed_over(
        self, function: Value, args: tuple[Value, ...], keywords: dict[str, Value], place: Place, frame: Frame
    ) -> tuple[tuple[Value, ...], dict[str, Value]]:
        """Note that a model that the project defines is given data; return the arguments as it sees them: their way ends here, also at a layer."""
        passed = self._run.conversions.of((*args, *keywords.values()))
        if passed and self._run.hooks.role(function) in MODELS:
            self._run.emit(frame, "predict", place, sources=lineage(*args, *keywords.values()), passed=passed)
        return tuple(map(arrived, args)), {name: arrived(value) for name, value in keywords.items()}

    def _unknown(self, values: tuple[Value, ...], place: Place, frame: Frame) -> None:
        """Code that no row describes may call, fill and write what it is given."""
        self.callbacks.may_call(values, place, frame)
        escaped(self._run, values, place, frame)
        escape(self._run, values, place, frame)

    def instance(self, cls: ClassTarget, site: Place) -> Value:
        """Return a fresh instance of a project class."""
        definition = self._run.definition(cls.path, cls.index)
        name = f"{cls.path}::{definition.qualname}"
        self._run.class_types[name] = cls
        return self._run.new(site, Object("instance"), name)

    def _instantiate(self, cls: ClassTarget, given: Arguments, place: Place, frame: Frame) -> Value:
        made = self.instance(cls, place)
        init = self._run.attributes.method(made, "__init__")
        if init is not None:
            self._run.functions.call(init, Arguments((made, *given.args), given.keywords, given.open), place, frame)
        else:
            for name, value in (*zip(self._run.modules.fields(cls), given.args), *given.keywords.items()):
                self._run.heap.set_field(made.ref, name, value)
        return made

    def _library(self, target: LibraryTarget, args: tuple[Value, ...], keywords: dict[str, Value], place: Place, frame: Frame) -> Value:
        row, kind = self._run.catalogue.call(target.path), self._run.catalogue.type(target.path)
        if place not in self.seen and (library := self._run.catalogue.library(target.path)):
            self._see(place, target.path, library, row, kind.role if kind is not None else "", row is not None or kind is not None, args, method=False)
        if row is not None:
            return self.apply(row, None, args, keywords, place, frame, target.path)
        if kind is None:
            self._unknown((*args, *keywords.values()), place, frame)
        else:
            self._run.observer.act(place, kind.role, target.path, frame.owner)
            self.callbacks.may_call((*args, *keywords.values()), place, frame)
            made = Bound(CallRow(path=target.path, role=kind.role), None, args, keywords, place, frame, target.path)
            built = self._run.learning.learner(target.path, kind.role, place, args, keywords)
            if chance := self._run.learning.splitter(made):
                built = msgspec.structs.replace(built, sources=built.sources | chance)
            if built.sources and built.ref:
                self._run.choosing.made(built, place, frame)
            return msgspec.structs.replace(built, passed=passed) if (passed := self._run.conversions.result(made, target.path, NO_SOURCES)) else built
        return Value(sources=self._run.unheld(self._run.held(*args, *keywords.values()), place))

    def _see(self, place: Place, api: str, library: str, row: CallRow | None, role: str, known: bool, given: tuple[Value, ...], *, method: bool) -> None:
        """Note a call site, once: at one place the same call stands, whatever leads there. Constants that are given another form are no data that moves."""
        into = row is not None and row.write is not None and row.write.path == "self"  # the receiver is where to, the arguments are what is written
        spelled = all(map(self._run.heap.spelled, given[into:]))
        moves = row is not None and row.moves and (row.touches and not into or not spelled)
        self.seen[place] = CallSite(place, api, library, known, method, role or (row.role if row is not None else ""), moves)

    def _method(self, target: LibraryMethod, args: tuple[Value, ...], keywords: dict[str, Value], place: Place, frame: Frame) -> Value:
        row = self._run.catalogue.method(target.path, target.name) if target.path else None
        if not target.path and (told := self._run.catalogue.telling(target.name)):
            return self.apply(self._run.catalogue.calls[told], target.receiver, args, keywords, place, frame, told, must=False)
        if target.path and place not in self.seen and (library := self._run.catalogue.library(target.path)):
            self._see(place, f"{target.path}.{target.name}", library, row, "", row is not None, (target.receiver, *args), method=True)
        if row is not None:
            return self.apply(row, target.receiver, args, keywords, place, frame, f"{target.path}.{target.name}")
        if not target.path and (asked := self._run.catalogue.loaded(target.name)):
            self._run.learning.asked(asked, target.receiver, (*args, *keywords.values()), place, frame)
        self._unknown((target.receiver, *args, *keywords.values()), place, frame)
        return Value(sources=self._run.unheld(self._run.held(target.receiver, *args, *keywords.values()), place))

    def apply(
        self, row: CallRow, receiver: Value | None, args: tuple[Value, ...], keywords: dict[str, Value], place: Place, frame: Frame, api: str = "",
        *, must: bool = True
    ) -> Value:
        """Do what a row says; return its value. `must` is false where the receiver's type is only likely."""
        self._run.observer.act(place, row.role, api, frame.owner)
        bound = Bound(row, receiver, args, keywords, place, frame, api, must)
        sources = bound.reads = perform(self._run, bound)
        if row.interface is not None:
            observe(self._run, bound, row.interface, frame)
        if row.node is not None:
            self._run.nodes.perform(row.node, bound, frame)
        if row.value in PRIMITIVES:
            made = PRIMITIVES[row.value](self._run, bound)
            return self._run.choosing.ordered(bound, made)
        if row.starts and frame.index < 0:
            self._run.modules.started.setdefault(frame.path, row.starts)
        if row.through and receiver is not None:
            return self._run.hooks.through(receiver, row.through, place, frame)
        results = self.callbacks.perform(bound, place, frame) if row.node is None else {}
        if results:
            self._run.choosing.searched(bound, results)
        return self._result(bound, sources, results)

    def _result(self, bound: Bound, own: frozenset[int], results: dict[str, Value]) -> Value:
        row, receiver = bound.row, bound.receiver
        held = self._run.held
        flowing = held(*(() if receiver is None else (receiver,)), *bound.args, *bound.keywords.values()) if row.passes is None else held(
            *(bound.get(name) for name in row.passes))
        flowing = self._run.learning.flowing(bound, flowing, results)
        sources = own | flowing if row.read is None else own | flowing | held_in_memory(self._run, bound.get(row.read.path))
        sources = self._run.learning.timed(bound, sources)
        returns = row.returns if row.untold.isdisjoint(bound.named) else ""
        if returns and sources and self._run.catalogue.representation(returns) == "frame":
            sources = self._run.provenance.unmarked(sources)
        if bound.handle is not None:
            return bound.handle
        if row.makes and bound.args and isinstance(bound.args[0].target, FunctionTarget | ClassTarget):
            return msgspec.structs.replace(bound.args[0], type=row.makes)
        if (learned := self._run.learning.result(bound, sources)) is not None:
            return learned
        if row.last and bound.args and (item := self._run.element(bound.args[0])).texts and (last := newest(item)) is not item:
            return last
        if returns == "self" and receiver is not None:
            layout = self._run.layouts.result(bound, receiver.type, own)
            return Value(type=receiver.type, ref=receiver.ref, sources=sources, columns=receiver.columns, passed=receiver.passed, layout=layout)
        if returns.startswith("argument:"):
            return bound.get(returns[9:])
        if returns.startswith("result:"):
            return results.get(returns[7:], NOTHING)
        if returns.startswith("tuple:"):
            parts = tuple(Value(type=kind.strip(), sources=sources) for kind in returns[6:].split(","))
            return self._run.new(bound.place, Object("tuple", parts), self._run.catalogue.literal("tuple"), sources)
        if returns.startswith("list:"):
            made = Object("list", rest=Value(type=returns[5:], sources=sources))
            return self._run.new(bound.place, made, self._run.catalogue.literal("list"), sources)
        known = self._run.heap.get(receiver.ref) if receiver is not None else None
        keep = receiver.ref if receiver is not None and known is not None and known.kind == "handle" else 0
        kept = receiver.columns if receiver is not None and row.keeps_columns else own
        same = next((value for value in bound.args if value.sources), None) if row.keeps else None
        if same is not None and self._run.catalogue.representation(same.type) in row.keeps:
            return Value(type=same.type, sources=sources, passed=same.passed, layout=self._run.layouts.result(bound, same.type, own))
        passed, layout = self._run.conversions.result(bound, returns, own) if sources else (), self._run.layouts.result(bound, returns, own)
        return Value(type=returns, ref=keep, sources=sources, columns=kept, passed=passed, layout=layout)

    def operator(self, op: str, left: Value, right: Value, place: Place, frame: Frame) -> Value | None:
        """Return the value of an operator that a library type on either side defines, None when no row says."""
        direct, reflected = _OPERATORS.get(op, ("", ""))
        row = self._run.catalogue.method(left.type, direct) if direct and left.type else None
        if row is None and reflected and right.type:
            row = self._run.catalogue.method(right.type, reflected)
        return self.apply(row, left, (right,), {}, place, frame) if row is not None else None

    def primitive_value(self, name: str, receiver: Value) -> Value:
        """Return an attribute computed by a primitive."""
        if name not in PRIMITIVES:
            return NOTHING
        return PRIMITIVES[name](self._run, Bound(CallRow(path="", role=""), receiver, (), {}, Place("", 0, 0), None, ""))

    def enter(self, value: Value, place: Place, frame: Frame) -> Value:
        """Return what `with value as name` binds."""
        method = self._run.attributes.method(value, "__enter__")
        return self._run.functions.call(method, Arguments((value,)), place, frame) if method is not None else value

    def super_of(self, frame: Frame | None) -> Value:
        """Return `super()` as seen in a method."""
        if frame is None or frame.cls is None:
            return NOTHING
        receiver = frame.names.get("self") or frame.names.get("cls") or NOTHING
        return Value(target=SuperTarget(receiver, frame.cls))
