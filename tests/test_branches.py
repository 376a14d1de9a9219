"""Branches that the arguments of a call decide, handlers that may run after any part of a body, and code that control never comes to."""

from pathlib import Path

import pytest
from expectations import write_sections

from mldebt.config import Settings
from mldebt.pipeline import analyse


def reads(folder: Path, text: str) -> list[str]:
    write_sections(text, folder)
    done = analyse(folder, Settings(), jobs=1)
    return sorted({event.access.path.show() for event in done.flow.events if event.kind == "read" and event.access is not None})


@pytest.mark.parametrize(("call", "found"), [
    ("load('given.csv')", ["given.csv"]),
    ("load()", ["default.csv"]),
    ("load(None)", ["default.csv"]),
    ("load([])", ["{…}"]),
])
def test_a_side_that_an_argument_rules_out_is_not_run(call: str, found: list[str], tmp_path: Path) -> None:
    text = f"""# file: a.py
import pandas as pd
def load(path=None):
    if path is None:
        path = "default.csv"
    return pd.read_csv(path)
{call}
"""
    assert reads(tmp_path, text) == found


def test_each_call_has_its_own_side(tmp_path: Path) -> None:
    text = """# file: a.py
import pandas as pd
def load(kind, path):
    if kind == "train":
        return pd.read_csv("train_" + path)
    return pd.read_csv("test_" + path)
load("train", "a.csv")
load("test", "b.csv")
"""
    assert reads(tmp_path, text) == ["test_b.csv", "train_a.csv"]


@pytest.mark.parametrize("value", ["options.late", "os.environ.get('LATE', '')", "yaml.safe_load(open('c.yaml'))['late']", "unknown() or False"])
def test_what_somebody_may_set_decides_nothing(value: str, tmp_path: Path) -> None:
    text = f"""# file: c.yaml
late: false
# file: a.py
import argparse, os, yaml
import pandas as pd
from elsewhere import unknown
parser = argparse.ArgumentParser()
parser.add_argument("--late", type=int, default=0)
options = parser.parse_args()
def load(late):
    if late:
        return pd.read_csv("late.csv")
    return pd.read_csv("early.csv")
load({value})
"""
    assert {"early.csv", "late.csv"} <= set(reads(tmp_path, text))


def test_defaults_decide_nothing_in_a_function_that_nothing_calls(tmp_path: Path) -> None:
    text = "# file: a.py\nimport pandas as pd\ndef load(late=False):\n    return pd.read_csv('late.csv') if late else None\n" \
           "def other(late=False):\n    if late:\n        pd.read_csv('other.csv')\n"
    assert "other.csv" in reads(tmp_path, text)


def test_a_handler_starts_anywhere_in_the_body(tmp_path: Path) -> None:
    text = """# file: a.py
import pandas as pd
path = "before.csv"
try:
    frame = prepare()
    path = "after.csv"
except ValueError:
    pd.read_csv(path)
else:
    pd.read_csv("else_" + path)
"""
    assert reads(tmp_path, text) == ["after.csv", "before.csv", "else_after.csv"]


def test_what_control_never_comes_to_does_nothing_and_its_calls_are_known(tmp_path: Path) -> None:
    text = """# file: a.py
import pandas as pd
def load():
    return pd.read_csv("live.csv")
    retired()
    return pd.read_csv("dead.csv")
def retired():
    return pd.read_csv("retired.csv")
load()
"""
    assert reads(tmp_path, text) == ["live.csv", "retired.csv"]  # `retired` is run alone: nothing calls it
    seen = analyse(tmp_path, Settings(), jobs=1).flow.observed
    assert [act.owner for act in seen.acts.values() if act.role == "read"].count("a.py::load") == 2
    assert [visit.callee for visits in seen.visits.values() for visit in visits if visit.owner == "a.py::load"] == ["a.py::retired"]
