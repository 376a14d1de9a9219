"""The first minutes: `mldebt init`, completion, the action and the jobs that are written down."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from mldebt.cli.formats import targets_of
from mldebt.cli.init import STARTERS, run_init
from mldebt.cli.main import main
from mldebt.config import Settings, load_settings

ROOT = Path(__file__).parents[1]


def run(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(main, ["init", "--project", str(folder), *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_it_writes_what_is_missing_and_asks_nothing(tmp_path: Path) -> None:
    told = run(tmp_path).splitlines()
    assert told[1:4] == ["wrote mldebt.toml", "wrote .pre-commit-config.yaml", "wrote .github/workflows/mldebt.yml"]
    assert load_settings(tmp_path) == (Settings(), "mldebt.toml"), "the settings that are written are the defaults"
    (hook,) = yaml.safe_load((tmp_path / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    known = [item["id"] for item in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())]
    assert hook["id"] in known
    assert "mldebt" in yaml.safe_load((tmp_path / ".github/workflows/mldebt.yml").read_text())["jobs"]
    assert CliRunner().invoke(main, ["check", str(tmp_path), "--no-cache"]).exit_code == 0


def test_it_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.mldebt]\nignore = []\n")
    (tmp_path / ".pre-commit-config.yaml").write_text("repos: []\n")
    (tmp_path / ".gitlab-ci.yml").write_text("stages: [mldebt]\n")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    told = run(tmp_path, "--yes")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert "kept pyproject.toml: it holds settings already" in told and "kept .gitlab-ci.yml: it names mldebt already" in told
    assert f"kept .pre-commit-config.yaml; add to it:\n\n{(STARTERS / 'pre-commit.yaml').read_text()}" in told
    run(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_it_asks_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([True, False, False])
    monkeypatch.setattr("click.confirm", lambda *words, **more: next(answers))
    told = run_init(tmp_path, ask=True)
    assert [path.name for path in tmp_path.iterdir()] == ["mldebt.toml"] and "left out .pre-commit-config.yaml" in told


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["init", "--project", str(tmp_path / "gone")])
    assert done.exit_code == 2 and "no such folder" in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0 and "_MLDEBT_COMPLETE" in done.stdout
    own = {**os.environ, "_MLDEBT_COMPLETE": f"{shell}_complete", "COMP_WORDS": "mldebt che", "COMP_CWORD": "1" if shell != "fish" else "che"}
    program = "from mldebt.cli.main import main; main(prog_name='mldebt')"
    asked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, env=own)
    assert "check" in asked.stdout and asked.returncode == 0


def test_the_jobs_that_are_written_down_name_formats_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    job = yaml.safe_load((STARTERS / "gitlab.yaml").read_text())["mldebt"]
    words = job["script"][-1].split()
    targets = targets_of([word for before, word in zip(words, words[1:]) if before == "--output-format"], "")
    assert set(job["artifacts"]["reports"].values()) == {target.file for target in targets if target.file}
    assert (STARTERS / "gitlab.yaml").read_text() in (ROOT / "README.md").read_text()


@pytest.mark.parametrize(("project", "args", "code"), [("csv_scripts", "", 1), ("csv_scripts", "--exit-zero\n--select=MLD206", 0), ("csv_scripts", "--zzz", 2),
                                                       ("csv_scripts", "--fail-on=error; touch sprung\n$(touch sprung)", 2)])
def test_the_action(tmp_path: Path, project: str, args: str, code: int) -> None:
    """Its step runs as it stands, with what the service gives it; what is put in is never a program."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    step = action["runs"]["steps"][1]
    assert all("${{" not in each["run"] for each in action["runs"]["steps"]), "values go through the environment"
    program = tmp_path / "temp" / "mldebt" / "bin" / "mldebt"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m mldebt "$@"\n')
    program.chmod(0o755)
    own = {**os.environ, "RUNNER_TEMP": str(tmp_path / "temp"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "output"),
           "PATHS": str(ROOT / "fixtures" / "projects" / project), "ARGS": args, "SARIF": str(tmp_path / "out.sarif")}
    assert set(step["env"]) <= set(own)
    done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", step["run"]], capture_output=True, text=True, cwd=tmp_path, env=own)
    assert done.returncode == code and (tmp_path / "output").read_text() == f"exit-code={code}\n", done.stderr
    assert not (tmp_path / "sprung").exists()
    if code != 2:
        assert "::warning file=" in done.stdout and (tmp_path / "summary").read_text().startswith("## mldebt") and (tmp_path / "out.sarif").exists()
