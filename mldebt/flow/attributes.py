"""Attribute access, subscripts and binding of targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from mldebt.flow.columns import NO_LAYOUT, Layout
from mldebt.flow.expressions import evaluate
from mldebt.flow.heap import Object
from mldebt.flow.modules import ClassInfo
from mldebt.flow.newest import is_first, newest
from mldebt.flow.selection import subscripted
from mldebt.flow.texts import whole_number
from mldebt.flow.timing import names
from mldebt.flow.value import (
    NO_SOURCES,
    NOTHING,
    ClassTarget,
    FunctionTarget,
    LibraryMethod,
    LibraryTarget,
    MethodTarget,
    ModuleTarget,
    SuperTarget,
    Value,
    depending,
    join,
    lineage,
    settable,
)
from mldebt.knowledge.rows import AttributeRow
from mldebt.model import ir
from mldebt.model.facts import Definition
from mldebt.model.observed import Choice
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

_LOGICAL, _IN_ROWS = ("~", "&", "|", "^"), ("frame", "array", "tensor")
_INPUT = "input"
_SEQUENCES = ("list", "tuple")
_MARKERS = {"staticmethod": "static", "classmethod": "class", "property": "property", "cached_property": "property"}


class Attributes:
    """`value.name`, `value[index]` and assignment to both."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run

    def get(self, value: Value, name: str, place: Place, frame: Frame) -> Value:
        """Return `value.name`; what is taken of one of several things is one of several."""
        found = self._get(value, name, place, frame)
        return depending(found, value.choices) if value.choices and found.target is not None else found

    def _get(self, value: Value, name: str, place: Place, frame: Frame) -> Value:
        target = value.target
        if name == "__dict__" and target is not None:
            self._run.ledger.open(value)
        if isinstance(target, ModuleTarget):
            return self._run.modules.member(target.path, name) or NOTHING
        if isinstance(target, LibraryTarget):
            member = self._run.modules.library(f"{target.path}.{name}")
            return member if member.target is not None else self._put_in(member, f"{target.path}.{name}", place)
        if isinstance(target, ClassTarget):
            return self._of_class(target, None, name, place, frame) or (self._of_type(value, value.type, name, place) if value.type else NOTHING)
        if isinstance(target, SuperTarget):
            return self._of_super(target, name, place, frame)
        known = self._run.heap.get(value.ref)
        if known is not None and known.kind in ("instance", "namespace") and name in known.fields:
            return known.fields[name]
        cls = self._run.modules.class_named(value.type)
        if cls is not None:
            found = self._of_class(cls, value, name, place, frame)
            return found if found is not None else Value(sources=value.sources)
        if known is not None and known.kind in ("dict", "namespace") and name in known.fields:
            row = self._run.catalogue.method(value.type, name)
            if row is None:
                return known.fields[name]
        kind = value.type or self._run.learning.kind(known)
        if known is not None and known.kind in _SEQUENCES and kind and not (self._run.catalogue.method(kind, name) or self._run.catalogue.member(kind, name)):
            return Value(sources=self._run.provenance.about(value.sources))  # who handed it on made something else of it: nobody knows which part is meant
        return self._of_type(value if kind == value.type else msgspec.structs.replace(value, type=kind), kind, name, place)

    def _put_in(self, value: Value, dotted: str, place: Place) -> Value:
        """Return the value of a library's attribute: what somebody puts in are new rows."""
        row = self._run.catalogue.attribute(self._run.catalogue.canonical(dotted))
        return msgspec.structs.replace(value, sources=self._run.provenance.origin(place)) if row is not None and row.role == _INPUT else value

    def _of_type(self, value: Value, type_path: str, name: str, place: Place) -> Value:
        """Return an attribute of a library instance: a typed attribute, else a method to be called."""
        if type_path:
            member = self._run.catalogue.member(type_path, name)
            if isinstance(member, str):
                passed = self._run.conversions.attribute(value, member, name, place)
                layout = value.layout if value.layout and self._is_data(member) else NO_LAYOUT
                return Value(type=member, sources=self._known_of(member, value.sources), ref=value.ref, columns=value.columns, passed=passed, layout=layout)
            if member is not None:
                return self.of_row(member, value)
            if self._run.catalogue.method(type_path, name) is None:
                row = self._run.catalogue.type(type_path)
                if row is not None and row.columns_by_name:
                    sources, layout = self._run.provenance.chosen(value.sources, (name,)), self._run.layouts.attribute(value, name, place)
                    part = value.type if row.element == "self" else row.element
                    return Value(type=part, sources=sources, passed=value.passed, layout=layout)
        return Value(target=LibraryMethod(value, type_path, name), sources=value.sources)

    def _known_of(self, kind: str, sources: frozenset[int]) -> frozenset[int]:
        """Return the provenance of an attribute of some data: labels pick its rows out of the whole, plain values of the language only say something of it."""
        row = self._run.catalogue.lineage(kind)
        if row is not None and row.picks:
            return self._run.provenance.index_of(sources)
        return self._run.provenance.about(sources) if self._run.catalogue.is_literal(kind) or row is not None and row.keeps == "facts" else sources

    def _is_data(self, kind: str) -> bool:
        """Return whether an attribute of some data is the data in another form: neither its labels nor a fact about it."""
        row = self._run.catalogue.lineage(kind)
        return not self._run.catalogue.is_literal(kind) and (row is None or not row.picks and row.keeps != "facts")

    def of_row(self, row: AttributeRow, receiver: Value) -> Value:
        """Return the value of a catalogued attribute."""
        if row.value:
            return self._run.calls.primitive_value(row.value, receiver)
        return Value(type=row.returns, sources=receiver.sources, ref=receiver.ref)

    def _of_class(self, cls: ClassTarget, receiver: Value | None, name: str, place: Place, frame: Frame) -> Value | None:
        for info in self._run.modules.linearised(cls):
            if isinstance(info, str):
                row = self._run.catalogue.method(info, name)
                if receiver is not None and (row is not None or self._run.catalogue.member(info, name)):
                    return self._of_type(receiver, info, name, place)
                if receiver is None and row is not None and row.of_class:
                    return self._of_type(self._run.calls.instance(cls, place), info, name, place)
                continue
            value = info.names.get(name)
            self._run.heap.running.read_name(info.names, name, value)
            if value is not None:
                return self._bound(value, receiver, cls, place, frame)
        return None

    def _bound(self, value: Value, receiver: Value | None, cls: ClassTarget, place: Place, frame: Frame) -> Value:
        if not isinstance(value.target, FunctionTarget):
            return value
        kind = self.marker(value.target)
        if kind == "class":
            return Value(target=MethodTarget(Value(target=cls), value.target))
        if receiver is None or kind == "static":
            return value
        info = self._run.modules.classes.get(cls)
        bound = Value(type=info.members if info is not None else "", target=MethodTarget(receiver, value.target))
        return self._run.calls.call(bound, (), {}, place, frame) if kind == "property" else bound

    def marker(self, target: FunctionTarget) -> str:
        """Return `static`, `class`, `property` or nothing, from the decorators of a method."""
        return self.marked(self._run.definition(target.path, target.index))

    def marked(self, definition: Definition) -> str:
        """Return what the decorators of a definition make of it as a method, as `marker` does."""
        for decorator in definition.decorators:
            if isinstance(decorator, ir.Name) and decorator.id in _MARKERS:
                return _MARKERS[decorator.id]
            if isinstance(decorator, ir.Attr) and decorator.attr in _MARKERS:
                return _MARKERS[decorator.attr]
        return ""

    def _of_super(self, target: SuperTarget, name: str, place: Place, frame: Frame) -> Value:
        for info in self._run.modules.linearised(target.cls)[1:]:
            if isinstance(info, str):
                if self._run.catalogue.method(info, name):
                    return self._of_type(target.receiver, info, name, place)
            elif name in info.names:
                return self._bound(info.names[name], target.receiver, info.target, place, frame)
        return NOTHING

    def method(self, receiver: Value, name: str) -> FunctionTarget | None:
        """Return the project method a receiver's class has under this name."""
        cls = self._run.modules.class_named(receiver.type)
        if cls is None:
            return None
        for info in self._run.modules.linearised(cls):
            if isinstance(info, ClassInfo) and name in info.names:
                found = info.names[name].target
                return found if isinstance(found, FunctionTarget) else None
        return None

    def item(self, value: Value, node: ir.Subscript, index: list[Value], frame: Frame) -> Value:
        """Return `value[index]`."""
        known = self._run.heap.get(value.ref)
        if known is not None and known.kind in ("dict", "list", "tuple", "instance", "namespace") and not isinstance(node.index[0], ir.Slice):
            found = depending(self._of_object(known, index[0], value), index[0].choices | settable(value.choices))
            return self._run.choosing.picked(found, value, index[0], node, frame) if value.sources or index[0].sources else found
        if known is not None and known.kind in ("list", "tuple"):
            return self._run.new(self._run.place(frame, node), _sliced(known, node.index[0]), value.type, value.sources)
        if value.texts and isinstance(node.index[0], ir.Slice):
            return self._run.texts.sliced(value, node.index[0])
        if value.type:
            return self._of_library(value, node, index, frame)
        return Value(sources=subscripted(self._run, value, node, index, looped=bool(frame.loops)) | self._run.provenance.about(lineage(*index)))

    def _of_object(self, known: Object, index: Value, value: Value) -> Value:
        key = self._run.key(index)
        if known.kind in ("list", "tuple", "namespace") and known.items is not None and len(index.const) == 1 and isinstance(index.const[0], int):
            position = index.const[0]
            return known.items[position] if -len(known.items) <= position < len(known.items) else NOTHING
        if key is not None and key in known.fields:
            return known.fields[key]
        if key is not None and known.kind == "dict" and known.rest is None:
            return Value(sources=value.sources)
        item = self._run.any_item(known)
        if known.kind == "list" and item.texts and (index.const == (-1,) or index.const == (0,) and is_first(item)):
            return newest(item)
        return item

    def _of_library(self, value: Value, node: ir.Subscript, index: list[Value], frame: Frame) -> Value:
        place = self._run.place(frame, node)
        row = self._run.catalogue.method(value.type, "__getitem__")
        if row is not None:
            return self._run.calls.apply(row, value, tuple(index), {}, place, frame)
        kind, sources = self._run.catalogue.type(value.type), subscripted(self._run, value, node, index, looped=bool(frame.loops))
        if kind is None:
            return Value(sources=sources)
        self._by_position(value, node, kind.columns_axis, place, frame)
        layout = self._run.layouts.item(value, node, index, kind.columns_axis, place)
        if not layout and kind.columns_by_name and value.layout and index[0].ref:
            layout = self._run.layouts.renewed(place)
        if kind.columns_by_name and isinstance(node.index[0], ir.Slice | ir.Compare | ir.Sequence | ir.BinOp | ir.UnaryOp | ir.Call):
            if self._chooses_rows(node.index[0], index[0]):
                self._run.emit(frame, "filter", place, sources=value.sources)
            kept = frozenset[int]() if isinstance(node.index[0], ir.Sequence) else value.columns  # a list of names makes an order of its own
            return Value(type=value.type, sources=sources, columns=kept, passed=value.passed, layout=layout)
        part = value.type if kind.element == "self" else kind.element
        return Value(type=part, sources=sources, passed=self._run.conversions.kept(part, value.passed), layout=layout)

    def _chooses_rows(self, node: ir.Expr, index: Value) -> bool:
        """Return whether an index is a condition on rows: one that makes a text, or a container of names, takes columns."""
        if isinstance(node, ir.Compare):
            return True
        if isinstance(node, ir.UnaryOp | ir.BinOp):
            return node.op in _LOGICAL
        return isinstance(node, ir.Call) and self._run.catalogue.representation(index.type) in _IN_ROWS

    def _by_position(self, value: Value, node: ir.Subscript, axis: int | None, place: Place, frame: Frame) -> None:
        """Note that columns of data that was read are taken by number."""
        if axis is None or len(node.index) <= axis or not value.columns:
            return
        if (columns := _positions(node.index[axis])) is not None:
            self._run.emit(frame, "column-use", place, sources=value.columns, api=value.type, detail=(("by", "position"), ("columns", columns)))

    def assign(self, target: ir.Attr | ir.Subscript, value: Value, frame: Frame) -> None:
        """Store into an attribute or item: strong on a known object, lineage added to data."""
        receiver = evaluate(self._run, target.value, frame)
        if isinstance(target, ir.Attr):
            self.set(receiver, target.attr, value)
            if receiver.type and not receiver.ref:
                self._set_in_data(receiver, target, value, frame)
            return
        index = [evaluate(self._run, part, frame) for part in target.index]
        known = self._run.heap.get(receiver.ref)
        if known is None:
            sources, book, place = self._stored(value), self._run.provenance, self._run.place(frame, target)
            by_name = len(index) > 1 or index[0].texts or index[0].ref
            if index[0].sources and book.rows(index[0].sources):
                sources = book.as_statistic(sources)
            layout = self._run.layouts.stored(receiver, target, index, value, place) if receiver.layout else NO_LAYOUT
            self.flow_into(target.value, book.brought(sources, (names(self._run, index[-1]) or ()) if by_name else (), receiver.sources), frame, layout=layout)
            return
        key = self._run.key(index[0])
        if known.kind in ("list", "tuple") and known.items is not None and len(index[0].const) == 1 and isinstance(index[0].const[0], int):
            items = list(known.items)
            if -len(items) <= index[0].const[0] < len(items):
                items[index[0].const[0]] = value
                self._run.heap.put(receiver.ref, Object(known.kind, tuple(items), known.fields, known.rest))
        elif key is not None:
            self._run.heap.set_field(receiver.ref, key, value)
        else:
            rest = value if known.rest is None else join(known.rest, value)
            fields = _replaceable(known.fields, self._run.place(frame, target)) if known.kind == "dict" and value.sources else known.fields
            self._run.heap.put(receiver.ref, Object(known.kind, known.items, fields, rest))

    def _stored(self, value: Value) -> frozenset[int]:
        """Return the provenance of a value as part of a table: which of its columns are chances is not known."""
        return self._run.provenance.unmarked(self._run.held(value))

    def _set_in_data(self, receiver: Value, target: ir.Attr, value: Value, frame: Frame) -> None:
        """Store a column, labels of rows or names of columns in data."""
        held, member, place = self._stored(value), self._run.catalogue.member(receiver.type, target.attr), self._run.place(frame, target)
        row = self._run.catalogue.lineage(member) if isinstance(member, str) else None
        if row is not None and row.keeps == "facts":
            layout = self._run.layouts.renewed(place) if receiver.layout else NO_LAYOUT
            self.flow_into(target.value, self._run.provenance.chosen(receiver.sources, ()), frame, settles=True, layout=layout)
            return
        layout = self._run.layouts.set(receiver, target.attr, place) if receiver.layout else NO_LAYOUT
        if row is not None and row.picks:
            order = self._run.provenance.keyed(receiver.sources, held, (), place, member if isinstance(member, str) else "", "index")
            self.flow_into(target.value, held | order, frame, layout=layout)
        else:
            self.flow_into(target.value, self._run.provenance.brought(held, (target.attr,), receiver.sources), frame, layout=layout)

    def renew(self, node: ir.Expr, place: Place, frame: Frame) -> None:
        """Note that a column of a table, where an expression is one, was changed in place."""
        owner = frame.get(node.value.id) if isinstance(node, ir.Attr | ir.Subscript) and isinstance(node.value, ir.Name) else None
        if owner is None or not owner.layout or not isinstance(node, ir.Attr | ir.Subscript):
            return
        name = node.attr if isinstance(node, ir.Attr) else self._run.key(evaluate(self._run, node.index[0], frame))
        if name is not None:
            self.flow_into(node.value, NO_SOURCES, frame, layout=self._run.layouts.set(owner, name, place))

    def remove(self, target: ir.Subscript, frame: Frame) -> None:
        """Delete a column of a table."""
        receiver = evaluate(self._run, target.value, frame)
        if receiver.layout and len(target.index) == 1:
            names = self._run.layouts.names(evaluate(self._run, target.index[0], frame))
            layout = self._run.layouts.lost(receiver, names, self._run.place(frame, target), frame)
            self.flow_into(target.value, NO_SOURCES, frame, layout=layout)

    def set(self, receiver: Value, name: str, value: Value) -> None:
        """Bind an attribute of a module, a class or an object."""
        if isinstance(receiver.target, ModuleTarget) and not receiver.target.path.endswith("/"):
            self._rebind(self._run.modules.load(receiver.target.path).names, name, value)
        elif isinstance(receiver.target, ClassTarget) and (info := self._run.modules.classes.get(receiver.target)):
            self._rebind(info.names, name, value)
        elif receiver.ref:
            self._run.heap.set_field(receiver.ref, name, value)

    def _rebind(self, names: dict[str, Value], name: str, value: Value) -> None:
        """Bind a name of a module or class from outside: it may still be what it was."""
        names[name] = join(names[name], value) if name in names else value
        self._run.heap.running.bind_name(names, name)

    def flow_into(self, node: ir.Expr, sources: frozenset[int], frame: Frame, *, settles: bool = False, layout: Layout = NO_LAYOUT) -> None:
        """Data stored somewhere inside the frame or array that an expression names flows into it (`settles`: and nothing else is known of its columns); its
        columns become those of `layout`, if any."""
        if not sources and not layout:
            return
        if isinstance(node, ir.Name):
            old = frame.get(node.id)
            if old is not None and (made := self._mixed(old, sources, layout, settles=settles)) is not old:
                frame.set(node.id, made)
        elif isinstance(node, ir.Attr | ir.Subscript):
            owner = evaluate(self._run, node.value, frame)
            name = node.attr if isinstance(node, ir.Attr) else self._run.key(evaluate(self._run, node.index[0], frame))
            known = self._run.heap.get(owner.ref)
            if known is None or name is None or name not in known.fields:
                self.flow_into(node.value, sources, frame, settles=settles,
                               layout=layout if name and self._run.catalogue.member(owner.type, name) else NO_LAYOUT)
            elif (made := self._mixed(known.fields[name], sources, layout, settles=settles)) is not known.fields[name]:
                self._run.heap.set_field(owner.ref, name, made)

    def _mixed(self, old: Value, sources: frozenset[int], layout: Layout, *, settles: bool) -> Value:
        """Return data into which other data flows."""
        book = self._run.provenance
        made = book.settled(old.sources, sources) if settles else old.sources if sources <= old.sources else old.sources | book.absorbed(sources, old.sources)
        same = made == old.sources and (not layout or layout == old.layout)
        return old if same else msgspec.structs.replace(old, sources=made, layout=layout or old.layout)


