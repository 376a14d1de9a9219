"""`check --since REV`: the project is analysed at both revisions, and what it had already is not told again."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from repositories import commit, git
from test_unbreakable import PROGRAM, ROOT, WATCH

from mldebt.cli import answer
from mldebt.cli.main import main
from mldebt.detect import run as detect_run
from mldebt.discover import past as past_module
from mldebt.discover.files import discover
from mldebt.discover.past import past
from mldebt.errors import ConfigError

PROJECT = """
# file: mldebt.toml
# file: train.py
import joblib
joblib.dump({}, "build/model.pkl")
# file: serve.py
import joblib
print(joblib.load("out/model.pkl"))
# file: write.py
import joblib
joblib.dump({}, "old.pkl")
# file: read.py
import joblib


def main():
    print(joblib.load("old.pkl"))


main()
"""
TURNED = """
# file: train.py
import joblib
joblib.dump({}, "out/model.pkl")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one old finding, in `read.py`."""
    commit(tmp_path / "project", PROJECT, day=1)
    return tmp_path / "project"


def run(project: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["check", str(project), "--select", "MLD104,MLD001,MLD000", "--jobs", "1", *words])


def new(project: Path, revision: str = "HEAD", *words: str) -> list[str]:
    """Return `path CODE` of the findings that are new."""
    done = run(project, "--since", revision, "--output-format", "json", *words)
    assert done.exit_code in (0, 1), done.output
    found = [f"{item['path']} {item['code']}" for item in json.loads(done.stdout)["findings"]]
    assert done.exit_code == bool(found)
    return found


def test_a_change_that_makes_an_untouched_file_wrong_is_seen(project: Path) -> None:
    assert new(project) == []
    commit(project, TURNED, day=2)
    assert new(project, "HEAD~1") == ["serve.py MLD104"]
    done = run(project, "--since", "HEAD~1")
    assert done.exit_code == 1 and "serve.py:2:7: MLD104" in done.stdout and "read.py" not in done.stdout
    assert "Found 1 warning since HEAD~1 in 4 files, 14 lines (1 known).\n" in done.stdout
    done = run(project, "--since", "HEAD")
    assert done.exit_code == 0 and done.stdout == "All clear: no new findings since HEAD in 4 files, 14 lines (2 known).\n"


def test_what_is_not_committed_counts(project: Path) -> None:
    commit(project, TURNED.replace("train", "other"), day=2)
    (project / "third.py").write_text("import joblib\nprint(joblib.load('old.pkl'))\n")
    assert new(project) == ["third.py MLD104"]
    git(project, "add", "third.py")
    assert new(project) == ["third.py MLD104"]
    (project / "other.py").unlink()
    assert new(project) == ["third.py MLD104"]


@pytest.mark.parametrize("change", ["renamed", "moved", "within", "indented", "reformatted"])
def test_what_moves_is_not_new(project: Path, change: str) -> None:
    read = project / "read.py"
    text = read.read_text()
    if change == "renamed":
        git(project, "mv", "read.py", "reader.py")
    elif change == "moved":
        (project / "part").mkdir()
        git(project, "mv", "read.py", "part/read.py")
        git(project, "mv", "write.py", "part/write.py")
    elif change == "within":
        read.write_text(text.replace("import joblib\n", "import joblib\n\n\ndef first():\n    return 1\n\n\nfirst()\n"))
    elif change == "indented":
        read.write_text(text.replace("    print(joblib", "    if True:\n        print(joblib"))
    else:
        read.write_text(text.replace('print(joblib.load("old.pkl"))', "print(\n        joblib.load(  # what is old\n            'old.pkl'))"))
    assert new(project) == []


def test_a_second_copy_is_new(project: Path) -> None:
    (project / "read.py").write_text((project / "read.py").read_text().replace("main()\n", "main()\nprint(joblib.load('old.pkl'))\n", 1))
    (project / "again.py").write_text((project / "read.py").read_text())
    assert len(new(project)) == 1


def test_paths_choose_what_is_reported_and_old_ones_elsewhere_are_not_lost(project: Path) -> None:
    commit(project, TURNED, day=2)
    done = CliRunner().invoke(main, ["check", str(project / "read.py"), "--since", "HEAD~1", "--jobs", "1", "--select", "MLD104"])
    assert done.exit_code == 0 and "no new findings since HEAD~1" in done.stdout
    done = CliRunner().invoke(main, ["check", str(project / "train.py"), "--since", "HEAD~1", "--jobs", "1", "--select", "MLD104"])
    assert done.exit_code == 1 and "serve.py:2:7" in done.stdout, "its evidence lies there"
    (project / "copy.py").write_text((project / "read.py").read_text())
    done = CliRunner().invoke(main, ["check", str(project / "copy.py"), "--since", "HEAD", "--jobs", "1", "--select", "MLD104"])
    assert done.exit_code == 1 and "copy.py:5:11" in done.stdout, "the old one is still where it was"


def test_comments_and_the_baseline(project: Path) -> None:
    text = (project / "serve.py").read_text()
    commit(project, f"{TURNED}# file: serve.py\n{text.rstrip()}  # mldebt: ignore[MLD104] why\n", day=2)
    assert new(project, "HEAD~1") == []
    (project / "serve.py").write_text(text)
    assert new(project, "HEAD") == ["serve.py MLD104"], "the comment is gone"
    assert CliRunner().invoke(main, ["baseline", str(project), "--select", "MLD104"]).exit_code == 0
    assert new(project, "HEAD") == []
    (project / "more.py").write_text(text)
    assert new(project, "HEAD") == ["more.py MLD104"]
    assert new(project, "HEAD", "--no-baseline") == ["more.py MLD104", "serve.py MLD104"]


def test_what_the_settings_declared_then_counts_then_and_what_they_want_counts_as_they_do_now(project: Path) -> None:
    commit(project, "# file: mldebt.toml\nselect = ['MLD001']\n[[artifacts]]\npath = 'old.pkl'\nconsumers = ['read.py']\n", day=2)
    (project / "mldebt.toml").write_text("")
    assert new(project) == ["read.py MLD104"], "no longer declared"
    assert new(project, "HEAD", "--config", "artifacts=[]") == []
    assert new(project, "HEAD", "--isolated") == []
    (project / "mldebt.toml").write_text("select = ['MLD104']\n")
    commit(project, day=3)
    assert new(project, "HEAD~2") == [], "a rule that is wanted now finds nothing new in what did not change"
    commit(project, "# file: mldebt.toml\nno = 'such key'\n", day=4)
    commit(project, "# file: mldebt.toml\n", day=5)
    assert new(project, "HEAD~1") == [], "settings that were wrong declared nothing"


def test_outputs(project: Path) -> None:
    commit(project, TURNED, day=2)
    document = json.loads(run(project, "--since", "HEAD~1", "--output-format", "json").stdout)
    assert document["summary"] == {"error": 0, "warning": 1, "info": 0, "suppressed": 0, "baselined": 0, "by_rule": {"MLD104": 1}}
    log = json.loads(run(project, "--since", "HEAD~1", "--output-format", "sarif").stdout)
    assert [item["baselineState"] for item in log["runs"][0]["results"]] == ["new"]
    assert run(project, "--since", "HEAD~1", "--statistics").stdout.split() == ["1", "MLD104", "undeclared-consumer"]
    assert "1 known" in run(project, "--since", "HEAD~1", "--output-format", "html").stdout
    assert "since HEAD~1" in run(project, "--since", "HEAD~1", "--output-format", "markdown").stdout
    assert run(project, "--since", "HEAD~1", "--exit-zero").exit_code == 0
    assert run(project, "--since", "HEAD~1", "--fail-on", "error").exit_code == 0
    assert "flow as of HEAD~1: " in run(project, "--since", "HEAD~1", "--show-timings").stderr


def test_the_report_of_the_past_is_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(project, TURNED, day=2)
    runs: list[Path] = []
    real = answer._surveyed
    monkeypatch.setattr(answer, "_surveyed", lambda job, *words: runs.append(job.root.path) or real(job, *words))
    for expected, words in ((2, []), (0, []), (2, ["--no-cache"]), (2, ["--show-timings"])):
        runs.clear()
        assert new(project, "HEAD~1", *words) == ["serve.py MLD104"] and len(runs) == expected, words
    (project / "more.py").write_text("import joblib\njoblib.load('old.pkl')\n")
    runs.clear()
    assert new(project, "HEAD~1") == ["more.py MLD104", "serve.py MLD104"] and len(runs) == 1, "the past did not change"
    (project / "mldebt.toml").write_text("exclude = ['write.py']\n")
    assert new(project, "HEAD~1") == ["serve.py MLD104"], "settings that differ are no part of what is kept"


def test_a_rule_that_crashes_on_the_past_is_an_error_of_the_run(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(project, f"{TURNED}# file: read.py\n", day=2)
    spec, _ = detect_run.DETECTORS["degree"]

    def crashing(context: detect_run.Context, spec: object) -> Iterator[object]:
        if any(event.place.path == "read.py" for event in context.events):
            raise ZeroDivisionError("no such luck")
        return iter(())

    monkeypatch.setitem(detect_run.DETECTORS, "degree", (spec, crashing))
    done = run(project, "--since", "HEAD~1", "--select", "MLD206", "--no-cache")
    assert done.exit_code == 3 and "internal error in MLD206: " in done.stderr and "no such luck (as of HEAD~1)" in done.stderr


@pytest.mark.parametrize(("words", "why"), [
    (["--since", "nope"], "mldebt: --since nope: no commit, branch or tag `nope`"), (["--since", ""], "names no commit"),
    (["--since", "HEAD~1"], "goes back further than the history does"), (["--since", "0" * 40], "which may be shallow: `git fetch --unshallow` brings it")])
def test_a_wrong_revision_is_an_error_before_the_run(project: Path, words: list[str], why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mldebt.cli.check.answer_of", lambda *words, **more: pytest.fail("it ran"))
    done = run(project, *words)
    assert done.exit_code == 2 and why in done.stderr and done.stdout == ""


def test_no_repository(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    done = run(tmp_path, "--since", "HEAD")
    assert done.exit_code == 2 and "is in no git repository" in done.stderr


def test_a_project_below_the_top_and_one_that_was_not_there(project: Path) -> None:
    (project / "inner").mkdir()
    for name in ("read.py", "write.py", "mldebt.toml"):
        git(project, "mv", name, f"inner/{name}")
    assert new(project / "inner") == ["read.py MLD104"]
    commit(project, day=2)
    assert new(project / "inner") == []


@pytest.mark.parametrize("form", ["packed", "work tree", "shallow", "tag"])
def test_forms_of_repositories(project: Path, tmp_path: Path, form: str) -> None:
    commit(project, TURNED, day=2)
    revision = "HEAD~1"
    if form == "packed":
        git(project, "gc", "-q")
    elif form == "work tree":
        git(project, "worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
        project = tmp_path / "tree"
    elif form == "shallow":
        git(tmp_path, "clone", "-q", "--depth=1", project.as_uri(), str(tmp_path / "clone"))
        done = run(tmp_path / "clone", "--since", revision)
        assert done.exit_code == 2 and f"the object {git(project, 'rev-parse', revision)} is not in this clone" in done.stderr
        git(tmp_path / "clone", "fetch", "-q", "--unshallow")
        project = tmp_path / "clone"
    else:
        git(project, "tag", "-a", "v1", "-m", "one", revision)
        revision = "v1"
    assert new(project, revision) == ["serve.py MLD104"]


def test_files_without_their_contents_are_told_with_their_name(project: Path, tmp_path: Path) -> None:
    commit(project, TURNED, day=2)
    git(project, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", project.as_uri(), str(tmp_path / "clone"))
    assert new(tmp_path / "clone") == [], "what did not change is on the disk"
    done = run(tmp_path / "clone", "--since", "HEAD~1")
    assert done.exit_code == 2 and "train.py of " in done.stderr and "`git fetch --refetch` without a filter brings it" in done.stderr


def test_submodules(project: Path, tmp_path: Path) -> None:
    for name, text in (("lib", "# file: mine.py\nimport joblib\njoblib.dump({}, 'lib.pkl')\n# file: theirs.py\nimport joblib\njoblib.load('lib.pkl')\n"),):
        commit(tmp_path / name, text, day=1)
    git(project, "submodule", "--quiet", "add", str(tmp_path / "lib"), "lib")
    commit(project, day=2)
    assert "lib/theirs.py MLD104" in new(project, "HEAD~1") and new(project) == []
    commit(project / "lib", "# file: third.py\nimport joblib\njoblib.load('lib.pkl')\n", day=3)
    assert new(project) == ["lib/third.py MLD104"]
    was = past(project, "HEAD")
    assert {"lib/mine.py", "lib/theirs.py"} <= set(was.files) and was.unknown == ()
    git(project, "update-index", "--cacheinfo", f"160000,{'1' * 40},lib")
    git(project, "commit", "-q", "-m", "a commit that nobody has")
    assert new(project) == [] and "note: submodule lib: its commit of HEAD is not in this clone" in run(project, "--since", "HEAD").stderr


HOSTILE = """
# file: mldebt.toml
exclude = ["third_party"]
# file: third_party/a.py
x = 1
# file: venv/b.py
x = 1
# file: env/pyvenv.cfg
# file: env/c.py
x = 1
# file: ignored/d.py
x = 1
# file: .gitignore
ignored
# file: deep/er/conf.yaml
a: 1
# file: data.json
{}
# file: large.json
LARGE
# file: n.ipynb
x = 1
"""


def test_what_a_commit_holds_is_what_a_checkout_of_it_would_be(tmp_path: Path) -> None:
    root, folder = tmp_path / "root", tmp_path / "blobs"
    folder.mkdir()
    commit(root, HOSTILE.replace("LARGE", '"' + "x" * (300 << 10) + '"'), day=1)
    git(root, "add", "-f", "ignored/d.py")
    (root / "bad\x1bname.py").write_text("x = 1\n")
    os.symlink("n.ipynb", root / "link.py")
    os.symlink("deep", root / "folder")
    commit(root, day=2)
    now = discover(root, ("third_party",))
    was = past(root, "HEAD").discovery(folder, now, ("third_party",))
    assert was.files == now.files and was.names == now.names and was.present == now.present and list(folder.iterdir()) == []
    assert {file.path for file in was.files} >= {"ignored/d.py", "bad\\x1bname.py", "deep/er/conf.yaml", "data.json", "n.ipynb"}
    (root / "n.ipynb").unlink()
    (root / "deep/er/conf.yaml").write_text("a: 2\n")
    (root / "untracked.py").write_text("x = 1\n")
    later = past(root, "HEAD").discovery(folder, discover(root, ("third_party",)), ("third_party",))
    assert [(file.path, file.kind, file.size) for file in later.files] == [(file.path, file.kind, file.size) for file in now.files]
    assert later.names == now.names and "untracked.py" not in later.present
    changed = {file.path: file.absolute.read_text() for file in later.files if file.absolute.parent == folder}
    assert changed["deep/er/conf.yaml"] == "a: 1\n" and len(changed) == 2


def test_trees_without_end(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few objects can stand for more files than a disk holds: forty trees, each twice in the next."""
    tree = git(project, "rev-parse", "HEAD^{tree}")
    for _ in range(40):
        (project / "rows").write_text(f"040000 tree {tree}\ta\n040000 tree {tree}\tb\n")
        tree = subprocess.run(["git", "mktree"], cwd=project, stdin=(project / "rows").open(), capture_output=True, text=True).stdout.strip()
    git(project, "update-ref", "refs/heads/bomb", git(project, "commit-tree", "-m", "bomb", tree))
    monkeypatch.setattr(past_module, "_MAX_FOLDERS", 3000)
    with pytest.raises(ConfigError, match="the repository cannot be read: more than"):
        past(project, "bomb")
    done = run(project, "--since", "bomb")
    assert done.exit_code == 2 and "mldebt: --since bomb: the repository cannot be read" in done.stderr


