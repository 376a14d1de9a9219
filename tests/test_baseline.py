"""The baseline: what is accepted stays accepted while code moves, and what is new is new."""

import ast
import json
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from expectations import write_sections
from hypothesis import given
from hypothesis import strategies as st

from mldebt.cli.main import main
from mldebt.policy.tokens import tokens
from mldebt.policy.trace import Trace, paired

PROJECTS = sorted(path for path in (Path(__file__).parents[1] / "fixtures" / "projects").iterdir() if path.is_dir())
NAME = ".mldebt-baseline.json"
READ = """
# file: mldebt.toml
# file: train.py
import joblib
joblib.dump({}, "out/model.pkl")
# file: serve.py
import joblib


def load():
    return joblib.load("out/model.pkl")


def other():
    return 1


print(load(), other())
"""
COPY = """
# file: again.py
import joblib


def load():
    return joblib.load("out/model.pkl")


print(load())
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_sections(READ, tmp_path)
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [*map(str, words), "--jobs", "1"])


def live(project: Path, *words: object) -> list[str]:
    """Return `path CODE` of every finding that is neither suppressed nor accepted."""
    document = json.loads(run("check", project, "--output-format", "json", *words).stdout)
    return [f"{item['path']} {item['code']}" for item in document["findings"] if item["suppressed"] is None and not item["baselined"]]


def entries(project: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads((project / NAME).read_text())["entries"]
    return rows


def edit(project: Path, **keys: object) -> None:
    """Add keys to the only entry."""
    (row,) = entries(project)
    (project / NAME).write_text(json.dumps({"version": 1, "entries": [row | keys]}))


def formatted(folder: Path) -> None:
    """Indent by two, break at 50, turn quotes."""
    options = ("line-length=50", "indent-width=2", "format.quote-style='single'")
    words = [word for option in options for word in ("--config", option)]
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", "--isolated", *words, folder], check=False)


def sound(folder: Path) -> list[Path]:
    """Return the files that Python can read."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        with suppress(SyntaxError, UnicodeDecodeError):
            ast.parse(path.read_text("utf-8"))
            found.append(path)
    return found


def moved_down(folder: Path) -> None:
    for path in sound(folder):
        path.write_text(re.sub(r"^(?=import |from (?!__future__))", "\n\n\n", path.read_text(), count=1, flags=re.MULTILINE))


def reordered(folder: Path) -> None:
    """Turn the order of functions that follow each other around."""
    for path in sound(folder):
        lines = path.read_text().splitlines()
        body = ast.parse(path.read_text()).body
        plain = [isinstance(node, ast.FunctionDef) and not node.decorator_list and not node.args.defaults and not node.args.kw_defaults for node in body]
        for first in reversed([index for index in range(1, len(body)) if plain[index] and plain[index - 1] and index % 2]):
            one, two = body[first - 1], body[first]
            parts = [lines[two.lineno - 1:two.end_lineno], lines[one.end_lineno:two.lineno - 1], lines[one.lineno - 1:one.end_lineno]]
            lines[one.lineno - 1:two.end_lineno] = [line for part in parts for line in part]
        path.write_text("\n".join([*lines, ""]))


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda path: path.name)
def test_the_baseline_of_a_run_makes_the_next_run_empty_whatever_moves(folder: Path, tmp_path: Path) -> None:
    project = tmp_path / folder.name
    shutil.copytree(folder, project)
    before = live(project, "--select", "ALL")
    assert run("baseline", project, "--select", "ALL").exit_code == 0
    for change in (lambda folder: None, moved_down, reordered, formatted):
        change(project)
        done = run("check", project, "--select", "ALL")
        assert (done.exit_code, done.stdout.partition(":")[0]) == (0, "All clear"), done.stdout
        assert "not found any more" not in done.stderr
    assert len(before) == sum(row["count"] for row in entries(project)) if before else not (project / NAME).exists()
    assert len(live(project, "--select", "ALL", "--no-baseline")) == len(before)


