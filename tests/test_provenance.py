"""Terms of provenance: what operations make of rows, and that what a token stands for may be put in before or after."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mldebt.config import Settings
from mldebt.flow import verdicts
from mldebt.flow.chronology import Ahead, Dates
from mldebt.flow.provenance import Meaning, Provenance
from mldebt.flow.terms import Found
from mldebt.model.lineage import Part, Rows
from mldebt.model.source import Place
from mldebt.pipeline import check

HERE, THERE = Place("a.py", 1, 2), Place("a.py", 5, 9)
FRAME, OTHER, TOKEN = frozenset((3,)), frozenset((4,)), frozenset((-1,))



def _fit(book: Provenance) -> Found:
    return book.fitted(FRAME, THERE, "lib.Model")


def _score(book: Provenance) -> Found:
    return verdicts.scored(book, FRAME | _fit(book), THERE, "lib.metric")


OPERATIONS: dict[str, Callable[[Provenance, Found], Found]] = {
    "part": lambda book, found: book.part(found, HERE, "train"),
    "part of a part": lambda book, found: book.part(book.part(found, HERE, "train"), THERE, "in"),
    "seen": lambda book, found: book.seen(found, HERE, "lib.mean", "statistic"),
    "rows and what they saw": lambda book, found: found | book.seen(found, HERE, "lib.Scaler", "fit"),
    "fitted": lambda book, found: book.fitted(found | book.seen(found, HERE, "lib.Scaler", "fit"), THERE, "lib.Model"),
    "about": lambda book, found: book.about(found),
    "masked": lambda book, found: book.picked(found, book.mask(found, HERE)),
    "masked the other way": lambda book, found: book.picked(found, book.flipped(book.mask(found, HERE))),
    "a column": lambda book, found: book.chosen(found, ("a",)),
    "without a column": lambda book, found: book.chosen(found, ("a",), without=True),
    "columns that are not known": lambda book, found: book.chosen(found, ()),
    "ordered by a column": lambda book, found: found | book.keyed(found, found, ("a",), HERE, "lib.sort", "sort"),
    "shuffled": lambda book, found: found | book.shuffled(found, HERE),
    "answers": lambda book, found: book.aims(found),
    "chances": lambda book, found: found | verdicts.predicted(book, found, HERE, "lib.chances"),
    "no longer chances": lambda book, found: book.worked(found),
    "scored": lambda book, found: verdicts.scored(book, found | _fit(book), HERE, "lib.metric"),
    "scored without a fit": lambda book, found: verdicts.scored(book, found, HERE, "lib.metric"),
    "chosen by a score": lambda book, found: verdicts.chosen(book, verdicts.scored(book, found | _fit(book), HERE, "m"), found | _score(book), THERE),
    "what a statistic keeps": lambda book, found: book.seen(found | _score(book), HERE, "lib.max", "extreme"),
    "without its labels": lambda book, found: book.picked(found, book.index_of(book.part(found, HERE, "in")), without=True),
}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("stands_for", ["a read", "two reads", "chances and a score", "a part that saw something", "dates and what looks ahead"])
def test_a_token_may_be_replaced_before_or_after(name: str, stands_for: str) -> None:
    book, operation = Provenance(), OPERATIONS[name]
    meant = {
        "a read": FRAME, "two reads": FRAME | OTHER,
        "chances and a score": FRAME | verdicts.predicted(book, FRAME, THERE, "lib.chances") | _score(book),
        "a part that saw something": book.part(FRAME, THERE, "+") | book.seen(OTHER, THERE, "lib.max", "extreme"),
        "dates and what looks ahead": FRAME | book.fact(Dates(THERE, "lib.dates", "a")) | book.fact(Ahead(THERE, "lib.shift", "b", False)),
    }[stands_for]
    late = book.resolve(operation(book, TOKEN), Meaning({-1: meant}))
    assert late == operation(book, meant) and book.reads(late) == book.reads(meant) and not book.tokens(late)


def test_the_same_part_is_taken_once_and_parts_of_parts_have_an_end() -> None:
    book = Provenance()
    once = book.part(FRAME, HERE, "train")
    assert book.part(once, HERE, "train") == once != FRAME
    deep = once
    for number in range(40):
        deep = book.part(deep, Place("a.py", 100 + number, 101 + number), "+")
    assert book.part(deep, THERE, "+") == deep and book.reads(deep) == FRAME


def test_one_loader_called_twice_gets_rows_of_two_sources() -> None:
    book = Provenance()
    loaded = book.part(FRAME, HERE, "+")
    first, second = (book.called(loaded, FRAME, place, {}) for place in (HERE, THERE))
    assert len({first, second, loaded}) == 3 and book.reads(first) == book.reads(second) == FRAME
    assert book.called(OTHER, FRAME, HERE, {}) == OTHER


def test_rows_lie_inside_what_they_were_taken_of() -> None:
    whole = Rows(0, HERE)
    train, test = (Rows(0, HERE, parts=(Part(THERE, side),)) for side in ("train", "test"))
    assert train.inside(whole) and not whole.inside(train) and train.touches(whole)
    assert train.apart(test) and not train.touches(test) and not train.apart(whole)
    assert Rows(1, HERE).apart(whole) and Rows(0, HERE, via=(THERE,)).apart(whole)


def test_a_score_of_rows_held_out_for_good_outweighs_folds(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("""
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.preprocessing import StandardScaler
rows = pd.read_csv("rows.csv")
inputs = StandardScaler().fit_transform(rows[["a", "b"]])
print(cross_val_score(Ridge(), inputs, rows["y"]))
first, last, known, hidden = train_test_split(inputs, rows["y"])
print(Ridge().fit(first, known).score(last, hidden))
""", "utf-8")
    assert [(item.code, item.severity) for item in check(tmp_path, Settings()).findings] == [("MLD301", "error")]


TIED = """
import pandas as pd
from sklearn.linear_model import LinearRegression
def cut(values):
    return pd.qcut(values, 5)
first, second, third = pd.read_csv("c.csv"), pd.read_csv("d.csv"), pd.read_csv("e.csv")
rows = pd.concat([first, second, third])
rows["u"] = cut(first["u"])
rows["v"] = cut(second["v"])
rows["w"] = cut(third["w"])
print(LinearRegression().fit(rows[["u", "v", "w"]], rows["y"]).score(rows[["u", "v", "w"]], rows["y"]))
"""
PRINT = """
import sys
from pathlib import Path
from mldebt.config import Settings
from mldebt.pipeline import analyse
print([(event.rows, event.fits) for event in analyse(Path(sys.argv[1]), Settings()).flow.events])
"""


def test_what_one_call_learned_of_several_data_is_told_in_one_order(tmp_path: Path) -> None:
    (tmp_path / "fit.py").write_text(TIED)
    told = {subprocess.run([sys.executable, "-c", PRINT, str(tmp_path)], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1],
                           env={**os.environ, "PYTHONHASHSEED": seed}).stdout for seed in "0123"}
    assert len(told) == 1
    assert told.pop().count("qcut") > 3
