"""Options of `check`: what each changes, and what output is where."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from expectations import write_sections

from mldebt.cli.main import main

PROJECT = """
# file: mldebt.toml
# file: conf/train.yaml
lr: 0.1
# file: train.py
import joblib
joblib.dump({}, "out/model.pkl")
# file: serve.py
import joblib
print(joblib.load("out/model.pkl"))
# file: ui/show.py
import joblib
print(joblib.load("out/model.pkl"))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_sections(PROJECT, tmp_path)
    return tmp_path


def run(project: Path, *words: object) -> Result:
    return CliRunner().invoke(main, ["check", str(project), *(str(word) for word in words)])


def places(done: Result) -> list[str]:
    return [line.partition(":")[0] for line in done.stdout.splitlines()]


def test_show_files(project: Path) -> None:
    done = run(project, "--show-files", "--exclude", "train.py")
    assert done.exit_code == 0
    assert done.stdout == "yaml      conf/train.yaml\ntoml      mldebt.toml\npython    serve.py\npython    ui/show.py\n"
    part = CliRunner().invoke(main, ["check", str(project / "ui"), "--show-files"])
    assert part.stdout == "python    ui/show.py\n"


def test_show_settings_says_why_this_root(project: Path) -> None:
    lines = run(project, "--show-settings", "--select", "MLD1", "--config", "fail-on = 'error'").stdout.splitlines()
    assert lines[:2] == [f"root: {project} (the nearest folder with settings)", "settings: mldebt.toml"]
    settings = json.loads("\n".join(lines[2:]))
    assert settings["select"] == ["MLD1"] and settings["fail-on"] == "error"


@pytest.mark.parametrize(("pairs", "left"), [
    ("serve.py:MLD104", ["ui/show.py"]), ("ui/*:system", ["serve.py"]), ("ui:ALL", ["serve.py"]), ("!ui/**:undeclared-consumer", ["ui/show.py"]),
    ("serve.py:MLD1,ui/*.py:MLD104", []), ("serve.py:MLD2", ["serve.py", "ui/show.py"]),
])
def test_per_file_ignores(project: Path, pairs: str, left: list[str]) -> None:
    assert places(run(project, "--output-format", "concise", "--per-file-ignores", pairs)) == left


@pytest.mark.parametrize("value", ["serve.py", ":MLD104", "serve.py:"])
def test_wrong_per_file_ignores(project: Path, value: str) -> None:
    done = run(project, "--per-file-ignores", value)
    assert done.exit_code == 2 and done.stderr == f"mldebt: --per-file-ignores: expected PATTERN:RULE, got `{value}`\n"


