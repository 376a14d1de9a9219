"""Where findings stand in the graph: the artefacts they are about, the edges they name, who is hit, what lies downstream."""

from pathlib import Path

from expectations import write_sections

from mldebt.graph.queries import whole
from mldebt.pipeline import survey
from mldebt.report.overview.components import components
from mldebt.report.overview.debts import Atlas, Debt

LOOP = """
# file: mldebt.toml
# file: make.py
import pandas as pd
pd.DataFrame({}).to_csv("data/model_scores_v2.csv")
pd.DataFrame({}).to_csv("data/other_input.csv")
# file: use.py
import pandas as pd
for name in ["data/other_input.csv", "data/third.csv"]:
    pd.read_csv(name).to_csv("data/out.csv", mode="a")
pd.read_csv("data/model_scores_v1.csv").to_csv("data/out.csv", mode="a")
# file: last.py
import pandas as pd
pd.read_csv("data/out.csv")
"""
HELPER = """
# file: mldebt.toml
# file: store.py
import pandas as pd

def load():
    return pd.read_csv("data/table_v1.csv")
# file: make.py
import pandas as pd
pd.DataFrame({}).to_csv("data/table_v2.csv")
# file: one.py
from store import load
load().to_csv("data/one.csv")
# file: two.py
from store import load
print(load())
# file: broken.py
def (
"""


def atlas_of(text: str, folder: Path) -> tuple[Atlas, dict[str, Debt]]:
    """Return the atlas of a project and its debts by code and file."""
    write_sections(text, folder)
    done = survey(folder)
    graph = done.analysis.graph
    atlas = Atlas(graph, done.analysis.flow.events, whole(graph), done.subjects)
    return atlas, {f"{item.code} {item.path}": atlas.debt(item) for item in done.report.live}


def test_one_place_reads_several_artefacts_and_each_finding_is_about_its_own(tmp_path: Path) -> None:
    _, found = atlas_of(LOOP, tmp_path)
    dangling, undeclared = found["MLD204 use.py"], found["MLD104 use.py"]
    assert dangling.artifacts == ("data/model_scores_v1.csv",) and dangling.edges == {("data/model_scores_v1.csv", "use.py")}
    assert undeclared.artifacts == ("data/other_input.csv",)
    assert undeclared.edges == {("data/other_input.csv", "use.py"), ("make.py", "data/other_input.csv")}
    assert dangling.consumers == undeclared.consumers == ("use.py",)
    assert dangling.programs == ("use.py",) and dangling.downstream == {"data/out.csv", "last.py"}


def test_a_helper_counts_for_the_programs_that_act_in_it(tmp_path: Path) -> None:
    atlas, found = atlas_of(HELPER, tmp_path)
    debt = found["MLD204 store.py"]
    assert debt.programs == ("one.py", "two.py") == atlas.acting("store.py") and debt.consumers == ("one.py", "two.py")
    assert debt.downstream == {"data/one.csv"}
    worst, *others = components(list(found.values()), atlas.view, {"store.py": atlas.acting("store.py")}, {"store.py": 4})
    assert (worst.path, worst.reads, worst.writes, worst.downstream, worst.lines) == ("store.py", 1, 1, 0, 4) and worst.score >= 10
    assert [item.path for item in others] == ["broken.py"]


def test_a_finding_outside_the_graph_touches_nothing(tmp_path: Path) -> None:
    _, found = atlas_of(HELPER, tmp_path)
    broken = found["MLD000 broken.py"]
    assert (broken.programs, broken.artifacts, broken.edges, broken.consumers, broken.downstream) == ((), (), frozenset(), (), frozenset())
