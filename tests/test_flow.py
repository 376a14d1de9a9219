"""The interpreter's store, summaries and ways out of blocks: what a program touches must not depend on who called before."""

from pathlib import Path

import pytest
from test_link import linked, touched

from mldebt.flow.interpreter import Flow
from mldebt.model.events import Event


def run(folder: Path, code: str, **files: str) -> Flow:
    sections = [f"# file: main.py\n{code}", *(f"# file: {name}.py\n{text}" for name, text in files.items())]
    return linked(folder, "\n".join(sections))[1]


def names(flow: Flow, kind: str = "read") -> set[str]:
    return {name.rpartition("/")[2] for name in touched(flow, kind)}


def named(flow: Flow, kind: str) -> dict[str, Event]:
    return {event.access.path.show(): event for event in flow.events if event.kind == kind and event.access is not None}


SOURCE = """
import pandas as pd
class Source:
    def __init__(self, path):
        self.path = path
    def load(self):
        return pd.read_csv(self.path)
def make(path):
    return Source(path)
def build(path):
    return make(path)
"""


def test_two_objects_of_one_factory_are_two_objects(tmp_path: Path) -> None:
    flow = run(tmp_path, SOURCE + """
one, other = make("one.csv"), make("other.csv")
one.load()
third, fourth = build("third.csv"), build("fourth.csv")
fourth.path = "changed.csv"
third.load()
""")
    assert names(flow) == {"one.csv", "third.csv"}


def test_a_summary_holds_only_while_what_the_call_read_is_the_same(tmp_path: Path) -> None:
    flow = run(tmp_path, SOURCE + """
source = make("before.csv")
source.load()
source.path = "after.csv"
source.load()
NAME = "global-before.csv"
def read():
    return pd.read_csv(NAME)
read()
NAME = "global-after.csv"
read()
nested = {"inner": make("nested-before.csv")}
def read_nested():
    nested["inner"].load()
read_nested()
nested["inner"].path = "nested-after.csv"
read_nested()
""")
    assert names(flow) == {f"{head}{when}.csv" for head in ("", "global-", "nested-") for when in ("before", "after")}


def test_a_remembered_call_repeats_what_it_wrote(tmp_path: Path) -> None:
    flow = run(tmp_path, SOURCE + """
def rename(source):
    source.path = "renamed.csv"
    return source
one, other = make("same.csv"), make("same.csv")
rename(one).load()
rename(other).load()
other.load()
""")
    events = [event for event in flow.events if event.kind == "read"]
    assert names(flow) == {"renamed.csv"}
    assert len({event.chain for event in events}) == 3
    assert dict(flow.counters)["memo hits"] >= 2


def test_the_data_of_arguments_keeps_no_call_from_being_remembered(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import pandas as pd
def clean(frame):
    return frame.dropna().fillna(0)
def save(frame, path):
    clean(frame).to_csv(path)
save(pd.read_csv("a.csv"), "a-clean.csv")
save(pd.read_csv("b.csv"), "b-clean.csv")
c = clean(pd.read_csv("c.csv"))
c.to_csv("c-clean.csv")
""")
    reads, writes = named(flow, "read"), named(flow, "write")
    assert {path: event.sources for path, event in writes.items()} == {f"{name}-clean.csv": (reads[f"{name}.csv"].id,) for name in "abc"}
    assert dict(flow.counters)["memo hits"] == 2


def test_a_function_that_asks_for_its_arguments_is_run_for_each_program(tmp_path: Path) -> None:
    _, flow = linked(tmp_path, """
# file: shared.py
import argparse
import pandas as pd
def path():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data")
    return pd.read_csv(parser.parse_args().data)
# file: one.py
import shared
shared.path()
# file: two.py
import shared
shared.path()
# file: Makefile
all:
	python one.py --data one.csv
	python two.py --data two.csv
""")
    reads = {(event.entry, event.access.path.show()) for event in flow.events if event.kind == "read" and event.access is not None}
    assert reads == {("one.py", "one.csv"), ("two.py", "two.csv")}


def test_every_way_out_of_a_block_counts(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import sys
import pandas as pd
class Paths:
    def pick(self):
        if len(sys.argv) > 1:
            self.name = "early.csv"
            return
        self.name = "late.csv"
paths = Paths()
paths.pick()
pd.read_csv(paths.name)
for number in range(3):
    if number == 1:
        name = "left.csv"
        continue
    name = "stayed.csv"
pd.read_csv(name)
while True:
    if number:
        other = "broken.csv"
        break
pd.read_csv(other)
try:
    found = int("1")
except ValueError:
    kind = "value.csv"
except KeyError:
    kind = "key.csv"
else:
    kind = "fine.csv"
pd.read_csv(kind)
""")
    assert names(flow) == {"early.csv", "late.csv", "left.csv", "stayed.csv", "broken.csv", "value.csv", "key.csv", "fine.csv"}


