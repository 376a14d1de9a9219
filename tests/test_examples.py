"""The examples of the cards and the fixture projects: every announced finding fires, nothing else does."""

from pathlib import Path

import pytest
from expectations import expected, reported, write_sections

from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.locate import rules_folder

ROOT = Path(__file__).parents[1]
CARDS = load_cards([rules_folder() / "cards"])
EXAMPLES = [(card.code, example) for card in CARDS for example in card.example]
BAD = [item for item in EXAMPLES if item[1].bad]
PROJECTS = sorted(path.name for path in (ROOT / "fixtures" / "projects").iterdir())


@pytest.mark.parametrize(("code", "example"), BAD, ids=[f"{code}-{example.title}" for code, example in BAD])
def test_bad_example_fires(code: str, example: object, tmp_path: Path) -> None:
    write_sections(example.bad, tmp_path)
    wanted = expected(tmp_path)
    assert any(found == code for _, _, found in wanted)
    assert reported(tmp_path, "default", code) == wanted


@pytest.mark.parametrize(("code", "example"), [item for item in EXAMPLES if item[1].good], ids=lambda item: item if isinstance(item, str) else item.title)
def test_good_example_is_silent(code: str, example: object, tmp_path: Path) -> None:
    write_sections(example.good, tmp_path)
    assert code not in {found for _, _, found in reported(tmp_path, code)}


@pytest.mark.parametrize("name", PROJECTS)
def test_fixture_project(name: str) -> None:
    folder = ROOT / "fixtures" / "projects" / name
    assert reported(folder) == expected(folder)


def test_every_matching_card_has_an_example() -> None:
    assert [card.code for card in CARDS if card.match and not card.example] == []
