"""Programs that an orchestrator runs as tasks of one flow are one pipeline: what they hand on is declared by the flow; without it, it is not."""

from pathlib import Path

import pytest
from expectations import reported, write_sections
from test_entries import analysed, entries, uses

from mldebt.pipeline import Analysis

PLAIN = """
# file: extract.py
import pandas as pd
def extract():
    pd.read_csv("raw.csv").to_csv("data/rows.csv")
if __name__ == "__main__":
    extract()
# file: train.py
import pandas as pd
def train():
    pd.read_csv("data/rows.csv").sum()
if __name__ == "__main__":
    train()
"""

PREFECT = """
# file: steps/extract.py
import pandas as pd
from prefect import task
@task(retries=2)
def extract(target):
    pd.read_csv("raw.csv").to_csv(target)
# file: steps/train.py
import pandas as pd
from prefect import task
@task
def train():
    pd.read_csv("data/rows.csv").sum()
# file: nightly.py
from prefect import flow
from steps.extract import extract
from steps.train import train
@flow(name="nightly")
def nightly():
    done = extract.with_options(retries=3).submit("data/rows.csv")
    train.submit(wait_for=[done])
"""

DAGSTER = """
# file: shop/assets/extract.py
import pandas as pd
from dagster import asset
@asset
def rows():
    pd.read_csv("raw.csv").to_csv("data/rows.csv")
# file: shop/assets/train.py
import pandas as pd
from dagster import asset
@asset(deps=["rows"])
def model():
    pd.read_csv("data/rows.csv").sum()
# file: shop/definitions.py
from dagster import Definitions, load_assets_from_modules
from shop.assets import extract, train
defs = Definitions(assets=load_assets_from_modules([extract, train]))
# file: shop/__init__.py
from .definitions import defs
"""

ZENML = """
# file: steps/extract.py
import pandas as pd
from zenml import step
@step
def extract():
    pd.read_csv("raw.csv").to_csv("data/rows.csv")
# file: steps/train.py
import pandas as pd
from zenml import step
@step(enable_cache=False)
def train():
    pd.read_csv("data/rows.csv").sum()
# file: pipelines/training.py
from zenml import pipeline
from steps.extract import extract
from steps.train import train
@pipeline
def training():
    extract()
    train(after=["extract"])
"""

KFP = """
# file: extract.py
import pandas as pd
def extract(target):
    pd.read_csv("raw.csv").to_csv(target)
# file: train.py
import pandas as pd
from kfp import dsl
@dsl.component(packages_to_install=["pandas"])
def train():
    pd.read_csv("data/rows.csv").sum()
# file: pipeline.py
from kfp import components, dsl
from extract import extract
from train import train
extract_op = components.create_component_from_func(extract, base_image="python:3.11")
@dsl.pipeline(name="nightly")
def nightly():
    first = extract_op("data/rows.csv")
    train().after(first)
"""

RAY = """
# file: extract.py
import pandas as pd
import ray
@ray.remote(num_cpus=2)
def extract(target):
    pd.read_csv("raw.csv").to_csv(target)
# file: train.py
import pandas as pd
import ray
@ray.remote
class Trainer:
    def __init__(self, source):
        self.source = source
    def train(self):
        pd.read_csv(self.source).sum()
# file: main.py
import ray
from extract import extract
from train import Trainer
ray.init()
ray.get(extract.options(num_cpus=1).remote("data/rows.csv"))
ray.get(Trainer.remote("data/rows.csv").train.remote())
"""

LUIGI = """
# file: extract.py
import luigi
import pandas as pd
class Extract(luigi.Task):
    name = luigi.Parameter(default="rows")
    def output(self):
        return luigi.LocalTarget("data/rows.csv")
    def run(self):
        with self.output().open("w") as stream:
            pd.read_csv("raw.csv").to_csv(stream)
# file: train.py
import luigi
import pandas as pd
from extract import Extract
class Train(luigi.Task):
    def requires(self):
        return [Extract(name="all")]
    def run(self):
        with self.input()[0].open() as stream:
            stream.read()
# file: run.sh
luigi --module train Train
"""

