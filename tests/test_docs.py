"""The pages of the documentation say what the cards and the code say."""

import re
import runpy
from pathlib import Path

import pytest

from mldebt.detect.run import DETECTORS

DOCS = Path(__file__).parents[1] / "docs"
PAGES = runpy.run_path(str(DOCS / "generate.py"))["pages"]()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_pages_of_rules_are_those_of_the_cards(name: str) -> None:
    assert (DOCS / "rules" / name).read_text("utf-8") == PAGES[name], "run `python docs/generate.py`"


def test_no_page_is_left_of_a_rule_that_is_gone() -> None:
    assert {path.name for path in (DOCS / "rules").glob("*.md")} == set(PAGES)


def test_the_page_on_extending_names_every_detector() -> None:
    text = (DOCS / "extending.md").read_text("utf-8")
    assert [kind for kind in DETECTORS if f"| `{kind}` |" not in text] == []


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_architecture_names_every_package() -> None:
    text = (DOCS / "architecture.md").read_text("utf-8")
    packages = [path.parent.name for path in (DOCS.parent / "mldebt").glob("*/__init__.py")]
    assert [name for name in packages if f"`{name}/`" not in text] == []
