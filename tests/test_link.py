"""Entry points, the commands that run them, and what their words mean to the code."""

import json
from pathlib import Path

from expectations import write_sections

from mldebt.config import Settings
from mldebt.discover.files import discover
from mldebt.extract.run import extract, extract_data_files
from mldebt.flow.interpreter import Flow, interpret
from mldebt.knowledge.libraries import load_libraries
from mldebt.knowledge.locate import rules_folder
from mldebt.link.project import link
from mldebt.model.project import Project
from mldebt.pipeline import analyse


def linked(folder: Path, text: str) -> tuple[Project, Flow]:
    """Return a project written from sections, linked and interpreted."""
    write_sections(text, folder)
    found = discover(folder)
    project, index = link(str(folder), extract(found.files, jobs=1), found.names, extract_data_files(found.files))
    return project, interpret(project, index, load_libraries([rules_folder() / "libraries"]))


def touched(flow: Flow, kind: str) -> set[str]:
    """Return the paths of all accesses of one kind."""
    return {event.access.path.show() for event in flow.events if event.kind == kind and event.access is not None}


def test_a_shell_script_says_where_a_program_runs_and_with_which_words(tmp_path: Path) -> None:
    project, flow = linked(tmp_path, """
# file: run.sh
set -e
cd steps && python train.py --data ../features.csv --model=out.pkl
# file: steps/train.py
import argparse
import joblib
import pandas as pd
parser = argparse.ArgumentParser()
parser.add_argument("--data", default="nothing.csv")
parser.add_argument("--model", default="nothing.pkl")
options = parser.parse_args()
frame = pd.read_csv(options.data)
joblib.dump(frame, options.model)
""")
    (entry,) = project.entries
    assert [(folder.path, folder.certain) for folder in entry.folders] == [("steps", True)]
    assert [(item.words, item.checked) for item in entry.invocations] == [(("--data", "../features.csv", "--model=out.pkl"), True)]
    assert touched(flow, "read") == {"../features.csv"} and touched(flow, "write") == {"out.pkl"}


def test_arguments_by_position(tmp_path: Path) -> None:
    _, flow = linked(tmp_path, """
# file: run.sh
python make.py raw.csv clean
# file: make.py
import os
import sys
import pandas as pd
pd.read_csv(sys.argv[1]).to_csv(os.path.join(sys.argv[2], "table.csv"))
""")
    assert touched(flow, "read") == {"raw.csv"} and touched(flow, "write") == {"clean/table.csv"}


def test_configuration_files_are_values(tmp_path: Path) -> None:
    _, flow = linked(tmp_path, """
# file: config/train.yaml
data:
  folder: inputs
  files: [a.csv, b.csv]
# file: train.py
import yaml
import pandas as pd
with open("config/train.yaml") as stream:
    config = yaml.safe_load(stream)
for name in config["data"]["files"]:
    pd.read_csv(config["data"]["folder"] + "/" + name)
""")
    assert {"inputs/a.csv", "inputs/b.csv"} <= touched(flow, "read")


def test_dataclass_fields_and_file_names_from_the_script(tmp_path: Path) -> None:
    _, flow = linked(tmp_path, """
# file: jobs/fit_one.py
from dataclasses import dataclass, field
import pandas as pd
@dataclass
class Paths:
    source: str
    target: str = "out/model.pkl"
    names: list = field(default_factory=lambda: ["x.csv"])
paths = Paths("in.csv")
frame = pd.read_csv(paths.source)
frame.to_pickle(paths.target)
frame.to_csv(f"logs/{__file__}.csv")
frame.to_csv(paths.names[0])
""")
    assert touched(flow, "write") == {"out/model.pkl", "logs/fit_one.py.csv", "x.csv"} and touched(flow, "read") == {"in.csv"}


def test_a_document_states_no_folder_for_certain(tmp_path: Path) -> None:
    project, _ = linked(tmp_path, """
# file: README.md
```bash
python tools/run.py
```
# file: tools/run.py
print(1)
""")
    (entry,) = project.entries
    assert not any(folder.certain for folder in entry.folders) and entry.folders[0].path == ""


