"""The evidence of a hand-over that nothing declares: where both sides take the path from, and who writes."""

from pathlib import Path

from expectations import write_sections

from mldebt import Finding, Settings, check

MAKE = """
# file: make.py
import argparse
import pandas as pd
def save(target):
    with open(target, "w") as file:
        file.write("a")
save("data/rows.csv")
"""
USE = """
# file: use.py
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--rows", default="data/rows.csv")
CHOSEN = parser.parse_args().rows
with open(CHOSEN) as file:
    print(file.read())
"""
WRITERS = """
# file: make.py
import pandas as pd
def split(folder):
    name = "rows"
    path = f"{folder}/{name}_train.csv"
    pd.read_csv("raw.csv").to_csv(path)
# file: a_trial.py
import pandas as pd
from make import split
def show():
    try:
        print(pd.read_csv("data/rows_train.csv"))
    except FileNotFoundError:
        split("data")
show()
# file: main.py
from make import split
split("data")
# file: other.py
from make import split
split("data")
# file: use.py
import pandas as pd
print(pd.read_csv("data/rows_train.csv").mean())
"""


def _found(text: str, folder: Path, path: str) -> Finding:
    write_sections(text, folder)
    return next(item for item in check(folder, Settings(select=("MLD104",))).findings if item.path == path)


def test_the_evidence_shows_where_both_sides_take_the_path_from(tmp_path: Path) -> None:
    steps = [(step.path, step.line, step.message) for step in _found(MAKE + USE, tmp_path, "use.py").evidence]
    assert steps == [
        ("use.py", 3, "option `--rows` gives the path here"),
        ("use.py", 4, "the path of `data/rows.csv` is given here"),
        ("make.py", 6, "the path of `data/rows.csv` is spelled here"),
        ("make.py", 4, "`data/rows.csv` is written here by `make.py`"),
    ]


def test_a_setting_shows_the_key_that_gives_the_path(tmp_path: Path) -> None:
    text = MAKE + "# file: use.py\nPLACES = {\n    'rows': 'data/rows.csv',\n}\ndef show(file):\n    print(open(file).read())\nshow(PLACES['rows'])\n"
    first = _found(text, tmp_path, "use.py").evidence[0]
    assert (first.path, first.line, first.message) == ("use.py", 2, "the path of `data/rows.csv` is spelled here")


def test_who_writes_only_after_a_failure_comes_last_and_each_writer_named_is_shown(tmp_path: Path) -> None:
    found = _found(WRITERS, tmp_path, "use.py")
    assert "which `main.py`, `other.py`, `a_trial.py` write" in found.message
    written = [(step.path, step.message.rpartition(" ")[2]) for step in found.evidence if "is written here" in step.message]
    assert written == [("make.py", "`main.py`"), ("other.py", "`other.py`"), ("a_trial.py", "`a_trial.py`")]
    assert ("make.py", 4) in {(step.path, step.line) for step in found.evidence if "is spelled here" in step.message}


def test_programs_that_read_the_same_are_one_finding(tmp_path: Path) -> None:
    readers = [f"# file: models/m{number}.py\nimport pandas as pd\nprint(pd.read_csv('data/rows_train.csv'))\n" for number in range(7)]
    found = _found(WRITERS + "".join(readers), tmp_path, "models/m0.py")
    assert found.message.startswith("`models/m0.py`, `models/m1.py` and 5 more read `data/rows_train.csv`, which ")
    assert [step.path for step in found.evidence if "is read here by" in step.message] == [f"models/m{number}.py" for number in range(1, 7)]
    assert [item.path for item in check(tmp_path, Settings(select=("MLD104",))).findings if item.path.startswith("models/")] == ["models/m0.py"]


def test_a_writer_whose_path_a_condition_decides_may_write(tmp_path: Path) -> None:
    text = """
# file: make.py
import os
import pandas as pd
target = "data/rows.csv" if os.environ.get("PUBLISH") == "1" else "scratch/rows.csv"
pd.read_csv("raw.csv").to_csv(target)
for name in ("left", "right"):
    pd.read_csv("raw.csv").to_csv(f"data/{name}.csv")
# file: use.py
import pandas as pd
print(pd.read_csv("data/rows.csv"))
# file: one.py
import strange_tables
strange_tables.rows().to_csv("data/strange.csv")
# file: other/use.py
import pandas as pd
print(pd.read_csv("data/left.csv"))
# file: third/use.py
import pandas as pd
print(pd.read_csv("data/strange.csv"))
"""
    found = _found(text, tmp_path, "use.py")
    assert found.message == "`use.py` reads `data/rows.csv`, which `make.py` may write and nothing declares" and found.confidence == "medium"
    assert [step.message for step in found.evidence][-1] == "`data/rows.csv` may be written here by `make.py`"
    assert "`make.py` writes" in _found(text, tmp_path, "other/use.py").message, "a loop takes every path"
    assert "`one.py` writes" in _found(text, tmp_path, "third/use.py").message, "what is written is not known, but it has one path"
    both = text + '# file: both/use.py\nimport pandas as pd\nprint(pd.read_csv("data/rows.csv"), pd.read_csv("scratch/rows.csv"))\n'
    assert "`make.py` writes" in _found(both, tmp_path, "both/use.py").message, "whatever the condition, it writes one of the two"