def test_what_formatters_leave_is_what_counts() -> None:
    wide = """frame = pd.read_csv("a's.csv", sep=u",", nrows=10.,)  # all of it"""
    narrow = "frame = (pd.read_csv(\n  'a\\'s.csv',\n  sep=','\n  ,nrows=10.0))"
    assert tokens(wide, "x.py") == tokens(narrow, "x.ipynb") != tokens(wide.replace("10.", "11."), "x.py")
    assert tokens('("one "\n "two")', "x.py") == tokens("'one two'", "x.py") != tokens("'one', 'twos'", "x.py")
    assert tokens("# fit(x)", "x.py") == ["fit", "(", "x", ")"]
    assert tokens("cmd:  'python a.py'", "dvc.yaml") == tokens('cmd: "python   a.py"', "dvc.yaml")


_TRACES = st.lists(st.builds(Trace, *(st.sampled_from("ab") for _ in range(5))), max_size=6)


@given(_TRACES, _TRACES)
def test_no_entry_stands_for_two_findings_and_no_equal_one_is_passed_over(known: list[Trace], seen: list[Trace]) -> None:
    pairs = paired(known, seen, lambda path: path == "a")
    used = [number for number in pairs if number is not None]
    assert len(used) == len(set(used))
    for trace in {*known}:
        equal = sum(number is not None and known[number] == item == trace for number, item in zip(pairs, seen))
        assert equal == min(known.count(trace), seen.count(trace))
    assert all(known[number].rule == item.rule for number, item in zip(pairs, seen) if number is not None)


def test_a_copy_of_an_accepted_finding_is_new(project: Path) -> None:
    assert live(project) == ["serve.py MLD104"]
    run("baseline", project)
    write_sections(COPY, project)
    assert live(project) == ["again.py MLD104"]
    assert live(project, "--project", project, project / "again.py") == ["again.py MLD104"]  # the first one is not in this part, and still the accepted one
    assert run("check", project).exit_code == 1


def test_a_renamed_file_and_a_function_moved_to_another_file_stay_accepted(project: Path) -> None:
    run("baseline", project)
    (project / "serve.py").rename(project / "service.py")
    assert live(project) == []
    (project / "app").mkdir()
    (project / "service.py").rename(project / "app" / "service.py")
    assert live(project) == []
    (project / "app" / "service.py").unlink()
    write_sections(COPY, project)
    assert live(project) == []


