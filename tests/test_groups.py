"""Groups of rows that belong together: which calls show them, which end them, which divisions keep them whole."""

from pathlib import Path

import msgspec
import pytest

from mldebt.config import Settings
from mldebt.pipeline import check

STUDY = """
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import {splitter}, train_test_split
rows = pd.read_csv("rows.csv")
{work}
first, last = {division}
model = Ridge().fit(first[["x", "n"]], first["y"])
print(model.score(last[["x", "n"]], last["y"]))
"""
BY_CHANCE = "train_test_split(rows, random_state=1)"
NUMBER = 'rows["n"] = rows.groupby("who").cumcount()'


def _told(folder: Path, work: str, division: str = BY_CHANCE, splitter: str = "KFold") -> list[tuple[int, str]]:
    (folder / "train.py").write_text(STUDY.format(work=work, division=division, splitter=splitter), "utf-8")
    return [(item.line, item.message) for item in check(folder, msgspec.structs.replace(Settings(), select=("MLD312",)), jobs=1).live]


@pytest.mark.parametrize("work", [NUMBER, 'rows["n"] = rows.groupby("who")["x"].shift(1)', 'rows["n"] = rows.groupby("who")["x"].rolling(3).mean()',
                                  'rows["n"] = rows.x - rows.groupby("who").x.diff()', NUMBER + "\nrows.drop_duplicates(inplace=True)"])
def test_work_along_the_rows_of_a_group_shows_it(tmp_path: Path, work: str) -> None:
    [(line, message)] = _told(tmp_path, work)
    assert line == 7 + work.count("\n") and message == "rows of one `who` come to both sides of a division by chance"


def test_evidence_tells_source_group_division_and_fit(tmp_path: Path) -> None:
    _told(tmp_path, NUMBER)
    [finding] = check(tmp_path, msgspec.structs.replace(Settings(), select=("MLD312",)), jobs=1).live
    assert [(step.line, step.message) for step in finding.evidence] == [
        (5, "`rows.csv` is read here"), (6, "`cumcount` works out each row from others of the same `who` here"), (7, "the rows are divided by chance here"),
        (8, "a model is fitted on one part here")]


@pytest.mark.parametrize("work", ['rows["n"] = rows.groupby("kind")["x"].transform("mean")', 'rows["n"] = rows["x"].shift(1)',
                                  'rows["day"] = pd.to_datetime(rows["day"])\nrows["n"] = rows.groupby("day").cumcount()',
                                  NUMBER + '\nrows = rows.drop_duplicates("who")', NUMBER + '\nrows.drop_duplicates(subset=["who"], inplace=True)',
                                  NUMBER + '\nrows = rows.groupby("who").tail(1)', NUMBER + '\nrows = rows.groupby("who").agg("max")'])
def test_no_group_or_one_row_of_each(tmp_path: Path, work: str) -> None:
    assert _told(tmp_path, work) == []


@pytest.mark.parametrize("division", ["rows[rows.who < 100], rows[rows.who >= 100]", "train_test_split(rows, shuffle=False)"])
def test_other_divisions_keep_groups_whole_or_the_order(tmp_path: Path, division: str) -> None:
    assert _told(tmp_path, NUMBER, division) == []
