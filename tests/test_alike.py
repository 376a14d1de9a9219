"""Pairs of stretches that are copies of each other."""

from __future__ import annotations

from collections.abc import Iterable

from mldebt.detect.alike import Stretch, copies
from mldebt.detect.drift import Line
from mldebt.model.source import Place


def _stretch(name: str, words: Iterable[object]) -> Stretch:
    place = Place("a.py", 0, 1)
    return Stretch(name, place, tuple(Line(place, ("ExprStmt", ("Call", word)), ()) for word in words))


def _names(*stretches: Stretch) -> list[tuple[str, str]]:
    return [(one.name, other.name) for one, other in copies(stretches, 12, 0.75)]


def test_a_family_of_copies_is_paired_with_its_first() -> None:
    family = [_stretch(f"f{number}", [*range(14), f"own{number}"]) for number in range(40)]
    assert _names(*family) == [("f0", f"f{number}") for number in range(1, 40)]


def test_equal_stretches_are_paired_with_the_first() -> None:
    assert _names(*(_stretch(name, range(12)) for name in "abc")) == [("a", "b"), ("a", "c")]


def test_a_copy_of_a_copy_alone_is_still_paired() -> None:
    assert _names(_stretch("a", range(16)), _stretch("b", range(3, 19)), _stretch("c", range(6, 22))) == [("a", "b"), ("b", "c")]


def test_too_short_too_unlike_or_too_monotonous_is_no_copy() -> None:
    assert not _names(_stretch("a", range(11)), _stretch("b", range(11)))
    assert not _names(_stretch("a", range(20)), _stretch("b", range(6, 26)))
    assert not _names(_stretch("a", [1] * 20), _stretch("b", [1] * 20))