def test_output_file(project: Path) -> None:
    done = run(project, "--output-file", project / "out.txt", "--color", "always")
    assert done.exit_code == 1 and done.stdout == ""
    assert "Found 2 warnings" in (project / "out.txt").read_text() and "\x1b" not in (project / "out.txt").read_text()
    both = run(project, "-o", project / "o.json", "--output-format", "json", "--output-format", f"jsonl:{project}/o.jsonl")
    assert both.stdout == "" and json.loads((project / "o.json").read_text())["summary"]["warning"] == 2
    assert len((project / "o.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize("words", [("--output-format", "json", "--output-format", "full"), ("--output-format", "json:a.json")])
def test_output_file_needs_one_open_format(project: Path, words: tuple[str, ...]) -> None:
    done = run(project, *words, "-o", "x")
    assert done.exit_code == 2 and "--output-file: needs one format that names no file" in done.stderr


def test_statistics_stand_in_place_of_the_findings(project: Path) -> None:
    assert run(project, "--statistics").stdout == "     2  MLD104  undeclared-consumer\n"
    assert json.loads(run(project, "--statistics", "--output-format", "json").stdout) == [
        {"code": "MLD104", "name": "undeclared-consumer", "severity": "warning", "count": 2}]
    refused = run(project, "--statistics", "--output-format", "sarif")
    assert refused.exit_code == 2 and "--statistics: counts can be shown as full, concise, json, not as sarif" in refused.stderr


def test_quiet_and_verbose(project: Path) -> None:
    (project / "ui" / "mldebt.toml").write_text("")
    loud, quiet = run(project), run(project, "--quiet")
    assert "Found 2 warnings in 3 files, 6 lines." in loud.stdout and "note: settings below the root are ignored: ui/mldebt.toml" in loud.stderr
    assert "Found" not in quiet.stdout and quiet.stdout in loud.stdout and quiet.stdout.count("MLD104") == 2 and quiet.stderr == ""
    told = run(project, "--verbose", "--select", "MLD104").stderr
    for part in (f"root: {project} (the nearest folder with settings)", "settings: mldebt.toml", "rules: MLD104\n", "files: 3 python, 2 toml, 1 yaml"):
        assert f"mldebt: {part}" in told
    assert run(project, "-q", "-v").exit_code == 2


@pytest.mark.parametrize("form", ["concise", "json", "jsonl", "sarif", "github"])
def test_formats_for_programs_are_pure(project: Path, form: str) -> None:
    (project / "ui" / "pyproject.toml").write_text("[tool.mldebt]\n")
    done = run(project, "--output-format", form, "--verbose", "--show-timings", "--color", "never")
    assert "note:" in done.stderr and "extract" in done.stderr
    if form in ("json", "sarif"):
        json.loads(done.stdout)
    elif form == "jsonl":
        assert [json.loads(line)["code"] for line in done.stdout.splitlines()] == ["MLD104", "MLD104"]
    else:
        assert len(done.stdout.splitlines()) == 2 and all("MLD104" in line for line in done.stdout.splitlines())


def test_sarif_knows_the_rules_of_the_project(project: Path) -> None:
    shipped = (Path(__file__).parents[1] / "rules/cards/data/many-writers.toml").read_text().partition("[[example]]")[0]
    card = shipped.replace("MLD206", "MLD950").replace("many-writers", "too-many-writers")
    write_sections(f"# file: own/cards/house/x.toml\n{card}", project)
    (project / "mldebt.toml").write_text('rule-paths = ["own"]\n')
    (project / "again.py").write_text('import joblib\njoblib.dump({}, "out/model.pkl")\n')
    (log,) = json.loads(run(project, "--output-format", "sarif").stdout)["runs"]
    assert "MLD950" in [rule["id"] for rule in log["tool"]["driver"]["rules"]]


def test_words_are_separated_by_commas_or_options(project: Path) -> None:
    assert places(run(project, "--output-format", "concise", "--exclude", "serve.py,conf", "--exclude", "other")) == ["ui/show.py"]
    assert run(project, "--ignore", "MLD2", "--ignore", "MLD104", "--output-format", "concise").stdout == ""
    for option in ("--select", "--exclude"):
        empty = run(project, option, " , ")
        assert empty.exit_code == 2 and f"{option}: expected words separated by commas" in empty.stderr


@pytest.mark.parametrize(("words", "part"), [
    (("--color", "purple"), "'purple' is not one of"), (("--jobs", "-1"), "-1 is not in the range"), (("--jobs", "two"), "'two' is not a valid integer"),
    (("--fail-on", "bad"), "'bad' is not one of"), (("--output-format", "xml"), "no output format `xml`; known: full,"),
    (("--output-format", "json:"), "expected FORMAT:FILE, got `json:`"), (("--select", "MLD1,zoo"), "--select: `zoo` is no rule"),
    (("--ignore", "zoo"), "--ignore: `zoo` is no rule"), (("--per-file-ignores", "a.py:zoo"), "--per-file-ignores: a.py: `zoo` is no rule"),
    (("--config", "nowhere.toml"), "--config nowhere.toml: neither a settings file nor KEY=VALUE"),
    (("--config", "fail-on=error"), "not valid TOML"), (("--config", "fail-on='most'"), "fail-on: expected one of info, warning, error, got 'most'"),
    (("--config", "selekt=['ALL']"), "selekt: unknown key; did you mean `select`?"), (("--frobnicate",), "No such option"),
    (("--config", "select = ['zoo']"), "--config: select: `zoo` is no rule"),
])
def test_wrong_values(project: Path, words: tuple[str, ...], part: str) -> None:
    done = run(project, *words)
    assert done.exit_code == 2 and part in done.stderr and done.stdout == "", done.output


def test_several_wrong_options_are_all_named(project: Path) -> None:
    done = run(project, "--select", "zoo,ape", "--ignore", "owl")
    assert done.exit_code == 2 and [line.split("`")[1] for line in done.stderr.splitlines()] == ["zoo", "ape", "owl"]


def test_settings_files_on_the_command_line(project: Path, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('ignore = ["MLD104"]\n')
    assert places(run(project, "--config", tmp_path / "other.toml", "--output-format", "concise")) == []
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "pyproject.toml").write_text('[project]\nname = "x"\n')
    bare = run(project, "--config", tmp_path / "p" / "pyproject.toml")
    assert bare.exit_code == 2 and "has no [tool.mldebt]" in bare.stderr
    (tmp_path / "p" / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.mldebt]\nselect = ["MLD2"]\n')
    assert places(run(project, "--config", tmp_path / "p" / "pyproject.toml", "--output-format", "concise")) == []
    two = run(project, "--config", tmp_path / "other.toml", "--config", tmp_path / "p" / "pyproject.toml")
    assert two.exit_code == 2 and "only one settings file can be in force" in two.stderr
    isolated = run(project, "--isolated", "--config", tmp_path / "other.toml")
    assert isolated.exit_code == 2 and "--isolated leaves every settings file out" in isolated.stderr
    assert places(run(project, "--isolated", "--config", "ignore = ['MLD104']", "--output-format", "concise")) == []