def test_a_cell_of_a_notebook_is_known_by_its_id(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    codes = {"one": "import joblib\nmodel = joblib.load('out/model.pkl')\n", "two": "print(model)\n"}
    cells = [{**cell, "id": name, "source": code} for name, code in codes.items()]
    write_sections(READ.partition("# file: serve.py")[0], tmp_path)
    (tmp_path / "look.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    run("baseline", tmp_path)
    assert [(row["path"], row["place"]) for row in entries(tmp_path)] == [("look.ipynb", "cell one")]
    above = {**cell, "id": "new", "source": "x = 1\n"}
    (tmp_path / "look.ipynb").write_text(json.dumps({"cells": [above, *cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1))
    assert live(tmp_path) == []


def test_what_is_mended_is_told_and_pruned(project: Path) -> None:
    run("baseline", project)
    edit(project, count=3, reason="until May")
    done = run("check", project)
    assert done.exit_code == 0
    assert f"note: {NAME}: 2 accepted findings not found any more (MLD104 in serve.py (until May)): `mldebt baseline --prune` takes them out" in done.stderr
    assert "not found any more" not in run("check", project / "serve.py", "--project", project).stderr
    assert "not found any more" not in run("check", project, "--ignore", "MLD104").stderr
    assert run("baseline", project, "--prune").stdout == f"{NAME}: 1 finding accepted, 3 before.\n"
    assert [(row["path"], row["count"], row["reason"]) for row in entries(project)] == [("serve.py", 1, "until May")]
    write_sections(COPY, project)
    run("baseline", project, "--prune")
    assert live(project) == ["again.py MLD104"]


def test_reason_and_day_stay_when_the_file_is_written_again(project: Path) -> None:
    run("baseline", project)
    day = str(date.today() + timedelta(days=9))
    edit(project, reason="until May", expires=day)
    (project / "serve.py").rename(project / "service.py")
    run("baseline", project)
    write_sections(COPY, project)
    run("baseline", project)
    assert [(row["path"], row.get("reason"), row.get("expires")) for row in entries(project)] == [("again.py", None, None), ("service.py", "until May", day)]


def test_an_entry_counts_to_the_end_of_its_last_day(project: Path) -> None:
    run("baseline", project)
    edit(project, expires=str(date.today()))
    assert live(project) == []
    day = date.today() - timedelta(days=1)
    edit(project, expires=str(day), reason="until May")
    assert live(project) == ["serve.py MLD104"]
    assert f"note: {NAME}: expired on {day}: MLD104 in serve.py (until May)" in run("check", project).stderr
    shutil.copy(project / NAME, project / "kept")
    run("baseline", project, "--prune")
    assert entries(project) == []
    (project / "kept").rename(project / NAME)
    run("baseline", project)
    assert [(row["reason"], "expires" in row) for row in entries(project)] == [("until May", False)]
    assert live(project) == []


def test_a_finding_that_a_comment_suppresses_needs_no_entry(project: Path) -> None:
    run("baseline", project)
    text = (project / "serve.py").read_text()
    (project / "serve.py").write_text(text.replace('.pkl")', '.pkl")  # mldebt: ignore[MLD104] agreed'))
    write_sections(COPY, project)
    assert live(project) == ["again.py MLD104"]
    assert "1 accepted finding not found any more" in run("check", project).stderr
    run("baseline", project)
    assert [row["path"] for row in entries(project)] == ["again.py"]


def test_part_of_a_project_and_some_of_the_rules_can_be_accepted(project: Path) -> None:
    write_sections(COPY, project)
    run("baseline", project / "serve.py", "--project", project)
    assert live(project) == ["again.py MLD104"]
    run("baseline", project / "again.py", "--project", project)
    assert live(project) == []
    run("baseline", project, "--ignore", "MLD104")
    assert live(project) == []  # entries of rules that did not run stay


def test_a_baseline_under_another_name_is_no_part_of_the_project(project: Path) -> None:
    text = (project / "serve.py").read_text()
    (project / "serve.py").write_text(f"{text}\n\ndef unused():\n    return joblib.load('none.pkl')\n")
    before = live(project, "--select", "ALL")
    file = project / "conf" / "debts.json"
    file.parent.mkdir()
    run("baseline", project, "--baseline", file, "--select", "ALL")
    assert live(project, "--select", "ALL") != [] and live(project, "--select", "ALL", "--baseline", file) == []
    assert live(project, "--select", "ALL", "--baseline", file, "--no-cache") == [] and len(before) == len(json.loads(file.read_text())["entries"])


def test_other_formats_say_what_is_accepted(project: Path) -> None:
    run("baseline", project)
    edit(project, reason="until May")
    write_sections(COPY, project)
    document = json.loads(run("check", project, "--output-format", "json").stdout)
    assert [item["baselined"] for item in document["findings"]] == [False, True] and "mark" not in document["findings"][0]
    assert document["summary"] == {"error": 0, "warning": 1, "info": 0, "suppressed": 0, "baselined": 1, "by_rule": {"MLD104": 1}}
    results = json.loads(run("check", project, "--output-format", "sarif").stdout)["runs"][0]["results"]
    assert [(item["baselineState"], item["suppressions"]) for item in results] == [
        ("new", []), ("unchanged", [{"kind": "external", "status": "accepted", "justification": "until May"}])]
    assert "baselineState" not in run("check", project, "--output-format", "sarif", "--no-baseline").stdout
    assert run("check", project, "--output-format", "github").stdout.count("::warning") == 1
    assert run("check", project, "--output-format", "junit").stdout.count('<skipped message="baseline: until May"/>') == 1
    assert "3 files, 22 lines, 1 baselined" in run("check", project, "--output-format", "html").stdout
    assert len(json.loads(run("check", project, "--output-format", "gitlab").stdout)) == 1
    assert "Found 1 warning in 3 files, 22 lines (1 baselined)." in run("check", project).stdout
    assert run("check", project, "--statistics").stdout == "     1  MLD104  undeclared-consumer\n"


ROW = '{"rule": "MLD104", "path": "a.py", "place": "", "hash": "0123456789ab-0123456789ab", "count": 1}'
WRONG = {
    "[]": "1: expected an object with `version` and `entries`",
    "{": "1: not valid JSON: Expecting property name enclosed in double quotes",
    '{"version": 1,\n "entries": [\n' + ROW + "\n" + ROW + "]}": "4: not valid JSON: Expecting ',' delimiter",
    '{"version": 1,\n<<<<<<< HEAD\n': "2: a conflict of a merge is not solved: keep the entries of both sides, or accept anew by `mldebt baseline`",
    '{"version": 2, "entries": []}': "1: version: expected 1, got 2: another version of mldebt wrote this file",
    '{"entries": []}': "1: version: expected 1, there is none: another version of mldebt wrote this file",
    '{"version": 1,\n"entries": {}}': "2: entries: expected a list of entries",
    '{"version": 1,\n"entry": [], "entries": []}': "2: entry: unknown key; known: version, entries",
    '{"version": 1, "entries": [\n' + ROW + ",\n7]}": "3: entries 2: expected an object with rule, path, hash",
    '{"version": 1, "entries": [\n' + ROW + ",\n" + ROW.replace("1}", "0}") + "]}": "3: entries 2.count: expected a number of findings from 1, got 0",
    '{"version": 1, "entries": [\n' + ROW.replace("place", "plaice") + "]}": "2: entries 1.plaice: unknown key; did you mean `place`?",
    '{"version": 1, "entries": [\n{"rule": "MLD104",\n"path": "a.py"}]}':
        "2: entries 1.hash: missing: expected two groups of twelve hexadecimal digits, joined by `-`",
    '{"version": 1, "entries": [\n' + ROW.replace("1}", '1,\n "expires": "2026-13-01"}') + "]}":
        '3: entries 1.expires: expected a day as YYYY-MM-DD, got "2026-13-01"',
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_a_wrong_file_is_told_by_line_and_key(project: Path, text: str) -> None:
    (project / NAME).write_text(text)
    for command in ("check", "baseline"):
        done = run(command, project)
        assert (done.exit_code, done.stderr) == (2, f"mldebt: {NAME}:{WRONG[text]}\n")
    assert (project / NAME).read_text() == text


def test_wrong_usage(project: Path) -> None:
    done = run("check", project, "--baseline", project / "none.json")
    assert (done.exit_code, done.stderr) == (2, f"mldebt: --baseline {project}/none.json: no such file; `mldebt baseline --baseline FILE` writes one\n")
    assert run("check", project, "--baseline", "x", "--no-baseline").exit_code == 2
    done = run("baseline", project, "--prune")
    assert (done.exit_code, done.stderr) == (2, f"mldebt: {NAME}: there is no baseline to shrink; `mldebt baseline` writes one\n")
    (project / "folder").mkdir()
    done = run("baseline", project, "--baseline", project / "folder" / "none" / "x.json")
    assert (done.exit_code, done.stderr) == (2, f"mldebt: {project}/folder/none/x.json: cannot be written: No such file or directory\n")
