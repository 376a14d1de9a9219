"""Files of configuration and data versioning in a project: values that code reads, artefacts that are declared."""

from pathlib import Path

import pytest
from expectations import reported, write_sections
from test_link import linked, touched

PASSED_ON = """
# file: make.py
import pandas as pd
pd.read_csv("https://example.org/a.csv").to_csv("data/raw/features.csv")
# file: train.py
import pandas as pd
print(pd.read_csv("data/raw/features.csv"))
"""


def test_json_configuration_is_values(tmp_path: Path) -> None:
    _, flow = linked(tmp_path, """
# file: config.json
{"data": {"folder": "inputs", "files": ["a.csv", "b.csv"]}}
# file: train.py
import json
import pandas as pd
with open("config.json") as stream:
    config = json.load(stream)
for name in config["data"]["files"]:
    pd.read_csv(config["data"]["folder"] + "/" + name)
pd.read_csv(json.load(open("config.json"))["data"]["files"][1])
""")
    assert touched(flow, "read") == {"config.json", "inputs/a.csv", "inputs/b.csv", "b.csv"}


def test_data_versioning_files_declare_what_they_track(tmp_path: Path) -> None:
    write_sections(PASSED_ON, tmp_path)
    assert [code for _, _, code in reported(tmp_path)] == ["MLD104"]
    write_sections("""
# file: data/raw.dvc
outs:
- md5: abc.dir
  path: raw
""", tmp_path)
    assert not reported(tmp_path)


@pytest.mark.parametrize(("name", "text"), [
    ("config.json", '{"features": "data/raw/features.csv"}'), (".env", "FEATURES=data/raw/features.csv"),
    ("paths.ini", "[paths]\nfeatures = data/raw/features.csv"),
    ("Snakefile", 'rule a:\n    output: "data/{kind}/features.csv"'),
])
def test_configuration_that_names_an_artefact_declares_it(tmp_path: Path, name: str, text: str) -> None:
    write_sections(f"{PASSED_ON}# file: {name}\n{text}\n", tmp_path)
    assert not reported(tmp_path)


def test_parameters_and_lock_files_are_values(tmp_path: Path) -> None:
    project, flow = linked(tmp_path, """
# file: params.yaml
train: {input: x.csv}
# file: dvc.lock
schema: '2.0'
stages:
  train: {cmd: python train.py}
# file: train.py
import pandas as pd
import yaml
pd.read_csv(yaml.safe_load(open("params.yaml"))["train"]["input"])
""")
    assert "x.csv" in touched(flow, "read")
    assert ("stages", "train", "cmd") in {setting.keys for setting in project.data["dvc.lock"].settings}
