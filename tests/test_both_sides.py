"""What is learned from both sides of a division: how severe it is, how rows are followed through files, copies told once."""

from __future__ import annotations

from pathlib import Path

import pytest
from expectations import write_sections

from mldebt.config import Settings
from mldebt.model.finding import Finding
from mldebt.pipeline import check

TRIAL = """
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
rows = pd.read_csv("rows.csv")
rows[["age", "pay"]] = StandardScaler().fit_transform(rows[["age", "pay"]])
"""
HELD = "first, last, known, hidden = train_test_split(rows[['age', 'pay']], rows['left'])\n"


def _leaks(folder: Path) -> list[Finding]:
    return [finding for finding in check(folder, Settings(), jobs=1).findings if finding.code == "MLD301"]


@pytest.mark.parametrize(("models", "severity"), [
    ("print(RandomForestClassifier().fit(first, known).score(last, hidden))", "info"),
    ("print(GridSearchCV(RandomForestClassifier(), {}).fit(first, known).score(last, hidden))", "info"),
    ("print(cross_val_score(RandomForestClassifier(), first, known), RandomForestClassifier().fit(first, known).score(last, hidden))", "info"),
    ("print(SVC().fit(first, known).score(last, hidden))", "error"),
    ("print(GridSearchCV(SVC(), {}).fit(first, known).score(last, hidden))", "error"),
    ("for model in (SVC(), RandomForestClassifier()):\n    print(model.fit(first, known).score(last, hidden))", "error"),
    ("print(RandomForestClassifier().fit(first, known).score(last, hidden))\nprint(SVC().fit(first, known).score(last, hidden))", "error"),
])
def test_scalers_are_as_severe_as_the_models_notice_them(models: str, severity: str, tmp_path: Path) -> None:
    (tmp_path / "trial.py").write_text(TRIAL + HELD + models, "utf-8")
    assert [finding.severity for finding in _leaks(tmp_path)] == [severity]


def test_copies_are_told_with_the_first(tmp_path: Path) -> None:
    for name, model in (("b", "SVC()"), ("a", "SVC(C=2)"), ("c", "SVC(C=3)")):
        (tmp_path / f"{name}.py").write_text(f"{TRIAL}{HELD}print({model}.fit(first, known).score(last, hidden))", "utf-8")
    (finding,) = _leaks(tmp_path)
    assert finding.path == "a.py" and finding.message.endswith(", as in `b.py` and 1 more")
    assert [(step.path, step.line) for step in finding.evidence[-2:]] == [("b.py", 8), ("c.py", 8)]


def test_other_data_is_another_cause(tmp_path: Path) -> None:
    for name in ("rows", "others"):
        (tmp_path / f"{name}.py").write_text((TRIAL + HELD + "print(SVC().fit(first, known).score(last, hidden))").replace("rows.csv", f"{name}.csv"), "utf-8")
    assert [finding.path for finding in _leaks(tmp_path)] == ["others.py", "rows.py"]


PARTS = """
# file: parts.py
import pickle
{trial}{held}
with open("parts.pkl", "wb") as file:
    pickle.dump((first, last, known, hidden), file)
# file: fit.py
import pickle
from sklearn.svm import SVC
with open("parts.pkl", "rb") as file:
    first, last, known, hidden = pickle.load(file)
print(SVC().fit(first, known).score(last, hidden))
"""


def test_sides_are_followed_through_a_file(tmp_path: Path) -> None:
    write_sections(PARTS.format(trial=TRIAL, held=HELD), tmp_path)
    (finding,) = _leaks(tmp_path)
    assert [(step.path, step.line) for step in finding.evidence] == [("parts.py", 8), ("parts.py", 9), ("parts.py", 10), ("parts.py", 13), ("fit.py", 4),
                                                                     ("fit.py", 5), ("fit.py", 5)]


def test_a_file_that_something_else_writes_too_is_nobody_s_sides(tmp_path: Path) -> None:
    write_sections(PARTS.format(trial=TRIAL, held=HELD) + '# file: again.py\nimport pickle\nimport pandas as pd\nwith open("parts.pkl", "wb") as file:\n'
                   '    pickle.dump(pd.read_csv("rows.csv"), file)\n', tmp_path)
    assert not _leaks(tmp_path)
