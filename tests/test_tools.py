"""Tools that serve, search, track and start programs: what they call is reached, what their manifests name is run."""

from pathlib import Path

import pytest
from expectations import reported
from test_entries import analysed, entries, uses
from test_orchestration import PLAIN, rows


def test_steps_of_a_class_share_what_it_keeps(tmp_path: Path) -> None:
    done = analysed(tmp_path, """
# file: nightly.py
import pandas as pd
from metaflow import FlowSpec, Parameter, step
class Nightly(FlowSpec):
    source = Parameter("source", help="where the rows are", default="raw.csv")
    @step
    def start(self):
        self.target = "data/rows.csv"
        self.next(self.extract)
    @step
    def extract(self):
        pd.read_csv(self.source).to_csv(self.target)
        self.next(self.end)
    @step
    def end(self):
        pd.read_csv(self.target).sum()
if __name__ == "__main__":
    Nightly()
""")
    assert {name for name, kind in entries(done).items() if kind == "task"} == {f"nightly.py::Nightly.{name}" for name in ("start", "extract", "end")}
    assert rows(done) == ({"nightly.py"}, {"nightly.py"}) and {*uses(done, "raw.csv")[1]} == {"nightly.py"}


SERVICES = {
    "bentoml": ("""
import bentoml
import joblib
@bentoml.service(resources={"cpu": "2"})
class Shop:
    def __init__(self):
        self.path = "model.pkl"
    @bentoml.api
    def predict(self, rows):
        return joblib.load(self.path).predict(rows)
""", "app.py::Shop.predict", "route"),
    "ray.serve": ("""
import joblib
from ray import serve
@serve.deployment(num_replicas=2)
class Shop:
    def __init__(self, path):
        self.path = path
    async def __call__(self, request):
        return joblib.load("model.pkl").predict(await request.json())
app = Shop.bind("model.pkl")
""", "app.py::Shop.__call__", "route"),
    "gradio": ("""
import gradio as gr
import joblib
def predict(rows):
    return joblib.load("model.pkl").predict(rows)
with gr.Blocks() as app:
    box = gr.Textbox()
    gr.Button("go").click(predict, inputs=box, outputs=box)
app.launch()
""", "app.py", "script"),
    "streamlit": ("""
import joblib
import streamlit as st
def predict(path):
    st.write(joblib.load(path))
st.button("go", on_click=predict, args=("model.pkl",))
""", "app.py", "script"),
    "sagemaker": ("""
import joblib
import sagemaker_inference
def model_fn(model_dir):
    return joblib.load("model.pkl")
""", "app.py::model_fn", "handler"),
    "celery": ("""
import joblib
from celery import Celery
app = Celery("shop")
@app.task(bind=True)
def predict(self, rows):
    return joblib.load("model.pkl").predict(rows)
""", "app.py::predict", "task"),
}


@pytest.mark.parametrize("tool", SERVICES)
def test_what_serves_is_a_program(tmp_path: Path, tool: str) -> None:
    text, entry, kind = SERVICES[tool]
    done = analysed(tmp_path, f"# file: app.py{text}")
    assert entries(done)[entry] == kind
    assert {*uses(done, "model.pkl")[1]} == {"app.py"} and uses(done, "model.pkl")[0] == []


def test_functions_that_a_search_calls(tmp_path: Path) -> None:
    done = analysed(tmp_path, """
# file: search.py
from functools import partial
import optuna
import pandas as pd
import wandb
from ray import tune
def objective(trial, source="a.csv"):
    return pd.read_csv(source)
def train():
    pd.read_csv("b.csv")
def trainable(config, frame=None):
    pd.read_csv(config["path"])
study = optuna.create_study(study_name="depth", storage="sqlite:///studies.db")
study.optimize(partial(objective, source="c.csv"), n_trials=3)
wandb.agent("x", function=train)
tune.Tuner(tune.with_resources(trainable, {"cpu": 1}), param_space={"path": "d.csv"}).fit()
# file: look.py
import optuna
print(optuna.load_study(study_name="depth", storage="sqlite:///studies.db").best_value)
""")
    assert {name for name in done.graph.artifacts() if name.endswith(".csv")} == {"b.csv", "c.csv", "d.csv"}
    assert uses(done, "studies.db#depth") == (["search.py"], ["look.py"])


def test_tables_of_a_distributed_frame(tmp_path: Path) -> None:
    done = analysed(tmp_path, """
# file: prepare.py
import ray
def clean(batch):
    open("seen.txt", "w").write("x")
    return batch
first, second = ray.data.read_csv("raw.csv").map_batches(clean).train_test_split(0.2)
first.write_parquet("data/train")
second.to_pandas().to_csv("data/test.csv")
""")
    assert {name: uses(done, name)[0] for name in done.graph.artifacts()} == {
        "raw.csv": [], "seen.txt": ["prepare.py"], "data/train": ["prepare.py"], "data/test.csv": ["prepare.py"]}


MANIFESTS = {
    "pipeline.yaml": """
tasks:
  - source: jobs/extract.py
    product: {nb: out/extract.ipynb, data: data/rows.csv}
  - source: jobs/train.py
    product: out/train.ipynb
""",
    "MLproject": """
name: shop
entry_points:
  extract: {command: "python jobs/extract.py {n}"}
  main: {command: "python jobs/train.py --n 3"}
""",
    "jobs/nightly.yml": """
$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
jobs:
  extract: {type: command, code: ., command: python extract.py --n 3}
  train: {type: command, code: ., command: python train.py}
""",
    "job.yml": """
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
code: jobs
command: python train.py
""",
    "jobs/component.yaml": """
name: train
implementation:
  container:
    image: shop
    command: [python, train.py, --rows, {inputPath: rows}]
    args: [--n, 3]
""",
    "conf/sweep.yaml": "program: jobs/train.py\nmethod: bayes\n",
    "task.yaml": "resources: {accelerators: V100}\nworkdir: jobs\nrun: |\n  python train.py\n",
    "workspace.yaml": "load_from:\n  - python_file: jobs/train.py\n",
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_manifests_name_programs(tmp_path: Path, name: str) -> None:
    text = PLAIN.replace("# file: ", "# file: jobs/") + f"# file: {name}\n{MANIFESTS[name]}\n# file: jobs/other.yaml\ncommand: python train.py\n"
    done = analysed(tmp_path, text)
    train = next(entry for entry in done.project.entries if entry.path == "jobs/train.py")
    assert [(item.place.path, bool(item.stage)) for item in train.invocations] == [(name, True)]
    assert [item for item in reported(tmp_path) if item[2] == "MLD210"] == []


def test_products_that_a_manifest_declares(tmp_path: Path) -> None:
    done = analysed(tmp_path, PLAIN.replace("# file: ", "# file: jobs/") + f"# file: pipeline.yaml{MANIFESTS['pipeline.yaml']}")
    assert done.graph.is_declared("data/rows.csv")
    assert [item for item in reported(tmp_path) if item[2] == "MLD104"] == []
