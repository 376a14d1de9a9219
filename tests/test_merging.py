"""Forms of one rule about connected programs are one finding; a rule that yields does not repeat what a wider finding tells."""

from pathlib import Path

import pytest
from expectations import write_sections

from mldebt import Settings, check

JUNGLE = """
# file: run.sh
python a.py
python b.py
# file: a.py
import pandas as pd
pd.read_csv("raw.csv").to_csv("one.csv")
# file: b.py
import pandas as pd
pd.read_csv("one.csv").to_csv("two.csv")
# file: c.py
import pandas as pd
pd.read_csv("two.csv").to_csv("three.csv")
# file: d.py
import pandas as pd
pd.read_csv("three.csv").to_csv("four.csv")
"""


@pytest.fixture
def jungle(tmp_path: Path) -> Path:
    write_sections(JUNGLE, tmp_path)
    return tmp_path


def test_forms_of_one_part_are_one_finding_that_shows_each(jungle: Path) -> None:
    found = [item for item in check(jungle, Settings()).findings if item.code == "MLD102"]
    assert len(found) == 1
    assert "form a chain through 3 artefacts" in found[0].message and "`run.sh` starts 2 steps" in found[0].message
    assert {"run.sh", "a.py", "d.py"} <= {step.path for step in found[0].evidence[:12]}


def test_what_the_chain_tells_is_not_told_again(jungle: Path) -> None:
    assert [item.code for item in check(jungle, Settings()).findings] == ["MLD102"]
    alone = check(jungle, Settings(ignore=("MLD102",)))
    assert {(item.code, item.path) for item in alone.findings} == {("MLD104", "b.py"), ("MLD104", "c.py"), ("MLD104", "d.py")}


def test_a_user_may_allow_longer_chains(jungle: Path) -> None:
    report = check(jungle, Settings(thresholds={"pipeline-jungle": {"max-depth": 4, "max-launched": 2}}))
    assert {item.code for item in report.findings} == {"MLD104"}


def test_a_launcher_shows_each_step_it_counts_once(tmp_path: Path) -> None:
    write_sections("""
# file: run.sh
python a.py --fold 0
python a.py --fold 1
python a.py --fold 2
python b.py
# file: a.py
import pandas as pd
pd.read_csv("raw.csv").to_csv("folds/one.csv")
# file: b.py
import pandas as pd
pd.read_csv("other.csv").to_csv("scores/all.csv")
""", tmp_path)
    (found,) = check(tmp_path, Settings(select=("MLD102",))).findings
    assert [(step.line, step.message) for step in found.evidence] == [
        (1, "`a.py` is started here (and 2 more times), its status unchecked"),
        (4, "`b.py` is started here, whatever became of the steps before")]


def test_one_call_that_starts_several_steps_names_each(tmp_path: Path) -> None:
    write_sections("""
# file: run.py
import os
for step in ["a.py", "b.py"]:
    os.system(f"python {step}")
# file: a.py
import pandas as pd
pd.read_csv("raw.csv").to_csv("folds/one.csv")
# file: b.py
import pandas as pd
pd.read_csv("other.csv").to_csv("scores/all.csv")
""", tmp_path)
    (found,) = check(tmp_path, Settings(select=("MLD102",))).findings
    assert [step.message for step in found.evidence] == ["`a.py` is started here, its status unchecked; `b.py` is started here, its status unchecked"]
