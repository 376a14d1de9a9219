"""Notebooks: cells of every format version, magics taken out with offsets kept, cells that do not parse."""

import json
from pathlib import Path

import pytest

from mldebt.extract.notebook import code_cell, read_cells
from mldebt.extract.python import extract_python
from mldebt.extract.run import _one


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


def code(**content: object) -> dict[str, object]:
    return {"cell_type": "code", **content}


@pytest.mark.parametrize("document", [
    {"nbformat": 1, "cells": [code(code="a = 1\nb = 2")]},
    {"nbformat": 2, "worksheets": [{"cells": [code(input="a = 1\nb = 2", language="python"), code(input="n <- 3", language="r")]}]},
    {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "heading", "source": "x"}]}, {"cells": [code(input=["a = 1\n", "b = 2"])]}]},
    {"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "x"}, code(source=["a = 1\n", "b = 2"]), {"cell_type": "raw", "source": "x"}]},
    {"nbformat": 4, "cells": [code(source="a = 1\nb = 2"), "no cell", None, code(source=None), code(source=[3, None]), code(), {"source": "x = 1"}]},
    {"metadata": {"kernelspec": {"language": "python"}, "language_info": {"name": "pyspark"}}, "cells": [code(source="a = 1\nb = 2")]},
])
def test_every_format(document: dict[str, object]) -> None:
    cells, problem = read_cells(json.dumps(document))
    assert problem is None and [cell.source for cell in cells if cell.source] == ["a = 1\nb = 2"]
    assert extract_python("n.ipynb", json.dumps(document).encode(), True).names == ("a", "b")


def test_cells_are_counted_over_all_sheets() -> None:
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "heading"}]}, {"cells": [code(input="a = 1")]}]}
    assert [cell.number for cell in read_cells(json.dumps(old))[0]] == [2]


@pytest.mark.parametrize("text", ["", "  \n", '{"cells": []}', '{"worksheets": []}', '{"worksheets": [{"cells": null}, {"cells": 3}, 4]}'])
def test_notebooks_without_cells(text: str) -> None:
    facts = extract_python("n.ipynb", text.encode(), True)
    assert facts.notebook and facts.problems == () and facts.names == ()


@pytest.mark.parametrize("language", ["julia", "R", "scala", "bash"])
def test_notebooks_in_another_language_are_not_python(language: str) -> None:
    document = {"metadata": {"kernelspec": {"language": language}}, "cells": [code(source="x <- 1")]}
    assert read_cells(json.dumps(document)) == ((), None)


@pytest.mark.parametrize(("text", "message"), [
    ("{", "not valid JSON"), ("<<<<<<< HEAD\n{}", "not valid JSON"), ("x = 1", "not valid JSON"), ("[1]", "not a JSON object"), ("null", "not a JSON object"),
    ("{}", "not a notebook"), ('{"a": 1}', "not a notebook"), ('{"cells": "x"}', "not a notebook"), ('{"worksheets": 3}', "not a notebook"),
    ('{"cells": ' + "[" * 100_000, "nested too deeply"), ('{"cells": [' + "9" * 6_000 + "]}", "not valid JSON"),
])
def test_what_is_no_notebook(text: str, message: str) -> None:
    (problem,) = extract_python("n.ipynb", text.encode(), True).problems
    assert problem.whole and problem.kind == "json" and message in problem.message


@pytest.mark.parametrize(("raw", "message"), [
    (b'{"cells": [{"cell_type": "code", "source": "a = \xff"}]}', "byte 48 is not valid utf-8"),
    (b'{"cells": [\0]}', "null bytes"), (json.dumps({"cells": []}).encode("utf-16"), "null bytes"),
])
def test_bytes_that_are_no_text(raw: bytes, message: str) -> None:
    (problem,) = extract_python("n.ipynb", raw, True).problems
    assert problem.whole and problem.kind == "decode" and message in problem.message


def test_odd_text_inside_cells() -> None:
    raw = b'\xef\xbb\xbf{"cells": [{"cell_type": "code", "source": "a = 1\\u0000"}, {"cell_type": "code", "source": "b = \'\\ud800\'\\r\\nc = 2"}]}'
    facts = extract_python("n.ipynb", raw, True)
    (problem,) = facts.problems
    assert not problem.whole and facts.table.locate(problem.at).cell == 1 and facts.names == ("b", "c")


def test_a_fault_of_extraction_takes_no_other_file_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("x = 1")

    def fail(*given: object) -> None:
        raise TypeError("surprise")

    monkeypatch.setattr("mldebt.extract.python.extract_python", fail)
    (problem,) = _one("a.py", str(tmp_path / "a.py"), False, 1 << 20).problems
    assert problem.kind == "crash" and "surprise" in problem.message
