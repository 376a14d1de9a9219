"""Questions to the graph, on graphs built by hand and on a fixture project; the graph command and its misuse; same output whatever workers and hash seed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest
from click.testing import CliRunner, Result
from expectations import write_sections

from mldebt.cli.main import main
from mldebt.config import Settings
from mldebt.graph.kinds import model_test
from mldebt.graph.queries import Edge, Node, View, cycles, focused, matching, network, of_kinds, whole, within
from mldebt.pipeline import analyse

PROJECT = Path(__file__).parents[1] / "fixtures" / "projects" / "csv_scripts"
EDGES = [("raw.csv", "prep.py"), ("prep.py", "data/a.csv"), ("data/a.csv", "ml/train.py"), ("ml/train.py", "ml/m.keras"), ("ml/m.keras", "serve.py"),
         ("fix.py", "data/a.csv"), ("data/a.csv", "fix.py")]
LINEAGE = [("raw.csv", "data/a.csv"), ("data/a.csv", "ml/m.keras")]


def view() -> View:
    names = sorted({name for edge in EDGES for name in edge})
    kinds = {"py": "entry-point", "csv": "dataset", "keras": "model"}
    nodes = [Node(name, kinds[name.rpartition(".")[2]]) for name in names]
    edges = [Edge(*edge, "writes" if edge[0].endswith(".py") else "reads", "x.py", 1) for edge in sorted(EDGES)]
    return View(tuple(nodes), tuple(edges), tuple(Edge(*edge, "derives", "x.py", 1) for edge in LINEAGE))


def ids(found: View) -> set[str]:
    return {node.id for node in found.nodes}


def analysed(folder: Path, text: str) -> View:
    write_sections(text, folder)
    done = analyse(folder, Settings(), jobs=1)
    return whole(done.graph, model_test(done.catalogue))


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [words[0], str(PROJECT), *words[1:]])


def document(*words: str) -> dict[str, list[dict[str, object]]]:
    done = run("graph", *words)
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def test_cones() -> None:
    assert ids(focused(view(), "ml/train.py", upstream=True)) == {"raw.csv", "prep.py", "data/a.csv", "fix.py", "ml/train.py"}
    assert ids(focused(view(), "ml/train.py", downstream=True)) == {"ml/train.py", "ml/m.keras", "serve.py"}
    assert ids(focused(view(), "ml/train.py")) == ids(view()) == ids(focused(view(), "ml/train.py", True, True))
    assert ids(focused(view(), "raw.csv", upstream=True)) == {"raw.csv"}
    with pytest.raises(KeyError):
        focused(view(), "nobody")


def test_cycles() -> None:
    assert cycles(view()) == [("data/a.csv", "fix.py")]
    assert cycles(focused(view(), "ml/m.keras", downstream=True)) == []
    assert ids(focused(view(), "fix.py", downstream=True)) == {"fix.py", "data/a.csv", "ml/train.py", "ml/m.keras", "serve.py"}


def test_kinds_keep_what_joins_them() -> None:
    artefacts = of_kinds(view(), ["dataset", "model"])
    assert ids(artefacts) == {"raw.csv", "data/a.csv", "ml/m.keras"}
    assert [(edge.source, edge.target, edge.kind) for edge in artefacts.edges] == [(*edge, "derives") for edge in LINEAGE]
    assert of_kinds(view(), ["entry-point"]).edges == ()
    assert {edge.kind for edge in of_kinds(view(), ["entry-point", "model"]).edges} == {"reads", "writes"}


def test_parts_of_the_project_with_their_neighbours() -> None:
    found = within(view(), ["ml"])
    assert ids(found) == {"ml/train.py", "ml/m.keras", "data/a.csv", "serve.py"} and len(found.edges) == 3
    assert within(view(), ["prep.py", ""]) == view() and within(view(), []) == view() and ids(within(view(), ["nowhere"])) == set()


@pytest.mark.parametrize(("name", "found"), [
    ("data/a.csv", ["data/a.csv"]), ("./data/a.csv", ["data/a.csv"]), ("a.csv", ["data/a.csv"]), ("train.py", ["ml/train.py"]), ("", []), ("zzz", []),
    (".keras", ["ml/m.keras"]), (".csv", ["data/a.csv", "raw.csv"]),
])
def test_names_of_nodes(name: str, found: list[str]) -> None:
    assert matching(view(), name) == found


def test_the_network_has_plain_attributes() -> None:
    made = network(view())
    values = [value for _, data in made.nodes(data=True) for value in data.values()] + [value for *_, data in made.edges(data=True) for value in data.values()]
    assert isinstance(made, nx.MultiDiGraph) and {type(value) for value in values} <= {str, int, bool}


def test_models_steps_lineage_and_proof(tmp_path: Path) -> None:
    found = analysed(tmp_path, """
# file: dvc.yaml
stages:
  train:
    cmd: python train.py
    deps: [train.py]
# file: prepare.py
import pandas as pd
frame = pd.read_csv("raw.csv")
for name in ("a", "b"):
    frame.to_csv("features.csv")
