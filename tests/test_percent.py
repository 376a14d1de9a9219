"""Scripts kept in cells: which are notebooks, what their marks say, positions kept."""

import pytest

from mldebt.extract.percent import in_cells, stretches, without_prose
from mldebt.extract.python import extract_python

_HEADER = "# ---\n# jupyter:\n#   jupytext:\n#     formats: py:percent\n# ---\n"


@pytest.mark.parametrize("text", [
    f"{_HEADER}\n# %%\nx = 1\n", f"{_HEADER}\nimport os\n# %%\nx = 1\n", "# %% [markdown]\n# # Title\n\n# %%\nx = 1\n", "#%% md\n# Title\n#%%\nx = 1\n",
    "#!/usr/bin/env python\n# coding: utf-8\n\n# In[ ]:\nx = 1\n", "# Databricks notebook source\nx = 1\n\n# COMMAND ----------\ny = 2\n",
    f"{_HEADER}\n# %%\nx = 1\n".replace("\n", "\r\n"),
])
def test_scripts_that_are_notebooks(text: str) -> None:
    facts = extract_python("a.py", text.encode(), False)
    assert facts.cells and not facts.notebook and facts.table.cells == ()


@pytest.mark.parametrize("text", [
    "# %%\nx = 1\n# %% train\ny = 2\n", "import os\n# %% [markdown]\n# A note\n# %%\nx = 1\n", f"{_HEADER}\n# %%\nif __name__ == '__main__':\n    x = 1\n",
    "# %% [markdown]\n# Title\n# %%\nif __name__ == \"__main__\":\n    x = 1\n", "x = '''\n# %% [markdown]\n# In[1]:\n'''\n",
    "# %%timeit of all\n# In[x] is one\nx = 1\n",
])
def test_scripts_that_are_programs(text: str) -> None:
    assert not in_cells(text, stretches(text)) and not extract_python("a.py", text.encode(), False).cells


@pytest.mark.parametrize(("mark", "tags"), [
    ('# %% tags=["parameters"]', {"parameters"}), ("#%% A title tags=['a', 'parameters'] key=1", {"a", "parameters"}),
    ('# %% {"tags": ["parameters"]}', {"parameters"}), ('# %% title = "parameters"', set()), ("# %%", set()),
])
def test_tags_of_marks(mark: str, tags: set[str]) -> None:
    text = f"{mark}\nx = 1\n# %%\ny = 2\n"
    first, second = stretches(text)
    assert first.tags == tags and text[first.start:first.end] == "x = 1\n" and not second.tags
    assert extract_python("a.py", text.encode(), False).injected == (((first.start, first.end),) if "parameters" in tags else ())


def test_prose_is_blanked_in_place_and_said_above_the_next_cell() -> None:
    text = "# %% [markdown]\n# ```python\n# f(1)\n# g(2)\n# ```\n\n# %%\nx = 1\n# %% [md]\n# More\ny = 2\n# z\n"
    code, above = without_prose(text, stretches(text))
    assert len(code) == len(text) and code.count("\n") == text.count("\n")
    assert code.split() == ["#", "%%", "x", "=", "1", "y", "=", "2", "#", "z"]
    assert {text[at:at + 5]: said.split() for at, said in above.items()} == {"x = 1": ["```python", "f(1)", "g(2)", "```"], "y = 2": ["More"]}
