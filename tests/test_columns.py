"""Terms of columns: a token may be replaced before or after an operation, and what is certain of columns through them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mldebt.flow.columns import MOST_WAYS, Added, Beside, Column, ColumnBook, Kept, Layout, Rows, Table, Without, either
from mldebt.flow.features import Features
from mldebt.model.source import Place

HERE, THERE = Place("a.py", 1, 2), Place("a.py", 5, 9)
TOKEN: Layout = frozenset((-1,))

OPERATIONS: dict[str, Callable[[ColumnBook, Layout], Layout]] = {
    "taken": lambda book, found: book.make(Column(found, "a", HERE)),
    "kept": lambda book, found: book.make(Kept(found, frozenset("ab"))),
    "dropped": lambda book, found: book.make(Without(found, frozenset("ab"))),
    "added": lambda book, found: book.make(Added(found, frozenset("a"), book.mixed(book.make(Column(found, "b", HERE))), HERE)),
    "sliced": lambda book, found: book.make(Rows(found, "1:")),
    "beside": lambda book, found: book.make(Beside((found, book.make(Table(THERE))))),
}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("ways", [1, 2])
def test_a_token_may_be_replaced_before_or_after(name: str, ways: int) -> None:
    book = ColumnBook()
    meant = frozenset().union(*(book.make(Table(place)) for place in (HERE, THERE)[:ways]))
    late = book.resolve(OPERATIONS[name](book, TOKEN), {-1: meant}, {})
    assert late == OPERATIONS[name](book, meant)
    assert min(late) > 0


def test_a_table_made_by_two_calls_is_two_tables() -> None:
    book = ColumnBook()
    born = frozenset(book.make(Table(HERE)))
    column = book.make(Column(born, "a", HERE))
    one, other = (book.called(column, born, Place("a.py", at, at + 1), {}) for at in (20, 30))
    assert len({one, other, column}) == 3
    assert book.called(column, frozenset(), THERE, {}) == column


def test_too_many_ways_are_none() -> None:
    book = ColumnBook()
    ways = [book.make(Table(Place("a.py", at, at + 1))) for at in range(MOST_WAYS + 1)]
    joined = ways[0]
    for way in ways[1:MOST_WAYS]:
        joined = either(joined, way)
    assert joined == frozenset().union(*ways[:MOST_WAYS])
    assert either(joined, ways[-1]) == frozenset()
    assert either(joined, frozenset()) == frozenset()


@pytest.mark.parametrize(("made", "how"), [
    (lambda book, table: table, "held"),
    (lambda book, table: book.mixed(table), "held"),
    (lambda book, table: book.make(Without(table, frozenset({"a"}))), "held"),
    (lambda book, table: book.make(Kept(table, frozenset({"a", "y"}))), "held"),
    (lambda book, table: book.make(Beside((book.make(Table(THERE)), table))), "held"),
    (lambda book, table: book.make(Added(table, frozenset("n"), book.make(Column(table, "y", HERE)), HERE)), "held"),
    (lambda book, table: book.make(Without(book.make(Added(table, frozenset("n"), book.mixed(book.make(Column(table, "y", HERE))), HERE)), frozenset("y"))),
     "computed"),
    (lambda book, table: book.make(Without(table, frozenset({"y"}))), None),
    (lambda book, table: book.make(Without(table, frozenset({"y_log"}))), None),
    (lambda book, table: book.make(Kept(table, frozenset({"a"}))), None),
    (lambda book, table: book.make(Rows(table, "1:")), None),
    (lambda book, table: book.make(Added(table, frozenset("y"), frozenset(), HERE)), None),
    (lambda book, table: book.make(Added(table, None, frozenset(), HERE)), None),
    (lambda book, table: book.make(Table(THERE)), None),
    (lambda book, table: table | book.make(Table(THERE)), None),
])
def test_an_answer_is_certainly_among_features_or_nothing_is_said(made: Callable[[ColumnBook, Layout], Layout], how: str | None) -> None:
    book = ColumnBook()
    table = book.make(Table(HERE))
    answer = book.make(Column(table, "y", THERE))
    told = Features(book, []).told((made(book, table), answer))
    assert [item.how for item in told.answers] == ([how] if how else [])
    assert all(item.name == "y" and item.table == HERE for item in told.answers)


def test_a_column_lost_in_place_is_nowhere_certain() -> None:
    book = ColumnBook()
    table = book.make(Table(HERE))
    answer = book.make(Column(table, "y", THERE))
    assert Features(book, [(answer,)]).told((table, answer)).answers == ()


def test_columns_of_a_table_are_untouched_until_one_is_made_anew() -> None:
    book = ColumnBook()
    table = book.make(Table(HERE))
    features = book.make(Without(table, frozenset("y")))
    for name in ("a", "b", "y"):
        book.make(Column(table, name, HERE))
    assert Features(book, []).told((features,)).untouched == ("a", "b")
    book.make(Added(table, frozenset("a"), frozenset(), THERE))
    assert Features(book, []).told((features,)).untouched == ()
