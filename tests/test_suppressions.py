"""Suppressions: where each counts, in which kinds of files, and what is wrong with the others."""

import json
from pathlib import Path

import pytest
from expectations import write_sections

from mldebt import Settings, check

WRITER = "# file: train.py\nimport joblib\njoblib.dump({}, 'm.pkl')\n"


def live(folder: Path, **settings: object) -> list[tuple[str, int, str]]:
    return [(item.path, item.line, item.code) for item in check(folder, Settings(**settings), jobs=1).live]


def quiet(folder: Path) -> list[tuple[str, str]]:
    return [(item.code, item.suppressed) for item in check(folder, jobs=1).findings if item.suppressed is not None]


@pytest.mark.parametrize("body", [
    "import joblib\nprint(joblib.load('m.pkl'))  # mldebt: ignore[MLD104] agreed\n",
    "import joblib\nprint(joblib.load('m.pkl'))  # mldebt: ignore [mld104] agreed\n",
    "import joblib\nprint(joblib.load('m.pkl'))  # noqa # mldebt: ignore[undeclared-consumer] agreed\n",
    "import joblib\n# mldebt: ignore[MLD104] agreed\nprint(\n    'x',\n    joblib.load('m.pkl'),\n)\n",
    "import joblib\nprint(joblib.load(\n    'm.pkl'\n))  # mldebt: ignore[MLD104] agreed\n",
    "import joblib\n# mldebt: ignore[MLD104] agreed\nwith open('log.txt') as log, joblib.load(\n    'm.pkl'\n):\n    print(log)\n",
    "import joblib\n# mldebt: ignore[system, data] agreed\nprint(joblib.load('m.pkl'))\n",
    "#!/usr/bin/env python\n# a licence\n\n# mldebt: ignore-file[MLD1] agreed\n\"\"\"doc\"\"\"\nimport joblib\nprint(joblib.load('m.pkl'))\n",
])
def test_places_that_count(tmp_path: Path, body: str) -> None:
    write_sections(f"{WRITER}# file: serve.py\n{body}", tmp_path)
    assert quiet(tmp_path) == [("MLD104", "agreed")]
    assert {code for _, _, code in live(tmp_path)} <= {"MLD001"}


@pytest.mark.parametrize("body", [
    "import joblib\n# mldebt: ignore[MLD104] far\n\nprint(joblib.load('m.pkl'))\n",
    "import joblib\n# mldebt: ignore[MLD104] of the block\nif joblib:\n    print(joblib.load('m.pkl'))\n",
    "import joblib\n# mldebt: ignore[MLD104] of the function\ndef f():\n    print(joblib.load('m.pkl'))\nf()\n",
    "import joblib\nprint(joblib.load('m.pkl'))\n# mldebt: ignore[MLD104] below\n",
    "import joblib\nnote = '# mldebt: ignore[MLD104] quoted'; print(joblib.load('m.pkl'))\n",
    "import joblib\n'''\n# mldebt: ignore[MLD104] quoted\n'''; print(joblib.load('m.pkl'))\n",
])
def test_places_that_do_not_count(tmp_path: Path, body: str) -> None:
    write_sections(f"{WRITER}# file: serve.py\n{body}", tmp_path)
    assert quiet(tmp_path) == [] and "MLD104" in [code for _, _, code in live(tmp_path)]
    assert ("MLD001" in [code for _, _, code in live(tmp_path)]) is ("note =" not in body and "'''" not in body)


def test_comments_above_one_statement_add_up(tmp_path: Path) -> None:
    write_sections("""
# file: build.py
import pandas as pd
pd.read_csv("prices.csv").to_csv("features.csv")
# file: fit.py
import pandas as pd
# mldebt: ignore[MLD104] agreed
# mldebt: ignore[MLD209] the producer keeps the order
total = pd.read_csv("features.csv").values[:, 6:].sum()
""", tmp_path)
    assert live(tmp_path) == [] and sorted(code for code, _ in quiet(tmp_path)) == ["MLD104", "MLD209"]


def test_ignore_file_counts_only_in_the_first_comment_block(tmp_path: Path) -> None:
    write_sections(f"{WRITER}# file: serve.py\nimport joblib\n# mldebt: ignore-file[MLD104] too late\nprint(joblib.load('m.pkl'))\n", tmp_path)
    assert live(tmp_path) == [("serve.py", 2, "MLD002"), ("serve.py", 3, "MLD104")]
    (message,) = [item.message for item in check(tmp_path, jobs=1).live if item.code == "MLD002"]
    assert message.startswith("`ignore-file` counts only in the first comment block")


def test_a_family_is_unused_only_when_all_of_it_ran(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1  # mldebt: ignore[MLD2] why\n")
    assert live(tmp_path, select=("meta", "MLD2")) == [("a.py", 1, "MLD001")]
    assert live(tmp_path, select=("meta", "MLD204")) == []


def notebook(*cells: str) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
        {"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": None} for cell in cells]})


