"""Entry points, the commands that run them, and what their words mean to the code."""

from pathlib import Path

from expectations import write_sections

from mldebt.discover.files import discover
from mldebt.extract.run import extract, extract_data_files
from mldebt.flow.interpreter import Flow, interpret
from mldebt.knowledge.libraries import load_libraries
from mldebt.knowledge.locate import rules_folder
from mldebt.link.project import link
from mldebt.model.project import Project


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
