"""What is one of several things: objects by content, functions by calling each."""

from pathlib import Path

from test_flow import names, run


def test_one_of_several_objects_is_none_of_them_alone(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import sys
import pandas as pd
class Source:
    def __init__(self, path):
        self.path = path
    def load(self):
        return pd.read_csv(self.path)
ALL = {"a": ("oof_a.csv", "sub_a.csv"), "b": ("oof_b.csv", "sub_b.csv"), "c": ("oof_c.csv", "sub_c.csv")}
for name, pair in ALL.items():
    pd.read_csv(pair[0])
pd.read_csv(ALL[sys.argv[1]][1])
for source in [Source("x.csv"), Source("y.csv"), Source("z.csv")]:
    source.load()
""")
    assert names(flow) == {f"{kind}_{name}.csv" for kind in ("oof", "sub") for name in "abc"} | {"x.csv", "y.csv", "z.csv"}


def test_one_of_several_functions_may_be_any(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import sys
import pandas as pd
def one():
    pd.read_csv("one.csv")
def two():
    pd.read_csv("two.csv")
def three():
    pd.read_csv("three.csv")
if len(sys.argv) > 2:
    chosen = one
elif len(sys.argv) > 1:
    chosen = two
else:
    chosen = three
chosen()
""")
    assert names(flow) == {"one.csv", "two.csv", "three.csv"}


def test_objects_of_two_branches_are_joined_by_content(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import argparse
import sys
import pandas as pd
class Source:
    def __init__(self, path):
        self.path = path
def options(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="default.csv")
    if words:
        return parser.parse_args(words)
    return parser.parse_args()
if len(sys.argv) > 1:
    source = Source("one.csv")
else:
    source = Source("other.csv")
pd.read_csv(source.path)
pd.read_csv(options(sys.argv[2:]).data)
""")
    assert names(flow) == {"one.csv", "other.csv", "default.csv"}


def test_a_slice_between_literal_bounds_holds_its_items(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import sys
import pandas as pd
paths = ["script.py", "a.csv", "b.csv", "c.csv"]
first, last = paths[1:4:2]
pd.read_csv(first).to_csv(last)
for path in paths[-2:-1]:
    pd.read_csv(path)
for path in paths[:int(sys.argv[1])]:
    open(path)
""")
    assert names(flow) == {"a.csv", "b.csv", "c.csv", "script.py"} and names(flow, "write") == {"c.csv"}
    assert {event.access.path.show() for event in flow.events if event.kind == "read" and event.api == "pandas.read_csv"} == {"a.csv", "b.csv"}
