"""Scripts that are exports of notebooks: found by name, place and statements; one program with the notebook in the graph."""

from pathlib import Path

from expectations import write_sections
from test_link import linked

from mldebt.config import Settings
from mldebt.pipeline import analyse

STEPS = """
import pandas as pd
table = pd.read_csv("raw.csv")
table["ratio"] = table["a"] / table["b"]
table.to_csv("ratios.csv")
"""


def test_an_export_has_the_name_of_its_notebook_stands_near_and_does_the_same(tmp_path: Path) -> None:
    project, _ = linked(tmp_path, f"""
# file: steps/Ratio_table.ipynb
{STEPS}
# file: steps/nbconverted/Ratio_table.py
# coding: utf-8
# In[1]:
{STEPS}
get_ipython().run_line_magic("matplotlib", "inline")
# file: scripts/Ratio_table.py
{STEPS.replace("ratios", "ratios_2")}
# file: far/away/Ratio_table.py
{STEPS}
# file: own/marks/Ratio_table.py
{STEPS}
# file: own/marks/Ratio_table.py.ipynb
{STEPS}
# file: steps/other.py
{STEPS}
# file: steps/own.ipynb
{STEPS}
# file: steps/own.py
import pandas as pd
print(pd.read_csv("ratios.csv").describe())
""")
    assert project.exports == {**dict.fromkeys(("steps/nbconverted/Ratio_table.py", "scripts/Ratio_table.py"), "steps/Ratio_table.ipynb"),
                               "own/marks/Ratio_table.py": "own/marks/Ratio_table.py.ipynb"}


def test_what_an_export_does_as_well_is_told_of_its_notebook_alone_and_who_runs_one_runs_the_other(tmp_path: Path) -> None:
    write_sections(f"""
# file: ratio.ipynb
{STEPS}
# file: ratio.py
{STEPS}
pd.DataFrame().to_csv("more.csv")
# file: run.sh
set -e
python ratio.py
python use.py
# file: use.py
import pandas as pd
print(pd.read_csv("ratios.csv"))
""", tmp_path)
    graph = analyse(tmp_path, Settings(), jobs=1).graph
    assert [use.program for use in graph.writers("ratios.csv")] == ["ratio.ipynb"]
    assert [use.program for use in graph.writers("more.csv")] == ["ratio.py"]
    assert graph.together("ratio.ipynb", "use.py") and graph.component("ratio.ipynb") == graph.component("ratio.py") == graph.component("use.py")