def notebook(*cells: str) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "source": cell} for cell in cells]})


def test_a_file_that_a_notebook_runs_is_part_of_its_program(tmp_path: Path) -> None:
    _, flow = linked(tmp_path, f"""
# file: nb/shared.py
import pandas as pd
NAME = "shared.csv"
def load():
    return pd.read_csv(NAME)
if __name__ == "__main__":
    pd.read_csv("main.csv")
# file: nb/one.ipynb
{notebook("%run shared", "frame = load()")}
# file: nb/two.ipynb
{notebook("%run -i shared.py --fast", "frame = load()")}
""")
    reads = {(event.entry, event.access.path.show()) for event in flow.events if event.kind == "read" and event.access is not None and ".ipynb" in event.entry}
    assert reads == {(f"nb/{name}.ipynb", path) for name in ("one", "two") for path in ("shared.csv", "main.csv")}


def test_commands_of_magics_run_programs_with_their_words(tmp_path: Path) -> None:
    project, flow = linked(tmp_path, f"""
# file: steps/train.py
import sys
import pandas as pd
pd.read_csv(sys.argv[1])
# file: nb/one.ipynb
{notebook("!python ../steps/train.py shell.csv", "%cd ..", "%%bash" + chr(10) + "python steps/train.py cell.csv", "%%writefile notes.txt" + chr(10) + "x")}
""")
    entry = next(entry for entry in project.entries if entry.path == "steps/train.py")
    assert [(item.words, item.folder, item.checked, item.tool) for item in entry.invocations] == [
        (("shell.csv",), "nb", False, "notebook"), (("cell.csv",), "", True, "notebook")]
    assert touched(flow, "read") == {"shell.csv", "cell.csv"}
    assert touched(flow, "write") == {"notes.txt"}


def test_programs_that_programs_start(tmp_path: Path) -> None:
    write_sections("""
# file: run.py
import os
import subprocess
import sys
subprocess.run([sys.executable, "steps/first.py", "--fast"], check=True)
subprocess.check_call(["python", "second.py"], cwd="steps")
os.system("python steps/third.py")
# file: steps/first.py
open("made.txt", "w").write("x")
# file: steps/second.py
print(open("../made.txt").read())
# file: steps/third.py
print(open("made.txt").read())
""", tmp_path)
    graph = analyse(tmp_path, Settings(), jobs=1).graph
    started = {entry.path: [(item.words, item.folder, item.checked) for item in entry.invocations] for entry in graph.project.entries}
    assert started["steps/first.py"] == [(("--fast",), "", True)]
    assert started["steps/second.py"] == [((), "steps", True)]
    assert started["steps/third.py"] == [((), "", False)]
    assert graph.together("steps/first.py", "steps/second.py") and graph.together("run.py", "steps/first.py")
    assert not graph.together("steps/first.py", "steps/third.py")
    assert [use.program for use in graph.readers("made.txt")] == ["steps/second.py", "steps/third.py"]


def test_a_file_that_only_keeps_parts_of_what_it_reads_is_a_program(tmp_path: Path) -> None:
    project, flow = linked(tmp_path, """
# file: use.py
import pandas as pd
x = pd.read_csv("rows.csv").values[:, 6:]
# file: constants.py
A = 1
""")
    assert [entry.path for entry in project.entries] == ["use.py"]
    assert touched(flow, "read") == {"rows.csv"}


def test_a_folder_that_is_no_package_stands_before_a_library_only_with_what_it_holds(tmp_path: Path) -> None:
    project, _ = linked(tmp_path, """
# file: used/xgboost/tune.py
print(1)
# file: used/data/loader.py
rows = []
# file: used/search/run.py
import xgboost as xgb
from xgboost import XGBClassifier
from data import loader
print(xgb, XGBClassifier, loader)
# file: used/search/named.py
import xgboost.tune
print(xgboost.tune)
""")
    assert "used/xgboost/" not in project.modules["used/search/run.py"].imports
    assert "used/data/loader.py" in project.modules["used/search/run.py"].imports
    assert "used/xgboost/tune.py" in project.modules["used/search/named.py"].imports
