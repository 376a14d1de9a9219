"""Notebooks exported as scripts: code in texts of magics stands as code, at its own place."""

import ast
from pathlib import Path

import pytest

from mldebt.config import Settings
from mldebt.extract.exported import written_out
from mldebt.extract.python import extract_python
from mldebt.pipeline import check

CODE = [
    "x = 1\ny = 2", "name = 'a b'\nother = \"it's\"", "def f(x):\n    '''Say\n    it.'''\n    return r'\\d+'  # it's \"so\"\n",
    "total = 1 + \\\n    2\nif total:\n\tprint(f'{total}', '', \"\")",
    "text = '\\n\\'quoted\\''\npath = 'C:\\\\data'", "a = ''\nb = '''x'''\nc = \"\"\"'y' \"\"\"",
]


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("code", CODE)
def test_a_cell_is_written_out_as_it_was_and_as_long_as_its_text(code: str, quote: str) -> None:
    escaped = code.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace(quote, f"\\{quote}")
    text = f"before = 1\nget_ipython().run_cell_magic('time', '', {quote}{escaped}{quote})\nafter = 2\n"
    written = written_out(text, lambda code: True)
    assert len(written) == len(text) and written.index("after = 2") == text.index("after = 2")
    middle = ast.parse(written).body[2:-1]
    assert ast.dump(ast.Module(middle, [])) == ast.dump(ast.Module(ast.parse(code).body, []))


@pytest.mark.parametrize("text", [
    "get_ipython().run_cell_magic('bash', '', 'ls -l')\n", "get_ipython().run_cell_magic('time', '', 'this is = = no code')\n",
    "get_ipython().run_line_magic('matplotlib', 'inline')\n", "x = get_ipython().run_line_magic('time', 'f(1)')\n", "# run_cell_magic('time', '', 'x = 1')\n",
])
def test_what_is_no_code_stays_a_text(text: str) -> None:
    assert written_out(text, lambda code: "= =" not in code) == text


def test_code_after_a_magic_stands_on_its_line() -> None:
    text = "get_ipython().run_line_magic('timeit', '-n 3 fitted = fit(\"a\")')\nx = fitted\n"
    facts = extract_python("a.py", text.encode(), False)
    assert facts.problems == () and {"fitted", "fit", "x"} <= set(facts.names)
    assert written_out(text, lambda code: True).index("fitted") == text.index("fitted")


def test_a_finding_in_such_a_cell_stands_on_its_line(tmp_path: Path) -> None:
    (tmp_path / "exported.py").write_text(
        "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.model_selection import train_test_split\n"
        "get_ipython().run_cell_magic('time', '', 'rows = pd.read_csv(\"rows.csv\")\\nrows = rows.fillna(rows.mean())\\n')\n"
        "first, last = train_test_split(rows)\nget_ipython().run_line_magic('time', 'model = Ridge().fit(first[[\"a\"]], first[\"y\"])')\n"
        "print(model.score(last[['a']], last['y']))\n")
    (found,) = [item for item in check(tmp_path, Settings(), jobs=1).findings if item.family == "leakage"]
    assert (found.code, found.line) == ("MLD302", 4)
