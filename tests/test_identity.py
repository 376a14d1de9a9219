"""Which artefact an access means, and what declares it: paths and names that the cards' examples cannot show."""

import json
import re
from pathlib import Path

import pytest
from expectations import reported, write_sections
from test_entries import analysed

from mldebt.config import Settings
from mldebt.graph.declarations import Declarations, mentioned, tails
from mldebt.graph.identity import candidates, either, may_be, outside
from mldebt.model.events import Access
from mldebt.model.pattern import Hole, pattern
from mldebt.model.project import Folder, Project
from mldebt.pipeline import check

PROJECT = Project("", {}, {}, (), (), frozenset())
HERE = [Folder("jobs", False), Folder("", False)]


def keys(*parts: str | Hole, anchor: str = "cwd", base: str = "") -> list[str]:
    return [key for key, _ in candidates(Access("file", pattern(*parts), anchor), HERE, base)]


def codes(folder: Path, text: str) -> list[tuple[str, int, str]]:
    write_sections(text, folder)
    return sorted(reported(folder, "default"))


@pytest.mark.parametrize(("manifest", "words", "paths"), [
    ("Makefile", "data/a.csv", {"data/a.csv"}), ("Makefile", "a.csv", {"a.csv"}), ("ci/run.yaml", "a.csv", {"a.csv", "ci/a.csv"}),
    ("ml/Makefile", "../data/a.csv", {"data/a.csv"}), ("Makefile", "$(DATA)/a.csv", {"${DATA}/a.csv"}),
    ("compose.yaml", "/app/models/m.pkl", {"app/models/m.pkl", "models/m.pkl"}),
])
def test_what_a_mention_may_mean(manifest: str, words: str, paths: set[str]) -> None:
    assert set(mentioned(manifest, words)) == paths


def test_a_mention_declares_its_path_and_no_other_file_of_that_name() -> None:
    declared = Declarations(PROJECT, frozenset({"data/a.csv", "b.csv"}))
    assert all(name in declared for name in ("data/a.csv", "ml/data/a.csv", "b.csv"))
    assert not any(name in declared for name in ("a.csv", "old/a.csv", "data/b.csv"))
    assert list(tails("a/b/c.csv")) == ["a/b/c.csv", "b/c.csv"]


def test_keys_of_paths_from_anywhere() -> None:
    assert keys("a.csv") == ["jobs/a.csv", "a.csv"]
    assert keys("/data/a.csv", anchor="absolute") == ["/data/a.csv"] and keys("~/a.csv", anchor="home") == ["~/a.csv"]
    assert keys("/data/a.csv", anchor="absolute", base="ml") == ["ml//data/a.csv"] and outside("ml//data/a.csv#t") == "/data/a.csv#t"
    assert keys("/tmp/a.csv", anchor="absolute") == [] and keys("a.csv", anchor="none") == []
    assert keys(Hole("environment", "DATA"), "/a.csv", base="ml") == ["ml/${DATA}/a.csv"]


@pytest.mark.parametrize(("parts", "joins"), [
    (("out/train", Hole(), ".npy"), True), (("train", Hole(), ".npy"), False), (("features", Hole(), ".npy"), True), (("out/", Hole(), ".npy"), False),
    ((Hole(), "/features.npy"), False), (("out/", Hole(), "/train", Hole(), ".npy"), False),
])
def test_enough_of_a_name_must_be_known(parts: tuple[str | Hole, ...], joins: bool) -> None:
    assert bool(keys(*parts)) is joins


def test_what_a_write_with_holes_may_make() -> None:
    found = may_be(Access("file", pattern("out/model_", Hole(), ".pkl")), HERE)
    assert [bool(re.fullmatch(item, "jobs/out/model_7.pkl")) for item in found] == [True, False]
    assert either(found).fullmatch("out/model_7.pkl") and not either(found).fullmatch("out/model7.pkl") and not either(()).fullmatch("")
    assert may_be(Access("file", pattern("out/", Hole(), ".pkl")), HERE) == [] == may_be(Access("file", pattern("out/model.pkl")), HERE)


def test_a_program_whose_files_lie_in_the_root_means_bare_names_there(tmp_path: Path) -> None:
    text = """
# file: data/raw.csv
a
# file: jobs/make.py
import pandas as pd
pd.read_csv("data/raw.csv").to_csv("table.csv")
# file: use.py
import pandas as pd
print(pd.read_csv("table.csv"))
"""
    assert codes(tmp_path, text) == [("use.py", 2, "MLD104")]


def test_a_bare_name_of_a_program_elsewhere_is_no_link(tmp_path: Path) -> None:
    text = """
# file: jobs/make.py
import pandas as pd
pd.read_csv("raw.csv").to_csv("table.csv")
# file: use.py
import pandas as pd
print(pd.read_csv("table.csv"))
"""
    assert codes(tmp_path, text) == []


