"""The hooks through pre-commit itself, installed from a repository as users have it, in real git repositories; nothing comes from the network."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from expectations import write_sections
from repositories import QUIET, git

from mldebt.discover import kinds

ROOT = Path(__file__).parents[1]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
PACKAGE = """
# file: pyproject.toml
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "mldebt"
version = "1"
# file: backend.py
import zipfile
from pathlib import Path


def build_wheel(folder, *words):
    name = "mldebt-1-py3-none-any.whl"
    with zipfile.ZipFile(Path(folder) / name, "w") as wheel:
        for part, home in (("mldebt", "mldebt"), ("rules", "mldebt/_rules")):
            for path in sorted(Path(part).rglob("*")):
                if path.is_file():
                    wheel.write(path, f"{home}/{path.relative_to(part).as_posix()}")
        wheel.writestr("mldebt-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: mldebt\\nVersion: 1\\n")
        wheel.writestr("mldebt-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("mldebt-1.dist-info/entry_points.txt", "[console_scripts]\\nmldebt = mldebt.__main__:program\\n")
        wheel.writestr("mldebt-1.dist-info/RECORD", "")
    return name
"""
PROJECT = """
# file: mldebt.toml
exclude = ["third_party"]
# file: train.py
import joblib
joblib.dump({}, "build/model.pkl")
# file: serve.py
import joblib
print(joblib.load("out/model.pkl"))
# file: third_party/write.py
import joblib
joblib.dump({}, "theirs.pkl")
# file: third_party/read.py
import joblib
joblib.load("theirs.pkl")
"""
TURNED = 'import joblib\njoblib.dump({}, "out/model.pkl")\n'
READ = 'import joblib\njoblib.load("out/model.pkl")\n'


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What all tests share: the repository that hooks come from, and the environments that pre-commit installs."""
    folder = tmp_path_factory.mktemp("home")
    for part in ("mldebt", "rules"):
        shutil.copytree(ROOT / part, folder / "mldebt" / part, ignore=shutil.ignore_patterns("__pycache__"))
    write_sections(PACKAGE, folder / "mldebt")
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", folder / "mldebt")
    git(folder / "mldebt", "init", "-q")
    git(folder / "mldebt", "add", "-A")
    git(folder / "mldebt", "commit", "-q", "-m", "1")
    git(folder / "mldebt", "tag", "v1")
    return folder


def environment(home: Path) -> dict[str, str]:
    """The dependencies of the hook are those of the tests, so that none is fetched; git knows who commits."""
    site = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    who = {f"GIT_{kind}_{key}": value for kind in ("AUTHOR", "COMMITTER") for key, value in (("NAME", "a"), ("EMAIL", "a@b"))}
    return {**QUIET, **who, "PRE_COMMIT_HOME": str(home / "pre-commit"), "HOME": str(home), "PYTHONPATH": site, "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1",
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])), "PRE_COMMIT_COLOR": "never"}


