"""What is used and what is not: reached by a run, or named by any file."""

import json
from pathlib import Path

import pytest
from expectations import write_sections

from mldebt.config import Settings
from mldebt.graph.liveness import Liveness
from mldebt.pipeline import analyse, check

TOOLS = """
# file: tools.py
import numpy as np
def wanted(x):
    return np.mean(x)
def spare(x):
    return np.sqrt(x)
# file: main.py
from tools import wanted
print(wanted([1]))
"""


def unused(folder: Path, text: str) -> set[str]:
    """Return the ids of what nothing uses in a project written from sections."""
    write_sections(text, folder)
    done = analyse(folder, Settings(), jobs=1)
    return {item.id for item in Liveness(done.project, done.flow.deeds, done.catalogue).unused()}


def test_what_nothing_reaches_or_names_is_unused(tmp_path: Path) -> None:
    assert unused(tmp_path, TOOLS) == {"tools.py::spare"}


@pytest.mark.parametrize("mention", [
    "# file: other.py\n# see spare() for another way\n", "# file: other.py\nNAME = 'tools.spare'\n", "# file: other.py\nimport tools\nprint(tools.spare)\n",
    "# file: old.py\nprint 'spare'\n", "# file: NOTES.md\nCall `spare` by hand.\n", "# file: notes.txt\nspare is for later\n",
    "# file: conf.yaml\n_target_: tools.spare\n", "# file: run.sh\npython -c 'import tools; tools.spare(1)'\n", "# file: index.rst\n.. autofunction:: spare\n",
    "# file: other.py\nfrom tools import spare\n", f"# file: other.py\n'''{'A long text. ' * 60} spare'''\n",
])
def test_a_mention_in_any_other_file_is_use(tmp_path: Path, mention: str) -> None:
    assert unused(tmp_path, TOOLS + mention) == set()


def test_the_prose_of_a_notebook_and_cells_that_do_not_parse_name_things(tmp_path: Path) -> None:
    for number, cell in enumerate(({"cell_type": "markdown", "source": "Now `spare`."}, {"cell_type": "code", "source": "spare(1"})):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "look.ipynb").write_text(json.dumps({"nbformat": 4, "cells": [cell]}))
        assert unused(folder, TOOLS) == set()


def test_its_own_comments_its_own_recursion_and_public_lists_are_no_use(tmp_path: Path) -> None:
    assert unused(tmp_path, """
# file: pack/__init__.py
from pack.tools import deep
__all__ = ["deep"]
# file: pack/tools.py
import numpy as np
__all__ = ["deep"]
def deep(x):
    '''deep is deep.'''
    return deep(np.sqrt(x)) if x else x  # deep, deep
# file: main.py
import pack
print(pack.__name__)
""") == {"pack/tools.py::deep"}


def test_a_package_that_is_handed_on_offers_what_it_brings_together(tmp_path: Path) -> None:
    files = """
# file: pack/__init__.py
from pack.tools import deep
# file: pack/tools.py
import numpy as np
def deep(x):
    return np.sqrt(x)
def spare(x):
    return np.exp(x)
# file: main.py
import sys
import pack
"""
    assert unused(tmp_path / "named", files + "print(pack.__name__)\n") == {"pack/tools.py::deep", "pack/tools.py::spare"}
    assert unused(tmp_path / "handed", files + "print(pack.__dict__[sys.argv[1]](3))\n") == {"pack/tools.py::spare"}
    assert unused(tmp_path / "starred", files.replace("import deep", "import *") + "print(pack.__dict__[sys.argv[1]](3))\n") == set()


def test_the_same_name_in_another_file_means_that_files_own(tmp_path: Path) -> None:
    assert unused(tmp_path, TOOLS + "# file: other.py\ndef spare(x):\n    return x\nprint(spare(1))\n") == {"tools.py::spare"}


def test_a_file_that_imports_the_name_and_defines_a_stand_in_uses_it(tmp_path: Path) -> None:
    other = "# file: other.py\ntry:\n    from tools import spare\nexcept ImportError:\n    def spare(x):\n        return x\n"
    assert unused(tmp_path, TOOLS + other) <= {"other.py::spare"}


@pytest.mark.parametrize("access", [
    "getattr(tools, sys.argv[1])(1)", "vars(tools)[sys.argv[1]](1)", "tools.__dict__[sys.argv[1]](1)", "inspect.getmembers(tools)",
    "getattr(sys.modules[sys.argv[1]], 'spa' + sys.argv[2])(1)",
])
def test_members_taken_by_unknown_names_are_used(tmp_path: Path, access: str) -> None:
    assert unused(tmp_path, TOOLS + f"# file: other.py\nimport inspect, sys\nimport tools\n{access}\n") == set()


