"""Calls: project functions and classes are run, library calls do what their row says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mldebt.flow.arguments import Arguments
from mldebt.flow.effects import EVENTS, Bound, perform
from mldebt.flow.escapes import escape
from mldebt.flow.expressions import evaluate
from mldebt.flow.fitting import fitting
from mldebt.flow.heap import Object
from mldebt.flow.interface import escaped, observe, parser_types
from mldebt.flow.primitives import PRIMITIVES
from mldebt.flow.value import (
    NOTHING,
    Alternatives,
    ClassTarget,
    FunctionTarget,
    LambdaTarget,
    LibraryMethod,
    LibraryTarget,
    MethodTarget,
    PartialTarget,
    SuperTarget,
    Value,
    join_all,
    lineage,
)
from mldebt.knowledge.rows import CallRow
from mldebt.model import ir
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

_OPERATORS = {"/": ("__truediv__", "__rtruediv__"), "+": ("__add__", "__radd__")}


class Calls:
    """Dispatch of calls; `seen` notes for every call site of a library whether a row was known."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run
        self.seen: dict[Place, tuple[str, bool]] = {}
        self.parsers = parser_types(run.catalogue)

    def call_node(self, node: ir.Call, frame: Frame) -> Value:
        """Evaluate a call expression."""
        function = evaluate(self._run, node.func, frame)
        args: list[Value] = []
        keywords: dict[str, Value] = {}
        unknown = False
        for arg in node.args:
            value = evaluate(self._run, arg.value, frame)
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
        return self.call(function, tuple(args), keywords, place, frame, unpacked=unknown)

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
            return self._library(target, args, keywords, place, frame)
        if isinstance(target, LibraryMethod):
            return self._method(target, args, keywords, place, frame)
        if isinstance(target, PartialTarget):
            return self.call(target.function, (*target.args, *args), {**dict(target.keywords), **keywords}, place, frame, unpacked=unpacked)
        if isinstance(target, Alternatives):
            each = [Value(target=item, sources=function.sources) for item in target.targets]
            return join_all([self.call(item, args, keywords, place, frame, unpacked=unpacked) for item in each])
        if isinstance(target, LambdaTarget):
            return self._run.functions.call_lambda(target.key, args, place, frame)
        method = self._run.attributes.method(function, "__call__") or self._run.hooks.called(function)
        if method is not None:
            return self._run.functions.call(method, Arguments((function, *args), keywords, unpacked), place, frame)
        self._unknown((*args, *keywords.values()), place, frame)
        return Value(sources=lineage(function, *args, *keywords.values()))

    def _unknown(self, values: tuple[Value, ...], place: Place, frame: Frame) -> None:
        """Code that no row describes may call, fill and write what it is given."""
        self._call_back(values, place, frame)
        escaped(self._run, values, place, frame)
        escape(self._run, values, place, frame)

    def _call_back(self, values: tuple[Value, ...], place: Place, frame: Frame) -> None:
        """Unknown code may call the functions it is given; a library calls the hooks of the objects it is given."""
        for value in values:
            if isinstance(value.target, FunctionTarget | MethodTarget):
                self.call(value, (), {}, place, frame)
            elif value.ref:
                self._run.hooks.run(value, place, frame)

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
        library = self._run.catalogue.library(target.path)
        if library:
            self.seen[place] = (target.path, row is not None or kind is not None)
        if row is not None:
            return self.apply(row, None, args, keywords, place, frame, target.path)
        if kind is None:
            self._unknown((*args, *keywords.values()), place, frame)
        else:
            self._run.observer.act(place, kind.role, target.path, frame.owner)
            self._call_back((*args, *keywords.values()), place, frame)
        return Value(type=target.path if kind is not None else "", sources=lineage(*args, *keywords.values()))

    def _method(self, target: LibraryMethod, args: tuple[Value, ...], keywords: dict[str, Value], place: Place, frame: Frame) -> Value:
        row = self._run.catalogue.method(target.path, target.name) if target.path else None
        if not target.path and (told := self._run.catalogue.telling(target.name)):
            return self.apply(self._run.catalogue.calls[told], target.receiver, args, keywords, place, frame, told, must=False)
        if target.path and self._run.catalogue.library(target.path):
            self.seen[place] = (f"{target.path}.{target.name}", row is not None)
        if row is not None:
            return self.apply(row, target.receiver, args, keywords, place, frame, f"{target.path}.{target.name}")
        self._unknown((target.receiver, *args, *keywords.values()), place, frame)
        return Value(sources=lineage(target.receiver, *args, *keywords.values()))

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
            return PRIMITIVES[row.value](self._run, bound)
        if row.node is None:
            self._call_backs(bound, place, frame)
        return self._result(bound, sources)

    def _call_backs(self, bound: Bound, place: Place, frame: Frame) -> None:
        """Do what a library does with the functions and objects it is given: call them, with the arguments that the row says it hands on."""
        given = bound.row.given
        handed = [bound.get(name) for name in bound.row.calls] if given is not None else []
        if given is not None:
            names = [name for name in (given.args, given.keywords) if name in bound.named]
            positional, named = (self._run.heap.get(bound.get(name).ref) for name in (given.args, given.keywords))
            unknown = any(self._run.heap.get(bound.get(name).ref) is None for name in names)
            for function in handed:
                self.call(function, positional.items or () if positional else (), dict(named.fields) if named else {}, place, frame, unpacked=unknown)
        self._call_back(tuple(value for value in (*bound.args, *bound.keywords.values()) if value not in handed), place, frame)
        if bound.row.role in EVENTS and bound.receiver is not None and bound.receiver.ref:
            self._run.hooks.run(bound.receiver, place, frame)

    def _result(self, bound: Bound, own: frozenset[int]) -> Value:
        row, receiver = bound.row, bound.receiver
        flowing = lineage(*(() if receiver is None else (receiver,)), *bound.args, *bound.keywords.values()) if row.passes is None else lineage(
            *(bound.get(name) for name in row.passes))
        sources = own | flowing
        returns = row.returns
        if bound.handle is not None:
            return bound.handle
        if returns == "self" and receiver is not None:
            return Value(type=receiver.type, ref=receiver.ref, sources=sources, columns=receiver.columns)
        if returns.startswith("argument:"):
            return bound.get(returns[9:])
        if returns.startswith("tuple:"):
            parts = tuple(Value(type=kind.strip(), sources=sources) for kind in returns[6:].split(","))
            return self._run.new(bound.place, Object("tuple", parts), self._run.catalogue.literal("tuple"), sources)
        if returns.startswith("list:"):
            made = Object("list", None, None, Value(type=returns[5:], sources=sources))
            return self._run.new(bound.place, made, self._run.catalogue.literal("list"), sources)
        known = self._run.heap.get(receiver.ref) if receiver is not None else None
        keep = receiver.ref if receiver is not None and known is not None and known.kind == "handle" else 0
        kept = receiver.columns if receiver is not None and row.keeps_columns else own
        return Value(type=returns, ref=keep, sources=sources, columns=kept)

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
