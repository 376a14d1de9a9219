"""What scores decide: which branch is taken, which of several things is kept, when a fit stops; and where chances are cut into decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from mldebt.flow import verdicts
from mldebt.flow.chances import is_given
from mldebt.flow.trace import Call, RawEvent, Trace
from mldebt.flow.value import NO_SOURCES, NOTHING, Value, blank, lineage
from mldebt.knowledge.lineage import SteerRow, WatchRow
from mldebt.model import ir
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.effects import Bound
    from mldebt.flow.frame import Frame
    from mldebt.flow.heap import Object
    from mldebt.flow.interpreter import Interpreter

_ORDER = ("<", ">", "<=", ">=", "==", "!=")
_TABLES = ("frame", "array", "tensor")
_MAX_DEPTH = 4
_USES = ("fit", "predict", "score")
_PICKED, _USED = (("by", "picked"),), (("by", "used"),)


class By(NamedTuple):
    """What chooses a branch: the choices that its test holds, and where the test stands."""

    choices: frozenset[int]
    place: Place


class Choosing:
    """Follows scores to what they decide."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run
        self._book = run.provenance

    def compared(self, node: ir.Compare, left: Value, rights: Sequence[Value], frame: Frame) -> frozenset[int]:
        """Return what comes out where scores are compared with scores; note where chances are compared with a literal."""
        if len(rights) > 1 or node.ops[0] not in _ORDER:
            return NO_SOURCES
        right = rights[0]
        if left.sources and right.sources:
            if self._run.catalogue.representation(left.type) in _TABLES:
                return NO_SOURCES
            return verdicts.chosen(self._book, left.sources, right.sources, self._run.place(frame, node))
        for data, part, literal in ((left, node.left, node.comparators[0]), (right, node.comparators[0], node.left)):
            if data.sources and isinstance(literal, ir.Const) and isinstance(literal.value, float) and is_given(self._run, data, part, frame):
                detail = ("at", repr(literal.value)), ("by", node.ops[0])
                self._run.emit(frame, "cut", self._run.place(frame, node), data=data.sources, model=self._book.fits(data.sources), detail=detail)
        return NO_SOURCES

    def among(self, bound: Bound, given: frozenset[int]) -> frozenset[int]:
        """Return what comes out where a call picks by scores; note it where models go along with these."""
        found = verdicts.chosen(self._book, given, given, bound.place)
        if found and bound.frame is not None and any(map(self._goes_along, bound.given())):
            self._run.emit(bound.frame, "decide", bound.place, data=found, detail=_PICKED)
        return found

    def _goes_along(self, value: Value) -> bool:
        """Return whether picking one item of a container picks a model: of a mapping it picks a key."""
        known = self._run.heap.get(value.ref)
        return known is not None and known.kind != "dict" and self._run.learning.holds(value)

    def ordered(self, bound: Bound, made: Value) -> Value:
        """Return what a call that puts things in order gave: where scores say which comes first, what is taken of it by its place is chosen by them."""
        row = self._run.catalogue.lineage(bound.api) if bound.api else None
        if row is None or not row.chooses:
            return made
        given = self._run.held(*bound.given())
        found = verdicts.chosen(self._book, given, given, bound.place)
        return _marked(made, found) if found else made

    def picked(self, found: Value, value: Value, index: Value, node: ir.Subscript, frame: Frame) -> Value:
        """Return an item of a container, as chosen by what chose the index or put the container in order; note it where a model is picked.

        Whoever goes through what is in order takes all, and what is picked may only be looked at: see `used`.
        """
        choices = self._book.choices(value.sources | index.sources)
        if not choices:
            return found
        if self._run.learning.holds(found):
            self._run.emit(frame, "decide", self._run.place(frame, node), data=choices, detail=_PICKED)
        return _marked(found, choices)

    def used(self, bound: Bound) -> None:
        """Note that a model which may be chosen is put to use: it learns, predicts, is scored or written."""
        if bound.frame is None:
            return
        acts = bound.row.role in _USES and bound.receiver is not None
        models = (bound.receiver or NOTHING,) if acts else tuple(filter(self._run.learning.holds, bound.given())) if bound.row.write is not None else ()
        data = lineage(*models)
        if data and (min(data) < 0 or self._book.choices(data)):
            self._run.emit(bound.frame, "decide", bound.place, data=data, detail=_USED)

    def made(self, learner: Value, place: Place, frame: Frame) -> None:
        """Note that scores chose what a model is made with."""
        if choices := self._book.choices(learner.sources):
            self._run.emit(frame, "decide", place, data=choices)

    def by(self, test: Value, node: ir.Expr, place: Place) -> By | None:
        """Return what chooses a branch, None where scores do not: a test of whether there is something that they chose is no choice."""
        choices = self._book.choices(test.sources)
        if choices and not (blank(test) and isinstance(node, ir.Name | ir.Attr)):
            choices = frozenset(item for item in choices if verdicts.made_at(self._book, item, place))
        return By(choices, place) if choices else None

    def kept(self, by: By, end: tuple[dict[str, Value], dict[int, Object]], frame: Frame, first: int) -> tuple[dict[str, Value], dict[int, Object]]:
        """Return the end of a branch that scores chose, what is bound in it as chosen by them; note it where the branch keeps or writes something.

        `first` is the first item of the trace that the branch made.
        """
        names, objects = end
        values = [*names.values(), *(value for known in objects.values() for value in (*(known.items or ()), *known.fields.values()))]
        if any(map(self._keeps, values)) or any(map(_writes, frame.trace.items[first:])):
            self._run.emit(frame, "decide", by.place, data=by.choices)
        return {name: _marked(value, by.choices) for name, value in names.items()}, objects

    def _keeps(self, value: Value) -> bool:
        """Return whether a value is a score or a model."""
        return bool(value.sources and verdicts.scores(self._book, value.sources)) or bool(value.ref and self._run.learning.holds(value))

    def searched(self, bound: Bound, results: Mapping[str, Value]) -> None:
        """Note that a search decides by the scores which a function returns."""
        row = self._run.learning.row(bound)
        if row.searches and bound.frame is not None:
            given = self._run.held(*results.values())
            if found := verdicts.chosen(self._book, given, given, bound.place):
                self._run.emit(bound.frame, "decide", bound.place, api=bound.api, data=found)

    def watched(self, bound: Bound) -> None:
        """Note the rows that steer a fit beside those it learns from, where something consults them."""
        watch = self._run.learning.row(bound).watches
        if watch is None or bound.frame is None or not (by := self._consulted(bound, watch)):
            return
        given = [bound.get(name) for name in watch.rows if name in bound.named]
        if data := self._run.held(*(self._last(value) if watch.last else value for value in given)):
            self._run.emit(bound.frame, "tune", bound.place, api=bound.api, data=data, detail=(("by", by),))

    def _last(self, value: Value) -> Value:
        known = self._run.heap.get(value.ref)
        return known.items[-1] if known is not None and known.items and known.kind == "list" else value

    def _consulted(self, bound: Bound, watch: WatchRow) -> str:
        """Return what consults the rows that a fit watches: an argument, a setting or a callback; empty where nothing does."""
        if watch.always:
            off = watch.unless and self._given(bound, watch.unless).const in ((False,), (None,))
            return "" if off else next((name for name in watch.rows if name in bound.named), "")
        mapping = self._run.heap.get(bound.get(watch.within).ref) if watch.within else None
        for name in watch.by:
            value = mapping.fields.get(name) if mapping is not None and name in mapping.fields else self._given(bound, name)
            if value is not None and value is not NOTHING and value.const not in ((None,), (False,), (0,)):
                return name
        return next((found for name in watch.callbacks if (found := self._steering(self._given(bound, name), 0))), "")

    def _given(self, bound: Bound, name: str) -> Value:
        """Return an argument of a call, or what its receiver was made with."""
        return bound.named[name] if name in bound.named else self._run.learning.setting(bound.receiver, name) or NOTHING

    def _steering(self, value: Value, depth: int) -> str:
        """Return the name of the callback that steers a fit among those given, empty where none does."""
        row = self._run.catalogue.lineage(value.type) if value.type else None
        if row is not None and row.steers is not None:
            return value.type.rpartition(".")[2].lstrip("_") if self._steers(value, row.steers) else ""
        known = self._run.heap.get(value.ref) if value.ref and depth < _MAX_DEPTH else None
        if known is None or known.kind not in ("list", "tuple"):
            return ""
        items = (*(known.items or ()), *known.fields.values(), *(() if known.rest is None else (known.rest,)))
        return next((found for item in items if (found := self._steering(item, depth + 1))), "")

    def _steers(self, value: Value, row: SteerRow) -> bool:
        monitor = self._run.learning.setting(value, row.monitor) if row.monitor else None
        only = self._run.learning.setting(value, row.only) if row.only else None
        if row.only and (only is None or only.const != (True,)):
            return False
        return monitor is None or monitor.text is not None and monitor.text.startswith(row.watched)


def _marked(value: Value, choices: frozenset[int]) -> Value:
    """Return a value as chosen."""
    return msgspec.structs.replace(value, sources=value.sources | choices)


def _writes(item: RawEvent | Call) -> bool:
    """Return whether something was written."""
    if isinstance(item, RawEvent):
        return item.kind == "write"
    return _any_write(item.trace)


def _any_write(trace: Trace) -> bool:
    return any(map(_writes, trace.items))