CELERY = """
# file: app.py
from celery import Celery
app = Celery("shop", include=["extract", "train"])
# file: extract.py
import pandas as pd
from celery import shared_task
@shared_task
def extract():
    pd.read_csv("raw.csv").to_csv("data/rows.csv")
# file: train.py
import pandas as pd
from celery import shared_task
@shared_task
def train():
    pd.read_csv("data/rows.csv").sum()
# file: worker.sh
celery -A app worker
"""

FLYTE = """
# file: extract.py
import pandas as pd
from flytekit import task
@task
def extract(target: str) -> str:
    pd.read_csv("raw.csv").to_csv(target)
    return target
# file: train.py
import pandas as pd
from flytekit import Resources, task
@task(limits=Resources(mem="2Gi"))
def train(source: str):
    pd.read_csv(source).sum()
# file: nightly.py
from flytekit import workflow
from extract import extract
from train import train
@workflow
def nightly():
    train(source=extract(target="data/rows.csv"))
"""

AIRFLOW = """
# file: extract.py
import pandas as pd
from airflow.decorators import task
@task
def extract(target):
    pd.read_csv("raw.csv").to_csv(target)
# file: train.py
import pandas as pd
from airflow.sdk import task
@task
def train(source):
    pd.read_csv(source).sum()
# file: nightly.py
from airflow.sdk import dag
from extract import extract
from train import train
@dag(schedule="@daily")
def nightly():
    extract.override(task_id="rows")("data/rows.csv") >> train.partial().expand(source=["data/rows.csv"])
nightly()
"""

CLEARML = """
# file: extract.py
import pandas as pd
def extract(target):
    pd.read_csv("raw.csv").to_csv(target)
# file: train.py
import pandas as pd
def train():
    pd.read_csv("data/rows.csv").sum()
# file: nightly.py
from clearml import PipelineController
from extract import extract
from train import train
if __name__ == "__main__":
    flow = PipelineController("nightly", "shop")
    flow.add_function_step("extract", extract, function_kwargs={"target": "data/rows.csv"})
    flow.add_function_step(name="train", function=train, parents=["extract"])
    flow.start()
"""

FLOWS = {
    "prefect": (PREFECT, "nightly.py"), "dagster": (DAGSTER, "shop/definitions.py"), "zenml": (ZENML, "pipelines/training.py"),
    "kfp": (KFP, "pipeline.py"), "ray": (RAY, "main.py"), "luigi": (LUIGI, "train.py"), "celery": (CELERY, "app.py"), "flyte": (FLYTE, "nightly.py"),
    "airflow": (AIRFLOW, "nightly.py"), "clearml": (CLEARML, "nightly.py"),
}


def rows(done: Analysis) -> tuple[set[str], set[str]]:
    """Return the programs that write and read the rows, wherever their folder is taken to be."""
    (artifact,) = [name for name in done.graph.artifacts() if name.endswith("data/rows.csv")]
    writers, readers = uses(done, artifact)
    return {*writers}, {*readers}


def test_programs_without_a_flow_are_strangers(tmp_path: Path) -> None:
    write_sections(PLAIN, tmp_path)
    assert ("train.py", 3, "MLD104") in reported(tmp_path)


@pytest.mark.parametrize("tool", FLOWS)
def test_tasks_of_one_flow_are_one_pipeline(tmp_path: Path, tool: str) -> None:
    text, program = FLOWS[tool]
    done = analysed(tmp_path, text)
    writers, readers = rows(done)
    assert program in writers and program in readers
    assert [item for item in reported(tmp_path) if item[2] == "MLD104"] == []


@pytest.mark.parametrize("tool", ["prefect", "dagster", "zenml", "kfp", "celery", "flyte"])
def test_a_task_belongs_to_the_flow_that_runs_it(tmp_path: Path, tool: str) -> None:
    text, program = FLOWS[tool]
    done = analysed(tmp_path, text)
    writers, readers = rows(done)
    assert writers == readers == {program}, "no task stands alone"
    assert {kind for name, kind in entries(done).items()} <= {"flow", "task", "script"} and "task" in entries(done).values()


