"""The page of findings in a real Chromium: it opens without fault, fits, and its filter does what it says."""

from pathlib import Path
from typing import Any

import pytest
from test_hostile_names import CARDS, NAMES, finding
from test_report_browser import FIXTURES, OUTSIDE, SIZES, Tab, browser  # noqa: F401  (the browser is a fixture)

from mldebt import check
from mldebt.model.finding import Report
from mldebt.report.html.findings import findings_page

RED = {"light": "rgb(247, 248, 250)", "dark": "rgb(13, 19, 29)"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the pages that are looked at: of a fixture, of nothing, of hostile names."""
    folder = tmp_path_factory.mktemp("findings")
    (folder / "hostile").mkdir()
    for name in NAMES:
        item = finding(name)
        (folder / "hostile" / item.path).parent.mkdir(exist_ok=True)
        (folder / "hostile" / item.path).write_text(f"first\n{name.replace(chr(0), '')}{'x' * 900}\n", "utf-8")
    reports = {"csv_scripts": (check(FIXTURES / "csv_scripts"), FIXTURES / "csv_scripts"), "nothing": (Report(".", 0, 0, 0, (), ()), folder),
               "hostile": (Report(".", 1, 0, 1, tuple(map(finding, NAMES)), ()), folder / "hostile")}
    for name, (report, root) in reports.items():
        (folder / f"{name}.html").write_text(findings_page(report, root, CARDS), "utf-8")
    return {path.stem: path for path in folder.glob("*.html")}


def left(tab: Tab) -> list[str]:
    """Return the rules of the findings that are seen."""
    found: list[str] = tab.page.eval_on_selector_all("article.found", "all => all.filter((one) => one.checkVisibility()).map((one) => one.dataset.code)")
    return found


@pytest.mark.parametrize("name", ["csv_scripts", "nothing", "hostile"])
@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desktop", "dark")])
def test_a_page_opens_without_fault_and_fits(browser: Any, pages: dict[str, Path], name: str, size: str, scheme: str) -> None:  # noqa: F811
    with Tab(browser, pages[name], size, scheme) as tab:
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
        inner = OUTSIDE.replace('!part.closest("#paper svg")', '!part.closest(".frame .lines")')
        assert inner != OUTSIDE and tab.page.evaluate(inner) == []
        assert tab.page.evaluate("getComputedStyle(document.body).backgroundColor") == RED[scheme]
        assert tab.page.locator("script").count() == 1 and tab.page.locator("img, b[onclick]").count() == 0
        assert len(left(tab)) == {"csv_scripts": 5, "nothing": 0, "hostile": len(NAMES)}[name] and tab.faults == []


def test_the_filter(browser: Any, pages: dict[str, Path]) -> None:  # noqa: F811
    with Tab(browser, pages["csv_scripts"]) as tab:
        every = left(tab)
        tab.page.select_option("#rule", "MLD204")
        assert left(tab) == ["MLD204"] and tab.page.inner_text("#shown") == "1 of 5 findings"
        assert tab.page.locator("section.file:visible").count() == 1
        tab.page.uncheck("input[value=error]")
        assert left(tab) == [] and tab.page.is_visible("#none")
        tab.page.click("#reset")
        assert left(tab) == every and tab.page.inner_text("#shown") == "5 findings" and not tab.page.is_visible("#none")
        tab.page.uncheck("input[value=warning]")
        assert left(tab) == ["MLD204"]
        tab.page.check("input[value=warning]")
        tab.press("/")
        tab.page.keyboard.type("POSITION train")
        assert left(tab) == ["MLD209"]
        tab.press("Escape")
        assert left(tab) == every and tab.faults == []


def test_findings_lead_to_their_rules_and_links_to_hidden_findings(browser: Any, pages: dict[str, Path]) -> None:  # noqa: F811
    with Tab(browser, pages["csv_scripts"]) as tab:
        tab.page.click("article.found >> nth=0 >> a.chip")
        assert tab.page.evaluate("document.querySelector(':target').id") == "MLD102" and tab.page.locator("#MLD102").is_visible()
        tab.page.select_option("#rule", "MLD209")
        tab.page.evaluate("location.hash = '#finding-1'")
        tab.page.wait_for_function("document.querySelectorAll('article.found[hidden]').length === 0")
        assert tab.page.locator("#finding-1").is_visible() and tab.faults == []


def test_the_place_is_marked_in_its_line(browser: Any, pages: dict[str, Path]) -> None:  # noqa: F811
    with Tab(browser, pages["csv_scripts"]) as tab:
        assert tab.page.inner_text("#finding-1 .line.at mark") == "table.to_csv(name, index=False)"
        assert tab.page.eval_on_selector_all("#finding-1 > .frame i", "all => all.map((one) => one.textContent)") == ["7", "8", "9"]
        steps = tab.page.locator("#finding-1 .proof li p").all_inner_texts()
        assert [text.split()[0] for text in steps] == ["backfill.py:7:13", "backfill.py:9:5", "train.py:18:17"]
