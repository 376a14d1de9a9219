"""Entry points that are functions: console scripts, hooks that libraries call, tasks."""

import json
from pathlib import Path

import msgspec
import pytest
from expectations import write_sections

from mldebt.config import Settings
from mldebt.extract.data.formats import extract_data
from mldebt.flow.interpreter import interpret
from mldebt.knowledge.libraries import load_libraries
from mldebt.knowledge.locate import rules_folder
from mldebt.knowledge.manifests import load_manifests
from mldebt.link.manifests import with_stages
from mldebt.link.project import link
from mldebt.model.facts import Setting
from mldebt.pipeline import Analysis, analyse


def analysed(folder: Path, text: str) -> Analysis:
    """Return a project written from sections, analysed up to its graph."""
    write_sections(text, folder)
    return analyse(folder, Settings(), jobs=1)


def uses(done: Analysis, artifact: str) -> tuple[list[str], list[str]]:
    """Return the programs that write and read an artefact."""
    return [use.program for use in done.graph.writers(artifact)], [use.program for use in done.graph.readers(artifact)]


def entries(done: Analysis) -> dict[str, str]:
    return {entry.id: entry.kind for entry in done.project.entries}


CLI = """
# file: src/tool/__init__.py
from .cli import score
# file: src/tool/cli.py
import joblib
import pandas as pd
frame = pd.read_csv("settings.csv")
def train(path="data.csv"):
    joblib.dump(pd.read_csv(path), "model.pkl")
def score():
    joblib.load("model.pkl").to_csv("scores.csv")
def never():
    frame.to_csv("never.csv")
"""


@pytest.mark.parametrize("declaration", [
    '# file: pyproject.toml\n[project.scripts]\ntool-train = "tool.cli:train"\ntool-score = "tool:score"\n',
    '# file: pyproject.toml\n[tool.poetry.scripts]\ntool-train = "tool.cli:train"\ntool-score = { callable = "tool:score", extras = ["x"] }\n',
    '''
# file: setup.py
from setuptools import setup
setup(entry_points={"console_scripts": ["tool-train = tool.cli:train", "tool-score=tool:score [x]"], "other": ["a=tool.cli:never"]})
''', '''
# file: setup.py
import setuptools
setuptools.setup(entry_points="""
  [console_scripts]
  tool-train = tool.cli:train
  tool-score = tool:score
  [other]
  a=tool.cli:never
""")
''',
])
def test_console_scripts_are_programs(tmp_path: Path, declaration: str) -> None:
    done = analysed(tmp_path, f"{CLI}{declaration}")
    found = {name: kind for name, kind in entries(done).items() if name != "setup.py"}
    assert found == {"src/tool/cli.py::train": "console", "src/tool/cli.py::score": "console"}
    assert uses(done, "model.pkl") == (["src/tool/cli.py"], ["src/tool/cli.py"])
    assert uses(done, "scores.csv") == (["src/tool/cli.py"], []) and uses(done, "data.csv") == ([], ["src/tool/cli.py"])
    assert uses(done, "settings.csv")[1][0] == "src/tool/cli.py", "what importing the module does is done by the program"
    assert "never.csv" not in done.graph.artifacts()


def test_console_scripts_of_ini_files(tmp_path: Path) -> None:
    write_sections(CLI, tmp_path)
    facts = extract_data("setup.cfg", b"", "ini")
    value = "\ntool-train = tool.cli:train\ntool-score = tool:score"
    facts = msgspec.structs.replace(facts, settings=(Setting(("options.entry_points", "console_scripts"), value, 0, 10), Setting(("a", "b"), "c = d:e", 0, 1)))
    data = with_stages({"setup.cfg": facts}, load_manifests([rules_folder() / "manifests"]))
    assert [(program.name, program.target) for program in data["setup.cfg"].programs] == [("tool-train", "tool.cli:train"), ("tool-score", "tool:score")]
    done = analyse(tmp_path, Settings(), jobs=1)
    modules = {path: module.facts for path, module in done.project.modules.items()}
    project, index = link(str(tmp_path), modules, frozenset(modules), data)
    assert {entry.id for entry in project.entries} == {"src/tool/cli.py::train", "src/tool/cli.py::score"}
    flow = interpret(project, index, load_libraries([rules_folder() / "libraries"]))
    assert {event.entry for event in flow.events if event.kind == "write"} == {"src/tool/cli.py::train", "src/tool/cli.py::score", ""}


