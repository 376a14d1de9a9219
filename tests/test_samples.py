"""Python files that a project reads as data are no code of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from expectations import write_sections

from mldebt.config import Settings
from mldebt.pipeline import check

SAMPLES = "\n".join(f"# file: corpus/python/{number}.py\nimport numpy as np\ndef read{number}(path):\n    return np.load(path)\n" for number in range(10))
WALK = """
import os
import numpy as np
from sklearn.linear_model import SGDClassifier
TOP = "corpus"
texts = []
for root, folders, names in os.walk(TOP):
    for name in names:
        with open(os.path.join(root, name)) as file:
            texts.append(len(file.read()))
SGDClassifier().fit(np.array(texts)[:, None], np.ones(len(texts)))
"""
GLOB = """
import pathlib
for path in pathlib.Path("corpus").glob("*/*"):
    print(len(path.read_text()))
"""


def told(folder: Path, text: str) -> tuple[list[str], tuple[str, ...]]:
    """Return the files with findings of some sections, and the notes of the run."""
    write_sections(text, folder)
    report = check(folder, Settings(), jobs=1)
    return sorted({finding.path for finding in report.findings}), report.notes


@pytest.mark.parametrize("reader", [WALK, GLOB])
def test_files_of_a_folder_that_a_program_goes_through_are_data(tmp_path: Path, reader: str) -> None:
    files, notes = told(tmp_path, f"# file: train.py\n{reader}\n{SAMPLES}")
    assert files == []
    assert [note for note in notes if "corpus/" in note] == ["note: the 10 Python files in corpus/ are data that a program reads: nothing is reported there"]


@pytest.mark.parametrize("more", [
    "# file: use.py\nimport sys\nsys.path.append('corpus/python')\nfrom corpus.python import five\n# file: corpus/python/five.py\nX = 1\n",
    "# file: run.sh\npython corpus/python/3.py\n",
])
def test_files_that_code_outside_imports_or_runs_are_code(tmp_path: Path, more: str) -> None:
    files, _ = told(tmp_path, f"# file: train.py\n{WALK}\n{SAMPLES}\n{more}")
    assert any(path.startswith("corpus/") for path in files)


@pytest.mark.parametrize(("old", "new"), [
    ("glob(\"*/*\")", "glob(\"*/*.py\")"), ("    print(len(path.read_text()))", "    print(len(path.read_text()))\n    os.system(f'python {path}')"),
    ("Path(\"corpus\")", "Path(FOLDER)"),
])
def test_who_asks_for_python_files_or_starts_programs_may_mean_code(tmp_path: Path, old: str, new: str) -> None:
    files, _ = told(tmp_path, f"# file: look.py\nimport os\nimport sys\nFOLDER = sys.argv[1]\n{GLOB.replace(old, new)}\n{SAMPLES}")
    assert any(path.startswith("corpus/") for path in files)
