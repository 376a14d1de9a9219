"""Names, messages and code of a project that try to be more than text: no format lets them move a cursor, give orders, or become markup."""

import json
import re
import xml.etree.ElementTree as tree
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from mldebt.cli.formats import FORMATS, Page
from mldebt.cli.main import main
from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.locate import rules_folder
from mldebt.model.finding import EvidenceStep, Finding, Report, RunError
from mldebt.report.canvas import Canvas
from mldebt.report.escape import json_text, safe, unordered

HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")  # the line feed apart
ORDER = re.compile(r"^\s*::|##(?:vso)?\[", re.MULTILINE)
CARDS = load_cards([rules_folder() / "cards"])
NAMES = (
    "::error file=a.py::pwned", "  ::add-mask::x", "a\n::set-output name=b::c", "a\r\n::error::b", "##[error]x", "##vso[task.setvariable variable=a]b",
    "\x1b[2J\x1b]0;title\x07", "\x9b31m", "a\x00b", "\u202egnp.exe", "\u2066x\u2069", "a\u2028::error::b", "a\x85::error::b", "\x0b::error::", "\ufffex\uffff",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><b onclick='x'>", "]]>&lt;!--", "${name}$code", "%0A::error::x", "a,b:c%",
    "`code` ``more``", "| a | b |", "[link](javascript:alert(1))", "@everyone #1 **bold** <details>", "```\nfence\n```", "\\`x", "{{ x }}", "'\"\\",
)


def finding(name: str, line: int = 2, suppressed: str | None = None) -> Finding:
    """Return a finding in which every text that a project can choose is one name."""
    path = safe(name)  # files are given like this by the walk
    return Finding("MLD104", "undeclared-consumer", "system", "warning", "high", f"`{name}` reads {name}", path, None, line, 1, line, 5, "f00d",
                   suppressed, False, (EvidenceStep(path, None, 1, 1, f"`{name}` is {name}"), EvidenceStep(path, 3, 1, 1, name)), None, "https://example.org/x")


def report(name: str) -> Report:
    errors = (RunError(name, "internal", "MLD104", f"ValueError: {name}"),)
    return Report(".", 2, 0, 9, (finding(name), finding(name, 3, name)), errors)


