"""Order in time: where it comes from, how far it goes, and what looks ahead, through functions, columns and files."""

from pathlib import Path

import msgspec
import pytest
from expectations import write_sections

from mldebt.config import Settings
from mldebt.model.finding import Finding
from mldebt.pipeline import check

HEAD = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.model_selection import train_test_split\n"
DAYS = 'days = pd.read_csv("days.csv", parse_dates=["day"], index_col="day")\n'


def _findings(folder: Path, code: str) -> list[Finding]:
    """Return what a run of the two rules tells of one program, or of the sections of several."""
    write_sections(code if code.startswith("# file:") else f"# file: train.py\n{HEAD}{code}", folder)
    return [*check(folder, msgspec.structs.replace(Settings(), select=("MLD310", "MLD311")), jobs=1).live]


def test_order_comes_from_the_program_that_wrote_the_file(tmp_path: Path) -> None:
    code = f"""# file: prepare.py
import pandas as pd
rows = pd.read_csv("raw.csv")
rows["before"] = rows["load"].shift(1)
rows.to_csv("data/rows.csv", index=False)
# file: train.py
{HEAD}rows = pd.read_csv("data/rows.csv")
first, last = train_test_split(rows)
"""
    (found,) = _findings(tmp_path, code)
    assert (found.code, found.path, found.line) == ("MLD310", "train.py", 5)
    assert [(step.path, step.line) for step in found.evidence][:2] == [("train.py", 4), ("prepare.py", 3)]


@pytest.mark.parametrize(("division", "expected"), [
    ("train_test_split(days)", 1), ("train_test_split(days, shuffle=False)", 0), ("train_test_split(days.groupby('shop').mean())", 0),
    ("train_test_split(days.groupby('day').mean())", 1), ("train_test_split([row.load for row in days.itertuples()])", 0),
])
def test_order_ends_where_rows_are_no_longer_those_of_a_time(tmp_path: Path, division: str, expected: int) -> None:
    assert len(_findings(tmp_path, f'{DAYS}days["day"] = pd.to_datetime(days["day"])\nfirst, last = {division}\n')) == expected


@pytest.mark.parametrize(("features", "expected"), [
    ('frame[["load"]]', 0), ('frame[["load", "after"]]', 1), ('frame.drop(columns=["target"])', 1), ('frame.drop(columns=["target", "after"])', 0),
    ("frame[[name for name in frame.columns if name != 'after']]", 0), ("frame.iloc[:, :-1]", 0), ("frame.rename(columns={'after': 'target'})", 0),
])
def test_what_looks_ahead_is_followed_by_its_column_through_functions(tmp_path: Path, features: str, expected: int) -> None:
    code = f"""def learn(frame):
    return Ridge().fit({features}, frame["target"])
{DAYS}days["after"] = days["load"].shift(-1)
days["target"] = days["load"].shift(-2)
learn(days)
"""
    assert [item.line for item in _findings(tmp_path, code)] == [7] * expected


@pytest.mark.parametrize(("change", "expected"), [
    ("", 1), ('days.drop("after", axis=1, inplace=True)\n', 0), ('days = days[::-1]\n', 0), ('days.columns = ["load", "target", "other"]\n', 0),
    ('days = days.sort_index(ascending=False)\n', 0),
])
def test_a_column_that_looks_ahead_can_be_taken_away(tmp_path: Path, change: str, expected: int) -> None:
    code = f'{DAYS}days["after"] = days["load"].shift(-1)\n{change}Ridge().fit(days.drop(columns="target"), days["target"])\n'
    assert len(_findings(tmp_path, code)) == expected
