"""Entry points that are functions: console scripts, hooks that libraries call, tasks."""

from pathlib import Path

import msgspec
import pytest
from expectations import write_sections

from mldebt.config import Settings
from mldebt.extract.data import extract_data
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