frame.to_csv("features.csv")
# file: train.py
import pandas as pd
import xgboost
frame = pd.read_csv("features.csv")
booster = xgboost.Booster()
booster.save_model("best.json")
# file: look.py
import json
print(json.load(open("prepare.py")))
""")
    kinds = {node.id: node.kind for node in found.nodes}
    assert kinds == {"raw.csv": "dataset", "features.csv": "dataset", "best.json": "model", "prepare.py": "entry-point", "train.py": "step",
                     "look.py": "entry-point", "artifact:prepare.py": "dataset"}
    edges = {(edge.source, edge.target): edge for edge in found.edges}
    assert (edges["prepare.py", "features.csv"].line, edges["prepare.py", "features.csv"].accesses) == (4, 2)
    assert edges["artifact:prepare.py", "look.py"].path == "look.py"
    assert [(edge.source, edge.target, edge.kind) for edge in found.lineage] == [("raw.csv", "features.csv", "derives")]
    nodes = {node.id: node for node in found.nodes}
    assert nodes["features.csv"].store == "file" and nodes["features.csv"].formats == ("csv",) and nodes["train.py"].entry == "script"
    assert nodes["artifact:prepare.py"].tracked and not nodes["raw.csv"].tracked


def test_proof_in_a_notebook_counts_from_its_cell(tmp_path: Path) -> None:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": "# x"},
             {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": "import pandas as pd\npd.read_csv('raw.csv')"}]
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    (edge,) = analysed(tmp_path, "").edges
    assert (edge.path, edge.cell, edge.line) == ("n.ipynb", 2, 2)


def test_names_that_no_format_can_carry(tmp_path: Path) -> None:
    write_sections('# file: a.py\nimport pandas as pd\npd.read_csv("x\\x00\\x1b[2J\\ud800\\ny.csv")\n', tmp_path)
    for form in ("json", "dot", "mermaid", "graphml", "svg"):
        done = CliRunner().invoke(main, ["graph", str(tmp_path), "--project", str(tmp_path), "--format", form])
        assert done.exit_code == 0 and "y.csv" in done.stdout and "\x1b" not in done.stdout


def test_json_holds_the_edges_with_their_proof() -> None:
    made = document()
    edges = {(edge["source"], edge["target"], edge["kind"]): (edge["path"], edge["line"]) for edge in made["edges"]}
    assert edges["prepare.py", "data/features.csv", "writes"] == ("prepare.py", 18)
    assert edges["data/features.csv", "train.py", "reads"] == ("train.py", 18)
    assert {node["id"]: node["kind"] for node in made["nodes"]}["model_v2.pkl"] == "dataset"
    assert made["cycles"] == [["backfill.py", "data/features.csv"]]


def test_focus_kinds_and_paths() -> None:
    found = {node["id"] for node in document("--focus", "train.py", "--upstream")["nodes"]}
    assert {"prepare.py", "data/features.csv", "data/export.csv", "train.py"} <= found and "model_v2.pkl" not in found
    assert {node["id"] for node in document("--focus", "train.py", "--downstream")["nodes"]} == {"train.py", "model_v2.pkl"}
    assert {node["kind"] for node in document("--kind", "dataset")["nodes"]} == {"dataset"}
    part = json.loads(CliRunner().invoke(main, ["graph", str(PROJECT / "serve.py")]).stdout)
    assert [node["id"] for node in part["nodes"]] == ["model_v1.pkl", "serve.py"]


def test_every_format_says_the_same(tmp_path: Path) -> None:
    made = document()
    run("graph", "--format", "graphml", "--output-file", str(tmp_path / "g.graphml"))
    read = nx.read_graphml(tmp_path / "g.graphml")
    assert set(read.nodes) == {node["id"] for node in made["nodes"]} and read.number_of_edges() == len(made["edges"])
    assert run("graph", "--format", "dot").stdout.count(" -> ") == len(made["edges"])
    assert run("graph", "--format", "mermaid").stdout.count("|reads|") == sum(edge["kind"] == "reads" for edge in made["edges"])
    assert run("graph", "--format", "svg").stdout.startswith("<svg ")


def test_misuse(tmp_path: Path) -> None:
    unknown = run("graph", "--focus", "trian.py")
    assert unknown.exit_code == 2 and "no node `trian.py`" in unknown.output and "train.py" in unknown.output
    several = run("graph", "--focus", "e.py")
    assert several.exit_code == 2 and "several nodes end in `e.py`; near: prepare.py, serve.py" in several.output
    kind = run("graph", "--kind", "cat")
    assert kind.exit_code == 2 and "no node kind `cat`; known: dataset, model, entry-point, step" in kind.output
    assert run("graph", "--upstream").exit_code == 2 and run("graph", "--format", "png").exit_code == 2
    gone = CliRunner().invoke(main, ["graph", "nowhere"])
    assert gone.exit_code == 2 and "no such path: nowhere" in gone.output
    outside = run("graph", "--project", str(tmp_path))
    assert outside.exit_code == 2 and "outside the project" in outside.output
    closed = run("graph", "--output-file", str(tmp_path / "no" / "g.json"))
    assert closed.exit_code == 2 and "cannot write" in closed.output


@pytest.mark.parametrize("command", [["check", "--output-format", "json"], ["check", "--output-format", "full"], ["check", "--output-format", "sarif"],
                                     ["graph", "--format", "json"], ["graph", "--format", "svg"], ["graph", "--format", "graphml"], ["artifacts"]],
                         ids=" ".join)
def test_output_is_the_same_for_any_jobs_and_hash_seed(command: list[str]) -> None:
    outputs = {
        subprocess.run([sys.executable, "-m", "mldebt", command[0], str(PROJECT), *command[1:], *(["--jobs", jobs] if command[0] == "check" else [])],
                       capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}).stdout
        for jobs, seed in (("1", "0"), ("2", "1"), ("2", "4242"))
    }
    assert len(outputs) == 1 and b"features.csv" in outputs.pop()