class Project:
    """A repository with hooks from `home`, and pre-commit in it."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.own = folder, environment(home)
        self.source = (home / "mldebt").as_uri()
        write_sections(PROJECT, folder)
        self.configure({"id": "mldebt"})
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "first")

    def configure(self, *hooks: dict[str, object]) -> None:
        table = {"repos": [{"repo": self.source, "rev": "v1", "hooks": list(hooks)}]}
        (self.folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(table))

    def write(self, text: str, name: str, *, staged: bool = True) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)
        if staged:
            git(self.folder, "add", "-f", name)

    def call(self, *words: str) -> tuple[int, str]:
        done = subprocess.run(words, cwd=self.folder, env=self.own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def run(self, *words: str) -> tuple[int, str]:
        """Return exit code and output of `pre-commit run`."""
        git(self.folder, "add", ".pre-commit-config.yaml")
        return self.call(sys.executable, "-m", "pre_commit", "run", "--color=never", *words)


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Project:
    return Project(tmp_path / "project", home)


def test_a_change_that_makes_an_untouched_file_wrong(project: Project) -> None:
    project.write(TURNED, "train.py")
    code, said = project.run()
    assert code == 1 and "serve.py:2:7: MLD104 [undeclared-consumer] warning: " in said, said
    assert "theirs.pkl" not in said
    project.write(TURNED.replace("out", "other"), "train.py")
    assert project.run()[0] == 0


def test_what_is_not_staged_is_not_judged_and_what_is_staged_is(project: Project) -> None:
    project.call(sys.executable, "-m", "pre_commit", "install")
    project.write("import joblib\njoblib.dump([], \"build/model.pkl\")\n", "train.py")
    project.write(TURNED, "train.py", staged=False)
    code, said = project.call("git", "commit", "-m", "the half of it")
    assert code == 0 and "mldebt" in said and "Passed" in said and (project.folder / "train.py").read_text() == TURNED
    git(project.folder, "add", "train.py")
    project.write("import joblib\n", "train.py", staged=False)
    code, said = project.call("git", "commit", "-m", "the other half")
    assert code == 1 and "serve.py:2:7: MLD104" in said and (project.folder / "train.py").read_text() == "import joblib\n"
    assert git(project.folder, "rev-list", "--count", "HEAD") == "2"


def test_renamed_and_deleted_files(project: Project) -> None:
    project.write(TURNED, "train.py")
    git(project.folder, "commit", "-q", "-m", "an old debt")
    git(project.folder, "mv", "serve.py", "app.py")
    code, said = project.run()
    assert code == 1 and "app.py:2:7: MLD104" in said and "`app.py` reads" in said
    git(project.folder, "mv", "app.py", "strange name ü.py")
    assert "strange name ü.py:2:7: MLD104" in project.run()[1]
    git(project.folder, "rm", "-q", "-f", "strange name ü.py")
    assert project.run()[0] == 0
    project.call(sys.executable, "-m", "pre_commit", "install")
    code, said = project.call("git", "commit", "-a", "-m", "gone")
    assert code == 0, said
    project.write(TURNED, "later.py")
    (project.folder / "later.py").unlink()  # staged, but gone from the disk: pre-commit brings it back for the time of the run
    assert project.run()[0] == 0 and not (project.folder / "later.py").exists()


def test_excluded_files_passed_by_name(project: Project) -> None:
    project.write("import joblib\njoblib.dump({1: 2}, 'theirs.pkl')\n", "third_party/write.py")
    assert project.run()[0] == 0
    code, said = project.run("--files", "third_party/write.py", "train.py", "--verbose")
    assert code == 0 and "MLD" not in said
    project.write("x = 1\n", "venv/inner.py")
    assert project.run("--all-files")[0] == 0
    project.configure({"id": "mldebt", "args": ["--config", "exclude=[]"]})
    assert "third_party/read.py:2:1: MLD104" in project.run("--files", "third_party/write.py")[1]


def test_notebooks(project: Project) -> None:
    project.write(TURNED, "train.py")
    git(project.folder, "commit", "-q", "-m", "an old debt")
    (project.folder / "serve.py").unlink()
    write_sections("# file: look.ipynb\nimport joblib\n# %%\n\njoblib.dump(joblib.load('out/model.pkl'), 'copy.pkl')\n", project.folder)
    git(project.folder, "add", "-A")
    code, said = project.run()
    assert code == 1 and "look.ipynb:cell 2:2:13: MLD104" in said


def test_several_hooks_at_once_and_each_at_its_stage(project: Project, tmp_path: Path) -> None:
    project.write(TURNED, "train.py")
    project.configure({"id": "mldebt"}, {"id": "mldebt-full", "stages": ["pre-commit"]})
    code, said = project.run()
    assert code == 1 and said.count("hook id: mldebt\n") == said.count("hook id: mldebt-full\n") == 1
    assert "serve.py:2:7: MLD104 [undeclared-consumer] warning" in said and "Found 1 warning in 2 files" in said
    project.configure({"id": "mldebt"}, {"id": "mldebt-full"})
    assert "mldebt-full" not in project.run()[1] and "hook id: mldebt-full" in project.run("--hook-stage", "manual")[1]
    git(tmp_path, "init", "-q", "--bare", "remote")
    project.call(sys.executable, "-m", "pre_commit", "install", "--hook-type", "pre-push")
    git(project.folder, "commit", "-q", "-m", "a debt", "-a")
    code, said = project.call("git", "push", str(tmp_path / "remote"), "HEAD:main")
    assert code == 1 and "Found 1 warning in 2 files" in said
    project.write(TURNED.replace("out", "other"), "train.py")
    git(project.folder, "commit", "-q", "-m", "mended")
    code, said = project.call("git", "push", str(tmp_path / "remote"), "HEAD:main")
    assert code == 0 and "Passed" in said, said


def test_only_what_is_new_counts(project: Project) -> None:
    """In an old code base: with a baseline, or with the commit that the next one comes after."""
    project.write(TURNED, "train.py")
    git(project.folder, "commit", "-q", "-m", "an old debt")
    project.write(TURNED + "print()\n", "train.py")
    assert project.run()[0] == 1
    project.configure({"id": "mldebt", "args": ["--since", "HEAD"]})
    assert project.run()[0] == 0
    project.write(READ, "again.py")
    code, said = project.run()
    assert code == 1 and "again.py:2:1: MLD104" in said and "serve.py:2" not in said
    project.configure({"id": "mldebt"})
    subprocess.run([sys.executable, "-m", "mldebt", "baseline", str(project.folder)], cwd=ROOT, check=True, capture_output=True)
    git(project.folder, "add", "-A")
    assert project.run()[0] == 0


def test_many_processes_on_one_cache(project: Project, tmp_path: Path) -> None:
    """Eight runs at once, each of them in several processes, begin with an empty cache and say the same."""
    for number in range(40):
        project.write(f"import joblib\njoblib.dump([], 'data/rows{number}.pkl')\n", f"write{number}.py")
        project.write(f"import joblib\n\n\ndef load():\n    return joblib.load('data/rows{number}.pkl')\n\n\nload()\n", f"part{number}.py")
    project.configure({"id": "mldebt", "require_serial": False})
    project.run("--files", "third_party/read.py")  # installed, with no run
    own = {**project.own, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    words = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color=never"]
    runs = [subprocess.Popen(words, cwd=project.folder, env=own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(8)]
    said = [(done.communicate()[0], done.returncode) for done in runs]
    places = [sorted(re.findall(r"^\S+: MLD104", text, re.MULTILINE)) for text, _ in said]
    assert {code for _, code in said} == {1} and all(found == places[0] for found in places)
    assert {place.partition(":")[0] for place in places[0]} >= {f"part{number}.py" for number in range(40)}
    assert len(list((tmp_path / "cache" / "mldebt").glob("*/facts-*.sqlite"))) == 1


def test_files_that_findings_can_stand_in_are_passed() -> None:
    files, shown = re.compile(HOOKS[0]["files"]), {"text", "markdown", ""}
    names = [*kinds._NAMES, *(f"a{ending}" for ending in kinds._ENDINGS), "Dockerfile", "serve.Dockerfile", "docker/Dockerfile.gpu", "Containerfile",
             ".env.prod", "Snakefile.old", "requirements.txt", "requirements/base.in", "a/dev-requirements.txt", "constraints.txt", "a/b/c.PY"]
    assert {name for name in names if kinds.kind_of(name) not in shown} == {name for name in names if files.search(name)}
    assert not any(files.search(name) for name in ("README.md", "notes.txt", "a.csv", "model.pkl", "page.html", "python"))
