"""Notebooks: cells of every format version, magics taken out with offsets kept, cells that do not parse."""

import json

import pytest

from mldebt.extract.notebook import code_cell, read_cells
from mldebt.extract.python import extract_python


def notebook(*sources: str) -> bytes:
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": source} for source in sources]}).encode()


@pytest.mark.parametrize("source", [
    "!curl http://x/y \\\n  -H 'a: b' \\\n  -d 1\nx = 1", "%run ../main.py \\\n  --mode=train",
    "pip install watermark", "ls -l ../output/*X*", "% matplotlib inline",
    "reset_selective -f frame", "x = !ls", "%time y = f(1)", "%%time\nz = 2", "frame.head?", "if True:\n    !ls\n",
    "%%bash\nls", "conda activate base\npip install x",
    "%timeit -n 50 model.fit(x)", "%timeit -r1 for x in rows(1): pass", " indented = 1\n indented", "\n    with a as b:\n        c",
])
def test_cells_with_magics_parse_and_keep_their_size(source: str) -> None:
    facts = extract_python("n.ipynb", notebook(source), True)
    assert facts.problems == ()
    assert len(code_cell(1, source).source) == len(source)


@pytest.mark.parametrize("source", ["cat = 1", "ls = [1]", "run(x)", "rm - 1", "pip == 2", "cd", "mv.x = 3", "less (1)", "man, more = 1, 2"])
def test_python_that_looks_like_a_magic_stays(source: str) -> None:
    assert code_cell(1, source).source == source


def test_code_after_a_magic_keeps_its_column() -> None:
    assert code_cell(1, "%time x = f(1)").source == "0    ;x = f(1)"


def test_a_continued_command_is_one_magic() -> None:
    (magic,) = code_cell(1, "!python train.py \\\n  --epochs 3").magics
    assert magic.text.split() == ["python", "train.py", "--epochs", "3"]


def test_one_broken_cell_does_not_hide_the_others() -> None:
    facts = extract_python("n.ipynb", notebook("x = 1", "y = = 2", "z = 3"), True)
    (problem,) = facts.problems
    assert not problem.whole and facts.table.locate(problem.at).cell == 2 and {"x", "z"} <= set(facts.names)


def test_old_formats_and_odd_documents() -> None:
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1\n", "b = 2"]}]}]}
    cells, problem = read_cells(json.dumps(old))
    assert problem is None and [cell.source for cell in cells] == ["a = 1\nb = 2"]
    assert read_cells("") == ((), None) and read_cells("  \n") == ((), None)
    assert read_cells("[1]")[1] is not None and read_cells("{")[1] is not None
