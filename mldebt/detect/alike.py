"""Stretches of code that are copies of each other: their statements, in shape, are the same or nearly so.

Pairs are found as SourcererCC does (Sajnani et al. 2016): the rarest statements of a stretch index it, just so many that two stretches with the wanted overlap
share one; only such pairs are compared. What is equal statement for statement is one stretch from the start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from math import ceil
from typing import NamedTuple, TypeAlias

from mldebt.detect.drift import Line, Piece
from mldebt.model.facts import PythonFacts
from mldebt.model.source import Place

_NAMING = ("Assign", "AnnAssign")
_WORKING = frozenset({"Call", "BinOp", "Subscript", "Compare", "Comprehension"})
_VARIETY = 2 / 3
"""So many of the statements must differ among themselves: a table written as calls is no code."""
Bag: TypeAlias = "frozenset[tuple[Hashable, int]]"


class Stretch(NamedTuple):
    """A function, a cell or a whole script: what it is called, where it begins, its statements."""

    name: str
    place: Place
    lines: tuple[Line, ...]

    def working(self) -> tuple[Hashable, ...]:
        """Return the shapes of the statements that do something: names for literals and for tables of them do nothing."""
        return tuple(line.shape for line in self.lines
                     if line.shape[0] not in _NAMING or any(part[0] in _WORKING for part in line.shape if isinstance(part, tuple)))


def functions(bodies: Iterable[Piece]) -> Iterator[Stretch]:
    """Yield the functions of a file."""
    for piece in bodies:
        if piece.owner:
            yield Stretch(f"`{piece.owner}`", piece.place, piece.lines)


def cells(bodies: Iterable[Piece], facts: PythonFacts) -> Iterator[Stretch]:
    """Yield the cells of a notebook, without the functions in them."""
    for piece in bodies:
        if not piece.owner:
            for number, lines in groupby(piece.lines, key=lambda line: facts.table.locate(line.place.at).cell):
                held = tuple(lines)
                yield Stretch(f"cell {number}", held[0].place, held)


def script(bodies: Sequence[Piece], facts: PythonFacts) -> Stretch:
    """Return all that a file does."""
    lines = tuple(line for piece in bodies for line in piece.lines)
    first = min((line.place for line in lines), default=Place(facts.path, 0, 0))
    return Stretch(f"`{facts.path}`", first if facts.notebook else Place(facts.path, 0, 0), lines)


def copies(stretches: Sequence[Stretch], least: int, share: float) -> Iterator[tuple[Stretch, Stretch]]:
    """Yield pairs of stretches that have at least so many working statements, and such a share of those of the longer one, in common.

    Each is paired with one earlier copy alone: of several that are all equal, with the first.
    """
    equal: dict[tuple[Hashable, ...], list[Stretch]] = {}
    for stretch in stretches:
        shapes = stretch.working()
        if len(shapes) >= least and len(set(shapes)) >= least * _VARIETY:
            equal.setdefault(shapes, []).append(stretch)
    for same in equal.values():
        yield from ((same[0], other) for other in same[1:])
    yield from _near([(same[0], _bag(shapes)) for shapes, same in equal.items()], least, share)


def _bag(shapes: Sequence[Hashable]) -> Bag:
    seen: Counter[Hashable] = Counter()
    bag = set()
    for shape in shapes:
        seen[shape] += 1
        bag.add((shape, seen[shape]))
    return frozenset(bag)


def _near(items: Sequence[tuple[Stretch, Bag]], least: int, share: float) -> Iterator[tuple[Stretch, Stretch]]:
    """Yield each stretch that overlaps enough with an earlier one, with that: with one that has no earlier copy itself, if there is such a one.

    So a family of copies makes as many pairs as it has members, all with its first.
    """
    rarest = _rarest([bag for _, bag in items], share)
    leading, following = (dict[tuple[Hashable, int], list[int]]() for _ in range(2))
    for number, (stretch, bag) in enumerate(items):
        for index in (leading, following):
            candidates = sorted({other for token in rarest[number] for other in index.get(token, ())})
            model = next((other for other in candidates if _overlap(bag, items[other][1], least, share)), None)
            if model is not None:
                yield items[model][0], stretch
                break
        for token in rarest[number]:
            (leading if model is None else following).setdefault(token, []).append(number)


def _overlap(one: Bag, other: Bag, least: int, share: float) -> bool:
    wanted = max(least, share * max(len(one), len(other)))
    return min(len(one), len(other)) >= wanted and len(one & other) >= wanted


def _rarest(bags: Sequence[Bag], share: float) -> list[list[tuple[Hashable, int]]]:
    """Return of each bag its rarest statements, so many that two with the wanted overlap share one, in whichever order those of one count are."""
    count = Counter(token for bag in bags for token in bag)
    order = {token: number for number, token in enumerate(sorted(count, key=count.__getitem__))}
    return [sorted(bag, key=order.__getitem__)[: len(bag) - ceil(share * len(bag)) + 1] for bag in bags]
