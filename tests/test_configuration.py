"""Values from outside the code: options of every kind, composed and merged configuration, objects made from it."""

from pathlib import Path

import pytest
from test_link import linked, touched

from mldebt.flow.interpreter import Flow

READ = "import pandas as pd\ndef read(path):\n    return pd.read_csv(path)\n"
OPTIONS = {
    "click": ("""
import click
@click.command()
@click.option("--data-path", "-d", default="default.csv")
@click.argument("target")
def main(data_path, target):
    read(data_path)
    read(target)
if __name__ == "__main__":
    main()
""", "python main.py given.csv -d option.csv", {"given.csv", "option.csv"}, {"default.csv", "{target}"}),
    "typer": ("""
import typer
app = typer.Typer()
@app.command()
def main(target: str, data_path: str = typer.Option("default.csv")):
    read(data_path)
    read(target)
if __name__ == "__main__":
    app()
""", "python main.py given.csv --data-path=option.csv", {"given.csv", "option.csv"}, {"default.csv", "{target}"}),
    "sub-commands": ("""
import argparse
from pathlib import Path
parser = argparse.ArgumentParser()
commands = parser.add_subparsers()
train = commands.add_parser("train")
train.add_argument("target", type=Path)
train.add_argument("--data", default="default.csv")
train.set_defaults(extra="extra.csv")
args = parser.parse_args()
read(args.target / "x.csv")
read(args.data)
read(args.extra)
""", "python main.py train folder --data option.csv", {"folder/x.csv", "option.csv", "extra.csv"}, {"{target}/x.csv", "default.csv", "extra.csv"}),
    "known arguments": ("""
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--data", default="default.csv")
parser.add_argument("--part", choices=["train", "test"])
args, rest = parser.parse_known_args()
read(vars(args)["data"])
read(args.part + ".csv")
""", "python main.py --data option.csv --part test --more 3", {"option.csv", "test.csv"}, {"default.csv", "train.csv", "test.csv"}),
    "several": ("""
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--data", nargs="+", default=["default.csv"])
for path in parser.parse_args().data:
    read(path)
""", "python main.py --data option.csv", {"option.csv"}, {"default.csv"}),
    "flags": ("""
from absl import app, flags
FLAGS = flags.FLAGS
flags.DEFINE_string("data_path", "default.csv", "where")
def main(argv):
    read(FLAGS.data_path)
app.run(main)
""", "python main.py --data_path=option.csv", {"option.csv"}, {"default.csv"}),
    "flags of tensorflow": ("""
import tensorflow as tf
flags = tf.app.flags
flags.DEFINE_string("data_path", "default.csv", "where")
read(flags.FLAGS.data_path)
""", "python main.py --data_path option.csv", {"option.csv"}, {"default.csv"}),
}


@pytest.mark.parametrize("kind", OPTIONS)
def test_options_are_their_defaults_or_what_commands_pass(tmp_path: Path, kind: str) -> None:
    code, command, given, default = OPTIONS[kind]
    alone = linked(tmp_path / "alone", f"# file: main.py\n{READ}{code}")[1]
    assert touched(alone, "read") == default
    started = linked(tmp_path / "started", f"# file: main.py\n{READ}{code}\n# file: run.sh\n{command}\n")[1]
    assert touched(started, "read") == given


FOLDER = """
# file: conf/config.yaml
defaults:
  - data: small
  - override /model: tree
  - _self_
  - paths
root: store
# file: conf/paths.yaml
log: ${root}/log.csv
# file: conf/data/small.yaml
path: ${root}/small.csv
# file: conf/data/large.yaml
defaults:
  - base
path: ${root}/large.csv
# file: conf/data/base.yaml
index: ${data.path}.idx.csv
# file: conf/model/tree.yaml
# @package _global_
loader:
  _target_: parts.Loader
  path: ${data.path}
  home: ${oc.env:HOME_FOLDER,/x}/table.csv
# file: parts.py
import pandas as pd
class Loader:
    def __init__(self, path, home="none", suffix=""):
        self.path, self.home, self.suffix = path, home, suffix
    def load(self):
        pd.read_csv(self.home)
        return pd.read_csv(self.path + self.suffix)
# file: main.py
import hydra
import pandas as pd
from hydra.utils import instantiate
@hydra.main(config_path="conf", config_name="config", version_base=None)
def main(cfg):
    pd.read_csv(cfg.log)
    pd.read_csv(cfg["data"].get("index", "none.csv"))
    %s
if __name__ == "__main__":
    main()
"""


