"""The clean project: where each silence of the catalogue stands, and that each of them rests on what it says."""

import re
import shutil
from pathlib import Path

import pytest
import tomli
from expectations import reported

from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.locate import rules_folder

FIXTURES = Path(__file__).parents[1] / "fixtures"
CLEAN = FIXTURES / "projects" / "clean_project"


def _rounds() -> list[list[dict]]:
    """Return the reasons in as few groups as can be: those of one group change different files, and each file that is taken away has a group of its own."""
    rounds: list[tuple[set[str], list[dict]]] = []
    for reason in tomli.loads((FIXTURES / "reasons.toml").read_text("utf-8"))["reason"]:
        touched = {edit["file"] for edit in reason["edits"]}
        alone = any(len(edit) == 1 for edit in reason["edits"])
        home = None if alone else next((group for group in rounds if not touched & group[0] and "" not in group[0]), None)
        if home is None:
            home = (set(), [])
            rounds.append(home)
        home[0].update(touched, {""} if alone else ())
        home[1].append(reason)
    return [reasons for _, reasons in rounds]


def _edit(folder: Path, edit: dict[str, str]) -> None:
    path = folder / edit["file"]
    if "new" not in edit:
        path.unlink()
    elif "old" not in edit:
        path.parent.mkdir(exist_ok=True)
        path.write_text(edit["new"], "utf-8")
    else:
        text = path.read_bytes()
        assert edit["old"].encode() in text, edit
        path.write_bytes(text.replace(edit["old"].encode(), edit["new"].encode()))


def test_every_place_exists() -> None:
    rows = [re.split(r" *\| *", line.strip("| \n")) for line in (FIXTURES / "silences.md").read_text("utf-8").splitlines() if line.startswith("| MLD")]
    places = [(path, int(line), text.strip("`")) for _, _, place, text in rows for path, _, line in [place.rpartition(":")]]
    lines = {path: (CLEAN / path).read_text("utf-8", "replace").splitlines() for path, _, _ in places}
    assert [place for place in places if place[2] not in lines[place[0]][place[1] - 1].replace("`", "")] == []
    assert {card.code for card in load_cards([rules_folder() / "cards"]) if card.tier == "on"} - {code for code, *_ in rows} == set()
    assert sum(len(path.read_bytes().splitlines()) for path in CLEAN.rglob("*.py")) >= 800


@pytest.mark.parametrize("reasons", _rounds(), ids=lambda reasons: "; ".join(reason["silence"] for reason in reasons)[:60])
def test_without_its_reason_a_silence_is_a_finding(reasons: list[dict], tmp_path: Path) -> None:
    folder = shutil.copytree(CLEAN, tmp_path / "project")
    for reason in reasons:
        for edit in reason["edits"]:
            _edit(folder, edit)
    found = {(path.partition(":")[0], code) for path, _, code in reported(folder)}
    assert [reason["silence"] for reason in reasons if (reason["found"], reason["rule"]) not in found] == []