def _replaceable(fields: Mapping[str, Value], place: Place) -> dict[str, Value]:
    """Return the items of a mapping as what data that was read may replace, under names that are not known: they are settings."""
    by = frozenset({Choice("setting", "", place)})
    return {name: depending(value, by) for name, value in fields.items()}


def _positions(node: ir.Expr) -> str | None:
    """Return how a column index names columns by number, None when it does not."""
    if isinstance(node, ir.Slice):
        bounds = [whole_number(part) for part in (node.lower, node.upper)]
        if all(bound is None for bound in bounds):
            return None
        return ":".join("" if bound is None else str(bound) for bound in bounds)
    number = whole_number(node)
    if number is not None:
        return str(number)
    if isinstance(node, ir.Sequence) and node.elements and all(whole_number(part) is not None for part in node.elements):
        return ", ".join(str(whole_number(part)) for part in node.elements)
    return None


def _sliced(known: Object, node: ir.Expr) -> Object:
    """Return what a slice of a list or tuple holds: its items where the bounds are literal, else any of them."""
    bounds = [(part, whole_number(part)) for part in (node.lower, node.upper, node.step)] if isinstance(node, ir.Slice) else []
    if known.items is None or not bounds or any(part is not None and number is None or number == 0 and place == 2
                                                for place, (part, number) in enumerate(bounds)):
        return Object(known.kind, rest=known.element())
    return Object(known.kind, known.items[slice(*(number for _, number in bounds))], rest=known.rest)
