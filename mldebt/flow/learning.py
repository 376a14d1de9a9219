"""Rows through library calls: what a call learns from them, divides them into, picks out of them; estimators and transformers as objects with a state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mldebt.flow import verdicts
from mldebt.flow.chronology import Chance
from mldebt.flow.columns import Layout
from mldebt.flow.heap import LEARNER, Object, front
from mldebt.flow.timing import by_chance, divides_by_chance, timed
from mldebt.flow.value import NO_SOURCES, NOTHING, Value, lineage, text
from mldebt.knowledge.lineage import DivisionRow, LineageRow
from mldebt.model.events import Kind
from mldebt.model.lineage import FOLDS, How
from mldebt.model.pattern import pattern
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.effects import Bound
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

STATEFUL = ("estimator", "transformer", "pipeline", "search", "model", "module")
"""Roles of types whose instances remember what they were fitted on."""
_PIPELINE = "pipeline"
_MODELS = ("estimator", "pipeline", "search", "model", "module", "weights")
"""Roles of types that are models, or what models learned."""
_FACTS = ("examine", "plot", "log", "print", "array")
"""Roles of calls whose result says something about the data that no model can learn its rows from."""
_PLAIN = LineageRow(path="")
_NEW, _SCORE = ("sample", "input"), "score"
"""Roles of calls that bring rows from nowhere: made, or put in by somebody; and of those that judge."""
_STATE, _HOLDS, _KINDS = "state", "holds", "kinds"
_STRONGEST: tuple[How, ...] = ("fit", "vocabulary", "statistic", "categories")
_TWO = "binary"
_MAX_DEPTH, _MAX_SAVED = 8, 4
_ASKED: dict[str, Kind] = {"predict": "predict", "fit": "fit"}
"""Roles of calls that tell of a model that was loaded, with the events they are."""


class Learning:
    """What calls do with rows."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run
        self._book = run.provenance

    def learner(
        self, kind: str, role: str, place: Place, args: tuple[Value, ...], keywords: Mapping[str, Value], state: frozenset[int] = NO_SOURCES
    ) -> Value:
        """Return a fresh instance of a library type: an object with a state where its role says that it learns, with what it was made of and is asked for."""
        given = (*args, *keywords.values())
        sources = lineage(*given)
        row = self._run.catalogue.lineage(kind)
        if role not in STATEFUL and (row is None or not row.settings):
            return Value(type=kind, sources=sources) if row is None or row.division is None else self._folds(kind, place, sources)
        parts = self._run.new(Place(place.path, place.at, -place.end), Object("tuple", given)) if any(value.ref for value in given) else NOTHING
        named = {**dict(zip(row.parameters, args)), **keywords} if row is not None and row.settings else {}
        kept = {f"={name}": named[name] for name in row.settings if name in named} if row is not None and named else {}
        fields = {_STATE: Value(sources=state), _HOLDS: parts, _KINDS: text(pattern(kind)), **kept}
        return self._run.new(place, Object(LEARNER, None, fields), kind, sources)

    def setting(self, value: Value | None, name: str) -> Value | None:
        """Return what an instance was made with, None where it was not given."""
        known = self._run.heap.get(value.ref) if value is not None and value.ref else None
        return known.fields.get(f"={name}") if known is not None and known.kind == LEARNER else None

    def kind(self, known: Object | None) -> str:
        """Return the type that all have in common which an object stands for; empty for what is no learner."""
        kinds = known.fields[_KINDS].texts if known is not None and known.kind == LEARNER and _KINDS in known.fields else ()
        return self._run.catalogue.common([kind.literal or "" for kind in kinds])

    def holds(self, value: Value, depth: int = 0) -> bool:
        """Return whether a value is a learner, or a container that holds one."""
        known = self._run.heap.get(value.ref) if value.ref > 0 and depth < _MAX_DEPTH else None
        if known is None or known.kind == LEARNER:
            return known is not None
        items = (*(known.items or ()), *known.fields.values(), *(() if known.rest is None else (known.rest,)))
        return any(self.holds(item, depth + 1) for item in items)

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
        if known.kind == LEARNER:
            return {self.how(value, depth + 1)}
        items = (*(known.items or ()), *known.fields.values(), *(() if known.rest is None else (known.rest,)))
        return set[How | None]().union(*(self._hows(item, depth + 1) for item in items))

    def state(self, value: Value | None) -> frozenset[int]:
        """Return what an estimator or transformer was fitted on."""
        known = self._run.heap.get(value.ref) if value is not None and value.ref else None
        return known.fields[_STATE].sources if known is not None and _STATE in known.fields else NO_SOURCES

    def given(self, bound: Bound) -> tuple[Layout, ...]:
        """Return what is known of the columns of the features that a call learns from, and of the answers, where it is given both."""
        row = self.row(bound)
        if row.learns is None and not row.targets:
            return ()
        features = next((value for name in row.learns or () if (value := bound.get(name)) is not NOTHING), NOTHING)
        answers = next((value for name in row.targets if (value := bound.get(name)) is not NOTHING), NOTHING)
        return (features.layout, answers.layout) if features.layout else ()

    def parts(self, value: Value | None) -> tuple[str, ...]:
        """Return the types of what an estimator is made of, one after the other, itself first; one is empty where some of it is not known."""
        return tuple(dict.fromkeys(self._types(value, 0))) if value is not None else ()

    def _types(self, value: Value, depth: int) -> Iterator[str]:
        """Yield the type of an estimator and those of what it holds; of a container those of its items."""
        known = self._run.heap.get(value.ref) if value.ref > 0 and depth < _MAX_DEPTH else None
        if known is not None and known.kind == LEARNER:
            yield value.type
            held, row = known.fields.get(_HOLDS, NOTHING), self._run.catalogue.lineage(value.type)
            given = self._run.heap.get(held.ref)
            if row is not None and row.composed:
                yield from self._types(held, depth + 1)
            elif given is not None:  # what is searched or calibrated comes first, settings after it
                yield from (self._types(given.items[0], depth + 1) if given.items else ())
        elif known is not None:
            for item in (*(known.items or ()), *known.fields.values(), *(() if known.rest is None else (known.rest,))):
                yield from self._types(item, depth + 1)
        elif not value.known:
            yield value.type
            if (row := self._run.catalogue.lineage(value.type)) is not None and row.composed:
                yield ""

    def judged(self, bound: Bound, data: frozenset[int]) -> tuple[frozenset[int], frozenset[int]]:
        """Return the provenance of the data that a call judges a model on, and of the fits of the model (of a metric: of the
        model that made the predictions): of a call that makes folds those of its own."""
        row = self.row(bound)
        if not row.folds:
            own = self.state(bound.receiver)
            model = self._book.fits(data) if bound.receiver is None else self._book.fits(own) | self.loaded(bound.receiver)
            if bound.row.role == "fit":
                return self._data(bound, row) | self._book.aims(self._run.held(*(bound.get(name) for name in row.targets))), model
            return self._data(bound, row) if own else data, model
        held = self._run.held(*(bound.get(name) for name in row.folds))
        learned, judged = (self._book.part(held, bound.place, side) for side in FOLDS)
        return judged, self._book.fitted(learned, bound.place, bound.api)

    def fits_here(self, bound: Bound) -> bool:
        """Return whether a call fits a model: its own, or one that it is given for each fold."""
        return bound.row.role == "fit" or bool(self.row(bound).folds)

    def manner(self, bound: Bound) -> tuple[tuple[str, str], ...]:
        """Return what kind of score a call gives: of labels or of a ranking, and whether it knows two classes only."""
        row = self.row(bound)
        if row.judges is None:
            return ()
        pairs = row.pairs and (row.pairs not in bound.named or bound.get(row.pairs).text == _TWO)
        return ("judges", row.judges), *((("classes", "two"),) if pairs else ())

    def loaded(self, value: Value) -> frozenset[int]:
        """Return by which reads an object may have been loaded: of one that is made here those of what was put into it."""
        known = self._run.heap.get(value.ref)
        found = self.state(value) if known is not None and known.kind == LEARNER else value.sources
        return frozenset(item for item in found if (read := self._book.origin_of(item)) < 0 or read in self._run.loads)

    def asked(self, api: str, receiver: Value, given: tuple[Value, ...], place: Place, frame: Frame) -> None:
        """Note that an object whose type is not known is asked to do what a model does, if it may be one that was loaded."""
        model, role = self.loaded(receiver), self._run.catalogue.calls[api].role
        if model and role in _ASKED:
            sources, data = self._run.held(receiver, *given), self._run.held(*given)
            self._run.emit(frame, _ASKED[role], place, sources=sources, api=api, must=False, model=model, data=data, loaded=True)

    def saved(self, values: tuple[Value, ...], depth: int = 0) -> frozenset[int]:
        """Return what the learners were fitted on that some values are or hold: containers, objects of the project, pipelines."""
        found = NO_SOURCES
        for value in values:
            known = self._run.heap.get(value.ref) if value.ref > 0 and depth < _MAX_SAVED else None
            if known is not None:
                inner = known.fields.get(_HOLDS, NOTHING) if known.kind == LEARNER else NOTHING
                held = (inner,) if known.kind == LEARNER else (*(known.items or ()), *known.fields.values(), *(() if known.rest is None else (known.rest,)))
                found |= self.state(value) | self.saved(held, depth + 1)
        return found

    def holds_model(self, values: tuple[Value, ...], depth: int = 0) -> bool:
        """Return whether some values are, or hold, a model or its weights, fitted or not."""
        return any(self._is_model(value) or self.holds_model(self._held(value), depth + 1) for value in values) if depth < _MAX_SAVED else False

    def _is_model(self, value: Value) -> bool:
        kind = self._run.catalogue.type(value.type) if value.type else None
        if kind is not None and kind.role == _PIPELINE:  # one of transformers alone is none
            return self._ends_in_model(value)
        return (kind.role if kind is not None else self._run.hooks.role(value) if value.type else "") in _MODELS

    def _ends_in_model(self, value: Value, depth: int = 0) -> bool:
        """Return whether an object, or one that it was made of, is a model other than a pipeline."""
        known = self._run.heap.get(value.ref) if value.ref > 0 and depth < _MAX_DEPTH else None
        if known is None:
            return False
        kind = self._run.catalogue.type(value.type) if value.type else None
        if known.kind == LEARNER and kind is not None and kind.role in _MODELS and kind.role != _PIPELINE:
            return True
        return any(self._ends_in_model(item, depth + 1) for item in (*(known.items or ()), *known.fields.values()))

    def _held(self, value: Value) -> tuple[Value, ...]:
        known = self._run.heap.get(value.ref) if value.ref > 0 else None
        return tuple(known.fields.values()) if known is not None and known.kind == "dict" else ()

    def row(self, bound: Bound) -> LineageRow:
        """Return what a call does with rows beyond what its role says; its arguments are bound to the names that the answer uses."""
        row = (self._run.catalogue.lineage(bound.api) if bound.api else None) or _PLAIN
        for name, value in zip(row.parameters, bound.args):
            bound.named.setdefault(name, value)
        return row

    def features(self, bound: Bound) -> list[Value]:
        """Return the arguments of a call without the answers that it learns from."""
        answers = [bound.named.get(name) for name in self.row(bound).targets]
        return [value for value in (*bound.args, *bound.keywords.values()) if not any(value is answer for answer in answers)]

    def flowing(self, bound: Bound, given: frozenset[int], results: Mapping[str, Value]) -> frozenset[int]:
        """Return the provenance of what a call returns, by that of the data that flows into it; `results` are what the functions it was given return."""
        if not given:
            return self._book.origin(bound.place) if bound.row.role in _NEW else given
        row = self.row(bound)
        found = self._flowing(bound, row, given, results)
        if row.chances:
            return found | verdicts.predicted(self._book, found, bound.place, bound.api)
        if row.chooses:
            return found | self._run.choosing.among(bound, given) | self._book.marks(given)
        return found

    def _flowing(self, bound: Bound, row: LineageRow, given: frozenset[int], results: Mapping[str, Value]) -> frozenset[int]:
        role = bound.row.role
        if row.picks or row.leaves:
            return self._selected(bound, row)
        if row.fills:
            filling = self._run.held(*(bound.get(name) for name in row.fills))
            return given - filling | self._book.as_statistic(filling)
        if row.data is not None:
            given = self._run.held(*(bound.get(name) for name in row.data))
        if row.mask:
            return self._book.mask(given, bound.place)
        if row.labelled:
            return self._book.labelled(given)
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
        if role == _SCORE and row.keeps is None:
            data, fits = self.judged(bound, given)
            return verdicts.scored(self._book, data | fits, bound.place, bound.api) if fits else self._book.unmarked(given)
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
            state |= self._book.shaping(self._book.seen(data, bound.place, kind, how))
        if receiver is not None:
            self._learned(receiver.ref, state)
            for part in self._run.heap.parts(receiver.ref):
                self._learned(part, state | self.state(Value(ref=part)))
        if bound.row.returns == "self":
            return self._book.about(given)
        return data | self._book.shaping(state) if data else given

    def _learned(self, address: int, state: frozenset[int]) -> None:
        """Note in a learner what it was fitted on."""
        known = self._run.heap.get(address)
        if known is not None and known.kind == LEARNER:
            self._run.heap.put(address, Object(LEARNER, None, {**known.fields, _STATE: Value(sources=state)}))

    def result(self, bound: Bound, sources: frozenset[int]) -> Value | None:
        """Return the value of a call that divides rows, or makes a learner, fitted or not; None for all others."""
        row = self.row(bound)
        if row.settings:
            return self.learner(bound.row.returns, bound.row.role, bound.place, bound.args, bound.keywords)
        if row.division is not None:
            return self._divided(bound, row.division, sources)
        makes = bound.receiver is None and bound.row.role in ("fit", *STATEFUL)
        kind = self._run.catalogue.type(bound.row.returns) if makes else None
        if kind is None or kind.role not in STATEFUL:
            return None
        if bound.row.role != "fit":
            return self.learner(bound.row.returns, kind.role, bound.place, bound.args, bound.keywords)
        state = self._book.fitted(self._data(bound, row), bound.place, bound.row.returns)
        return self.learner(bound.row.returns, kind.role, bound.place, (), {}, state)

    def _divided(self, bound: Bound, division: DivisionRow, sources: frozenset[int]) -> Value:
        if division.out == "pairs":
            parts = tuple(self._side(value, bound.place, side) for value in bound.args for side in ("train", "test"))
            return self._run.new(bound.place, Object("tuple", parts), self._run.catalogue.literal("tuple"), sources)
        if division.out == "each":
            named = self.row(bound).data
            back = tuple(self._back(bound, value) for value in (bound.args if named is None else map(bound.get, named)))
            if len(back) == 1:
                return back[0]
            return self._run.new(bound.place, Object("tuple", back), self._run.catalogue.literal("tuple"), sources)
        data = self._run.held(bound.receiver or NOTHING, *bound.args) or self._book.origin(bound.place)
        if division.out == "folds":
            return self._folds(self._run.catalogue.literal("list"), bound.place, data)
        receiver = bound.receiver or (bound.args[0] if bound.args else NOTHING)
        if division.out == "sample":
            whole = bound.get(division.whole).const in ((1,), (1.0,)) if division.whole else False
            kept = receiver.sources | self._book.shuffled(receiver.sources, bound.place) if whole else self._book.part(receiver.sources, bound.place, "in")
            kind = receiver.type if bound.row.returns == "self" else bound.row.returns
            return Value(type=kind, sources=kept, columns=receiver.columns, passed=receiver.passed, layout=receiver.layout)
        return self._parts(bound, division, receiver)

    def _folds(self, kind: str, place: Place, data: frozenset[int]) -> Value:
        """Return pairs of positions, one pair after the other: of a division at `place`."""
        sides = tuple(Value(sources=self._book.index(data or self._book.origin(place), place, side)) for side in FOLDS)
        pair = self._run.new(Place(place.path, place.at, -place.end), Object("tuple", sides), self._run.catalogue.literal("tuple"), data)
        return self._run.new(place, Object("list", None, front((pair,)), pair), kind, data)

    def _side(self, value: Value, place: Place, side: str) -> Value:
        """Return one side of a division of an argument: of data its rows, of positions those of that side."""
        held = value.sources or self._book.origin(place)
        sources = self._book.part(held, place, side)
        if sources == held:
            sources = self._book.index(held, place, side)
        return Value(type=value.type, sources=sources, passed=value.passed, layout=value.layout)

    def _back(self, bound: Bound, value: Value) -> Value:
        """Return an argument as a call gives it back, with what it saw of it."""
        how, data = self.row(bound).sees, self._run.held(value)
        sources = data | self._book.seen(data, bound.place, bound.api, how) if how is not None else data
        return Value(type=value.type, sources=sources, passed=value.passed, layout=value.layout)

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
