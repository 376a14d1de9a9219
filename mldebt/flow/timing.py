"""Calls that say or make something of the order of rows in time, and of columns by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mldebt.flow.chronology import WHOLE, Ahead, Chance, Dates, Filled, Ordered, Turned
from mldebt.flow.value import NO_SOURCES, Value

if TYPE_CHECKING:
    from mldebt.flow.effects import Bound
    from mldebt.flow.interpreter import Interpreter
    from mldebt.knowledge.lineage import DivisionRow, LineageRow, TimeRow

_RETURN, _ALL = "return", (True,)


def timed(run: Interpreter, bound: Bound, row: LineageRow, sources: frozenset[int]) -> frozenset[int]:
    """Return the provenance of what a call returns with what its row says of time and of columns."""
    for name in (*row.columns, *row.without):
        if name in bound.named:
            sources = run.provenance.chosen(sources, names(run, bound.named[name]) or (), without=name in row.without)
    if any(name in bound.named for name in row.renames):
        sources = run.provenance.chosen(sources, ())
    return _timed(run, bound, row.time, sources) if row.time is not None else sources


def _timed(run: Interpreter, bound: Bound, time: TimeRow, sources: frozenset[int]) -> frozenset[int]:
    book = run.provenance
    sources = book.unordered(sources) if time.ends else sources
    keys = {name: bound.named[name] for name in time.keys if name in bound.named and bound.named[name].const != (None,)}
    if time.thins:
        return book.thinned(sources) if keys or not time.keys else sources
    if time.within:
        sources |= book.within(sources, bound.place, bound.api)
    sources |= _dates(run, bound, time, keys)
    for key in keys.values():
        columns = names(run, key)
        if time.order is not None and (columns or key.sources and time.order != "drop"):
            sources |= book.keyed(sources, sources if columns else key.sources, columns or (), bound.place, bound.api, time.order)
    if time.order is not None and not time.keys and not book.has(sources, Ordered):
        sources |= book.fact(Ordered(bound.place, bound.api, time.order))
    if time.descending and bound.get(time.descending).const == (False,):
        sources |= book.fact(Turned(bound.place))
    if time.shuffles:
        sources |= book.shuffled(sources, bound.place)
    looks = _looks(bound, time)
    if looks == "back" and time.fills:
        return sources | book.fact(Filled(bound.place))
    if looks == "ahead" and not (time.fills and book.led(sources)):
        return sources | book.fact(Ahead(bound.place, bound.api, WHOLE if time.fills else "", time.fills))
    return sources


def _looks(bound: Bound, time: TimeRow) -> str:
    """Return which way a call looks from each row."""
    steps = bound.get(time.steps).const if time.steps else ()
    if len(steps) == 1 and isinstance(steps[0], int | float) and steps[0] < 0:
        return "ahead"
    word = bound.get(time.word) if time.word else None
    said = "" if word is None else word.text or (str(word.const[0]).lower() if len(word.const) == 1 else "")
    return time.words.get(said, time.looks)


def _dates(run: Interpreter, bound: Bound, time: TimeRow, keys: dict[str, Value]) -> frozenset[int]:
    """Return the columns that a call makes dates of."""
    found = NO_SOURCES
    for name in time.dates:
        given = bound.get(name)
        columns: tuple[str, ...] = ("",) if name == _RETURN else names(run, given) or ()
        if given.const == _ALL:
            columns = tuple(column for key in keys.values() for column in names(run, key) or ())
        for column in columns:
            found |= run.provenance.fact(Dates(bound.place, bound.api, column))
    return found


def names(run: Interpreter, value: Value) -> tuple[str, ...] | None:
    """Return the names of columns that a value is, by a text, a number or a list of such; None where some are not known."""
    known = run.heap.get(value.ref)
    items = (value,) if known is None else known.items if known.kind != "dict" else None
    if known is not None and known.kind == "dict" and known.rest is None:
        return tuple(known.fields)
    found = tuple(run.key(item) for item in items or ())
    return tuple(name for name in found if name is not None) if found and None not in found else None


def by_chance(bound: Bound, division: DivisionRow) -> bool:
    """Return whether a call, or an instance that it makes, certainly divides rows by chance."""
    asked = bound.get(division.shuffle).const if division.shuffle in bound.named else None
    if division.shuffles == "always" or division.shuffles == "unless" and asked is None:
        return not division.whole or bound.get(division.whole).const not in ((1,), (1.0,))
    return bool(division.shuffles) and asked == (True,)


def divides_by_chance(run: Interpreter, bound: Bound, row: LineageRow) -> bool:
    """Return whether a call divides rows by chance: by itself, by what it is called on, or by what it is given to divide them with."""
    if row.division is not None and by_chance(bound, row.division):
        return True
    by = bound.receiver if row.division is not None else bound.named.get(row.cuts) if row.cuts else None
    return by is not None and run.provenance.has(by.sources, Chance)
