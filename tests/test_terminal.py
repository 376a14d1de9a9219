"""What a person sees in a terminal: colours, widths, code frames, progress, explained rules."""

import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from expectations import write_sections

from mldebt.cli.main import main
from mldebt.cli.progress import Watcher
from mldebt.cli.screen import follows_links, wants_colour
from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.locate import rules_folder
from mldebt.model.finding import Finding
from mldebt.report.canvas import Canvas, cells, clipped, tail
from mldebt.report.frame import frame

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
PROJECT = """
# file: mldebt.toml
# file: train.py
import joblib
joblib.dump({}, "model.pkl")
# file: serve.py
import joblib
print("a long line: %s", joblib.load("model.pkl"))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_sections(PROJECT % ("x" * 200), tmp_path)
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def in_terminal(width: int, *words: object, **environment: str) -> tuple[str, int]:
    """Run mldebt in a terminal of a width; return what is shown and the exit code."""
    own, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")}
    done = subprocess.Popen([sys.executable, "-m", "mldebt", *map(str, words)], stdout=other, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[1],
                            env={**kept, "TERM": "xterm", **environment})
    os.close(other)
    shown = b""
    while True:
        try:
            part = os.read(own, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(own)
    return shown.decode().replace("\r\n", "\n"), done.wait()


@pytest.mark.parametrize(("choice", "terminal", "environment", "coloured"), [
    ("auto", True, {}, True), ("auto", False, {}, False), ("always", False, {"NO_COLOR": "1"}, True), ("never", True, {"FORCE_COLOR": "1"}, False),
    ("auto", True, {"NO_COLOR": "1"}, False), ("auto", True, {"NO_COLOR": ""}, True), ("auto", False, {"FORCE_COLOR": "1"}, True),
    ("auto", False, {"FORCE_COLOR": ""}, False), ("auto", False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False), ("auto", True, {"TERM": "dumb"}, False),
])
def test_who_decides_on_colours(choice: str, terminal: bool, environment: dict[str, str], coloured: bool) -> None:
    assert wants_colour(choice, terminal, environment) is coloured


@pytest.mark.parametrize(("terminal", "environment", "followed"), [
    (True, {"TERM_PROGRAM": "vscode"}, True), (True, {"VTE_VERSION": "7200"}, True), (True, {"VTE_VERSION": "4800"}, False), (True, {"TERM": "xterm"}, False),
    (False, {"TERM_PROGRAM": "vscode"}, False), (False, {"FORCE_HYPERLINK": "1"}, True), (True, {"TERM": "foot", "FORCE_HYPERLINK": "0"}, False),
    (True, {"WT_SESSION": "x"}, True), (True, {"WT_SESSION": "x", "CI": "true"}, False), (True, {"VTE_VERSION": "x"}, False),
])
def test_who_follows_links(terminal: bool, environment: dict[str, str], followed: bool) -> None:
    assert follows_links(terminal, environment) is followed


def test_the_code_of_a_rule_is_a_link_where_links_are_followed(project: Path) -> None:
    link = "\x1b]8;;https://mldebt.readthedocs.io/rules/undeclared-consumer\x1b\\\x1b[1;33mMLD104\x1b[0m\x1b]8;;\x1b\\"
    assert link in in_terminal(60, "check", project, TERM="xterm-kitty", CI="")[0]
    assert "]8;" not in in_terminal(60, "check", project, TERM="xterm-kitty", CI="", NO_COLOR="1")[0]
    assert "]8;" not in run("check", project).stdout


@pytest.mark.parametrize("width", [1, 12, 25])
def test_the_narrowest_terminals(project: Path, width: int) -> None:
    shown, code = in_terminal(width, "check", project)
    assert code == 1 and "^" in shown and "Found" in shown and in_terminal(width, "report", project)[1] == 0


def test_a_terminal_gets_colours_its_width_and_a_summary(project: Path) -> None:
    shown, code = in_terminal(60, "check", project)
    plain = ESCAPE.sub("", shown).splitlines()
    assert code == 1 and "\x1b[1;33mMLD104\x1b[0m" in shown and plain[-2:] == [
        "Found 1 warning in 2 files, 4 lines.", "Run `mldebt explain MLD104` to see why it matters and how to mend it."]
    code_line, carets = plain[1:3]
    assert len(code_line) <= 60 and code_line.startswith("   2 | …xxx") and code_line.rstrip().endswith('joblib.load("model.pkl"))')
    assert carets.index("^") == code_line.index("joblib.load") and carets.count("^") == len('joblib.load("model.pkl")')
    assert "\x1b" not in in_terminal(60, "check", project, NO_COLOR="1")[0] and "\x1b" not in in_terminal(60, "check", project, "--color", "never")[0]


def test_concise_counts_only_in_a_terminal(project: Path) -> None:
    assert "Found 1 warning" in ESCAPE.sub("", in_terminal(80, "check", project, "--output-format", "concise")[0])
    assert "Found" not in in_terminal(80, "check", project, "--output-format", "concise", "--quiet")[0]
    piped = run("check", project, "--output-format", "concise").stdout
    assert len(piped.splitlines()) == 1 and "\x1b" not in piped
    assert "\x1b[1;33m" in run("check", project, "--output-format", "concise", "--color", "always").stdout
    assert "\x1b" not in run("check", project, "--output-format", "json", "--color", "always").stdout
    assert run("check", project, "--ignore", "MLD104").stdout == "All clear: no findings in 2 files, 4 lines.\n"


def test_short_runs_do_without_the_terminal_library(project: Path) -> None:
    program = f"import sys\nfrom mldebt.cli.check import run_check\nfrom mldebt.cli.main import main\ntry:\n    main(['check', {str(project)!r}])\n" \
              "except SystemExit:\n    pass\nprint([name for name in sys.modules if name.partition('.')[0] == 'rich'])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert done.stdout.endswith("\n[]\n") and "MLD104" in done.stdout, done.stdout + done.stderr


def test_an_interrupt_is_no_finding(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*words: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mldebt.cli.answer._surveyed", interrupted)
    done = run("check", project)
    assert done.exit_code == 130 and done.stderr == "mldebt: interrupted\n"


@pytest.mark.parametrize(("closed", "code"), [("stdout", 1), ("stderr", 1)])
def test_closed_streams(project: Path, closed: str, code: int) -> None:
    number = {"stdout": 1, "stderr": 2}[closed]
    done = subprocess.run(["sh", "-c", f'exec "$0" -m mldebt check "$1" {number}>&-', sys.executable, str(project)], capture_output=True, text=True,
                          cwd=Path(__file__).parents[1])
    assert done.returncode == code and "Traceback" not in done.stderr and ("MLD104" in done.stdout) is (closed == "stderr")


def test_what_the_encoding_lacks_is_escaped(tmp_path: Path) -> None:
    write_sections(PROJECT.replace("model.pkl", "modèle.pkl") % "x", tmp_path)
    words = [sys.executable, "-m", "mldebt", "check", str(tmp_path), "--output-format"]
    own = {**os.environ, "PYTHONIOENCODING": "ascii"}
    text = subprocess.run([*words, "full"], capture_output=True, cwd=Path(__file__).parents[1], env=own)
    assert text.returncode == 1 and b"reads `mod\\xe8le.pkl`" in text.stdout
    document = json.loads(subprocess.run([*words, "json"], capture_output=True, cwd=Path(__file__).parents[1], env=own).stdout.decode("utf-8"))
    assert "`modèle.pkl`" in document["findings"][0]["message"]


def finding(line: int, column: int, end_column: int, end_line: int = 0) -> Finding:
    return msgspec.convert({
        **dict.fromkeys(("code", "name", "family", "message", "path", "fingerprint", "url"), "x"), "severity": "error", "confidence": "high", "cell": None,
        "line": line, "column": column, "end_line": end_line or line, "end_column": end_column, "suppressed": None, "baselined": False, "evidence": [],
        "fix": None}, Finding)


@pytest.mark.parametrize(("raw", "start", "end", "shown", "carets"), [
    ("x = load(a)", 5, 12, "x = load(a)", "    ^^^^^^^"),
    ("\tx = load(a)", 6, 13, "    x = load(a)", "        ^^^^^^^"),
    ("x = '数据'; load(a)", 11, 18, "x = '数据'; load(a)", "            ^^^^^^^"),
    ("load('数据')", 1, 11, "load('数据')", "^^^^^^^^^^^^"),
    ("e\u0301 = load(a)", 6, 13, "e\u0301 = load(a)", "    ^^^^^^^"),
    ("x\x1b = load(a)", 6, 13, "x\\x1b = load(a)", "        ^^^^^^^"),
    ("x = load(a)", 40, 41, "x = load(a)", "           ^"),
    ("   ", 1, 2, "", ""),
])
def test_carets_stand_under_the_place(raw: str, start: int, end: int, shown: str, carets: str) -> None:
    lines = frame(finding(7, start, end), raw, 4, Canvas()).splitlines()
    assert lines == ([f"   7 | {shown}", f"     | {carets}"] if shown else [])


def test_a_place_that_goes_on_below_is_marked_to_the_end_of_its_line() -> None:
    assert frame(finding(1, 5, 2, end_line=3), "x = load(  ", 4, Canvas()).splitlines()[1] == "     |     ^^^^^"


@pytest.mark.parametrize("width", [40, 60, 100])
@pytest.mark.parametrize("raw", [
    "a" * 30 + "LOAD" + "b" * 300, "a" * 300 + "LOAD" + "b" * 300, "数" * 100 + "LOAD" + "数" * 100, "é" * 100 + "LOAD", "a" * 200_000 + "LOAD"])
def test_long_lines_are_fitted(raw: str, width: int) -> None:
    start = raw.index("LOAD") + 1
    line, carets = frame(finding(1, start, start + 4), raw, 4, Canvas(width)).splitlines()
    assert cells(line) <= width and cells(carets) <= width
    before = line[:line.index("LOAD")] if "LOAD" in line else line
    assert "LOAD" in line and cells(before) == carets.index("^") and carets.endswith("^^^^")


def test_clipping() -> None:
    assert (clipped("abcdef", 6), clipped("abcdef", 4), clipped("数数数", 4), tail("abcdef", 4), tail("abc", 3)) == ("abcdef", "abc…", "数…", "…def", "abc")


def test_a_notebook_in_full(tmp_path: Path) -> None:
    write_sections("# file: train.py\nimport joblib\njoblib.dump({}, 'model.pkl')\n", tmp_path)
    cells_of = [{"cell_type": "markdown", "source": "# t", "metadata": {}}, *(
        {"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "execution_count": None}
        for text in ("import joblib", "名 = 1\nprint('数', joblib.load('model.pkl'))"))]
    (tmp_path / "serve.ipynb").write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells_of}))
    lines = run("check", tmp_path, "--project", tmp_path).stdout.splitlines()
    assert lines[0].startswith("serve.ipynb:cell 3:2:12: MLD104 [undeclared-consumer] info: ")
    assert lines[1:3] == ["   2 | print('数', joblib.load('model.pkl'))", "     |             ^^^^^^^^^^^^^^^^^^^^^^^^"]


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "wanted", "patience", "shown"), [
    (Terminal, True, 0.0, True), (Terminal, True, 60.0, False), (Terminal, False, 0.0, False), (io.StringIO, True, 0.0, False)])
def test_progress(monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], wanted: bool, patience: float, shown: bool) -> None:
    out = stream()
    monkeypatch.setattr(sys, "stderr", out)
    monkeypatch.setenv("TERM", "xterm")
    with Watcher(wanted, patience) as watch:
        watch("discover", 0, 0)
        watch("extract", 3, 17)
        watch("flow", 2, 5)
    text = out.getvalue()
    assert bool(text) is shown
    if shown:
        assert "following programs" in text and "2/5" in text


def test_a_run_tells_how_far_it_is(project: Path) -> None:
    from mldebt import check

    told: list[tuple[str, int, int]] = []
    check(project, jobs=1, watch=lambda *step: told.append(step))
    assert [phase for phase, done, total in told if not done] == ["discover", "extract", "link", "flow", "flow", "graph", "rules"]
    assert ("extract", 2, 2) in told and ("flow", 1, 2) in told


@pytest.mark.parametrize("word", ["MLD104", "mld104", "undeclared-consumer", "Undeclared-Consumer"])
def test_explain_by_code_or_name(word: str) -> None:
    text = run("explain", word).stdout
    assert text.startswith("MLD104 undeclared-consumer\n") and "\nHow to mend it\n" in text and "# ← MLD104" in text and max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("word", ["data", "Data", "MLD2", "mld2"])
def test_explain_a_family(word: str) -> None:
    assert [line.split()[0] for line in run("explain", word).stdout.splitlines()] == [
        "MLD201", "MLD204", "MLD205", "MLD206", "MLD209", "MLD210"]


@pytest.mark.parametrize(("word", "part"), [
    ("undeclared-consumers", "did you mean `undeclared-consumer`"), ("dangling", "did you mean `dangling-artifact`?"), ("MLD1104", "`MLD104`"),
    ("datta", "did you mean `data`?"), ("zzzzzz", "`mldebt rules` lists them"), ("", "no rule or family ``"),
])
def test_explain_suggests(word: str, part: str) -> None:
    done = run("explain", word)
    assert done.exit_code == 2 and done.stdout == "" and part in done.stderr


def test_explain_thresholds_and_lowered_severities() -> None:
    assert "least = 2  programs that must write the artefact" in run("explain", "MLD206").stdout
    assert "Only info when the consumer is a notebook that neither learns nor writes anything but pictures." in run("explain", "MLD104").stdout


def test_explain_in_a_terminal() -> None:
    shown, code = in_terminal(70, "explain", "MLD206")
    assert code == 0 and "\x1b[1mWhat\x1b[0m" in shown and max(len(line) for line in ESCAPE.sub("", shown).splitlines()) <= 70
    assert "\x1b" not in in_terminal(70, "explain", "MLD206", NO_COLOR="1")[0] and "\x1b" in run("explain", "MLD206", "--color", "always").stdout


def test_rules_in_a_terminal_and_piped() -> None:
    shown, _ = in_terminal(90, "rules")
    plain = ESCAPE.sub("", shown)
    assert "\x1b[1;31merror" in shown and "mldebt explain RULE" in plain and max(map(len, plain.splitlines())) <= 90
    piped = run("rules").stdout.splitlines()
    assert "MLD206  many-writers             warning  on   data     two or more programs write the same artefact" in piped
    assert len(piped) == len(load_cards([rules_folder() / "cards"]))


def test_rules_as_json() -> None:
    document = json.loads(run("rules", "--output-format", "json").stdout)
    rule = next(item for item in document["rules"] if item["code"] == "MLD206")
    assert document["schema_version"] == 1 and (rule["name"], rule["family"], rule["severity"], rule["tier"]) == ("many-writers", "data", "warning", "on")
    assert rule["thresholds"] == {"least": {"default": 2, "meaning": "programs that must write the artefact", "least": 2, "most": None}}


def test_rules_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = 'code = "MLD950"\nname = "own-rule"\nseverity = "info"\nconfidence = "high"\ntier = "on"\nsince = "0.1.0"\nsummary = "s"\nsources = ["own"]\n' \
           'doc = { what = "the house rule", why = "w", fix = "f" }\n'
    write_sections(f'# file: mldebt.toml\nrule-paths = ["own"]\n# file: own/cards/house/x.toml\n{card}', tmp_path)
    monkeypatch.chdir(tmp_path)
    assert "the house rule" in run("explain", "own-rule").stdout and "MLD950" in run("rules").stdout and "MLD950" in run("explain", "house").stdout
    (tmp_path / "own/cards/house/x.toml").write_text("code = 1")
    left = run("explain", "MLD104")
    assert left.exit_code == 0 and left.stdout.startswith("MLD104") and "note: rules of this project are left out: " in left.stderr
    assert run("rules", "--project", tmp_path).exit_code == 2
