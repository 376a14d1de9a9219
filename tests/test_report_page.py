"""The pages without a browser: what they hold, that names stay text, that nothing comes from elsewhere."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from drawn import EVIL, large

from mldebt.cli.main import main
from mldebt.graph.artifacts import rows_of
from mldebt.graph.queries import Edge, Node, View
from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.locate import rules_folder
from mldebt.knowledge.vocabulary import load_vocabulary
from mldebt.model.finding import EvidenceStep, Finding
from mldebt.report.html.graph import graph_page
from mldebt.report.html.markup import Markup, fill, joined, prose
from mldebt.report.html.page import report_page
from mldebt.report.overview.build import Overview
from mldebt.report.overview.components import components
from mldebt.report.overview.debts import Debt
from mldebt.report.overview.steps import next_steps
from mldebt.report.overview.tally import by_category, tally

FIXTURE = Path(__file__).parents[1] / "fixtures" / "projects" / "csv_scripts"
EMPTY = {"meta", "input", "wbr"}


class Reader(HTMLParser):
    """Notes every element, checks that they are nested as they should be, and keeps the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == [], "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.raw[self._open[-1]] if self._open and self._open[-1] in self.raw else self.words).append(data)

    def shape(self) -> list[tuple[str, set[str]]]:
        """Return every element with the names of its attributes; pieces of code and places to break are up to the names."""
        return [(tag, set(attributes)) for tag, attributes in self.elements if tag not in ("code", "wbr")]

    def boxes(self) -> dict[str, dict[str, str | None]]:
        """Return the attributes of the boxes of the graph by the names of the nodes."""
        return {attributes["data-name"] or "": attributes for tag, attributes in self.elements if tag == "g" and "data-name" in attributes}


def made_of(name: str) -> Overview:
    """Return an overview in which every text of the project is one name."""
    cards = load_cards([rules_folder() / "cards"])
    card = next(card for card in cards if card.match)
    view = View((Node("P.py", "entry-point", "script"), Node(name, "dataset", store=name, formats=(name,))),
                (Edge("P.py", name, "writes", name, 3), Edge(name, "P.py", "reads", name, 4)))
    item = Finding(card.code, card.name, card.family, "error", "high", f"`{name}` is {name}", name, 2, 3, 1, 3, 2, "f", None, False,
                   (EvidenceStep(name, None, 1, 1, f"see `{name}` {name}"),), None, "")
    debt = Debt(item, ("P.py",), (name,), frozenset({("P.py", name)}), ("P.py",), frozenset({name}))
    known = {each.code: each for each in cards}
    return Overview(
        name, 1, 0, 10, 0, tally([item]), by_category([item], cards, load_vocabulary(rules_folder() / "vocabulary.toml", cards)),
        next_steps([debt], known, {}), components([debt], view, {name: ("P.py",)}, {name: 3}), tuple(rows_of(view)), (debt,), view, known)


def test_names_of_the_project_are_text_wherever_they_stand() -> None:
    plain, evil = (Reader(report_page(made_of(name))) for name in ("0/name", EVIL))
    assert evil.shape() == plain.shape(), "a name became an element or an attribute"
    assert evil.raw == plain.raw, "a name got into a script or a style"
    assert "".join(evil.words).replace("`", "").count(EVIL.replace("`", "")) > 20
    assert not any(key.startswith("on") or key == "style" for _, keys in evil.shape() for key in keys)


def test_the_graph_alone_keeps_names_as_text_too() -> None:
    plain, evil = (Reader(graph_page(made_of(name).view, name)) for name in ("0/name", EVIL))
    assert evil.shape() == plain.shape() and evil.raw == plain.raw


@pytest.mark.parametrize("page", [report_page(made_of(EVIL)), graph_page(large(), "large"), graph_page(View((), ()), "none")], ids=["report", "graph", "empty"])
def test_nothing_comes_from_elsewhere_and_only_our_script_runs(page: str) -> None:
    read = Reader(page)
    assert not [tag for tag, _ in read.elements if tag in ("link", "img", "iframe", "object", "embed", "base", "form", "image", "use")]
    assert all(value is None or value.startswith("#") for _, attributes in read.elements for key, value in attributes.items() if key in ("src", "href"))
    policy = next(attributes["content"] or "" for tag, attributes in read.elements if attributes.get("http-equiv") == "Content-Security-Policy")
    for kind in ("script", "style"):
        digest = b64encode(sha256("".join(read.raw[kind]).encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy
    assert "http" not in re.sub(r"http-equiv|http://www\.w3\.org/2000/svg", "", page.replace(EVIL, ""))


def test_the_page_says_what_the_project_is() -> None:
    done = CliRunner().invoke(main, ["report", str(FIXTURE), "--output-format", "html"])
    read = Reader(done.stdout)
    words = " ".join("".join(read.words).split())
    assert done.exit_code == 0 and "Technical debt of csv_scripts" in words and "57.1per thousand lines" in words
    for said in ("Pick columns by name.", "error; 1 program reads it", "data/features.csv", "Complex models erode boundaries", "no rule asks"):
        assert said in words, said


def test_what_has_debts_is_red() -> None:
    read = Reader(CliRunner().invoke(main, ["report", str(FIXTURE), "--output-format", "html"]).stdout)
    boxes = read.boxes()
    assert set(boxes) == {"backfill.py", "prepare.py", "serve.py", "train.py", "data/export.csv", "data/features.csv", "model_v1.pkl", "model_v2.pkl"}
    red = {name for name, attributes in boxes.items() if "debt" in str(attributes["class"]).split()}
    assert red == {"prepare.py", "serve.py", "train.py", "data/features.csv", "model_v1.pkl"}
    numbers = {attributes["data-box"]: name for name, attributes in boxes.items()}
    edges = {(numbers[attributes["data-from"]], numbers[attributes["data-to"]]) for tag, attributes in read.elements
             if "data-from" in attributes and "debt" in str(attributes["class"]).split()}
    assert edges >= {("data/features.csv", "train.py"), ("prepare.py", "data/features.csv"), ("model_v1.pkl", "serve.py")}
    assert ("data/export.csv", "prepare.py") not in edges


def test_the_graph_command_gives_the_graph_alone() -> None:
    done = CliRunner().invoke(main, ["graph", str(FIXTURE), "--format", "html", "--focus", "train.py", "--upstream"])
    names = set(Reader(done.stdout).boxes())
    assert done.exit_code == 0 and "train.py" in names and "data/features.csv" in names and "serve.py" not in names and "model_v2.pkl" not in names
    assert "What to do next" not in done.stdout


def test_the_same_graph_is_drawn_the_same() -> None:
    assert graph_page(large(), "x") == graph_page(large(), "x")


def test_templates_escape_what_is_no_markup() -> None:
    assert fill("code", text="<b>&\"'") == "<code>&lt;b&gt;&amp;&quot;&#x27;</code>" and fill("code", text=Markup("<b>")) == "<code><b></code>"
    assert joined(["<", Markup("<")]) == "&lt;<" and prose("a `<` b") == "a <code>&lt;</code> b"
    assert fill("code", text="a\x1b[0m$name${x}") == "<code>a\\x1b[0m$name${x}</code>"
    with pytest.raises(KeyError):
        fill("code")
