"""Blocks of code in comments: which lines they are, and what is kept of them."""

import pytest

from mldebt.extract.commented import disabled_code
from mldebt.extract.python import extract_python
from mldebt.model.facts import Disabled


def test_a_block_is_its_lines_its_calls_and_what_it_assigns() -> None:
    text = "x = 1\n# model = lgb.LGBMClassifier(n=3)\n# model.fit(a, b)\n# frame = pd.read_csv(p).dropna()\ny = 2\n"
    (block,) = disabled_code(text)
    assert text[block.at:block.end].splitlines()[0].startswith("# model = ") and text[block.at:block.end].endswith("dropna()")
    assert block.lines == 3
    assert set(block.calls) == {"lgb.LGBMClassifier", "lgb.LGBMClassifier().fit", "pd.read_csv", "pd.read_csv().dropna"}
    assert block.assigns == ("model", "frame")


def test_imports_of_the_block_tell_its_names() -> None:
    (block,) = disabled_code("# import pandas as pd\n# from sklearn.svm import SVC as Machine\n# Machine().fit(pd.read_csv(p))\n")
    assert set(block.calls) == {"=sklearn.svm.SVC", "=sklearn.svm.SVC().fit", "=pandas.read_csv"}


def test_definitions_inside_count() -> None:
    (block,) = disabled_code("#def load(path):\n#    frame = pd.read_csv(path)\n#    return frame\n")
    assert block.calls == ("pd.read_csv",)


def test_prose_around_a_block_is_left_out_and_the_line_above_is_kept() -> None:
    text = "    # Example of use:\n    # model = Ridge()\n    # model.fit(a, b)\n    # and that was it\n"
    (block,) = disabled_code(text)
    assert block.lead == "Example of use:" and block.lines == 2
    assert text[block.at:block.end] == "# model = Ridge()\n    # model.fit(a, b)"


def test_what_goes_on_inside_brackets_belongs_to_the_block() -> None:
    (block,) = disabled_code("# model = Ridge(\n#     alpha,\n#\n#     True)\n# model.fit(a)\n")
    assert block.lines == 5


def test_arguments_and_items_are_parts() -> None:
    (block,) = disabled_code("d = {\n    # 'depth': 3,\n    # 'rate': compute(1),\n}\n")
    assert block.part and block.calls == ("compute",)


@pytest.mark.parametrize("text", [
    "# Licensed under the Apache License (the \"License\");\n# you may not use this file except in compliance\n",
    "# model.fit(a)\n", "x = 1  # model = Ridge()\ny = 2  # model.fit(a)\n", "'''\n# a = f(1)\n# b = f(2)\n'''\n",
    "# python train.py --rate 1\n# cd data && ls\n", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n", "# if this is (not\n# the case) = bad\n",
    "# a = f(1)\n    # b = g(2)\n",
])
def test_other_comments_are_no_code(text: str) -> None:
    assert disabled_code(text) == ()


def test_windows_line_ends_and_the_last_line_without_one() -> None:
    (block,) = disabled_code("x = 1\r\n# a = f(1)\r\n# b = g(2)")
    assert block.lines == 2 and set(block.calls) == {"f", "g"}


def test_a_block_goes_on_below_its_headers_over_gaps_texts_and_comments() -> None:
    text = ("# class Net(Module):\n"
            "#     \"\"\"Two layers: one in, one out.\"\"\"\n#\n#     def __init__(self):\n#         self.layer = Linear(1)\n#         # no\n"
            "#         self.out = Linear(2)\n#\n#\n# class Other(Net):\n#     size = 3\n# and so it ends\n")
    (block,) = disabled_code(text)
    assert block.lines == 11 and text[block.at:block.end].endswith("size = 3")


def test_words_below_what_only_looks_like_a_header_are_left_out() -> None:
    (block,) = disabled_code("# with this:\n#     it was too slow\n# a = f(1)\n# b = g(2)\n")
    assert block.lines == 2 and set(block.calls) == {"f", "g"}


def test_prose_above_is_found_over_a_rule_and_a_gap() -> None:
    (block,) = disabled_code("# Variants for\n# more memory\n# =====\n#\n# a = f(1)\n# b = g(2)\n")
    assert block.lead == "Variants for more memory"


def test_what_only_prints_keeps_to_its_own_names() -> None:
    text = "# a, b = f(1)\n# for c in a:\n#     print(c)\n"
    assert disabled_code(text, lambda at: {"x"})[0].shows and not disabled_code(text, lambda at: {"b"})[0].shows
    assert not disabled_code("# a = f(1)\n# b.fit(a)\n# print(b)\n")[0].shows


def test_what_is_bound_again_before_it_is_read_is_not_taken_up() -> None:
    text = "def f(a):\n    for c in a:\n        c.fit()\n    # for c in g(a):\n    #     print(c)\n    {}\n"
    assert _only_block(text.format("for c in a: h(c)")).shows
    assert not _only_block(text.format("h(c)")).shows
    assert not _only_block(text.format("c = c + 1")).shows


def _only_block(text: str) -> Disabled:
    (block,) = extract_python("a.py", text.encode(), False).disabled
    return block


def test_no_block_goes_on_in_the_next_cell() -> None:
    assert disabled_code("# a = f(1)\n# b = g(2)\n", cells=[0]) and not disabled_code("# a = f(1)\n# b = g(2)\n", cells=[0, 11])


def test_prose_is_found_above_a_line_in_another_column() -> None:
    (block,) = disabled_code("x = 1\n# Alternatively, in steps:\n#if x > 2:\n    # a = f(1)\n    # b = g(2)\n")
    assert block.lead.startswith("Alternatively, in steps:")
