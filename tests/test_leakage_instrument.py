"""The labelled benchmark of leakage rules, on labels of our own."""

import subprocess
from pathlib import Path

import pytest

from benchmarks.leakage import contents, is_development, labels, main

_IMPORTS = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.model_selection import train_test_split\nrows = pd.read_csv('rows.csv')\n"
_JUDGED = "first, last = train_test_split(rows)\nmodel = Ridge().fit(first[['a']], first['y'])\nprint(model.score(last[['a']], last['y']))\n"
FILES = {
    "filled.py": f"{_IMPORTS}rows = rows.fillna(rows.mean())\n{_JUDGED}",
    "clean.py": f"{_IMPORTS}{_JUDGED}",
    "refitted.py": f"{_IMPORTS}{_JUDGED}model.fit(rows[['a']], rows['y'])\nprint(model.score(last[['a']], last['y']))\n",
    "own.py": f"{_IMPORTS}model = Ridge().fit(rows[['a']], rows['y'])\nprint(model.score(rows[['a']], rows['y']))\n",
    "hidden.py": f"{_IMPORTS}{_JUDGED}", "doubted.py": f"{_IMPORTS}rows = rows.fillna(rows.max())\n{_JUDGED}",
    "unlabelled.py": _IMPORTS,
}
TABLE = """File,preproc GT,Preprocessing pattern,overlap GT,Overlap pattern
filled,1,imputation,0,
filled,0,,0,
clean,0,,0,
refitted,0,,1,procedural overlap leakage
own,0,,1,train as test
hidden,1,imputation,0,
doubted,0,,0,
"""
EXPECTED = """6 files
preprocessing: recall 0.50 of 2, raw precision 0.50 of 2
  reported, labelled clean: doubted:5 MLD302 `max` learns from rows that the model is later judged on
  missed: hidden
overlap: recall 1.00 of 1, raw precision 1.00 of 1
train as test: recall 1.00 of 1, raw precision 1.00 of 1
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "code" / "deep").mkdir(parents=True)
    (tmp_path / "labels").mkdir()
    for name, text in FILES.items():
        (tmp_path / "code" / ("deep" if name == "own.py" else "") / name).write_text(text)
    (tmp_path / "labels" / "a.csv").write_text("other,columns\n1,2\n")
    (tmp_path / "labels" / "pairs.csv").write_text(f"\ufeff{TABLE}", "utf-8")
    return tmp_path


def test_folders_are_scored(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(data / "code"), str(data / "labels"), "--all"])
    assert capsys.readouterr().out == EXPECTED


def test_commits_are_read_as_folders_are(data: Path) -> None:
    for part in ("code", "labels"):
        run = ["git", "-C", str(data / part), "-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run([*run, "init", "-q"], check=True)
        subprocess.run([*run, "add", "."], check=True)
        subprocess.run([*run, "commit", "-qm", "data"], check=True)
    assert dict(contents(data / "code", "HEAD")) == dict(contents(data / "code")) and len(FILES) == len(dict(contents(data / "code")))
    assert labels(contents(data / "labels", "HEAD", (".csv",))) == labels(contents(data / "labels", "", (".csv",)))


def test_a_table_without_the_columns_is_named(data: Path) -> None:
    (data / "labels" / "pairs.csv").unlink()
    with pytest.raises(SystemExit, match="no table of labels has the columns File"):
        labels(contents(data / "labels", "", (".csv",)))


def test_most_files_are_of_the_development_part() -> None:
    assert 500 < sum(is_development(f"file-{number}") for number in range(1000)) < 700
