"""The walk over a project: kinds, ignore files, links, pipes, names that no terminal should be given."""

import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mldebt.config import Settings
from mldebt.discover.files import Discovery, discover
from mldebt.discover.kinds import kind_of
from mldebt.pipeline import check


def touch(root: Path, *names: str, text: str = "x = 1\n") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def paths(found: Discovery) -> list[str]:
    return [file.path for file in found.files if not file.problem]


@pytest.mark.parametrize(("path", "kind"), [
    ("a/Dockerfile", "docker"), ("Dockerfile.gpu", "docker"), ("gpu.Dockerfile", "docker"), ("Dockerfile_cpu", "docker"), ("dockerfile", "docker"),
    ("Containerfile", "docker"), ("Dockerfile.dockerignore", ""), ("Dockerfile.j2", "text"), ("dockerfile.md", "markdown"), ("test_dockerfile.py", "python"),
    ("requirements.txt", "requirements"), ("requirements-dev.txt", "requirements"), ("dev_requirements.txt", "requirements"), ("notes.txt", "text"),
    ("requirements/base.txt", "requirements"), ("requirements.in", "requirements"), ("my_requirements_of_life.pdf", ""), ("constraints.txt", "requirements"),
    (".env", "env"), (".env.local", "env"), ("prod.env", "env"), ("Snakefile", "snakemake"), ("rules/map.smk", "snakemake"), ("setup.cfg", "ini"),
    ("data.csv.dvc", "yaml"), ("dvc.lock", "yaml"), ("config.json", "json"), ("query.SQL", "sql"), ("Pipfile", "toml"), ("model.pkl", ""),
])
def test_kinds(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def test_large_json_is_data() -> None:
    assert kind_of("a.json", 256 << 10) == "json" and kind_of("a.json", (256 << 10) + 1) == "" and kind_of("a.yaml", 1 << 20) == "yaml"


def test_ignore_files_nested_negated_and_broken(tmp_path: Path) -> None:
    touch(tmp_path, "a.py", "gen_one.py", "sub/gen_two.py", "sub/gen_keep.py", "sub/deep/b.py", "sub/deep/only/c.py", "build/d.py", "e.py")
    touch(tmp_path, ".gitignore", text="gen_*.py\n!\n[z-a]\nbuild/\n/e.py\n")
    touch(tmp_path, "sub/.gitignore", text="!gen_keep.py\n/deep/*\n!/deep/only/\n")
    found = discover(tmp_path)
    assert paths(found) == ["a.py", "sub/deep/only/c.py", "sub/gen_keep.py"]
    assert {"e.py", "sub/gen_two.py", "build/"} <= found.present, "what is ignored exists all the same"
    assert len(paths(discover(tmp_path, respect_gitignore=False))) == 8


def test_default_excludes_and_own_ones(tmp_path: Path) -> None:
    touch(tmp_path, "a.py", "node_modules/x.py", ".venv/y.py", "lib/site-packages/z.py", "env/gym.py", "made/pyvenv.cfg", "made/w.py",
          "conda/conda-meta/h.json", "conda/v.py", "third_party/u.py", "pyvenv.cfg")
    found = discover(tmp_path, ["third_party"])
    assert paths(found) == ["a.py", "env/gym.py", "pyvenv.cfg"], "a folder is an environment by what it holds; the project itself never is"
    assert {"made/", "conda/", "node_modules/", "third_party/"} <= found.present


def test_links_are_not_followed_and_exist(tmp_path: Path) -> None:
    touch(tmp_path, "src/a.py")
    (tmp_path / "b.py").symlink_to("src/a.py")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    (tmp_path / "self.py").symlink_to("self.py")
    found = discover(tmp_path)
    assert paths(found) == ["src/a.py"]
    assert found.present == {"src/a.py", "b.py", "loop/", "gone.py", "self.py"}


def test_pipes_do_not_block(tmp_path: Path) -> None:
    touch(tmp_path, "a.py")
    for name in ("x.py", "Makefile", ".gitignore", ".git"):
        os.mkfifo(tmp_path / name)
    assert paths(discover(tmp_path)) == ["a.py"]
    assert check(tmp_path, Settings(), jobs=1).files == 1


ODD = [
    "000.py", "CNN_v1.0.0.py", "my-script.py", "two words.py", "=====.py",
    "{{ cookiecutter.repo }}/x.py", "データ\u3000分析/学習.py", "emoji 👩‍💻.py", "#a#.py",
    "-rf.py",
]


def test_odd_names_are_analysed(tmp_path: Path) -> None:
    touch(tmp_path, *ODD)
    assert paths(discover(tmp_path)) == sorted(ODD)
    report = check(tmp_path, Settings(), jobs=1)
    assert report.files == len(ODD) and [item for item in report.findings if item.code == "MLD000"] == []


@pytest.mark.parametrize(("name", "shown"), [
    (b"bell\x07.py", r"bell\x07.py"), (b"line\nfeed.ipynb", r"line\nfeed.ipynb"), (b"esc\x1b[2J/a.py", r"esc\x1b[2J/a.py"),
    (b"latin\xe9.py", r"latin\udce9.py"), ("turn\u202eyp.py".encode(), r"turn\u202eyp.py"),
])
def test_names_that_cannot_be_shown_are_told_with_escapes(tmp_path: Path, name: bytes, shown: str) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(path, "w") as stream:
            stream.write("x = 1\n")
    except OSError:
        pytest.skip("the file system has no such names")
    touch(tmp_path, "a.py")
    found = check(tmp_path, Settings(), jobs=1).findings
    assert [(item.code, item.path, item.line) for item in found] == [("MLD000", shown, 1)]
    assert found[0].message.startswith("the name holds control characters") and shown.isprintable()


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a.py", "locked/b.py")
    listing = os.scandir

    def scandir(folder: Path) -> Iterator[os.DirEntry[str]]:
        if folder.name == "locked":
            raise PermissionError(13, "Permission denied")
        return listing(folder)  # type: ignore[return-value]

    monkeypatch.setattr(os, "scandir", scandir)
    found = discover(tmp_path)
    assert paths(found) == ["a.py"] and "locked/" in found.present
    assert [(file.path, file.problem) for file in found.files if file.problem] == [("locked", "the folder cannot be read: Permission denied")]


def test_very_deep_folders(tmp_path: Path) -> None:
    path = "/".join("d" * 250) + "/a.py"
    touch(tmp_path, path)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 150)
    try:
        assert paths(discover(tmp_path)) == [path]
    finally:
        sys.setrecursionlimit(limit)


