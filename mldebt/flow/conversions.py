"""Conversions of representation: derived from the types that go into a call and come out of it, and noted on the data that passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from mldebt.flow.heap import Object
from mldebt.flow.value import Chain, Value, longest
from mldebt.model.events import FILE, Conversion
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.effects import Bound
    from mldebt.flow.interpreter import Interpreter

MAX_PASSED, MAX_ITEMS, MAX_NESTING = 12, 8, 3
CONTAINERS = ("list", "tuple", "set", "dict")
_ABOUT = ("aggregate", "array", "draw", "examine", "log", "number", "numbers", "plot", "predict", "score")
"""Roles of calls whose result says something about the data, or is new data, and is not the data itself."""


class Conversions:
    """The conversions of a run by number (from 1): what stands at one place converts the same way, whatever calls lead there."""

    def __init__(self, run: Interpreter) -> None:
        """Start with none."""
        self._run = run
        self._numbers: dict[Conversion, int] = {}
        self.table: list[Conversion] = []

    def result(self, bound: Bound, kind: str, own: frozenset[int]) -> Chain:
        """Return what the result of a call (of type `kind`; `own` are its reads) has passed: what its longest-travelled argument has, and the call itself."""
        after = self._run.catalogue.representation(kind)
        row = bound.row
        if not after or row.role in _ABOUT or bound.place.end <= bound.place.at:
            return ()
        if own:
            return (self._number(Conversion(bound.place, FILE, after, bound.api)),)
        receiver = () if bound.receiver is None else (bound.receiver,)
        given = [*receiver, *self._run.learning.features(bound)] if row.passes is None else [bound.get(name) for name in row.passes]
        before, passed = self._travelled(given)
        return self._step(before, after, passed, bound.place, bound.api, labelled=row.labels in bound.named)

    def attribute(self, value: Value, kind: str, name: str, place: Place) -> Chain:
        """Return what an attribute of a library type has passed: the data in another form, not facts about it (which are plain values of the language)."""
        after = self._run.catalogue.representation(kind)
        if not value.sources or not after or self._run.catalogue.is_literal(kind):
            return ()
        return self._step(value.type, after, value.passed, place, f"{value.type}.{name}")

    def listed(self, value: Value, kind: str, place: Place, api: str) -> Chain:
        """Return what a container made of the elements of a value has passed; elements of another container stay what they are, those of a table are names."""
        known, row = self._run.heap.get(value.ref), self._run.catalogue.type(value.type)
        if not value.sources or row is not None and row.columns_by_name or known is not None and known.kind in CONTAINERS:
            return ()
        before, passed = self._travelled([value])
        return self._step(before, self._run.catalogue.representation(kind), passed, place, api) if self._run.catalogue.representation(before) != FILE else ()

    def kept(self, kind: str, passed: Chain) -> Chain:
        """Return what a part of some data has passed: the same, as long as its type says how it is represented."""
        return passed if passed and self._run.catalogue.representation(kind) else ()

    def of(self, values: Iterable[Value]) -> tuple[Chain, ...]:
        """Return what the data of some arguments has passed, each once; displays count by their items."""
        return tuple(dict.fromkeys(item.passed for value in values for item in self._parts(value) if item.passed))

    def _travelled(self, values: Iterable[Value]) -> tuple[str, Chain]:
        """Return type and conversions of the data among some values that has passed most; of the first data where none has passed any.

        Plain values of the language that have passed nothing are facts about data as often as data. A table of columns some of which come from elsewhere is
        a new one, and so is one of rows that are made one by one.
        """
        known = [item for value in values if not self._is_new(value) for item in self._parts(value)]
        parts = [item for item in known if item.passed or item.sources and not self._run.catalogue.is_literal(item.type)]
        passed = longest(item.passed for item in parts)
        found = next((item for item in parts if item.passed == passed and self._run.catalogue.representation(item.type)), None)
        return ("", ()) if found is None else (found.type, passed)

    def _is_new(self, value: Value, depth: int = 0) -> bool:
        """Return whether a value is a mapping by names, some items of which are no constants, or holds such: what is made of its columns or rows is new."""
        known = self._run.heap.get(value.ref) if value.ref and not value.passed and depth < MAX_NESTING else None
        if known is None or known.kind not in CONTAINERS:
            return False
        if known.kind != "dict":
            return any(self._is_new(item, depth + 1) for item in _inner(known, MAX_ITEMS))
        return any(not item.const and not item.ref for item in _inner(known))

    def _parts(self, value: Value, depth: int = 0) -> list[Value]:
        """Return what holds the data of a value: the items of a container that have gone through something themselves, else the value itself."""
        known = self._run.heap.get(value.ref) if value.ref and not value.passed and depth < MAX_NESTING else None
        if known is None or known.kind not in CONTAINERS:
            return [value]
        return [part for item in _inner(known, MAX_ITEMS) for part in self._parts(item, depth + 1) if part.passed] or [value]

    def _step(self, kind: str, after: str, passed: Chain, place: Place, api: str, labelled: bool = False) -> Chain:
        """Return what data of type `kind` has passed when it comes out in another form."""
        before = self._run.catalogue.representation(kind)
        if not before or before == after or len(passed) >= MAX_PASSED:
            return passed
        return (*passed, self._number(Conversion(place, before, after, api, labelled, self._run.catalogue.is_column(kind))))

    def _number(self, made: Conversion) -> int:
        if made not in self._numbers:
            self.table.append(made)
            self._numbers[made] = len(self.table)
        return self._numbers[made]


def _inner(known: Object, most: int | None = None) -> Iterator[Value]:
    """Yield what a container holds: of its items and of its fields the first `most` each, and what stands for the rest."""
    yield from (known.items or ())[:most]
    yield from islice(known.fields.values(), most)
    if known.rest is not None:
        yield known.rest