def test_commands_that_name_a_console_script_run_it(tmp_path: Path) -> None:
    done = analysed(tmp_path, """
# file: pyproject.toml
[project.scripts]
fit = "steps:fit"
gone = "steps:gone"
other = "elsewhere:main"
# file: steps.py
import argparse
import pandas as pd
def fit():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="none.csv")
    pd.read_csv(parser.parse_args().data)
# file: jobs/run.sh
set -e
fit --data here.csv
cd sub && poetry run fit --data there.csv
outfit --data no.csv
""")
    (entry,) = done.project.entries
    assert (entry.id, entry.kind) == ("steps.py::fit", "console")
    assert [(item.words, item.folder) for item in entry.invocations] == [(("--data", "here.csv"), "jobs"), (("--data", "there.csv"), "jobs/sub")]
    assert [(folder.path, folder.certain) for folder in entry.folders] == [("jobs", True), ("jobs/sub", True)]
    assert {event.access.path.show() for event in done.flow.events if event.access is not None} == {"here.csv", "there.csv"}


def test_a_command_declared_twice_is_one_program(tmp_path: Path) -> None:
    done = analysed(tmp_path, """
# file: pyproject.toml
[project.scripts]
fit = "steps:fit"
# file: steps.py
import click
@click.command()
def fit():
    open("out.txt", "w").write("x")
if __name__ == "__main__":
    fit()
""")
    assert entries(done) == {"steps.py": "script", "steps.py::fit": "console"}
    assert {use.program for use in done.graph.writers("out.txt")} == {"steps.py"}


@pytest.mark.parametrize(("name", "body", "kind"), [
    ("test_a.py", "def test_x():\n    pass\n", "test"), ("a_test.py", "def test_x():\n    pass\n", "test"), ("tests/conftest.py", "", "test"),
    ("model_test.py", "class TestModel:\n    pass\n", "test"), ("model_test.py", "def main():\n    pass\n", "script"),
])
def test_tests_stay_tests(tmp_path: Path, name: str, body: str, kind: str) -> None:
    done = analysed(tmp_path, f"# file: {name}\n{body}open('x.txt', 'w').write('')\n")
    assert entries(done) == {name: kind} and done.graph.artifacts() == ([] if kind == "test" else ["x.txt"])


def readers(done: Analysis) -> dict[str, set[str]]:
    """Return who reads each artefact."""
    return {artifact: {use.program for use in done.graph.readers(artifact)} for artifact in done.graph.artifacts() if done.graph.readers(artifact)}


def test_hooks_are_reached_by_who_hands_the_object_over(tmp_path: Path) -> None:
    done = analysed(tmp_path, """
# file: parts.py
import pandas as pd
import torch
from pytorch_lightning import LightningModule
from torch.utils.data import Dataset
class Rows(Dataset):
    def __init__(self, name):
        self.name = name
    def __getitem__(self, index):
        return pd.read_csv(f"rows/{self.name}.csv")
    def helper(self):
        pd.read_csv("rows/helper.csv")
class Net(torch.nn.Module):
    def forward(self, name="net.csv"):
        return pd.read_csv(name)
class Base(LightningModule):
    def training_step(self, batch, number):
        return self.loss(batch)
class Task(Base):
    def loss(self, batch):
        return pd.read_csv("weights.csv")
class Idle(Dataset):
    def __getitem__(self, index):
        return pd.read_csv("idle.csv")
# file: train.py
import pytorch_lightning as pl
from torch.utils.data import DataLoader
from parts import Idle, Net, Rows, Task
loader = DataLoader(Rows("train"), batch_size=4)
idle = Idle()
Net()("called.csv")
pl.Trainer().fit(Task(), loader)
# file: evaluate.py
from torch.utils.data import ConcatDataset
from parts import Rows
ConcatDataset([Rows("test")])
""")
    assert readers(done) == {"rows/train.csv": {"train.py"}, "rows/test.csv": {"evaluate.py"}, "called.csv": {"train.py"}, "weights.csv": {"train.py"}}


def test_hooks_that_are_entry_points(tmp_path: Path) -> None:
    done = analysed(tmp_path, """
# file: api.py
import joblib
from flask import Flask
from flask_restful import Api, Resource
app = Flask(__name__)
class Score(Resource):
    def get(self):
        return joblib.load("model.pkl")
    def other(self):
        return joblib.load("other.pkl")
# file: flow.py
import luigi
import pandas as pd
class Step(luigi.Task):
    def run(self):
        self.work()
class Clean(Step):
    def output(self):
        return luigi.LocalTarget("clean.csv")
    def work(self):
        with self.output().open("w") as stream:
            stream.write("x")
""")
    found = {name: kind for name, kind in entries(done).items() if "::" in name}
    assert found["api.py::Score.get"] == "route" and found["flow.py::Clean.output"] == "task" and "api.py::Score.other" not in found
    assert readers(done) == {"model.pkl": {"api.py"}}
    assert uses(done, "clean.csv") == (["flow.py"], []), "the inherited hook runs on the class that inherits it"


