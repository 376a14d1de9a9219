"""Where a project holds more JSON than anybody configures, what nothing mentions is data."""

import json
from pathlib import Path

import pytest
from expectations import write_sections

from mldebt.config import Settings
from mldebt.extract import configuration_files
from mldebt.pipeline import analyse

PROJECT = """
# file: run.sh
python evaluate.py --config settings/prod.json
# file: train.py
import json
import pandas as pd
with open("params.json") as file:
    pd.read_csv(json.load(file)["data"])
# file: evaluate.py
print(1)
# file: params.json
{"data": "data/a.csv"}
# file: settings/prod.json
{"data": "data/b.csv"}
# file: results/fold_1/scores.json
{"data": "data/c.csv"}
# file: results/fold_1/params.json
{"data": "data/d.csv"}
# file: results/1.json
broken
"""


def test_json_that_nothing_mentions_is_left_out_where_there_is_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sections(PROJECT, tmp_path)
    assert "results/1.json" in analyse(tmp_path, Settings(), jobs=1).project.data
    monkeypatch.setattr(configuration_files, "MUCH", 50)
    done = analyse(tmp_path, Settings(), jobs=1)
    assert {path for path in done.project.data if path.endswith(".json")} == {"params.json", "settings/prod.json"}
    assert "data/a.csv" in {event.access.path.literal for event in done.flow.events if event.access is not None}


def test_thousands_of_results_cost_no_more_than_their_names(tmp_path: Path) -> None:
    (tmp_path / "res").mkdir()
    (tmp_path / "a.py").write_text("print(1)\n")
    text = json.dumps({"scores": list(range(400))})
    for number in range(700):
        (tmp_path / "res" / f"r{number}.json").write_text(text)
    assert analyse(tmp_path, Settings(), jobs=1).project.data == {}