def test_two_flows_are_two_programs(tmp_path: Path) -> None:
    text = """
# file: extract.py
import pandas as pd
from prefect import flow, task
@task
def write():
    pd.read_csv("raw.csv").to_csv("data/rows.csv")
@flow
def extract():
    write.submit()
# file: train.py
import pandas as pd
from prefect import flow, task
@task
def read():
    pd.read_csv("data/rows.csv").sum()
@flow
def train():
    read()
"""
    assert rows(analysed(tmp_path, text)) == ({"extract.py"}, {"train.py"})
    assert ("train.py", 5, "MLD104") in reported(tmp_path)


TASKS = {
    "a loop": "for step in (extract, train):\n    PythonOperator(task_id=step.__name__, python_callable=step)",
    "a table": "STEPS = {'extract': extract, 'train': train}\nfor name, step in STEPS.items():\n    PythonOperator(task_id=name, python_callable=step)",
    "a comprehension": "tasks = [PythonOperator(task_id='t', python_callable=step) for step in (extract, train)]\nprint(len(tasks))",
    "unknown code": "from strangers import task\nfor step in (extract, train):\n    task(step)",
}


@pytest.mark.parametrize("form", TASKS)
def test_tasks_that_a_loop_makes_are_called(tmp_path: Path, form: str) -> None:
    text = f"""
# file: nightly.py
import pandas as pd
from airflow.operators.python import PythonOperator
def extract():
    pd.read_csv("raw.csv").to_csv("data/rows.csv")
def train():
    pd.read_csv("data/rows.csv").sum()
{TASKS[form]}
"""
    assert rows(analysed(tmp_path, text)) == ({"nightly.py"}, {"nightly.py"})


LAUNCHERS = {
    "airflow": """
from airflow import DAG
from airflow.operators.bash import BashOperator
with DAG("nightly") as dag:
    BashOperator(task_id="a", bash_command="python jobs/extract.py") >> BashOperator(task_id="b", bash_command="python jobs/train.py", cwd=None)
""",
    "kfp": """
from kfp import compiler, dsl
@dsl.pipeline(name="nightly")
def nightly():
    first = dsl.ContainerOp(name="extract", image="shop", command=["python"], arguments=["jobs/extract.py"])
    dsl.ContainerOp("train", "shop", ["python", "jobs/train.py"]).after(first)
compiler.Compiler().compile(nightly, "nightly.yaml")
""",
    "sagemaker": """
from sagemaker.pytorch import PyTorch
from sagemaker.sklearn.processing import SKLearnProcessor
SKLearnProcessor("1.2").run(code="jobs/extract.py")
PyTorch(entry_point="train.py", source_dir="jobs").fit()
""",
    "azureml": """
from azureml.core import Experiment, ScriptRunConfig, Workspace
from azureml.pipeline.steps import PythonScriptStep
steps = [PythonScriptStep("extract.py", source_directory="jobs", arguments=["--n", 3]), ScriptRunConfig("jobs", "train.py")]
Experiment(Workspace.from_config(), "nightly").submit(steps)
""",
    "azure.ai.ml": """
from azure.ai.ml import command, dsl
@dsl.pipeline()
def nightly():
    command(command="python extract.py", code="./jobs")
    command(command="python train.py", code="./jobs")
""",
    "streamlit": """
import streamlit as st
st.navigation([st.Page("jobs/extract.py"), st.Page("jobs/train.py")]).run()
""",
    "ploomber": """
from ploomber import DAG
from ploomber.products import File
from ploomber.tasks import ScriptRunner
dag = DAG()
first = ScriptRunner("jobs/extract.py", File("data/rows.csv"), dag)
first >> ScriptRunner("jobs/train.py", File("model.pkl"), dag)
dag.build()
""",
}


@pytest.mark.parametrize("tool", LAUNCHERS)
def test_scripts_that_one_flow_starts_are_one_pipeline(tmp_path: Path, tool: str) -> None:
    jobs = PLAIN.replace("# file: ", "# file: jobs/")
    done = analysed(tmp_path, jobs + f"# file: nightly.py{LAUNCHERS[tool]}")
    assert done.graph.together("jobs/extract.py", "jobs/train.py")
    assert [item for item in reported(tmp_path) if item[2] == "MLD104"] == []
