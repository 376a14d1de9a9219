"""What declared commands, products and parameters are judged by: command lines as events, paths that leave, parameters of stages."""

from pathlib import Path

import pytest
from expectations import reported, write_sections

from mldebt.config import Settings
from mldebt.pipeline import analyse

STAGE = """
# file: dvc.yaml
stages:
  train:
    cmd: python train.py {words}
# file: train.py
{code}
"""


def _flagged(folder: Path, words: str, code: str) -> bool:
    write_sections(STAGE.format(words=words, code=code), folder)
    return any(found == "MLD210" for _, _, found in reported(folder))


PARSER = """import argparse
parser = argparse.ArgumentParser({made})
parser.add_argument("-n", "--name", {option})
parser.add_argument("--cache", action=argparse.BooleanOptionalAction)
print(parser.parse_args({words}))
"""


@pytest.mark.parametrize(("words", "flagged"), [
    ("--name x", False), ("--na=x", False), ("-nx", False), ("-n -1", False), ("--no-cache", False), ("--help", False), ("-- --other", False),
    ("--names x", True), ("-x", True), ("${EXTRA} --other=1", True), ("--name '--other thing'", False), ("--$FLAG", False)])
def test_options_as_the_parser_reads_them(words: str, flagged: bool, tmp_path: Path) -> None:
    assert _flagged(tmp_path, words, PARSER.format(made="", option="", words="")) is flagged


@pytest.mark.parametrize(("made", "option", "words", "flagged"), [
    ("", "", "", True), ("", "", "None", True), ("", "", "['--name', 'x']", False), ("parents=[other]", "", "", False),
    ("fromfile_prefix_chars='@'", "", "", False), ("", "nargs='*'", "", True), ("", "nargs=2", "", True), ("", "nargs=argparse.REMAINDER", "", False),
    ("", "nargs='...'", "", False), ("description='x'", "", "", True)])
def test_parsers_that_let_other_words_in_are_left_alone(made: str, option: str, words: str, flagged: bool, tmp_path: Path) -> None:
    assert _flagged(tmp_path, "--other", PARSER.format(made=made, option=option, words=words)) is flagged


def test_the_words_of_the_process_may_be_handed_over(tmp_path: Path) -> None:
    code = "import sys\n" + PARSER.format(made="", option="", words="sys.argv[1:]")
    assert _flagged(tmp_path, "--other", code)


def test_a_parser_of_unknown_type_still_gets_its_options(tmp_path: Path) -> None:
    code = "import argparse, unknown\nparser = argparse.ArgumentParser()\nunknown.same(1).add_argument('--other')\nprint(parser.parse_args())\n"
    assert not _flagged(tmp_path, "--other", code)


def test_an_imported_module_does_not_run_its_main_block(tmp_path: Path) -> None:
    write_sections("""
# file: run.sh
python tool.py --anything
python loader.py --steps 3
# file: loader.py
import argparse
def load():
    return 1
if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps")
    print(parser.parse_args())
# file: tool.py
import sys
from loader import load
print(load(), sys.argv)
""", tmp_path)
    assert not reported(tmp_path)
    events = analyse(tmp_path, Settings(), 1).flow.events
    assert {event.entry for event in events if event.kind == "parse"} == {"loader.py"}


def test_paths_leave_through_code_that_no_row_describes(tmp_path: Path) -> None:
    write_sections("""
# file: work.py
import json
import unknown_tool
def target(name):
    return "out/" + name
unknown_tool.draw(1, target("a.png"))
print("seen/b.png")
unknown_tool.title("no path at all")
""", tmp_path)
    events = [event for event in analyse(tmp_path, Settings(), 1).flow.events if event.kind == "escape"]
    assert [(event.api, event.access.path.show() if event.access else None) for event in events] == [("unknown_tool", None), ("", "out/a.png")]


def test_stages_say_on_which_parameters_they_depend(tmp_path: Path) -> None:
    write_sections("""
# file: steps/dvc.yaml
stages:
  train:
    cmd: python train.py
    wdir: inner
    params:
      - rate
      - other.toml:
          - depth.first
""", tmp_path)
    (target,) = analyse(tmp_path, Settings(), 1).project.data["steps/dvc.yaml"].targets
    assert [item.text for item in target.parameters] == ["inner/params.yaml:rate", "inner/other.toml:depth.first"]


def test_long_stretches_of_encoded_data_hide_no_path_that_is_mentioned(tmp_path: Path) -> None:
    """The path is found beside very many letters; a search that begins anew at each of them would not come to its end."""
    write_sections(f"""
# file: settings.json
{{"key": "{'QmFzZTY0' * 20_000}", "rows": "work/rows.csv", "tag": "${{HOME}}/{'x' * 9}"}}
# file: make.py
import pandas as pd
pd.read_csv("raw.csv").dropna().to_csv("work/rows.csv")
# file: use.py
import pandas as pd
print(pd.read_csv("work/rows.csv"))
""", tmp_path)
    assert analyse(tmp_path, Settings(), 1).graph.is_declared("work/rows.csv")