def git(folder: Path, *words: str) -> None:
    quiet = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=folder, check=True, capture_output=True, env=quiet)


def test_ignore_files_of_the_repository_and_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top, home = tmp_path / "top", tmp_path / "home"
    touch(top, "a.py", "by_user.py", "by_repository.py", "by_folder.py", "sub/by_folder.py", "sub/b.py", "sub/by_user.py", "sub/kept_by_folder.py")
    touch(home, ".config/git/ignore", text="by_user.py\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert len(paths(discover(top))) == 8, "without a repository these say nothing"
    git(top, "init", "-q")
    touch(top, ".git/info/exclude", text="by_repository.py\n")
    touch(top, ".gitignore", text="*by_folder.py\n")
    touch(top, "sub/.gitignore", text="!kept_by_folder.py\n")
    assert paths(discover(top)) == ["a.py", "sub/b.py", "sub/kept_by_folder.py"]
    assert paths(discover(top / "sub")) == ["b.py", "kept_by_folder.py"], "the ignore files above a project hold in it"
    touch(home, ".gitconfig", text='[user]\nexcludesfile = no\n[core]\n\teditor = vi\n\texcludesFile = "~/mine" # x\n')
    touch(home, "mine", text="b.py\n")
    assert paths(discover(top / "sub")) == ["by_user.py", "kept_by_folder.py"], "the file that the settings name stands instead of the default one"
    touch(top, ".gitignore", text="/sub/\n")
    assert paths(discover(top)) == ["a.py", "by_folder.py", "by_user.py"]
    git(top, "add", "-f", "sub/b.py", "by_repository.py")
    tracked = ["a.py", "by_folder.py", "by_repository.py", "by_user.py", "sub/b.py"]
    assert paths(discover(top)) == tracked, "what is tracked is not ignored, but the rest of its folder is"
    git(top, "rm", "-q", "--cached", "sub/b.py", "by_repository.py")
    assert "b.py" in paths(discover(top / "sub", respect_gitignore=False)) and "kept_by_folder.py" in paths(discover(top / "sub"))