def test_arguments_gathered_and_unpacked(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import json
import pandas as pd
def each(*paths, **named):
    for path in paths:
        pd.read_csv(path)
    pd.read_csv(named["last"])
each("one.csv", "two.csv", last="three.csv")
def fixed(path="default.csv"):
    pd.read_csv(path)
fixed(*["given.csv"])
""")
    assert names(flow) == {"one.csv", "two.csv", "three.csv", "given.csv"}


def test_what_is_unpacked_unknown_may_replace_a_default(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import strangers
import pandas as pd
def fixed(path="default.csv"):
    pd.read_csv(path)
fixed(**strangers.options())
""")
    assert touched(flow, "read") == {"default.csv", "{path}"}


def test_all_that_a_generator_yields(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import pandas as pd
def paths():
    yield "first.csv"
    yield "second.csv"
for path in paths():
    pd.read_csv(path)
""")
    assert names(flow) == {"first.csv", "second.csv"}


def test_a_method_that_nothing_calls_sees_what_the_constructor_sets(tmp_path: Path) -> None:
    flow = run(tmp_path, "import store", store=SOURCE.replace("path):\n        self.path = path", "folder):\n        self.path = folder + '/table.csv'"))
    assert "table.csv" in names(flow)


def test_closures_keep_the_arguments_they_were_made_with(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import pandas as pd
def reader(path):
    def read():
        return pd.read_csv(path)
    return read
def lazily(path):
    return lambda: pd.read_csv(path)
one, other = reader("one.csv"), reader("other.csv")
one()
lazily("lazy.csv")()
""")
    assert names(flow) == {"one.csv", "lazy.csv"}


WAYS = {
    "attribute": """
class Saver:
    def __init__(self, data):
        self.data = data
        self.save()
    def save(self):
        self.data.to_csv("out.csv")
Saver(read())
""",
    "global": """
DATA = None
def save():
    DATA.to_csv("out.csv")
def main(data):
    global DATA
    DATA = data
    save()
main(read())
""",
    "list": """
def save(items):
    items[0].to_csv("out.csv")
def main(data):
    save([data])
main(read())
""",
    "closure": """
def main(data):
    def save():
        data.to_csv("out.csv")
    save()
main(read())
""",
    "returned": """
def main(data):
    def save():
        data.to_csv("out.csv")
    return save
main(read())()
""",
}


@pytest.mark.parametrize("way", WAYS)
def test_the_data_of_a_parameter_reaches_a_call_by_any_way(tmp_path: Path, way: str) -> None:
    flow = run(tmp_path, f"import pandas as pd\ndef read():\n    return pd.read_csv('in.csv')\n{WAYS[way]}")
    (written,) = {event for event in flow.events if event.kind == "write"}
    assert written.sources == (named(flow, "read")["in.csv"].id,)


