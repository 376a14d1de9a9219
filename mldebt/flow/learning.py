"""Rows through library calls: what a call learns from them, divides them into, picks out of them; estimators and transformers as objects with a state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mldebt.flow.chronology import Chance
from mldebt.flow.heap import Object
from mldebt.flow.timing import by_chance, divides_by_chance, timed
from mldebt.flow.value import NO_SOURCES, NOTHING, Value, lineage
from mldebt.knowledge.lineage import DivisionRow, LineageRow
from mldebt.model.lineage import FOLDS, How
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.effects import Bound
    from mldebt.flow.interpreter import Interpreter

STATEFUL = ("estimator", "transformer", "pipeline", "search", "model", "module")
"""Roles of types whose instances remember what they were fitted on."""
_FACTS = ("examine", "plot", "log", "print", "array")
"""Roles of calls whose result says something about the data that no model can learn its rows from."""
_PLAIN = LineageRow(path="")
_SAMPLE = "sample"
_STATE, _HOLDS = "state", "holds"
_STRONGEST: tuple[How, ...] = ("fit", "vocabulary", "statistic", "categories")
_LEARNER = "learner"
_MAX_DEPTH = 8


class Learning:
    """What calls do with rows."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run
        self._book = run.provenance

    def learner(self, kind: str, role: str, place: Place, given: tuple[Value, ...], state: frozenset[int] = NO_SOURCES) -> Value:
        """Return a fresh instance of a library type: an object with a state where its role says that it learns, and with what it was made of."""
        sources = lineage(*given)
        if role not in STATEFUL:
            return Value(type=kind, sources=sources)
        parts = self._run.new(Place(place.path, place.at, -place.end), Object("tuple", given)) if any(value.ref for value in given) else NOTHING
        return self._run.new(place, Object(_LEARNER, None, {_STATE: Value(sources=state), _HOLDS: parts}), kind, sources)

    def how(self, value: Value, depth: int = 0) -> How | None:
        """Return how an estimator or transformer learns from rows: one that is made of others as the strongest of them does."""
        row = self._run.catalogue.lineage(value.type) if value.type else None
        if row is None or not row.composed:
            return row.sees if row is not None else None
        known = self._run.heap.get(value.ref)
        found = self._hows(known.fields.get(_HOLDS, NOTHING), depth) if known is not None else set()
        return next((how for how in _STRONGEST if how in found), None) if found else row.sees

    def _hows(self, value: Value, depth: int) -> set[How | None]:
        """Return how the learners in some containers learn."""
        known = self._run.heap.get(value.ref) if value.ref > 0 and depth < _MAX_DEPTH else None
        if known is None:
            return set()
        if known.kind == _LEARNER:
            return {self.how(value, depth + 1)}
        items = (*(known.items or ()), *known.fields.values(), *(() if known.rest is None else (known.rest,)))
        return set[How | None]().union(*(self._hows(item, depth + 1) for item in items))

    def state(self, value: Value | None) -> frozenset[int]:
        """Return what an estimator or transformer was fitted on."""
        known = self._run.heap.get(value.ref) if value is not None and value.ref else None
        return known.fields[_STATE].sources if known is not None and _STATE in known.fields else NO_SOURCES

    def judged(self, bound: Bound, data: frozenset[int]) -> tuple[frozenset[int], frozenset[int]]:
        """Return the provenance of the data that a call judges a model on, and of the fits of the model (of a metric: of the
        model that made the predictions): of a call that makes folds those of its own."""
        row = self.row(bound)
        if not row.folds:
            own = self.state(bound.receiver)
            fits = self._book.fits(own if bound.receiver is not None else data)
            if bound.row.role == "fit":
                return self._data(bound, row) | self._book.aims(self._run.held(*(bound.get(name) for name in row.targets))), fits
            return self._data(bound, row) if own else data, fits
        held = self._run.held(*(bound.get(name) for name in row.folds))
        learned, judged = (self._book.part(held, bound.place, side) for side in FOLDS)
        return judged, self._book.fitted(learned, bound.place, bound.api)

    def row(self, bound: Bound) -> LineageRow:
        """Return what a call does with rows beyond what its role says; its arguments are bound to the names that the answer uses."""
        row = (self._run.catalogue.lineage(bound.api) if bound.api else None) or _PLAIN
        for name, value in zip(row.parameters, bound.args):
            bound.named.setdefault(name, value)
        return row

    def flowing(self, bound: Bound, given: frozenset[int], results: Mapping[str, Value]) -> frozenset[int]:
        """Return the provenance of what a call returns, by that of the data that flows into it; `results` are what the functions it was given return."""
        if not given:
            return self._book.origin(bound.place) if bound.row.role == _SAMPLE else given
        row, role = self.row(bound), bound.row.role
        if row.picks or row.leaves:
            return self._selected(bound, row)
        if row.data is not None:
            given = self._run.held(*(bound.get(name) for name in row.data))
        if self._by_itself(bound, row):
            return given
        if row.named and bound.get(row.named).target is not None:
            return given | results.get(row.named, NOTHING).sources
        if role == "fit":
            return self._fit(bound, row, given)
        if role == "transform" and (state := self.state(bound.receiver)):
            return self._data(bound, row) | self._book.shaping(state)
        if role == "predict" and (state := self.state(bound.receiver)):
            return self._data(bound, row) | self._book.fits(state)
        if row.keeps == "table":
            made = self._book.seen(given, bound.place, bound.api, row.sees or "statistic") | self._book.origin(bound.place)
            return made | self._book.order(given)
        if row.sees is not None:
            how = "count" if row.named and bound.get(row.named).text in row.counts else row.sees
            learned = self._book.seen(given, bound.place, bound.api, how)
            return learned if row.keeps == "statistic" or role == "aggregate" and row.keeps is None else given | learned
        if role == "aggregate" and row.keeps is None or row.keeps == "statistic":
            return self._book.seen(given, bound.place, bound.api, row.sees or "statistic")
        return self._book.about(given) if row.keeps == "facts" or role in _FACTS and row.keeps is None else given

    def timed(self, bound: Bound, sources: frozenset[int]) -> frozenset[int]:
        """Return the provenance of what a call returns with what the call says of the order of rows in time, and of columns."""
        row = self.row(bound)
        told = row.time is not None or row.columns or row.without or row.renames
        return timed(self._run, bound, row, sources) if told else sources

    def splitter(self, bound: Bound) -> frozenset[int]:
        """Return what is known of an instance that divides rows: whether it does so by chance."""
        row = self.row(bound)
        return self._book.fact(Chance(bound.place)) if row.division is not None and by_chance(bound, row.division) else NO_SOURCES

    def by_chance(self, bound: Bound) -> bool:
        """Return whether a call divides rows by chance."""
        return divides_by_chance(self._run, bound, self.row(bound))

    def _by_itself(self, bound: Bound, row: LineageRow) -> bool:
        """Return whether a call does the same to each row, whatever the others are."""
        axis, number = bound.get(row.axis) if row.axis else NOTHING, bound.get(row.number) if row.number else NOTHING
        return axis.const == (1,) or axis.text == "columns" or bool(row.number) and not number.const

    def _data(self, bound: Bound, row: LineageRow) -> frozenset[int]:
        """Return the provenance of the arguments that a call learns from or works on."""
        if row.learns is None:
            return self._run.held(*bound.args, *bound.keywords.values())
        return self._run.held(*(bound.get(name) for name in row.learns))

    def _fit(self, bound: Bound, row: LineageRow, given: frozenset[int]) -> frozenset[int]:
        """Note in the receiver what it learns; return the provenance of the result."""
        data, receiver = self._data(bound, row), bound.receiver
        learned = data | self._book.rows(self._run.held(*(bound.get(name) for name in row.targets)))
        kind = receiver.type if receiver is not None else ""
        how = self.how(receiver) if receiver is not None else None
        model = self._run.catalogue.lineage(kind) if kind else None
        state = self._book.fitted(learned, bound.place, kind or bound.api) if model is None or not model.unsupervised else NO_SOURCES
        if how is not None:
            state |= self._book.seen(data, bound.place, kind, how)
        known = self._run.heap.get(receiver.ref) if receiver is not None else None
        if receiver is not None and known is not None and known.kind == _LEARNER:
            self._run.heap.put(receiver.ref, Object(_LEARNER, None, {**known.fields, _STATE: Value(sources=state)}))
        if bound.row.returns == "self":
            return self._book.about(given)
        return data | self._book.shaping(state) if data else given

    def result(self, bound: Bound, sources: frozenset[int]) -> Value | None:
        """Return the value of a call that divides rows, or makes a model by fitting it; None for all others."""
        row = self.row(bound)
        if row.division is not None:
            return self._divided(bound, row.division, sources)
        kind = self._run.catalogue.type(bound.row.returns) if bound.row.role == "fit" and bound.receiver is None else None
        if kind is None or kind.role not in STATEFUL:
            return None
        state = self._book.fitted(self._data(bound, row), bound.place, bound.row.returns)
        return self.learner(bound.row.returns, kind.role, bound.place, (), state)

    def _divided(self, bound: Bound, division: DivisionRow, sources: frozenset[int]) -> Value:
        if division.out == "pairs":
            parts = tuple(self._side(value, bound.place, side) for value in bound.args for side in ("train", "test"))
            return self._run.new(bound.place, Object("tuple", parts), self._run.catalogue.literal("tuple"), sources)
        if division.out == "each":
            back = tuple(self._back(bound, value) for value in bound.args)
            return self._run.new(bound.place, Object("tuple", back), self._run.catalogue.literal("tuple"), sources)
        data = self._run.held(bound.receiver or NOTHING, *bound.args) or self._book.origin(bound.place)
        if division.out == "folds":
            kind = self._run.catalogue.literal("list")
            sides = tuple(Value(sources=self._book.index(data, bound.place, side)) for side in FOLDS)
            pair = self._run.new(Place(bound.place.path, bound.place.at, -bound.place.end), Object("tuple", sides), self._run.catalogue.literal("tuple"), data)
            return self._run.new(bound.place, Object("list", None, {}, pair), kind, data)
        receiver = bound.receiver or (bound.args[0] if bound.args else NOTHING)
        if division.out == "sample":
            whole = bound.get(division.whole).const in ((1,), (1.0,)) if division.whole else False
            kept = receiver.sources | self._book.shuffled(receiver.sources, bound.place) if whole else self._book.part(receiver.sources, bound.place, "in")
            kind = receiver.type if bound.row.returns == "self" else bound.row.returns
            return Value(type=kind, sources=kept, columns=receiver.columns, passed=receiver.passed)
        return self._parts(bound, division, receiver)

    def _side(self, value: Value, place: Place, side: str) -> Value:
        """Return one side of a division of an argument: of data its rows, of positions those of that side."""
        held = value.sources or self._book.origin(place)
        sources = self._book.part(held, place, side)
        if sources == held:
            sources = self._book.index(held, place, side)
        return Value(type=value.type, sources=sources, passed=value.passed)

    def _back(self, bound: Bound, value: Value) -> Value:
        """Return an argument as a call gives it back, with what it saw of it."""
        how, data = self.row(bound).sees, self._run.held(value)
        return Value(type=value.type, sources=data | self._book.seen(data, bound.place, bound.api, how) if how is not None else data, passed=value.passed)

    def _parts(self, bound: Bound, division: DivisionRow, receiver: Value) -> Value:
        known = self._run.heap.get(bound.get(division.sizes or division.cuts).ref)
        count = len(known.items) + bool(division.cuts) if known is not None and known.items is not None else 2
        held = receiver.sources or self._book.origin(bound.place)
        parts = tuple(Value(type=receiver.type, sources=self._book.part(held, bound.place, str(number))) for number in range(count))
        return self._run.new(bound.place, Object("tuple", parts), self._run.catalogue.literal("tuple"), held)

    def _selected(self, bound: Bound, row: LineageRow) -> frozenset[int]:
        """Return the rows that positions, labels or a mask pick out of the data, or leave of it."""
        names = (*row.picks, *row.leaves)
        rest = lineage(*(value for name, value in bound.named.items() if name not in names), *(() if bound.receiver is None else (bound.receiver,)))
        for name in names:
            if by := bound.get(name).sources:
                rest = self._book.picked(rest, by, without=name in row.leaves)
        return rest
