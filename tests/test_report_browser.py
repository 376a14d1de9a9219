"""The pages in a real Chromium: no error, no request, no overflow; search, focus, folders and keys do what they say.

Chromium is the one that `MLDEBT_CHROMIUM` names, else one on the PATH; without any, and without the driver, these tests are skipped.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from drawn import EVIL, large
from test_report_page import made_of

from mldebt.cli.main import main
from mldebt.report.html.graph import graph_page
from mldebt.report.html.page import report_page

driver = pytest.importorskip("playwright.sync_api", reason="the browser's driver is not installed: pip install playwright")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell", "chrome-headless-shell")
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1440, "height": 900}}
OUTSIDE = """[...document.body.querySelectorAll("*")].filter((part) => !part.closest("#paper svg") && part.checkVisibility()
  && part.getBoundingClientRect().right > innerWidth + 1 && part.closest("thead") === null).map((part) => part.outerHTML.slice(0, 80))"""
SCRIPT = "data/<script>alert(1)</script><img src=x onerror=alert(2)>.csv"
FIXTURES = Path(__file__).parents[1] / "fixtures" / "projects"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = os.environ.get("MLDEBT_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on the PATH, and MLDEBT_CHROMIUM names none")
    with driver.sync_playwright() as started:
        made = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the pages that are looked at: reports of two fixtures and of a project without anything, hostile names, a large graph."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "nothing").mkdir()
    (folder / "hostile").mkdir()
    for name in ("nothing", "hostile"):
        (folder / name / "mldebt.toml").touch()
    (folder / "hostile" / "<b onclick=alert(1)>make.py").write_text(f"import pandas as pd\npd.DataFrame({{}}).to_csv({SCRIPT!r})\n", "utf-8")
    (folder / "hostile" / "<i>use.py").write_text(f"import pandas as pd\nprint(pd.read_csv({SCRIPT!r}).iloc[:, 2:])\n", "utf-8")
    for name, root in (("csv_scripts", FIXTURES), ("make_notebooks", FIXTURES), ("nothing", folder), ("hostile", folder)):
        assert CliRunner().invoke(main, ["report", str(root / name), "--output-format", f"html:{folder / name}.html"]).exit_code == 0
    (folder / "evil.html").write_text(report_page(made_of(EVIL)), "utf-8")
    (folder / "large.html").write_text(graph_page(large(), "large"), "utf-8")
    return {path.stem: path for path in folder.glob("*.html")}


class Tab:
    """A page in the browser, and everything that went wrong in it."""

    def __init__(self, browser: Any, file: Path, size: str = "desktop", scheme: str = "light") -> None:
        self._context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce", has_touch=size == "phone")
        self.page, self.faults = self._context.new_page(), list[str]()
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.faults.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: None if request.url == file.as_uri() else self.faults.append(request.url))
        self.page.goto(file.as_uri())

    def __enter__(self) -> "Tab":
        return self

    def __exit__(self, *_: object) -> None:
        self._context.close()

    def names(self, selector: str) -> list[str]:
        """Return the full names of the boxes that a selector finds."""
        found: list[str] = self.page.eval_on_selector_all(selector, "boxes => boxes.map(box => box.dataset.name)")
        return found

    def seen(self) -> list[str]:
        return self.names(".box:not(.gone)")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


@pytest.mark.parametrize("name", ["csv_scripts", "make_notebooks", "nothing", "hostile", "evil", "large"])
@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desktop", "dark")])
def test_a_page_opens_without_fault_and_fits(browser: Any, pages: dict[str, Path], name: str, size: str, scheme: str) -> None:
    with Tab(browser, pages[name], size, scheme) as tab:
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
        assert tab.page.evaluate(OUTSIDE) == []
        assert tab.page.evaluate("getComputedStyle(document.body).backgroundColor") == {"light": "rgb(247, 248, 250)", "dark": "rgb(13, 19, 29)"}[scheme]
        assert tab.page.title().endswith(EVIL if name == "evil" else name)
        assert tab.page.locator("script").count() == 1 and tab.page.locator("img").count() == 0
        assert tab.faults == []


def test_names_of_a_project_are_shown_as_they_are(browser: Any, pages: dict[str, Path]) -> None:
    with Tab(browser, pages["hostile"]) as tab:
        assert sorted(tab.seen()) == ["<b onclick=alert(1)>make.py", "<i>use.py", SCRIPT]
        assert f"reads {SCRIPT}, which" in tab.page.inner_text("#next") and tab.page.locator("b[onclick], #next i").count() == 0
        tab.page.click(".box.dataset")
        assert tab.page.inner_text("#panel .detail:not([hidden]) h3") == SCRIPT and tab.faults == []


def overlaps(tab: Tab) -> list[list[str]]:
    """Return the pairs of visible boxes of which none lies in the other and that overlap."""
    found: list[list[str]] = tab.page.evaluate("""() => {
      const shapes = [...document.querySelectorAll(".box:not(.gone):not(.open) > .shape")];
      const boxes = shapes.map((shape) => [shape.parentNode.dataset.name, shape.getBoundingClientRect()]);
      return boxes.flatMap(([one, a], at) => boxes.slice(at + 1).filter(([, b]) =>
        a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1).map(([other]) => [one, other]));
    }""")
    return found


def test_folders_unfold_and_fold(browser: Any, pages: dict[str, Path]) -> None:
    with Tab(browser, pages["large"]) as tab:
        first = tab.seen()
        assert len(first) <= 44 and overlaps(tab) == []
        folder = tab.page.locator('.box.group[data-name="data/stage_0/group_0"]')
        folder.click()
        inside = sorted(set(tab.seen()) - set(first))
        assert inside == [f"data/stage_0/group_0/table_{number:02}.csv" for number in range(0, 50, 5)] and overlaps(tab) == []
        assert folder.get_attribute("aria-expanded") == "true"
        tab.press("Enter")
        assert tab.seen() == first
        tab.page.click("#unfold")
        assert len(tab.page.query_selector_all(".box:not(.gone):not(.group)")) == 500 and overlaps(tab) == []
        assert tab.page.inner_text("#unfold") == "fold all"
        tab.page.click("#unfold")
        assert len(tab.seen()) == len(first) and tab.faults == []


def test_search_finds_what_lies_folded(browser: Any, pages: dict[str, Path]) -> None:
    with Tab(browser, pages["large"]) as tab:
        tab.page.fill("#search", "stage_2/part_3/STEP_1")
        assert tab.page.inner_text("#found") == "2 found" and len(tab.names(".box.hit:not(.gone)")) == 1
        tab.page.press("#search", "Enter")
        assert tab.names(".box.chosen:not(.gone)") == ["src/stage_2/part_3/step_10.py"]
        assert tab.page.inner_text("#panel .detail:not([hidden]) h3") == "src/stage_2/part_3/step_10.py"
        tab.page.press("#search", "Enter")
        assert tab.names(".box.chosen:not(.gone)") == ["src/stage_2/part_3/step_17.py"]
        tab.page.fill("#search", "no such thing")
        assert tab.page.inner_text("#found") == "0 found" and tab.faults == []


def test_focus_shows_what_is_upstream_and_downstream(browser: Any, pages: dict[str, Path]) -> None:
    with Tab(browser, pages["csv_scripts"]) as tab:
        tab.page.click('.box[data-name="train.py"]')
        cone = ["backfill.py", "data/export.csv", "data/features.csv", "model_v2.pkl", "prepare.py", "train.py"]
        assert sorted(tab.names(".box.lit")) == cone and tab.page.is_visible("#panel")
        assert "columns 2:6 of data/features.csv are taken by position" in " ".join(tab.page.inner_text("#panel .detail:not([hidden])").split())
        tab.page.check("#cone")
        assert sorted(tab.seen()) == cone
        tab.page.click("#panel .detail:not([hidden]) .near button >> text=data/features.csv")
        assert tab.names(".box.chosen") == ["data/features.csv"]
        tab.press("Escape")
        assert not tab.page.is_visible("#panel") and len(tab.seen()) == 8 and tab.names(".box.lit") == [] and tab.faults == []


def test_the_keyboard_reaches_everything(browser: Any, pages: dict[str, Path]) -> None:
    def at() -> str:
        name: str = tab.page.evaluate("document.activeElement.dataset.name")
        return name

    with Tab(browser, pages["csv_scripts"]) as tab:
        tab.page.focus("#reset")
        tab.press("Tab")  # the paper scrolls, so it can be reached too
        if tab.page.evaluate("document.activeElement.id") == "paper":
            tab.press("Tab")
        assert at() in tab.seen() and tab.page.eval_on_selector_all('.box[tabindex="0"]', "boxes => boxes.length") == 1
        tab.page.focus('.box[data-name="data/features.csv"]')
        tab.press("ArrowRight")
        assert at() in ("train.py", "backfill.py")
        tab.page.focus('.box[data-name="data/features.csv"]')
        tab.press("ArrowLeft")
        assert at() in ("prepare.py", "backfill.py")
        tab.page.focus('.box[data-name="train.py"]')
        tab.press("Enter")
        assert tab.names(".box.chosen") == ["train.py"]
        tab.press(" ")
        assert tab.names(".box.chosen") == [] and tab.faults == []


def test_the_report_leads_to_the_map(browser: Any, pages: dict[str, Path]) -> None:
    with Tab(browser, pages["csv_scripts"], "phone") as tab:
        tab.page.click("#next .step >> nth=0 >> text=show in the map")
        assert tab.names(".box.chosen") == ["model_v1.pkl"]
        box, paper = (tab.page.locator(selector).bounding_box() for selector in (".box.chosen", "#paper"))
        assert paper["y"] <= box["y"] and box["y"] + box["height"] <= paper["y"] + paper["height"]
        assert 0 <= paper["y"] < 844
        tab.page.check("#only-undeclared")
        assert tab.page.locator("#artifacts tbody tr:visible").count() == 1 and tab.faults == []


def test_zoom(browser: Any, pages: dict[str, Path]) -> None:
    with Tab(browser, pages["large"]) as tab:
        def width() -> int:
            return int(tab.page.get_attribute("#drawing", "width"))

        assert tab.page.evaluate("() => { const paper = document.getElementById('paper'); paper.scrollTo(70, 0); return paper.scrollLeft; }") == 70
        first = width()
        tab.page.click("#larger")
        assert width() == pytest.approx(first * 1.25, abs=2)
        tab.page.click("#fit")
        assert width() <= tab.page.evaluate("document.getElementById('paper').clientWidth")
        tab.page.click("#reset")
        assert width() == pytest.approx(first, abs=2) and tab.faults == []
