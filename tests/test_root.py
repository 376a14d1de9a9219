"""Where a project starts, nested settings, and programs that the settings state."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from expectations import write_sections

from mldebt.cli.main import main
from mldebt.discover.root import find_root
from mldebt.errors import ConfigError


def made(base: Path, *names: str) -> None:
    for name in names:
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".git"):
            path.mkdir()
        else:
            path.write_text("[tool.mldebt]\n" if name.endswith("settings/pyproject.toml") else "")


@pytest.mark.parametrize(("names", "start", "root", "reason"), [
    (["a/mldebt.toml", "a/b/.git"], "a/b/c", "a/b", "the nearest folder with .git"),
    (["a/mldebt.toml", "a/.git"], "a/b/c", "a", "the nearest folder with settings"),
    (["a/.git", "a/b/pyproject.toml"], "a/b/c", "a", "the nearest folder with .git"),
    (["a/settings/pyproject.toml", "a/.git"], "a/settings/c", "a/settings", "the nearest folder with settings"),
    (["a/pyproject.toml"], "a/b/c", "a", "the nearest folder with pyproject.toml"),
    ([], "a/b/c", "a/b/c", "no folder upward has mldebt.toml, .git or pyproject.toml"),
])
def test_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str], start: str, root: str, reason: str) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    made(tmp_path, *names)
    (tmp_path / start).mkdir(parents=True, exist_ok=True)
    found = find_root([tmp_path / start])
    assert (found.path, found.reason) == (tmp_path / root, reason)


def test_several_paths_and_the_option(tmp_path: Path) -> None:
    made(tmp_path, "a/mldebt.toml", "a/b/x.py", "a/c/y.py")
    assert find_root([tmp_path / "a/b/x.py", tmp_path / "a/c/y.py"]).path == tmp_path / "a"
    chosen = find_root([tmp_path / "a/b/x.py"], tmp_path / "a/b")
    assert (chosen.path, chosen.reason) == (tmp_path / "a/b", "--project names it")


def test_home_and_the_file_system_are_no_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    made(tmp_path, "mldebt.toml", ".git", "work/x.py")
    assert find_root([tmp_path / "work"]).path == tmp_path / "work", "settings of the home folder are not those of what lies in it"
    for start, part in ((tmp_path, "is the home folder"), (Path("/"), "is the root of the file system")):
        with pytest.raises(ConfigError, match=part):
            find_root([start])
    done = CliRunner().invoke(main, ["check", str(tmp_path)])
    assert done.exit_code == 2 and "which is no project: name a folder in it, or say with --project" in done.stderr
    assert CliRunner().invoke(main, ["check", "--project", str(tmp_path), str(tmp_path / "work")]).exit_code == 0


def test_nested_settings_are_named_and_ignored(tmp_path: Path) -> None:
    made(tmp_path, "mldebt.toml", "in/settings/pyproject.toml", "plain/pyproject.toml")
    write_sections("# file: sub/mldebt.toml\nignore = ['ALL']\n# file: sub/a.py\ndef broken(:\n", tmp_path)
    done = CliRunner().invoke(main, ["check", str(tmp_path), "--output-format", "concise"])
    assert "sub/a.py:1:12: MLD000" in done.stdout and done.exit_code == 1
    assert done.stderr == "mldebt: note: settings below the root are ignored: in/settings/pyproject.toml, sub/mldebt.toml\n"


JOBS = """
# file: mldebt.toml
%s
# file: jobs/__init__.py
# file: jobs/write.py
import joblib
import pathlib
def main():
    joblib.dump({}, "model.pkl")
TASK = main
main()
# file: jobs/read.py
import joblib
def run():
    print(joblib.load("model.pkl"))
run()
# file: other.py
import jobs.read
import jobs.write
"""


def run(tmp_path: Path) -> Result:
    return CliRunner().invoke(main, ["check", str(tmp_path), "--output-format", "concise"])


def test_entry_points_are_programs(tmp_path: Path) -> None:
    write_sections(JOBS % "", tmp_path)
    assert run(tmp_path).stdout == "", "modules that others import are no programs"
    (tmp_path / "mldebt.toml").write_text('entry-points = ["jobs/*.py"]\n')
    found = run(tmp_path).stdout
    assert found.startswith("jobs/read.py:3:11: MLD104 ") and "`jobs/read.py` reads `jobs/model.pkl`, which `jobs/write.py` writes" in found


def test_an_entry_point_that_matches_nothing_is_named(tmp_path: Path) -> None:
    write_sections(JOBS % 'entry-points = ["jobs/read.py", "gone/*.py"]', tmp_path)
    assert run(tmp_path).stderr == "mldebt: note: entry-points: `gone/*.py` matches no Python file\n"
