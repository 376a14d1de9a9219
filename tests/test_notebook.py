"""Notebooks: cells of every format version, magics taken out with offsets kept, cells that do not parse."""

import json
import os
from pathlib import Path

import pytest

from mldebt.config import Settings
from mldebt.extract.messages import Ticket
from mldebt.extract.notebook import code_cell
from mldebt.extract.python import extract_python
from mldebt.extract.worker import read
from mldebt.pipeline import check


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


@pytest.mark.parametrize("source", [["a = 1\n", "b = 2"], "a = 1\nb = 2"], ids=["list", "text"])
@pytest.mark.parametrize("version", [2, 3, 4])
def test_cells_of_every_format_version(version: int, source: object) -> None:
    key = "source" if version == 4 else "input"
    code = {"cell_type": "code", key: source, "outputs": [], "language": "python"}
    sheets = [[{"cell_type": "markdown", "source": "# x"}, code], [{"cell_type": "heading", "source": "y", "level": 1}, code]]
    inner = {"cells": sum(sheets, [])} if version == 4 else {"worksheets": [{"cells": cells} for cells in sheets]}
    facts = extract_python("n.ipynb", json.dumps({"nbformat": version, **inner}).encode(), True)
    assert facts.problems == () and facts.names == ("a", "b") and facts.lines == 4
    assert [cell.number for cell in facts.table.cells] == [2, 4] and facts.table.locate(facts.table.cells[1].start + 6).line == 2


@pytest.mark.parametrize(("metadata", "read"), [
    ({}, True), ({"language_info": {"name": "python"}}, True), ({"kernelspec": {"language": "pyspark"}}, True), ({"language_info": {"name": "R"}}, False),
    ({"kernelspec": {"language": "julia"}}, False), ({"kernelspec": {"name": "ir"}, "language_info": 3}, True), (None, True),
])
def test_notebooks_in_other_languages_hold_no_python(metadata: object, read: bool) -> None:
    facts = extract_python("n.ipynb", json.dumps({"metadata": metadata, "cells": [{"cell_type": "code", "source": "x = 1"}]}).encode(), True)
    assert facts.problems == () and (facts.names == ("x",)) == read and facts.notebook
    cells = [{"cell_type": "code", "input": "x <- 1", "language": "R"}, {"cell_type": "code", "input": "x = 1", "language": "python"}]
    assert extract_python("n.ipynb", json.dumps({"worksheets": [{"cells": cells}]}).encode(), True).problems == ()


def test_a_fault_of_extraction_keeps_to_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object) -> None:
        raise TypeError("odd")

    (tmp_path / "a.py").write_text("x = 1\n")
    monkeypatch.setattr("mldebt.extract.python.extract_python", fail)
    (problem,) = read(Ticket("a.py", os.fsencode(tmp_path / "a.py"), False, 1 << 20)).problems
    assert problem.kind == "crash" and "TypeError: odd" in problem.message


@pytest.mark.parametrize("raw", [b"", b"  \n", b"\xef\xbb\xbf", b'{"cells": []}', b'{"worksheets": []}', b'{"worksheets": [3, {"cells": null}, {}]}'])
def test_notebooks_without_cells(raw: bytes) -> None:
    facts = extract_python("n.ipynb", raw, True)
    assert facts.problems == () and facts.lines == 0 and facts.notebook


@pytest.mark.parametrize(("raw", "kind", "words"), [
    (b"print(1)", "json", "not valid JSON"), (b"{", "json", "not valid JSON"), (b'{"cells": []} x', "json", "not valid JSON"),
    (b"[1]", "json", "not a JSON object"),
    (b"{}", "json", "no list of cells"), (b'{"a": 1}', "json", "no list of cells"), (b'{"cells": 3}', "json", "no list of cells"),
    (b'{"worksheets": 3}', "json", "no list of cells"), (b'{"cells": null}', "json", "no list of cells"),
    (b"\xff\xfe{}", "decode", "byte 0 is not valid utf-8"),
    (b'{"cells": ["\xe9"]}', "decode", "byte 12 is not valid utf-8"), (b'{"cells": [\x00]}', "decode", "null bytes"), (b"\x00", "decode", "null bytes"),
])
def test_documents_that_are_no_notebook(raw: bytes, kind: str, words: str) -> None:
    (problem,) = extract_python("n.ipynb", raw, True).problems
    assert problem.whole and problem.kind == kind and words in problem.message


def test_cells_that_hold_anything_but_source() -> None:
    cells = [3, None, {}, {"cell_type": "code"}, {"cell_type": "code", "source": None}, {"cell_type": "code", "source": {"a": 1}},
             {"cell_type": "code", "source": [1, "x = 1\n", None]}, {"cell_type": "raw", "source": "y = 2"}, {"cell_type": "code", "source": "z = '\0'"},
             {"cell_type": "code", "source": "\ud800"}]
    facts = extract_python("n.ipynb", json.dumps({"cells": cells}).encode(), True)
    assert facts.names == ("x", "z") and {(problem.whole, facts.table.locate(problem.at).cell) for problem in facts.problems} == {(False, 10)}


def test_what_cannot_be_read_is_told_with_its_place_and_the_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_bytes(b'{"worksheets": 3}')
    (tmp_path / "b.ipynb").write_bytes(b"\xff")
    (tmp_path / "c.ipynb").write_bytes(notebook("x = 1", "y = = 2"))
    (tmp_path / "d.py").write_bytes(b"x = '\0'\n")
    report = check(tmp_path, Settings(), jobs=1)
    assert [(item.code, item.path, item.cell, item.line) for item in report.findings] == [
        ("MLD000", "a.ipynb", None, 1), ("MLD000", "b.ipynb", None, 1), ("MLD000", "c.ipynb", 2, 1), ("MLD000", "d.py", None, 1)]
    assert report.files == 4


def test_a_cell_that_does_not_parse_says_where_and_why(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_bytes(notebook("x = 1", "y = 2\nz = (3\nw = 4"))
    (found,) = check(tmp_path, Settings(), jobs=1).findings
    assert (found.code, found.cell, found.line) == ("MLD000", 2, 2) and "was never closed" in found.message


def test_lines_without_ends_are_one_cause(tmp_path: Path) -> None:
    sources = (["x = 1", "y = 2"], ["# all of this", "z = 3"], ["print(1)"], ["total = 0", "for i in [1]:", "    total += i"])
    cells = [{"cell_type": "code", "source": lines} for lines in sources]
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    (found,) = check(tmp_path, Settings(), jobs=1).findings
    assert (found.code, found.cell, found.line) == ("MLD000", 1, 1)
    assert found.message == "the lines of cell 1 and 1 more cell are stored without line ends: as one line they do not parse as Python"


def test_python_2_is_one_cause(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.py").write_text("x = 1\nprint x\n")
    (found,) = check(tmp_path, Settings(), jobs=1).findings
    assert found.message == "this file and 2 more files are written for Python 2 and not analysed"
    assert (found.path, found.line) == ("a.py", 2) and [(step.path, step.line) for step in found.evidence] == [("b.py", 2), ("c.py", 2)]
