"""The table of artefacts as text and JSON, and the declarations it proposes."""

import json
from pathlib import Path

import pytest
import tomli
from click.testing import CliRunner, Result
from expectations import write_sections

from mldebt.cli.main import main
from mldebt.report.canvas import folded

PROJECT = Path(__file__).parents[1] / "fixtures" / "projects" / "csv_scripts"
LONG = "a_very_long_folder_name/" * 3
TWO = f"""
# file: one.py
import pandas as pd
import sqlite3
pd.DataFrame().to_csv("out/[new] data_!1.csv")
pd.DataFrame().to_csv("same.csv")
pd.DataFrame().to_csv("deep/same.csv")
pd.DataFrame().to_csv("{LONG}table.csv")
pd.DataFrame().to_sql("prices", sqlite3.connect("shop.db"))
pd.DataFrame().to_sql("orders", sqlite3.connect("shop.db"))
# file: two.py
import pandas as pd
import sqlite3
pd.read_csv("out/[new] data_!1.csv")
pd.read_csv("same.csv")
pd.read_csv("{LONG}table.csv")
pd.read_sql_query("select * from prices", sqlite3.connect("shop.db"))
# file: three.py
import pandas as pd
import sqlite3
pd.read_sql_query("select * from orders", sqlite3.connect("shop.db"))
"""


def run(folder: Path, *words: str) -> Result:
    done = CliRunner().invoke(main, ["artifacts", str(folder), *words])
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def two(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    write_sections(TWO, tmp_path)
    return tmp_path


def test_the_table() -> None:
    assert run(PROJECT).stdout == """\
artefact            ← written by, → read by   store   declared   tracked
────────────────────────────────────────────────────────────────────────
data/export.csv     → prepare.py              file    no         no
data/features.csv   ↔ backfill.py             file    no         no
                    ← prepare.py
                    → train.py
model_v1.pkl        → serve.py                file    no         no
model_v2.pkl        ← train.py                file    no         no

4 artefacts, 1 of them undeclared and shared by programs
"""


def test_the_table_stays_within_a_hundred_columns_and_keeps_every_word(two: Path) -> None:
    lines = run(two).stdout.splitlines()
    assert max(map(len, lines)) <= 100 and any(line.startswith("shop.db#prices   ") for line in lines)
    assert "6 artefacts, 5 of them undeclared and shared by programs" in lines


@pytest.mark.parametrize(("text", "width", "lines"), [
    ("a/b.csv", 20, ["a/b.csv"]), ("folder/name.csv", 12, ["folder/", "    name.csv"]), ("data/db.sqlite#games", 16, ["data/db.sqlite#", "    games"]),
    ("x" * 30, 14, ["x" * 14, "    " + "x" * 10, "    xxxxxx"]), ("", 12, [""]),
])
def test_long_names_break_behind_separators(text: str, width: int, lines: list[str]) -> None:
    assert folded(text, width).split("\n") == lines


def test_of_many_programs_the_first_few_are_shown(tmp_path: Path) -> None:
    write_sections("".join(f"# file: use{number:02}.py\nimport pandas as pd\npd.read_csv('a.csv')\n" for number in range(12)), tmp_path)
    (tmp_path / "mldebt.toml").write_text("")
    text = run(tmp_path).stdout
    assert "→ use07.py" in text and "→ and 4 more" in text and "use08.py" not in text


def test_colours_only_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in run(PROJECT).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in run(PROJECT).stdout


def test_json() -> None:
    found = {item["id"]: item for item in json.loads(run(PROJECT, "--output-format", "json").stdout)["artifacts"]}
    features = found["data/features.csv"]
    assert (features["kind"], features["store"], features["formats"], features["declared"], features["tracked"]) == ("dataset", "file", ["csv"], False, False)
    proof = [(item["program"], item["path"], item["line"]) for item in features["producers"]]
    assert proof == [("backfill.py", "backfill.py", 9), ("prepare.py", "prepare.py", 18)]
    assert [item["program"] for item in features["consumers"]] == ["backfill.py", "train.py"] and features["table"] == ""


def test_paths_choose_the_artefacts_but_show_all_their_programs() -> None:
    done = CliRunner().invoke(main, ["artifacts", str(PROJECT / "train.py"), "--output-format", "json"])
    found = {item["id"]: item for item in json.loads(done.stdout)["artifacts"]}
    assert set(found) == {"data/features.csv", "model_v2.pkl"} and len(found["data/features.csv"]["producers"]) == 2


def test_the_proposal_declares_what_it_should(two: Path) -> None:
    text = run(two, "--write").stdout
    rows = tomli.loads(text)["tool"]["mldebt"]["artifacts"]
    assert {row["path"]: (row["owner"], row["consumers"]) for row in rows} == {
        "/same.csv": ("one.py", ["two.py"]), "shop.db": ("one.py", ["three.py", "two.py"]), f"{LONG}table.csv": ("one.py", ["two.py"]),
        "out/\\[new\\]\\ data_\\!1.csv": ("one.py", ["two.py"])}
    (two / "pyproject.toml").write_text(text)
    assert run(two, "--write").stdout == ""
    assert "1 artefact, 0 of them" in run(two, "--undeclared").stdout, "only the one that nobody reads"


def test_the_proposal_fits_the_settings_file() -> None:
    assert run(PROJECT, "--write").stdout == """\
[[artifacts]]
path = "data/features.csv"
owner = "prepare.py"  # also written by backfill.py
consumers = ["backfill.py", "train.py"]
"""


def test_nothing_to_list(tmp_path: Path) -> None:
    (tmp_path / "mldebt.toml").write_text("")
    assert run(tmp_path).stdout == "0 artefacts, 0 of them undeclared and shared by programs\n"
    assert json.loads(run(tmp_path, "--output-format", "json").stdout) == {"schema_version": 1, "artifacts": []} and run(tmp_path, "--write").stdout == ""


def test_misuse() -> None:
    gone = CliRunner().invoke(main, ["artifacts", "nowhere"])
    assert gone.exit_code == 2 and "no such path: nowhere" in gone.output
    assert CliRunner().invoke(main, ["artifacts", str(PROJECT), "--output-format", "xml"]).exit_code == 2