def test_a_file_of_tasks_is_one_program(tmp_path: Path) -> None:
    done = analysed(tmp_path, """
# file: dags/daily.py
from airflow import DAG
from airflow.decorators import task
from airflow.operators.python import PythonOperator
import pandas as pd
from steps import publish
def extract(source, target="raw.csv"):
    pd.read_csv(source).to_csv(target)
with DAG("daily") as dag:
    first = PythonOperator(task_id="a", python_callable=extract, op_kwargs={"source": "in.csv", "target": "data/raw.csv"})
    last = PythonOperator(task_id="b", python_callable=publish, op_args=["data/raw.csv"])
    first >> last
@task
def report():
    pd.read_csv("data/out.csv")
# file: dags/steps.py
import pandas as pd
def publish(path):
    pd.read_csv(path).to_csv("data/out.csv")
""")
    writers = {artifact: {use.program for use in done.graph.writers(artifact)} for artifact in done.graph.artifacts()}
    assert {name.rpartition("/")[2]: found for name, found in writers.items() if found} == {"raw.csv": {"dags/daily.py"}, "out.csv": {"dags/daily.py"}}
    assert {name.rpartition("/")[2] for name, found in readers(done).items() if found == {"dags/daily.py"}} == {"in.csv", "raw.csv", "out.csv"}
    assert entries(done)["dags/daily.py::report"] == "task"


def test_a_task_belongs_to_its_program_and_not_to_a_test_that_imports_it(tmp_path: Path) -> None:
    done = analysed(tmp_path, """
# file: a_suite/test_api.py
import api
print(api.score())
# file: api.py
from flask import Flask
import joblib
app = Flask(__name__)
@app.route("/")
def score():
    return joblib.load("model.pkl")
""")
    assert readers(done) == {"model.pkl": {"api.py"}}


def test_what_a_library_hands_on(tmp_path: Path) -> None:
    done = analysed(tmp_path, """
# file: run.py
import threading
from multiprocessing import Process
def work(name, other="b.csv"):
    open(name).read()
    open(other).read()
Process(target=work, args=("a.csv",)).start()
threading.Thread(target=work, kwargs={"name": "c.csv", "other": "d.csv"}).start()
""")
    assert set(readers(done)) == {"a.csv", "b.csv", "c.csv", "d.csv"}


def test_nodes_read_and_write_a_data_catalogue(tmp_path: Path) -> None:
    done = analysed(tmp_path, """
# file: app/requirements.txt
kedro
# file: app/conf/base/catalog.yml
companies:
  type: pandas.CSVDataset
  filepath: data/companies.csv
table:
  type: pandas.ParquetDataset
  filepath: data/table.pq
model:
  type: pickle.PickleDataset
  filepath: data/model.pkl
scores:
  type: json.JSONDataset
  filepath: data/scores.json
# file: app/src/pkg/make/nodes.py
def clean(frame, options):
    return frame.dropna()
def fit(frame):
    return frame.sum(), frame.mean()
# file: app/src/pkg/make/pipeline.py
from kedro.pipeline import Pipeline, node
from .nodes import clean, fit
def create_pipeline(**kwargs) -> Pipeline:
    return Pipeline([
        node(func=clean, inputs=["companies", "params:clean"], outputs="table"),
        node(fit, inputs={"frame": "table"}, outputs=["model", "in_memory"], name="fit"),
    ])
# file: app/src/pkg/use/pipeline.py
from kedro.pipeline import node, pipeline
def create_pipeline(**kwargs):
    return pipeline([node(lambda model: model.run(), "model", "scores")])
# file: app/src/pkg/other.py
def create_pipeline():
    open("other.txt", "w").write("x")
""")
    make, use = "app/src/pkg/make/pipeline.py", "app/src/pkg/use/pipeline.py"
    assert {name: kind for name, kind in entries(done).items() if kind == "flow"} == {f"{make}::create_pipeline": "flow", f"{use}::create_pipeline": "flow"}
    assert {artifact: uses(done, artifact) for artifact in done.graph.artifacts()} == {
        "app/data/companies.csv": ([], [make]), "app/data/table.pq": ([make], [make]), "app/data/model.pkl": ([make], [use]),
        "app/data/scores.json": ([use], [])}
    assert all(done.graph.is_declared(artifact) for artifact in done.graph.artifacts())
    events = {event.id: event for event in done.flow.events}
    (written,) = [use.event for use in done.graph.writers("app/data/scores.json")]
    assert [events[source].access.path.show() for source in written.sources if events[source].access] == ["app/data/model.pkl"]


def test_a_notebook_that_a_program_starts_runs_in_its_own_folder(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": ["import pandas as pd\n", "pd.read_csv('../work/a.csv')"]}
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "look.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    text = """
# file: report.py
import subprocess
subprocess.run(["jupyter", "nbconvert", "--to", "notebook", "--execute", "notebooks/look.ipynb"], check=True)
"""
    assert analysed(tmp_path, text).graph.artifacts() == ["work/a.csv"]
