"""What data is converted through on its way: derived from types, exact under remembered calls, certain after joins."""

from pathlib import Path

from expectations import write_sections
from test_link import linked

from mldebt.config import Settings
from mldebt.flow.interpreter import Flow
from mldebt.pipeline import check

HEAD = """
import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
"""


def run(folder: Path, code: str) -> Flow:
    return linked(folder, f"# file: main.py\n{HEAD}{code}")[1]


def ways(flow: Flow, kind: str = "fit") -> list[list[str]]:
    """Return the representations behind each event of a kind, for its argument that went furthest."""
    return [[passed[0].before, *(step.after for step in passed)] if (passed := max(event.passed, key=len, default=())) else []
            for event in flow.events if event.kind == kind]


def test_a_function_run_once_serves_whatever_its_data_went_through(tmp_path: Path) -> None:
    flow = run(tmp_path, """
def matrix(data):
    return data.to_numpy()
def fit(data):
    rows = matrix(data)
    Ridge().fit(rows)
    return rows
first = fit(pd.read_csv("a.csv"))
second = fit(pd.DataFrame(first))
fit(pd.DataFrame(second))
""")
    way = ["file", "frame", "array"]
    assert ways(flow) == [way, [*way, "frame", "array"], [*way, "frame", "array", "frame", "array"]]
    assert dict(flow.counters)["memo hits"] > 0


def test_what_only_one_branch_does_is_not_certain(tmp_path: Path) -> None:
    flow = run(tmp_path, """
data = pd.read_csv("a.csv")
if len(data) > 3:
    data = data.to_numpy()
Ridge().fit(data)
data = pd.read_csv("b.csv")
for _ in range(3):
    data = pd.DataFrame(np.asarray(data))
Ridge().fit(data)
""")
    assert ways(flow) == [["file", "frame"], ["file", "frame"]]


def test_objects_splits_and_displays_hand_on_what_their_data_went_through(tmp_path: Path) -> None:
    flow = run(tmp_path, """
class Data:
    def __init__(self, frame):
        self.rows = frame.values
data = Data(pd.read_csv("a.csv"))
x, x_test, y, y_test = train_test_split(data.rows, data.rows[:, 0])
Ridge().fit(np.concatenate([x, x_test]))
Ridge().fit(np.array([row for row in x]))
Ridge().fit({"rows": x}["rows"])
""")
    assert ways(flow) == [["file", "frame", "array"]] * 3


def test_facts_about_data_and_functions_of_elements_convert_nothing(tmp_path: Path) -> None:
    flow = run(tmp_path, """
frame = pd.read_csv("a.csv")
Ridge().fit(np.log1p(frame))
Ridge().fit(frame.mean())
Ridge().fit(np.array(frame.shape))
Ridge().fit(frame["a"].tolist())
Ridge().fit(list(frame["a"]))
""")
    assert ways(flow) == [["file", "frame"], [], [], ["file", "frame", "list"], ["file", "frame", "list"]]


def test_the_way_ends_at_a_model(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 2)
    def forward(self, x):
        return self.layer(x)
rows = torch.from_numpy(pd.read_csv("a.csv").values)
out = Net()(rows)
Ridge().fit(out.numpy())
""")
    assert ways(flow, "predict") == [["file", "frame", "array", "tensor"]]
    assert ways(flow) == [[]]


def test_output_of_a_program_is_data_that_comes_from_its_start(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import subprocess
def lines(text):
    return text.split("x")
out = subprocess.run(["python", "other.py"], capture_output=True).stdout.decode()
lines(out)
"fixed".split("x")
print("fixed")
print("open", out)
""")
    launch, scan, log = (next(event for event in flow.events if event.kind == kind) for kind in ("launch", "scan", "log"))
    assert scan.sources == (launch.id,) == log.sources
    assert [event.kind for event in flow.events].count("scan") == [event.kind for event in flow.events].count("log") == 1


def test_what_unknown_code_calls_is_told_apart(tmp_path: Path) -> None:
    flow = run(tmp_path, """
from somewhere import component
def step():
    pd.read_csv("a.csv")
def inner():
    step()
component(inner)
step()
""")
    assert sorted(event.handed for event in flow.events if event.kind == "read") == [False, True]


def test_the_program_that_goes_the_way_is_shown_where_all_of_it_lies_in_modules(tmp_path: Path) -> None:
    write_sections("""
# file: study.py
from steps import work
work("rows.csv")
# file: steps.py
import pandas as pd
from sklearn.linear_model import Ridge
def work(path):
    rows = pd.read_csv(path)
    Ridge().fit(pd.DataFrame(rows.to_numpy()), rows["y"])
""", tmp_path)
    found, = check(tmp_path, Settings(select=("MLD101",)), jobs=1).findings
    assert [(step.path, step.line) for step in found.evidence if "starts the way" in step.message] == [("study.py", 2)]
