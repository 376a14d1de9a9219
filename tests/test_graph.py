"""The graph commands on the fixture project, every format read back, and the same output whatever the workers and the hash seed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest
import tomli
from click.testing import CliRunner, Result

from mldebt.cli.main import main

PROJECT = Path(__file__).parents[1] / "fixtures" / "projects" / "csv_scripts"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [words[0], str(PROJECT), *words[1:]])


def test_json_holds_the_edges_with_their_proof() -> None:
    document = json.loads(run("graph").stdout)
    edges = {(edge["source"], edge["target"], edge["kind"]): (edge["path"], edge["line"]) for edge in document["edges"]}
    assert edges["prepare.py", "data/features.csv", "writes"] == ("prepare.py", 18)
    assert edges["data/features.csv", "train.py", "reads"] == ("train.py", 18)
    assert {node["id"]: node["kind"] for node in document["nodes"]}["model_v2.pkl"] == "dataset"


def test_focus_and_kinds() -> None:
    ids = {node["id"] for node in json.loads(run("graph", "--focus", "train.py", "--upstream").stdout)["nodes"]}
    assert {"prepare.py", "data/features.csv", "data/export.csv", "train.py"} <= ids and "model_v2.pkl" not in ids
    assert {node["id"] for node in json.loads(run("graph", "--focus", "train.py", "--downstream").stdout)["nodes"]} == {"train.py", "model_v2.pkl"}
    assert {node["kind"] for node in json.loads(run("graph", "--kind", "dataset").stdout)["nodes"]} == {"dataset"}


def test_other_formats_say_the_same(tmp_path: Path) -> None:
    document = json.loads(run("graph").stdout)
    (tmp_path / "g.graphml").write_text(run("graph", "--format", "graphml").stdout)
    made = nx.read_graphml(tmp_path / "g.graphml")
    assert set(made.nodes) == {node["id"] for node in document["nodes"]} and made.number_of_edges() == len(document["edges"])
    assert run("graph", "--format", "dot").stdout.count(" -> ") == len(document["edges"])
    assert run("graph", "--format", "mermaid").stdout.count(" -->|") == len(document["edges"])


def test_misuse() -> None:
    unknown = run("graph", "--focus", "trian.py")
    assert unknown.exit_code == 2 and "no node `trian.py`" in unknown.output and "train.py" in unknown.output
    assert run("graph", "--kind", "cat").exit_code == 2
    gone = CliRunner().invoke(main, ["graph", "nowhere"])
    assert gone.exit_code == 2 and "no such path: nowhere" in gone.output


def test_artifacts_table_and_proposal() -> None:
    table = run("artifacts").stdout
    assert "data/features.csv" in table and "prepare.py" in table and "train.py" in table
    rows = tomli.loads(run("artifacts", "--write").stdout)["artifacts"]
    assert [(row["path"], row["consumers"]) for row in rows] == [("data/features.csv", ["backfill.py", "train.py"])]


@pytest.mark.parametrize("form", ["json", "full", "sarif"])
def test_output_is_the_same_for_any_jobs_and_hash_seed(form: str) -> None:
    outputs = {
        subprocess.run([sys.executable, "-m", "mldebt", "check", str(PROJECT), "--jobs", jobs, "--output-format", form], capture_output=True,
                       env={**os.environ, "PYTHONHASHSEED": seed}).stdout
        for jobs, seed in (("1", "0"), ("2", "1"), ("2", "4242"))
    }
    assert len(outputs) == 1 and b"MLD104" in outputs.pop()
