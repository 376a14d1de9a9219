"""The command line as users and scripts see it: output, exit codes, messages for wrong input."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from expectations import write_sections

from mldebt.cli.main import main

BAD = """
# file: mldebt.toml
# file: train.py
import joblib
joblib.dump({}, "model.pkl")
# file: serve.py
import joblib
print(joblib.load("model.pkl"))
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_sections(BAD, tmp_path)
    return tmp_path


def test_a_finding_fails_the_run(project: Path) -> None:
    done = run("check", project, "--output-format", "concise")
    assert done.exit_code == 1
    assert done.stdout == "serve.py:2:7: MLD104 [undeclared-consumer] warning: `serve.py` reads `model.pkl`, which `train.py` writes and nothing declares\n"


def test_levels_and_exit_zero(project: Path) -> None:
    assert run("check", project, "--fail-on", "error").exit_code == 0
    assert run("check", project, "--exit-zero").exit_code == 0
    assert run("check", project, "--ignore", "system").exit_code == 0


def test_json_document(project: Path) -> None:
    document = json.loads(run("check", project, "--output-format", "json").stdout)
    assert document["schema_version"] == 1 and document["project"] == {"root": ".", "files": 2, "notebooks": 0, "lines": 4}
    (found,) = document["findings"]
    assert (found["code"], found["path"], found["line"], found["column"], found["end_line"]) == ("MLD104", "serve.py", 2, 7, 2)
    assert found["evidence"] == [{"path": "train.py", "cell": None, "line": 2, "column": 1, "message": "`model.pkl` is written here by `train.py`"}]
    assert document["summary"]["by_rule"] == {"MLD104": 1} and document["summary"]["warning"] == 1


def test_paths_choose_what_is_reported(project: Path) -> None:
    assert run("check", project / "train.py", "--project", project).exit_code == 1, "the evidence lies there"
    (project / "other.py").write_text("print(1)\n")
    assert run("check", project / "other.py", "--project", project).exit_code == 0


def test_a_suppression_with_a_reason(project: Path) -> None:
    (project / "serve.py").write_text('import joblib\n# mldebt: ignore[MLD104] agreed with the trainers\nprint(joblib.load("model.pkl"))\n')
    assert run("check", project).exit_code == 0
    (found,) = json.loads(run("check", project, "--output-format", "json").stdout)["findings"]
    assert found["suppressed"] == "agreed with the trainers"


def test_wrong_usage(tmp_path: Path) -> None:
    gone = run("check", tmp_path / "nowhere")
    assert gone.exit_code == 2 and "no such path" in gone.output and "nowhere" in gone.output
    unknown = run("check", tmp_path, "--select", "MLD999")
    assert unknown.exit_code == 2 and "`MLD999` is no rule" in unknown.output
    assert run("explain", "no-such-rule").exit_code == 2


def test_an_empty_project_is_clean(tmp_path: Path) -> None:
    (tmp_path / "mldebt.toml").write_text("")
    done = run("check", tmp_path)
    assert done.exit_code == 0 and done.stdout == "All clear: no findings in 0 files, 0 lines.\n"
    assert done.stderr == "mldebt: note: no files to analyse under the given paths\n"


@pytest.mark.parametrize(("name", "content", "part"), [
    ("a.py", b"def f(:\n", "line 1 does not parse"),
    ("b.py", b"x = '\xff'\n", "is not valid utf-8"),
    ("c.py", b"x = 1\x00\n", "null bytes"),
    ("d.py", b"# coding: nonsense\n", "no codec knows"),
    ("e.ipynb", b"{", "not valid JSON"),
    ("f.py", b"x = " + b"(" * 3000 + b")" * 3000, "nested"),
])
def test_unreadable_files_are_findings(tmp_path: Path, name: str, content: bytes, part: str) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.py").write_text("print(1)\n")
    done = run("check", tmp_path, "--output-format", "concise", "--project", tmp_path)
    assert done.exit_code == 1 and "MLD000" in done.stdout and part in done.stdout and name in done.stdout


def test_special_files_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.py")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    done = run("check", tmp_path, "--project", tmp_path)
    assert done.exit_code == 0 and "0 files" in done.stdout


def test_explain_and_rules() -> None:
    text = run("explain", "undeclared-consumer").stdout
    assert text.startswith("MLD104 undeclared-consumer\n") and "\nBad: two scripts share a file name\n" in text and "\x1b" not in text
    assert "MLD206  many-writers" in run("rules").stdout


def test_the_readme_shows_what_is_printed() -> None:
    root = Path(__file__).parents[1]
    shown = [block.partition("```")[0] for block in (root / "README.md").read_text("utf-8").split("```text\n")[1:]]
    for command, block, count in zip(("check", "report"), shown, (2, 3), strict=True):
        done = CliRunner().invoke(main, [command, str(root / "fixtures" / "projects" / "csv_scripts")])
        parts = [part.strip("\n") for part in block.split("…") if part.strip()]
        assert len(parts) == count and all(part in done.output for part in parts), done.output