@pytest.mark.parametrize(("cell", "suppressed"), [
    ("# mldebt: ignore[MLD104] agreed\nx = 1\n\nprint(joblib.load('m.pkl'))", True),
    ("x = 1\n# mldebt: ignore[MLD104] agreed\nprint(joblib.load('m.pkl'))", True),
    ("print(joblib.load('m.pkl'))  # mldebt: ignore[MLD104] agreed", True),
    ("x = 1\n# mldebt: ignore[MLD104] agreed\ny = 2\nprint(joblib.load('m.pkl'))", False),
    ("print(joblib.load('m.pkl'))\n# mldebt: ignore[MLD104] agreed", False),
])
def test_cells(tmp_path: Path, cell: str, suppressed: bool) -> None:
    write_sections(WRITER, tmp_path)
    (tmp_path / "n.ipynb").write_text(notebook("import joblib", cell, "print(1)"))
    (found,) = [item for item in check(tmp_path, jobs=1).findings if item.code == "MLD104"]
    assert (found.suppressed == "agreed") is suppressed


def test_a_comment_of_one_cell_is_not_about_the_next(tmp_path: Path) -> None:
    write_sections(WRITER, tmp_path)
    (tmp_path / "n.ipynb").write_text(notebook("import joblib\nx = 1\n# mldebt: ignore[MLD104] the last line of a cell", "print(joblib.load('m.pkl'))"))
    assert quiet(tmp_path) == []
    (tmp_path / "n.ipynb").write_text(notebook("# mldebt: ignore-file[MLD104] agreed\nimport joblib", "print(joblib.load('m.pkl'))"))
    assert quiet(tmp_path) == [("MLD104", "agreed")]


DATA_FILES = [
    ("Makefile", "all:\n\tpython steps/gone.py  # mldebt: ignore[MLD210] fetched\n"),
    ("Makefile", "all:\n\t# mldebt: ignore[MLD210] fetched\n\tpython steps/gone.py\n"),
    ("Makefile", "# mldebt: ignore-file[broken-declaration] fetched\nall:\n\tpython steps/gone.py\n"),
    ("run.sh", "set -e\npython steps/gone.py # mldebt: ignore[MLD210] fetched\n"),
    ("run.sh", "#!/bin/sh\n# mldebt: ignore-file[MLD2] fetched\npython steps/gone.py\n"),
    ("dvc.yaml", "stages:\n  one:\n    cmd: python steps/gone.py  # mldebt: ignore[data] fetched\n"),
    ("dvc.yaml", "stages:\n  one:\n    # mldebt: ignore[MLD206, MLD210] fetched\n    cmd: python steps/gone.py\n"),
    ("docker-compose.yml", "services:\n  one:\n    command: python steps/gone.py  # mldebt: ignore[MLD210] fetched\n"),
]


@pytest.mark.parametrize(("name", "text"), DATA_FILES)
def test_files_that_are_not_python(tmp_path: Path, name: str, text: str) -> None:
    write_sections("# file: steps/here.py\nprint(1)\n", tmp_path)
    (tmp_path / name).write_text(text)
    assert quiet(tmp_path) == [("MLD210", "fetched")]
    (tmp_path / name).write_text(text.replace("MLD210", "MLD104").replace("MLD2]", "MLD1]").replace("data", "system").replace("broken-declaration", "MLD104"))
    assert "MLD210" in [code for _, _, code in live(tmp_path)] and "MLD001" in [code for _, _, code in live(tmp_path)]


def test_bad_suppressions_in_a_settings_file(tmp_path: Path) -> None:
    (tmp_path / "conf.toml").write_text('a = 1  # mldebt: ignore\nb = "x#mldebt: ignore"  # mldebt: ignore[MLD999] why\n')
    assert live(tmp_path) == [("conf.toml", 1, "MLD002"), ("conf.toml", 2, "MLD002")]


def test_what_a_form_outside_the_selection_finds_is_not_unused(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text("python train.py\n")
    code = ("import argparse\nimport pandas as pd\nparser = argparse.ArgumentParser()\nparser.add_argument('--old', action='store_true')\n"
            "args = parser.parse_args()\nif args.old:{}\n    print(pd.read_csv('old.csv'))\nprint(1){}\n")
    (tmp_path / "train.py").write_text(code.format("", ""))
    assert live(tmp_path) == [] and live(tmp_path, select=("MLD103",)) == [("train.py", 6, "MLD103")]
    (tmp_path / "train.py").write_text(code.format("  # mldebt: ignore[MLD103] kept", "  # mldebt: ignore[MLD103] no"))
    assert live(tmp_path) == [("train.py", 8, "MLD001")]