def test_a_file_that_looks_itself_up_uses_everything(tmp_path: Path) -> None:
    assert unused(tmp_path, TOOLS.replace("def spare", "def pick(name):\n    return globals()[name]\ndef spare")) == set()


def test_a_method_named_eval_looks_nothing_up(tmp_path: Path) -> None:
    assert unused(tmp_path, TOOLS.replace("return np.mean(x)", "return x.eval()")) == {"tools.py::spare"}


def test_classes_that_their_bases_gather_are_used(tmp_path: Path) -> None:
    assert unused(tmp_path, """
# file: shapes.py
from somewhere import make_base
class Kept:
    def __init_subclass__(cls, **options):
        print(cls)
class One(Kept):
    pass
class Meta(type):
    pass
class Two(metaclass=Meta):
    pass
Base = make_base()
class Three(Base):
    pass
from locust import HttpUser
class Five(HttpUser):
    pass
class Plain:
    pass
class Four(Plain):
    pass
print(Kept, Meta, Plain)
""") == {"shapes.py::Four"}


def test_methods_count_only_where_every_base_is_the_projects_own(tmp_path: Path) -> None:
    assert unused(tmp_path, """
# file: shapes.py
import torch
from somewhere import Thing
class Net(torch.nn.Module):
    def extra(self):
        return 1
class Odd(Thing):
    def extra(self):
        return 1
class Base:
    def step_one(self):
        return 1
    def fit(self, x):
        return x
class Own(Base):
    def step_one(self):
        return 2
    def step_two(self):
        return 3
print(Net(), Odd(), Own())
""") == {"shapes.py::Base.step_one", "shapes.py::Own.step_two"}


def test_what_only_the_unused_use_names_them(tmp_path: Path) -> None:
    write_sections("""
# file: main.py
def helper(x):
    return x
def first(x):
    return helper(x)
class Shell:
    def inner(self):
        return 1
print(1)
""", tmp_path)
    done = analyse(tmp_path, Settings(), jobs=1)
    found = {item.definition.qualname: item.users for item in Liveness(done.project, done.flow.deeds, done.catalogue).unused()}
    assert found == {"helper": ("first",), "first": (), "Shell": ()}


def test_tests_and_public_names_of_a_described_distribution_are_left_alone(tmp_path: Path) -> None:
    setup = "# file: setup.py\nfrom setuptools import setup\nsetup(name='kit', description='{}', packages=['kit'])\n"
    code = "# file: kit/a.py\ndef public(x):\n    return x\ndef _private(x):\n    return x\n"
    code += "# file: kit/net_test.py\nclass Check:\n    def testIt(self):\n        return 1\n"
    described, bare = tmp_path / "described", tmp_path / "bare"
    assert unused(described, setup.format("A kit") + code) == {"kit/a.py::_private"}
    assert unused(bare, setup.format("") + code) == {"kit/a.py::public", "kit/a.py::_private"}


def test_the_message_says_what_other_files_do_with_the_name(tmp_path: Path) -> None:
    plot = "import numpy as np\ndef {}(rows):\n    return np.concatenate([rows, rows])\n"
    files = {"shop/__init__.py": "from shop.bars import bars\n__all__ = ['bars']\n", "shop/bars.py": plot.format("bars"), "lines.py": plot.format("lines"),
             "other.py": "def lines(rows):\n    return rows\nprint(lines([1]))\n", "dots.py": plot.format("dots")}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    told = {found.path: found.message.partition(" and ")[2] for found in check(tmp_path, Settings(), jobs=1).findings}
    assert told == {"shop/bars.py": "no other file uses it: `shop/__init__.py` only passes it on", "lines.py": "no other file uses it",
                    "dots.py": "no other file refers to it"}


def test_a_file_that_cannot_be_imported_is_one_finding(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/__init__.py").write_text("")
    (tmp_path / "shop/plots.py").write_text(
        "import numpy as np\nfrom . import frames\nfrom .frames import absent\nfrom .nowhere import gone\n"
        "def bars(rows):\n    return np.concatenate([rows, frames.missing])\n")
    (tmp_path / "shop/frames.py").write_text("x = 1\n")
    (found,) = check(tmp_path, Settings(), jobs=1).findings
    assert (found.code, found.line) == ("MLD103", 3) and "`absent`" in found.message