CONFIG = """
[core]
	fsmonitor = touch MARK
	hooksPath = hooks
	pager = touch MARK
	editor = touch MARK
	sshCommand = touch MARK
	gitProxy = touch MARK
	alternateRefsCommand = touch MARK
	attributesFile = traps
[include]
	path = more
[includeIf "gitdir:**"]
	path = more
[filter "trap"]
	clean = touch MARK
	smudge = touch MARK
	process = touch MARK
[diff "trap"]
	command = touch MARK
	textconv = touch MARK
[merge "trap"]
	driver = touch MARK
[alias]
	rev-parse = !touch MARK
	cat-file = !touch MARK
	show = !touch MARK
[remote "origin"]
	url = ext::sh -c "touch MARK"
	promisor = true
	partialclonefilter = blob:none
[credential]
	helper = !touch MARK
[gpg]
	program = touch MARK
"""


def test_nothing_that_a_repository_configures_is_started(project: Path, tmp_path: Path) -> None:
    """An audit hook in the parent and in every worker sees each program that starts; the missing objects of a partial clone are not fetched either."""
    commit(project, f"{TURNED}# file: .gitattributes\n*.py filter=trap diff=trap merge=trap\n", day=2)
    mark, log = tmp_path / "mark", tmp_path / "log"
    with (project / ".git/config").open("a") as stream:
        stream.write(CONFIG.replace("MARK", str(mark)))
    (project / ".git/more").write_text(f"[core]\n\tfsmonitor = touch {mark}\n")
    for name in ("pre-commit", "post-checkout", "post-index-change", "fsmonitor-watchman", "reference-transaction"):
        (project / ".git/hooks" / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (project / ".git/hooks" / name).chmod(0o755)
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.replace("{watch!r}", repr(WATCH)))
    own = {**os.environ, "TRAPPED": os.path.realpath(project), "WATCHED": str(log), "HOME_OF_MLDEBT": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    for revision, code in (("HEAD~1", 1), ("HEAD^{}", 0), ("main...", 0), ("HEAD~9", 2), ("1" * 40, 2)):
        words = [sys.executable, str(program), "check", ".", "--select", "MLD104", "--since", revision]
        done = subprocess.run(words, cwd=project, capture_output=True, text=True, env=own)
        assert done.returncode == code, done.stderr
    told = set(log.read_text().splitlines())
    assert told == {"parent", "worker"} and not mark.exists()
    subprocess.run(["git", "status"], cwd=project, capture_output=True)
    assert mark.exists(), "git itself would have started it"
