"""Thresholds: numbers of a card that a user may set, from the card to the detector."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from expectations import write_sections

from mldebt import Settings, check
from mldebt.cli.main import main
from mldebt.detect.run import compile_card
from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.locate import rules_folder
from mldebt.policy.thresholds import with_thresholds

WRITERS = """
# file: one.py
import pandas as pd
pd.read_csv("in.csv").to_csv("table.csv")
# file: two.py
import pandas as pd
frame = pd.read_csv("table.csv")
frame.to_csv("table.csv")
"""
TYPING = """
# file: fit.py
import joblib
joblib.dump({}, "artifacts/prpprpcessor.pkl")
# file: predict.py
import joblib
print(joblib.load("artifacts/preprocessor.pkl"))
"""
CARD = """
# file: mldebt.toml
rule-paths = ["own"]
# file: own/cards/house/x.toml
code = "MLD950"
name = "x"
severity = "info"
confidence = "high"
tier = "on"
since = "0.1.0"
summary = "s"
sources = ["own"]
doc = { what = "…", why = "…", fix = "…" }
thresholds = { %s }
match = [{ form = "writers", kind = "degree", least = %s }]
"""


def codes(folder: Path, **thresholds: object) -> list[str]:
    return [item.code for item in check(folder, Settings(thresholds=thresholds), jobs=1).findings]


@pytest.mark.parametrize("rule", ["many-writers", "MLD206", "mld206", "Many-Writers"])
def test_a_threshold_changes_the_findings(tmp_path: Path, rule: str) -> None:
    write_sections(WRITERS, tmp_path)
    assert codes(tmp_path) == ["MLD206"] and codes(tmp_path, **{rule: {"least": 3}}) == []


def test_edits_and_stem(tmp_path: Path) -> None:
    write_sections(TYPING, tmp_path)
    assert codes(tmp_path) == ["MLD204"]
    assert codes(tmp_path, **{"dangling-artifact": {"edits": 1}}) == [] and codes(tmp_path, **{"dangling-artifact": {"stem": 13}}) == []


def test_defaults_of_the_card_reach_the_detector() -> None:
    for card in load_cards([rules_folder() / "cards"]):
        plain = [spec for _, spec in compile_card(card.__class__(**{**{name: getattr(card, name) for name in card.__struct_fields__},
                                                                    "match": with_thresholds(card, {})}))]
        numbers = {value for spec in plain for value in msgspec.structs.asdict(spec).values() if isinstance(value, int | float)}
        assert {row.default for row in card.thresholds.values()} <= numbers


@pytest.mark.parametrize(("text", "message"), [
    ("[thresholds]\nno-such-rule = { least = 3 }\n", "mldebt.toml: thresholds.no-such-rule: no such rule"),
    ("[thresholds]\nmany-writers = { leest = 3 }\n", "mldebt.toml: thresholds.many-writers.leest: no such threshold of many-writers; known: least"),
    ("[thresholds]\npositional-columns = { least = 3 }\n", "no such threshold of positional-columns; known: none"),
    ("[thresholds]\nmany-writers = { least = 1 }\n", "mldebt.toml: thresholds.many-writers.least: expected at least 2, got 1"),
    ("[thresholds]\nmany-writers = { least = 2.5 }\n", "mldebt.toml: thresholds.many-writers.least: expected a whole number, got 2.5"),
    ("[thresholds]\ndangling-artifact = { edits = 9 }\n", "thresholds.dangling-artifact.edits: expected at least 0 and at most 5, got 9"),
    ("[thresholds]\nmany-writers = { least = true }\n", "mldebt.toml: thresholds.many-writers.least: Expected `int | float`, got `bool`"),
    ("thresholds = { many-writers = 3 }\n", "mldebt.toml: thresholds.many-writers: Expected `object`, got `int`"),
])
def test_wrong_thresholds(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mldebt.toml").write_text(text)
    done = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert done.exit_code == 2 and message in done.stderr, done.output


@pytest.mark.parametrize(("thresholds", "value", "message"), [
    ("", '{ threshold = "most" }', "own/cards/house/x.toml: match: no threshold `most`; known: none"),
    ('most = { default = 2, meaning = "m" }', "2", "own/cards/house/x.toml: thresholds.most: no [[match]] table uses this threshold"),
    ('most = { default = 2, least = 3, meaning = "m" }', '{ threshold = "most" }', "thresholds.most.default: expected at least 3, got 2"),
    ('most = { default = "2", meaning = "m" }', '{ threshold = "most" }', "own/cards/house/x.toml: thresholds.*.default: Expected `int | float`, got `str`"),
])
def test_wrong_thresholds_of_a_card(tmp_path: Path, thresholds: str, value: str, message: str) -> None:
    write_sections(CARD % (thresholds, value), tmp_path)
    done = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert done.exit_code == 2 and message in done.stderr, done.output


def test_an_own_card_with_a_threshold(tmp_path: Path) -> None:
    write_sections(WRITERS + CARD % ('most = { default = 2, meaning = "m" }', '{ threshold = "most" }'), tmp_path)
    assert "MLD950" in CliRunner().invoke(main, ["check", str(tmp_path)]).stdout
    assert "MLD950" not in CliRunner().invoke(main, ["check", str(tmp_path), "--config", "thresholds.x.most = 3"]).stdout
