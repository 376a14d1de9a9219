"""A run that changed nothing returns what the last one found; a run that changed anything does not."""

import errno
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from expectations import write_sections

from mldebt.cli import answer
from mldebt.cli.main import main
from mldebt.detect.run import DETECTORS
from mldebt.extract.cache.place import cache_folder

FIXTURES = Path(__file__).parents[1] / "fixtures" / "projects"
PROJECT = """
# file: mldebt.toml
rule-paths = ["debt"]
# file: debt/cards/system/own.toml
code = "MLD990"
name = "own-rule"
severity = "info"
confidence = "low"
tier = "opt"
since = "0.1"
summary = "A card of the project's own."
sources = ["team"]
[doc]
what = "What."
why = "Why."
fix = "Fix."
# file: train.py
import joblib
import yaml
with open("conf/params.yaml") as stream:
    params = yaml.safe_load(stream)
joblib.dump({"rate": params["rate"]}, "out/model.pkl")
# file: serve/app.py
import joblib
model = joblib.load("out/model.pkl")
# file: conf/params.yaml
rate: 0.1
# file: .gitignore
*.log
# file: serve/.gitignore
*.tmp
"""
HEAVY = ("libcst", "networkx", "rich", "yaml", "pathspec", "sqlglot", "mldebt.pipeline", "mldebt.knowledge.cards", "mldebt.knowledge.libraries")
WATCHED = f"""
import sys
sys.argv = ["mldebt", *sys.argv[1:]]
from mldebt.__main__ import program
try:
    program()
except SystemExit as end:
    sys.stdout.flush()
    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
    sys.exit(end.code)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the home folder of a user of git."""
    folder = tmp_path / "home"
    (folder / ".config" / "git").mkdir(parents=True)
    for name, value in (("HOME", str(folder)), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_AUTHOR_DATE", "2024-01-01"), ("GIT_COMMITTER_DATE", "2024-01-01")):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return folder


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    """Return a project in a folder of a repository, all of it in the index."""
    folder = tmp_path / "repository" / "project"
    write_sections(PROJECT, folder)
    git(folder, "init", "-q", "..")
    git(folder, "add", ".")
    return folder


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return a list that takes the root of every run that was not answered from the cache."""
    found: list[Path] = []
    whole = answer._surveyed

    def surveyed(job: Any, *rest: Any) -> Any:
        found.append(job.root.path)
        return whole(job, *rest)

    monkeypatch.setattr(answer, "_surveyed", surveyed)
    return found


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def check(project: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["check", str(project), "--project", str(project), "--output-format", "json", "--jobs", "1", *words])


def results(project: Path) -> Path:
    folder = cache_folder(project)
    assert folder is not None
    return folder / "results-1.sqlite"


@pytest.mark.parametrize("form", ["full", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown"])
def test_nothing_heavy_is_loaded_where_nothing_changed(project: Path, form: str) -> None:
    assert CliRunner().invoke(main, ["baseline", str(project), "--project", str(project)]).exit_code == 0
    (project / "more.py").write_text("import joblib\njoblib.dump(1, 'out/more.pkl')\n")
    (project / "read.py").write_text("import joblib\njoblib.load('out/more.pkl')\n")
    words = [sys.executable, "-c", WATCHED, "check", str(project), "--project", str(project), "--output-format", form]
    cold, warm = (subprocess.run(words, capture_output=True, text=True) for _ in range(2))
    assert (cold.returncode, cold.stdout) == (warm.returncode, warm.stdout) and "MLD104" in warm.stdout
    assert "'networkx'" in cold.stderr.splitlines()[-1] and warm.stderr.splitlines()[-1] == "[]"
    assert cold.stderr.splitlines()[:-1] == warm.stderr.splitlines()[:-1]


def test_the_version_needs_next_to_nothing() -> None:
    words = [sys.executable, "-c", WATCHED.replace(repr(HEAVY), repr((*HEAVY, "msgspec", "tomli", "importlib.metadata", "mldebt.config"))), "--version"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("mldebt, version ") and done.stderr == "[]\n"


def _edit(name: str, text: str) -> Callable[[Path, Path], object]:
    def edit(project: Path, home: Path) -> None:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)

    return edit


def _same_stamp(project: Path, home: Path) -> None:
    """Change contents only: size and times stay."""
    path = project / "train.py"
    before = path.stat()
    path.write_text(path.read_text().replace("out/model.pkl", "out/mOdel.pkl"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _link(project: Path, home: Path) -> None:
    (project / "train.py").rename(home / "train.py")
    (project / "train.py").symlink_to(home / "train.py")


def _own_excludes(project: Path, home: Path) -> None:
    (home / ".gitconfig").write_text("[core]\n excludesFile = ~/mine\n")
    (home / "mine").write_text("more.py\n")


CHANGES: dict[str, Callable[[Path, Path], object]] = {
    "the contents of a program": _edit("train.py", "import joblib\njoblib.dump(1, 'out/other.pkl')\n"),
    "contents of the same size and time": _same_stamp,
    "a new program": _edit("more.py", "import joblib\njoblib.load('out/model.pkl')\n"),
    "a program gone": lambda project, home: (project / "serve" / "app.py").unlink(),
    "a program renamed": lambda project, home: (project / "train.py").rename(project / "learn.py"),
    "a program behind a link": _link,
    "a program that becomes a pipe": lambda project, home: ((project / "train.py").unlink(), os.mkfifo(project / "train.py")),
    "a program that becomes a folder": lambda project, home: ((project / "train.py").unlink(), (project / "train.py").mkdir()),
    "the contents of a configuration": _edit("conf/params.yaml", "speed: 0.1\n"),
    "a manifest": _edit("dvc.yaml", "stages:\n  train:\n    cmd: python train.py\n    outs: [out/model.pkl]\n"),
    "a data file on the disk": _edit("out/model.pkl", "x"),
    "a new folder": lambda project, home: (project / "empty").mkdir(),
    "an environment in a folder": _edit("serve/pyvenv.cfg", ""),
    "an ignore file at the root": _edit(".gitignore", "conf/\n"),
    "an ignore file inside": _edit("conf/.gitignore", "*.yaml\n"),
    "an ignore file that holds more": _edit("serve/.gitignore", "*.py\n"),
    "an ignore file above": lambda project, home: (project.parent / ".gitignore").write_text("conf\n"),
    "an ignore file of the repository": lambda project, home: (project.parent / ".git" / "info" / "exclude").write_text("more.py\n"),
    "an ignore file of the user": lambda project, home: (home / ".config" / "git" / "ignore").write_text("more.py\n"),
    "an ignore file that the user names": _own_excludes,
    "the index has less": lambda project, home: git(project, "rm", "-q", "--cached", "train.py"),
    "the index has more": lambda project, home: (_edit("out/model.pkl", "x")(project, home), git(project, "add", "-f", "out"), shutil.rmtree(project / "out")),
    "no index": lambda project, home: (project.parent / ".git" / "index").unlink(),
    "no repository": lambda project, home: shutil.rmtree(project.parent / ".git"),
    "a repository of its own": lambda project, home: git(project, "init", "-q", "."),
    "a setting": _edit("mldebt.toml", 'rule-paths = ["debt"]\nignore = ["MLD104"]\n'),
    "a threshold": _edit("mldebt.toml", 'rule-paths = ["debt"]\n[thresholds]\nmany-writers = { least = 5 }\n'),
    "a declared artefact": _edit("mldebt.toml", 'rule-paths = ["debt"]\n[[artifacts]]\npath = "out/model.pkl"\nconsumers = ["serve/app.py"]\n'),
    "settings below the root": _edit("serve/mldebt.toml", ""),
    "the settings of a part": _edit("serve/pyproject.toml", "[tool.mldebt]\n"),
    "an own card": lambda project, home: _reworded(project / "debt" / "cards" / "system" / "own.toml"),
    "an own library": _edit("debt/libraries/own.toml", 'library = "own"\n'),
    "no own rules": lambda project, home: shutil.rmtree(project / "debt"),
    "a comment that suppresses": _edit("serve/app.py", "import joblib\nmodel = joblib.load('out/model.pkl')  # mldebt: ignore[MLD104] so\n"),
}


def _reworded(path: Path) -> None:
    path.write_text(path.read_text().replace('severity = "info"', 'severity = "error"'))


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_seen(project: Path, home: Path, runs: list[Path], change: str) -> None:
    before = [check(project) for _ in range(2)]
    assert len(runs) == 1 and before[0].stdout == before[1].stdout and "MLD104" in before[0].stdout
    CHANGES[change](project, home)
    warm = check(project)
    tried = warm.exit_code == 2 or len(runs) == 2
    cold = check(project, "--no-cache")
    assert tried and (warm.exit_code, warm.stdout, warm.stderr) == (cold.exit_code, cold.stdout, cold.stderr)


def test_the_settings_of_a_part_that_is_left_out_are_seen(project: Path, runs: list[Path]) -> None:
    (project / "serve" / "pyproject.toml").write_text("[tool.other]\n")
    git(project, "add", ".")
    words = ("--exclude", "serve")
    assert "settings below" not in check(project, *words).stderr
    (project / "serve" / "pyproject.toml").write_text("[tool.mldebt]\n")
    assert "settings below the root are ignored: serve/pyproject.toml" in check(project, *words).stderr and len(runs) == 2


@pytest.mark.parametrize("words", [
    ["--ignore", "MLD104"], ["--select", "ALL"], ["--per-file-ignores", "serve/**:MLD104"], ["--exclude", "serve"], ["--no-respect-gitignore"],
    ["--config", "entry-points = ['serve/*.py']"], ["--isolated"], ["--config", "max-source-size = 20"],
])
def test_every_choice_has_a_result_of_its_own(project: Path, runs: list[Path], words: list[str]) -> None:
    plain = check(project).stdout
    assert check(project, *words).stdout == check(project, *words, "--no-cache").stdout and len(runs) == 3
    assert check(project).stdout == plain and check(project, *words).stdout == check(project, *words, "--no-cache").stdout and len(runs) == 4


def test_paths_have_results_of_their_own(project: Path, runs: list[Path]) -> None:
    words = ["check", "--project", str(project), "--output-format", "concise"]
    (project / "conf" / "tool.py").write_text("x = 1\n")
    shown = [CliRunner().invoke(main, [*words, *[str(project / name) for name in names]]).stdout for names in 2 * ([], ["conf"], ["serve"], ["serve", "conf"])]
    assert shown[:4] == shown[4:] and len(runs) == 4 and "MLD104" in shown[0] and shown[1] == "" and "MLD104" in shown[2]


@pytest.mark.parametrize("words", [["--jobs", "2"], ["--statistics"], ["--exit-zero"], ["--color", "always"], ["--fail-on", "error"], ["--quiet"],
                                   ["--output-format", "concise"]])
def test_what_is_only_shown_otherwise_needs_no_run(project: Path, runs: list[Path], words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    check(project)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "44")
    warm = check(project, *words)
    assert len(runs) == 1
    cold = check(project, *words, "--no-cache")
    assert (warm.exit_code, warm.stdout, warm.stderr) == (cold.exit_code, cold.stdout, cold.stderr)


def test_what_changes_nothing_needs_no_run(project: Path, runs: list[Path]) -> None:
    check(project)
    for path in project.rglob("*.py"):
        os.utime(path, (1, 1))
    git(project, "update-index", "--refresh")
    (project.parent / "beside.py").write_text("x = 1\n")
    check(project)
    assert len(runs) == 1


def test_a_baseline_is_compared_anew(project: Path, runs: list[Path]) -> None:
    check(project)
    assert CliRunner().invoke(main, ["baseline", str(project), "--project", str(project)]).exit_code == 0
    first = check(project)
    assert first.exit_code == 0 and json.loads(first.stdout)["summary"]["baselined"] > 0
    path = project / ".mldebt-baseline.json"
    path.write_text(path.read_text().replace('"hash"', '"expires": "2001-01-01", "hash"'))
    runs.clear()
    over = check(project)
    assert over.exit_code == 1 and "expired on 2001-01-01" in over.stderr
    (project / "train.py").write_text("x = 1\n")
    assert "not found any more" in check(project).stderr
    assert check(project).stderr == check(project, "--no-cache").stderr and len(runs) == 2


def test_who_asks_how_a_run_went_gets_one(project: Path, runs: list[Path]) -> None:
    for number, words in enumerate(([], ["--show-timings"], ["--verbose"]), 1):
        assert check(project, *words).exit_code == 1 and len(runs) == number


def test_a_run_that_broke_is_not_kept(project: Path, runs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("boom")

    with monkeypatch.context() as patch:
        for name, (spec, _) in DETECTORS.items():
            patch.setitem(DETECTORS, name, (spec, broken))
        assert [check(project).exit_code for _ in range(2)] == [3, 3] and len(runs) == 2
    assert [check(project).exit_code for _ in range(2)] == [1, 1] and len(runs) == 3


def test_what_changes_during_a_run_is_not_missed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = answer._surveyed

    def surveyed(job: Any, *rest: Any) -> Any:
        done = whole(job, *rest)
        (project / "train.py").write_text("x = 1\n")
        (project / "late.py").write_text("import joblib\njoblib.load('out/late.pkl')\n")
        return done

    with monkeypatch.context() as patch:
        patch.setattr(answer, "_surveyed", surveyed)
        check(project)
    assert check(project).stdout == check(project, "--no-cache").stdout


BROKEN: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: os.truncate(path, path.stat().st_size // 2),
    "overwritten": lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096)),
    "foreign": lambda path: path.write_bytes(b"these are somebody's notes\n" * 400),
    "a changed value": lambda path: _sql(path, "UPDATE facts SET value = substr(value, 1, 40)"),
}


def _sql(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute(statement)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_store_knows_nothing(project: Path, runs: list[Path], name: str) -> None:
    expected = check(project).stdout
    BROKEN[name](results(project))
    assert [check(project).stdout for _ in range(2)] == [expected] * 2 and len(runs) == 2


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_folder_that_cannot_be_made_or_written_means_no_store(project: Path, runs: list[Path], number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*given: object, **more: object) -> None:
        raise OSError(number, os.strerror(number))

    expected = check(project, "--no-cache")
    monkeypatch.setattr("mldebt.extract.cache.store.prepare", failing)
    for count in (2, 3):
        done = check(project)
        assert (done.exit_code, done.stdout, done.stderr) == (expected.exit_code, expected.stdout, expected.stderr) and len(runs) == count
    assert not results(project).exists()


def test_a_cache_that_lies_in_a_project_is_not_read(project: Path, runs: list[Path]) -> None:
    check(project, "--cache-dir", str(project / ".mldebt_cache"))
    check(project)
    assert len(runs) == 2, "the user's cache folder is another one"
    for _ in range(2):
        check(project, "--cache-dir", str(project / ".mldebt_cache"))
    assert len(runs) <= 3


def _changed(project: Path, chance: random.Random) -> None:
    """Do one of the things that people do to a project."""
    paths = sorted(path for path in project.rglob("*") if path.is_file() and path.suffix in (".py", ".yaml", ".toml", ".sh", ".ipynb", ".md"))
    path = chance.choice(paths)
    rows = path.read_text().splitlines(keepends=True)
    at = chance.randrange(len(rows) or 1)
    deed = chance.choice(["drop", "double", "blank", "rename", "remove", "copy", "swap"])
    if deed == "rename":
        path.rename(path.with_name(f"renamed_{chance.randrange(99)}{path.suffix}"))
    elif deed == "remove":
        path.unlink()
    elif deed == "copy":
        shutil.copy(path, path.with_name(f"copied_{chance.randrange(99)}{path.suffix}"))
    elif rows:
        rows[at:at + 1] = {"drop": [], "double": [rows[at]] * 2, "blank": ["\n"], "swap": [rows[at].replace("train", "test").replace(".csv", ".pkl")]}[deed]
        path.write_text("".join(rows))


@pytest.mark.parametrize("seed", range(6))
def test_random_changes_are_seen(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    shutil.copytree(chance.choice(sorted(FIXTURES.iterdir())), tmp_path / "project")
    project = tmp_path / "project"
    for _ in range(4):
        _changed(project, chance)
        warm, again, cold = check(project), check(project), check(project, "--no-cache")
        assert warm.stdout == again.stdout == cold.stdout and warm.stderr == again.stderr == cold.stderr
        assert warm.exit_code == again.exit_code == cold.exit_code