def shown(form: str, name: str, root: Path) -> str:
    return FORMATS[form](report(name), Page(root, CARDS, Canvas()))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that can be made, whose lines are as hostile as their names."""
    root = tmp_path_factory.mktemp("<b>::error::")
    for name in NAMES:
        (root / safe(name)).parent.mkdir(exist_ok=True)
        line = name.replace("\0", "")
        (root / safe(name)).write_text(f"first {line}\n{line}\n::error::{line}\n", "utf-8", newline="\n")
    return root


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FORMATS)
def test_nothing_is_hidden_and_nothing_is_an_order(form: str, name: str, project: Path) -> None:
    text = shown(form, name, project)
    if form in ("full", "concise"):
        text = unordered(text)  # as the command line prints them
    assert HIDDEN.findall(text) == []
    if form == "github":
        assert text.count("\n") == 1
        text = re.sub(r"^::warning file=[^:]+?,line=\d+,col=\d+,endLine=\d+,endColumn=\d+,title=[^:]+::", "the one order: ", text)
    assert ORDER.findall(text) == []


@pytest.mark.parametrize("name", NAMES)
def test_documents_of_data_hold_the_names_and_can_be_read(name: str, project: Path) -> None:
    table = json.loads(shown("json", name, project))
    assert table["findings"][0]["message"] == f"`{name}` reads {name}" and table["findings"][1]["suppressed"] == name
    lines = shown("jsonl", name, project).split("\n")
    assert len(lines) == 3 and msgspec.json.decode(lines[0], type=Finding) == finding(name)
    (run,) = json.loads(shown("sarif", name, project))["runs"]
    assert run["results"][0]["message"]["text"] == f"`{name}` reads {name}"
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w./~%-]+", uri) and ":" not in uri
    (entry,) = json.loads(shown("gitlab", name, project))
    assert entry["location"]["path"] == safe(name) and entry["description"].endswith(safe(f"`{name}` reads {name}"))


@pytest.mark.parametrize("name", NAMES)
def test_names_make_no_elements_of_xml(name: str, project: Path) -> None:
    found = tree.fromstring(shown("junit", name, project))
    assert [element.tag for element in found.iter()] == [
        "testsuites", "testsuite", "testcase", "failure", "testcase", "skipped", "testsuite", "testcase", "error"]
    assert {key: found.get(key) for key in ("tests", "failures", "errors", "skipped")} == {"tests": "3", "failures": "1", "errors": "1", "skipped": "1"}
    failure = next(found.iter("failure"))
    assert failure.get("message") == safe(f"`{name}` reads {name}") and safe(name) in (failure.text or "")


class Shape(HTMLParser):
    """Notes every element with the names of its attributes, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("code", "wbr", "mark", "div", "i", "span"):  # how many of these there are is up to the text
            self.elements.append((tag, tuple(key for key, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("name", NAMES)
def test_names_make_no_elements_of_html(name: str, project: Path) -> None:
    plain, evil = Shape(shown("html", "plain", project)), Shape(shown("html", name, project))
    assert evil.elements == plain.elements and safe(name).replace("`", "") in evil.words.replace("`", "")


@pytest.mark.parametrize("name", NAMES)
def test_names_make_no_structure_of_markdown(name: str, project: Path) -> None:
    text = shown("markdown", name, project)
    lines = text.split("\n")
    blocks = [line for line in lines if line.startswith("```")]
    assert len(blocks) == 2 and blocks[0].removesuffix("text") == blocks[1], "one block of code, which ends where it should"
    outside = [re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", line) for line in [*lines[:lines.index(blocks[0])], *lines[lines.index(blocks[1]):]]]
    assert [line for line in outside if re.search(r"(?<!\\)<|@|(?<!^)(?<!#)#(?!#)", line.replace("&#", ""))] == []
    assert [line for line in outside if re.search(r"(?<!\\)\]\(|javascript:(?!alert)", line)] == []
    assert sum(line.startswith("#") for line in lines) == 2 and sum(line.startswith("|") for line in outside) == 3


def test_escaping() -> None:
    assert safe("a\x1b[0m\n\u202e##[x]##vso[y]# #") == "a\\x1b[0m\\n\\u202e\\x23#[x]\\x23#vso[y]# #" and safe("naïve 数据 #1") == "naïve 数据 #1"
    assert unordered("a\n ::x\n::y::\nb::c") == "a\n \\x3a:x\n\\x3a:y::\nb::c"
    odd = {"a": "\x1b\x7f\x9b\u202e##[error]\\\"é\ud7ff"}
    assert json.loads(json_text(odd)) == odd == json.loads(json_text(odd, indent=0)) and json_text(odd, 0).count("\n") == 1


def test_a_run_over_hostile_names(tmp_path: Path) -> None:
    """Files that exist with such names, whatever the walk makes of them: the command line prints no order and no control in any format."""
    (tmp_path / "mldebt.toml").touch()
    (tmp_path / "::error file=x::train.py").write_text("import joblib\njoblib.dump({}, '::error::\\x1b[2J##[error]m.pkl')\n")
    (tmp_path / "::warning::serve.py").write_text("import joblib\nprint(joblib.load('::error::\\x1b[2J##[error]m.pkl'))\n")
    (tmp_path / "::a\x1b\n::error::b").mkdir()
    (tmp_path / "::a\x1b\n::error::b" / "mldebt.toml").touch()
    (tmp_path / "::a\x1b\n::error::b" / "x.py").write_text("x = 1\n")
    for words in (["--show-files"], ["--statistics"], ["--verbose"], *(["--output-format", form] for form in FORMATS)):
        done = CliRunner().invoke(main, ["check", str(tmp_path), "--no-cache", "--select", "ALL", *words])
        assert done.exit_code in (0, 1) and HIDDEN.findall(done.output) == [], words
        orders = [line for line in done.output.split("\n") if ORDER.search(line)]
        assert all(line.startswith(("::warning file=%3A%3Awarning%3A%3Aserve.py,line=2,", "::warning file=%3A%3Aa\\x1b\\n%3A%3Aerror%3A%3Ab/x.py,"))
                   for line in orders) if words[-1] == "github" else orders == [], words
    for command in (["artifacts"], ["report"]):
        done = CliRunner().invoke(main, [*command, str(tmp_path), "--no-cache"])
        assert done.exit_code == 0 and HIDDEN.findall(done.output) == [] and ORDER.findall(done.output) == [], done.output