def reached(flow: Flow) -> set[str]:
    """Return what programs read, functions that nothing calls left aside."""
    return {event.access.path.show() for event in flow.events if event.kind == "read" and event.access is not None and event.entry}


def test_configuration_is_composed_from_a_list_of_defaults(tmp_path: Path) -> None:
    plain = linked(tmp_path / "plain", FOLDER % "pd.read_csv(cfg.data.path)")[1]
    assert reached(plain) == {"store/log.csv", "none.csv", "store/small.csv"}
    chosen = linked(tmp_path / "chosen", FOLDER % "pd.read_csv(cfg.data.path)" + "# file: run.sh\npython main.py data=large root=other\n")[1]
    assert reached(chosen) == {"other/log.csv", "other/large.csv", "other/large.csv.idx.csv"}


def test_words_of_configuration_are_rows(tmp_path: Path) -> None:
    text = FOLDER.replace("- override /model: tree", "- model: tree").replace("  path: ${data.path}\n  home: ${oc.env:HOME_FOLDER,/x}/table.csv\n", """\
  _args_: [a.csv, "${now:%%Y}.csv"]
  suffix: ???
""") % "instantiate(cfg.loader).load()"
    assert touched(linked(tmp_path, text)[1], "read") == {"store/log.csv", "none.csv", "a.csv{suffix}", "{…}.csv"}


def test_objects_are_made_from_configuration(tmp_path: Path) -> None:
    text = FOLDER.replace("- override /model: tree", "- model: tree") % "instantiate(cfg.loader, suffix='.gz').load()"
    assert touched(linked(tmp_path, text)[1], "read") == {"store/log.csv", "none.csv", "store/small.csv.gz", "{HOME_FOLDER}/table.csv"}


CASES = {
    "merge": ("a = OmegaConf.create({'d': {'p': 'old.csv', 'q': 'kept.csv'}})\nc = OmegaConf.merge(a, OmegaConf.load('c.yaml'), OmegaConf.from_cli())\n"
              "read(c.d.p)\nread(c.d.q)", {"new.csv", "kept.csv"}),
    "container": ("c = OmegaConf.to_container(OmegaConf.load('c.yaml'))\nread(c['d']['p'])", {"new.csv"}),
    "structured": ("c = OmegaConf.structured(Options)\nread(c.path)\nread(c.made[0])", {"class.csv", "made.csv"}),
    "ini": ("c = configparser.ConfigParser()\nc.read('c.ini')\nread(c['data']['path'])\nread(c.get('data', 'other'))\n"
            "read(c.get('data', 'no', fallback='f.csv'))",
            {"ini.csv", "other.csv", "f.csv"}),
    "settings class": ("read(Env().path)\nread(Env(path='given.csv').path)", {"field.csv", "given.csv"}),
    "yaml text of a handle": ("with open('c.yaml') as f:\n    c = yaml.safe_load(f.read())\nread(c['d']['p'])", {"new.csv"}),
    "mandatory value": ("c = OmegaConf.load('m.yaml')\nread(c.folder + '/x.csv')", {"{folder}/x.csv"}),
    "json": ("c = json.load(open('c.json'))\nread(c['path'])", {"json.csv"}),
}


@pytest.mark.parametrize("case", CASES)
def test_configuration_objects(tmp_path: Path, case: str) -> None:
    code, expected = CASES[case]
    flow = linked(tmp_path, f"""
# file: c.yaml
d:
  p: new.csv
# file: m.yaml
folder: ???
# file: c.ini
[data]
path = ini.csv
other = other.csv
# file: c.json
{{"path": "json.csv"}}
# file: main.py
import configparser, json, yaml
from dataclasses import dataclass, field
from omegaconf import OmegaConf
from pydantic_settings import BaseSettings
{READ}
@dataclass
class Options:
    path: str = "class.csv"
    made: list = field(default_factory=lambda: ["made.csv"])
class Env(BaseSettings):
    path: str = "field.csv"
{code}
""")[1]
    assert {path for path in touched(flow, "read") if path.endswith(".csv")} == expected