def test_a_closure_called_again_outside_still_holds_its_data(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import pandas as pd
def keep(data):
    def save(path):
        data.to_csv("out.csv")
        return pd.read_csv(path)
    save("inside.csv")
    return save
keep(pd.read_csv("in.csv"))("outside.csv")
""")
    assert {event.sources for event in flow.events if event.kind == "write"} == {(named(flow, "read")["in.csv"].id,)}


def test_a_module_imported_in_a_branch_that_ends_keeps_its_objects(tmp_path: Path) -> None:
    flow = run(tmp_path, """
import sys
def load():
    if len(sys.argv) > 1:
        from conf import SETTINGS
        return open(SETTINGS["path"])
    from conf import SETTINGS
    return open(SETTINGS["other"])
load()
""", conf='SETTINGS = {"path": "one.csv", "other": "two.csv"}')
    assert names(flow) == {"one.csv", "two.csv"}


@pytest.mark.parametrize("importer", ["aa", "zz"])
def test_a_module_run_as_a_program_binds_names_of_its_own(tmp_path: Path, importer: str) -> None:
    module = "PATH = 'imported.csv'\ndef load():\n    return open(PATH)\nif __name__ == '__main__':\n    PATH = 'program.csv'\n    load()"
    flow = run(tmp_path, module, **{importer: "import main\nmain.load()"})
    assert {(event.entry, event.access.path.show()) for event in flow.events if event.kind == "read" and event.access} == {
        ("main.py", "program.csv"), (f"{importer}.py", "imported.csv")}


def test_nonlocal_binds_the_name_of_the_function_around(tmp_path: Path) -> None:
    flow = run(tmp_path, """
def main():
    path, kept = "before.csv", "kept.csv"
    def change():
        def deeper():
            nonlocal path
            path = "after.csv"
        kept = "local.csv"
        deeper()
    change()
    open(path), open(kept)
main()
""")
    assert names(flow) == {"before.csv", "after.csv", "kept.csv"}


def test_the_names_of_a_class_body_are_no_names_of_its_methods(tmp_path: Path) -> None:
    flow = run(tmp_path, """
PATH = "module.csv"
def make(path):
    class Reader:
        PATH = "class.csv"
        path = "attribute.csv"
        def load(self):
            return open(PATH), open(path)
        class Inner:
            def load(self):
                return open(PATH)
    return Reader
make("parameter.csv")().load()
""")
    assert names(flow) == {"module.csv", "parameter.csv"}


def test_a_diamond_of_classes_is_searched_once_however_deep(tmp_path: Path) -> None:
    levels = "".join(f"class A{n}(A{n - 1}, B{n - 1}):\n    pass\nclass B{n}(A{n - 1}, B{n - 1}):\n    pass\n" for n in range(1, 40))
    flow = run(tmp_path, f"class A0:\n    def load(self):\n        open('deep.csv')\nclass B0:\n    pass\n{levels}A39().load()\n")
    assert names(flow) == {"deep.csv"}


def test_a_default_of_an_inner_function_is_evaluated_where_it_is_defined(tmp_path: Path) -> None:
    flow = run(tmp_path, "def make(path):\n    def load(name=path):\n        return open(name)\n    return load\nmake('default.csv')()")
    assert names(flow) == {"default.csv"}


IN_MEMORY = {
    "text": "pd.read_csv(io.StringIO(requests.get(URL).text))",
    "bytes": "pd.read_csv(io.BytesIO(requests.get(URL).content))",
    "decoded": "pd.read_csv(io.StringIO(requests.get(URL).content.decode('utf-8')))",
    "a member of an archive": "pd.read_csv(zipfile.ZipFile(io.BytesIO(requests.get(URL).content)).open('a.csv'))",
    "an archive's bytes": "pd.read_csv(io.BytesIO(zipfile.ZipFile(io.BytesIO(requests.get(URL).content)).read('a.csv')))",
    "an array": "np.load(io.BytesIO(requests.get(URL).content))",
}


@pytest.mark.parametrize("form", IN_MEMORY)
def test_data_in_memory_stays_what_it_was_read_from(tmp_path: Path, form: str) -> None:
    code = f"import io, zipfile\nimport numpy as np\nimport pandas as pd\nimport requests\nURL = 'https://a.org/a.csv'\n{IN_MEMORY[form]}.to_csv('b.csv')\n"
    flow = run(tmp_path, code.replace(".to_csv('b.csv')", ".tofile('b.csv')") if "np.load" in code else code)
    source, made = (event for event in flow.events if event.access is not None)
    assert (source.kind, made.kind, made.sources) == ("read", "write", (source.id,))


def test_what_lies_in_a_file_is_not_what_named_the_file(tmp_path: Path) -> None:
    flow = run(tmp_path, "import pandas as pd\nnames = pd.read_csv('names.csv')\npd.read_csv(names.path[0]).to_csv('b.csv')")
    first, second, made = flow.events
    assert second.sources == (first.id,) and made.sources == (second.id,)


@pytest.mark.parametrize("heirs, fits", [
    ("", False), ("class Child(Base):\n    pass", False), ("class Other:\n    def step(self):\n        pass", False),
    ("class Child(Base):\n    def step(self):\n        pass", True),
    ("class Child(Base):\n    pass\nclass Grandchild(Child):\n    def step(self):\n        pass", True),
    ("class Child(Base):\n    pass\nChild.step = print", True),
], ids=["none", "inherits", "stranger", "child", "grandchild", "patched"])
def test_a_method_that_a_class_below_replaces_may_take_other_arguments(tmp_path: Path, heirs: str, fits: bool) -> None:
    flow = run(tmp_path, f"class Base:\n    def step(self, size):\n        pass\n    def walk(self):\n        self.step()\n{heirs}\nBase().walk()")
    assert [item.callee for item in flow.observed.misfits] == ([] if fits else ["Base.step"])


def test_a_lambda_of_a_module_without_definitions_may_call_functions(tmp_path: Path) -> None:
    flow = run(tmp_path, """
from lib import load
ways = [lambda path: load(path)]
frame = ways[0]("rows.csv")
""", lib="import pandas as pd\ndef load(path):\n    return pd.read_csv(path)\n")
    assert names(flow) == {"rows.csv"}