def test_a_program_follows_those_it_shares_files_with_into_one_folder(tmp_path: Path) -> None:
    text = """
# file: data/raw.csv
a
# file: src/prepare.py
import pandas as pd
pd.read_csv("data/raw.csv").to_csv("work/train.csv")
# file: src/fit.py
import joblib
import pandas as pd
joblib.dump(pd.read_csv("work/train.csv").sum(), "work/model.joblib")
# file: src/use.py
import joblib
print(joblib.load("work/model.joblib"))
"""
    assert sorted(analysed(tmp_path, text).graph.artifacts()) == ["data/raw.csv", "work/model.joblib", "work/train.csv"]


def test_two_programs_that_meet_in_one_folder_mean_all_their_paths_there(tmp_path: Path) -> None:
    text = """
# file: jobs/make.py
import pandas as pd
pd.read_csv("x.csv").to_csv("data/done/train.csv")
pd.read_csv("x.csv").to_csv("data/part/grade_counts.csv")
# file: tools/show.py
import pandas as pd
print(pd.read_csv("data/done/train.csv"))
print(pd.read_csv("data/part/grade_conuts.csv"))
"""
    assert ("tools/show.py", 3, "MLD204") in codes(tmp_path, text)
    assert codes(tmp_path / "apart", text.replace('print(pd.read_csv("data/done/train.csv"))', "")) == []


def test_a_program_starts_where_commands_start_those_beside_it(tmp_path: Path) -> None:
    text = """
# file: jobs/make.py
import pandas as pd
pd.read_csv("x.csv").to_csv("data/counts.csv")
# file: jobs/show.py
import pandas as pd
print(pd.read_csv("data/kept.csv"))
"""
    nightly = "# file: nightly.sh\nset -e\npython jobs/make.py\n"
    assert "jobs/data/kept.csv" in analysed(tmp_path, text).graph.artifacts()
    assert "data/kept.csv" in analysed(tmp_path / "started", text + nightly).graph.artifacts()


@pytest.mark.parametrize(("last", "found"), [("x", [(2, "MLD104")]), ("frame.to_csv('out.csv')", [(2, "MLD104"), (3, "MLD209")])])
def test_columns_by_position_in_a_notebook_that_only_looks(tmp_path: Path, last: str, found: list[tuple[int, str]]) -> None:
    (tmp_path / "make.py").write_text('import pandas as pd\npd.read_csv("raw.csv").to_csv("table.csv")\n', "utf-8")
    source = f"import pandas as pd\nframe = pd.read_csv('table.csv')\nx = frame.iloc[:, 2:]\n{last}\n"
    cell = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source.splitlines(keepends=True)}
    (tmp_path / "look.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    assert sorted((line, code) for _, line, code in reported(tmp_path, "default")) == found


def test_tables_of_one_database_by_url(tmp_path: Path) -> None:
    text = """
# file: jobs/make.py
import os
import pandas as pd
from sqlalchemy import create_engine
engine = create_engine(f"postgresql://ana:{os.environ['WORD']}@db.local/shop")
pd.read_csv("https://example.org/a.csv").to_sql("orders", engine)
pd.read_csv("https://example.org/b.csv").to_sql("visits", create_engine("sqlite:///shop.db"))
# file: jobs/use.py
import pandas as pd
from sqlalchemy import create_engine
print(pd.read_sql("select * from orders", create_engine("postgresql://bob@db.local/shop")))
print(pd.read_sql("select * from visits", "sqlite:///shop.db"))
"""
    write_sections(text, tmp_path)
    found = check(tmp_path, Settings(), jobs=1).findings
    assert [(item.line, item.message.split("`")[3]) for item in found] == [(3, "postgresql://db.local/shop table orders")]
    assert "`jobs/shop.db table visits`" in found[0].message


@pytest.mark.parametrize(("read", "found"), [
    ("gauges_claen", True), ("best_counts", True), ("gradecounts", True), ("gauges_lean", False), ("best_mount", False), ("grade_county", True),
    ("rest_count", False),
])
def test_typing_errors_in_names(tmp_path: Path, read: str, found: bool) -> None:
    text = f"""
# file: make.py
import pandas as pd
frame = pd.read_csv("x.csv")
frame.to_csv("data/gauges_clean.csv")
frame.to_csv("data/best_count.csv")
frame.to_csv("data/grade_counts.csv")
# file: show.py
import pandas as pd
print(pd.read_csv("data/{read}.csv"))
"""
    assert (("show.py", 2, "MLD204") in codes(tmp_path, text)) is found


@pytest.mark.parametrize("left", [(), ("a",), (Hole(),), ("a", Hole("loop")), (Hole("loop"), "b")])
@pytest.mark.parametrize("right", [(), ("c",), (Hole(),), ("c", Hole()), (Hole("loop"), "d"), (Hole(), "d")])
def test_patterns_join_as_if_made_of_all_their_parts(left: tuple[str | Hole, ...], right: tuple[str | Hole, ...]) -> None:
    assert pattern(*left) + pattern(*right) == pattern(*left, *right)
