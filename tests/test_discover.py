"""The walk: ignore files, links, odd names, and what exists according to git's index."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mldebt.config import Settings
from mldebt.discover.files import Discovery, discover
from mldebt.discover.git_index import read_index
from mldebt.model.finding import Report
from mldebt.pipeline import check

IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the user's own ignore file out, and let no test hang."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    signal.alarm(60)
    yield
    signal.alarm(0)


def write(root: Path, *names: str, **texts: str) -> Path:
    """Write files, empty or with a text (`a__b` stands for `a/b`), below `root`."""
    for name, text in (*((name, "") for name in names), *((name.replace("__", "/").replace("_dot_", "."), text) for name, text in texts.items())):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *IDENTITY, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def repository(root: Path, *options: str) -> Path:
    """Make `root` a repository that tracks all its files."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q", *options)
    git(root, "add", "-A", "-f")
    return root


def paths(found: Discovery) -> list[str]:
    return [file.path for file in found.files]


def read(name: str) -> str:
    return f"import pandas as pd\npd.read_csv({name!r})\n"


# Ignore files


def test_ignore_files_nest_and_the_last_word_counts(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "b.py", "keep/a.py", "keep/b.py", "out/x.py", "deep/out/y.py", "deep/z.py", "keep/inner/a.py")
    write(tmp_path, _dot_gitignore="a.py\n/out/\n# b.py\n", keep___dot_gitignore="!a.py\n", keep__inner___dot_gitignore="a.*\n!a.pyc\n")
    write(tmp_path, deep___dot_gitignore="z.py\n!z.py\n")
    assert paths(discover(tmp_path)) == ["b.py", "deep/out/y.py", "deep/z.py", "keep/a.py", "keep/b.py"]
    assert "a.py" in paths(discover(tmp_path, respect_gitignore=False)) and "out/x.py" in paths(discover(tmp_path, respect_gitignore=False))


def test_a_file_in_an_ignored_folder_cannot_be_taken_back(tmp_path: Path) -> None:
    write(tmp_path, "build/a.py", _dot_gitignore="build/\n!build/a.py\n", build___dot_gitignore="!a.py\n")
    assert paths(discover(tmp_path)) == []


def test_ignore_files_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "repo"
    write(root, "a.py", "b.py", "c.py", "d.py", "sub/a.py", "sub/b.py", "sub/c.py", "sub/d.py", "sub/e.py")
    git(root, "init", "-q")
    write(root, _dot_gitignore="/sub/a.py\n")
    (root / ".git/info/exclude").write_text("b.py\n")
    write(tmp_path, home___dot_config__git__ignore="c.py\n", other__git__ignore="d.py\n")
    assert paths(discover(root)) == ["a.py", "d.py", "sub/d.py", "sub/e.py"]
    assert paths(discover(root / "sub")) == ["d.py", "e.py"], "the files of the folders above hold in a part of the repository too"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "other"))
    assert paths(discover(root / "sub")) == ["c.py", "e.py"]
    assert len(paths(discover(root, respect_gitignore=False))) == 9


def test_the_own_ignore_file_is_git_s_and_holds_in_repositories_only(tmp_path: Path) -> None:
    write(tmp_path, home___dot_config__git__ignore="*.py\n")
    assert paths(discover(write(tmp_path / "plain", "a.py"))) == ["a.py"]


def test_what_git_tracks_is_not_ignored(tmp_path: Path) -> None:
    root = repository(write(tmp_path / "repo", "src/data/make.py", "src/fit.py", _dot_gitignore="data/\n"))
    write(root, "src/data/scratch.py", "data/other.py")
    assert paths(discover(root)) == ["src/data/make.py", "src/fit.py"]


def test_default_and_given_excludes(tmp_path: Path) -> None:
    write(tmp_path, "a.py", ".venv/lib/a.py", "node_modules/x/a.py", "__pycache__/a.py", ".ipynb_checkpoints/a.ipynb", "old/a.py", "src/old_a.py")
    write(tmp_path, "mine/pyvenv.cfg", "mine/a.py")
    assert paths(discover(tmp_path)) == ["a.py", "old/a.py", "src/old_a.py"]
    assert paths(discover(tmp_path, ["old/", "src/*.py"])) == ["a.py"]


def test_ignore_files_that_are_none(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "b/a.py", "c/a.py", patterns="a.py\n")
    os.mkfifo(tmp_path / ".gitignore")
    (tmp_path / "b/.gitignore").symlink_to("../patterns")
    (tmp_path / "c/.gitignore").write_bytes(b"\xff\xfe\n[\n!\n")
    assert paths(discover(tmp_path)) == ["a.py", "b/a.py", "c/a.py"]


# Links, pipes, names, folders


def test_links_are_names_but_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "pkg/a.py", "data.csv")
    (tmp_path / "pkg/loop").symlink_to("..")
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "copy.py").symlink_to("pkg/a.py")
    (tmp_path / "linked.csv").symlink_to("data.csv")
    (tmp_path / "outside.py").symlink_to("/dev/zero")
    found = discover(tmp_path)
    assert paths(found) == ["pkg/a.py"]
    assert {"linked.csv", "copy.py", "pkg/loop", "self"} <= found.names


def test_pipes_are_never_opened(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "mldebt_dot_toml")
    for name in ("x.py", "y.ipynb", "z.yaml", "Makefile"):
        os.mkfifo(tmp_path / name)
    assert paths(discover(tmp_path)) == ["a.py"]
    assert check(tmp_path, Settings(), jobs=1).files == 1


@pytest.mark.parametrize("name", [
    "000.py", "CNN_v1.0.0.py", "my-script.py", "my script.py", "=====/a.py", "{{ cookiecutter.repo }}/x.py", "-x.py", "[a].py", "é.py", "a.PY", "#a.py",
    "!a.py", "x" * 240 + ".py", "a\\b.py",
])
def test_odd_names(tmp_path: Path, name: str) -> None:
    write(repository(tmp_path / "repo"), name, "data.csv")
    git(tmp_path / "repo", "add", "-A")
    found = discover(tmp_path / "repo")
    assert paths(found) == [name] and found.names == {name, "data.csv"}
    assert check(tmp_path / "repo", Settings(), jobs=1).files == 1


@pytest.mark.parametrize(("name", "shown"), [
    (b"bad\x1b[31m.py", r"bad\x1b[31m.py"), (b"a\nb.py", r"a\nb.py"), (b"latin\xe9.py", r"latin\xe9.py"), ("a\u00a0b.py".encode(), r"a\xa0b.py"),
    ("a\u202eb.py".encode(), r"a\u202eb.py"), (b"fol\x07der/x.py", r"fol\x07der/x.py"),
])
def test_names_that_cannot_be_printed_are_analysed_under_an_escaped_name(tmp_path: Path, name: bytes, shown: str) -> None:
    absolute = os.path.join(os.fsencode(tmp_path), name)
    os.makedirs(os.path.dirname(absolute), exist_ok=True)
    with open(absolute, "w") as stream:
        stream.write("x = = 1\n")
    assert paths(discover(tmp_path)) == [shown]
    (finding,) = check(tmp_path, Settings(), jobs=1).findings
    assert (finding.code, finding.path) == ("MLD000", shown) and shown.isprintable()


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.py", "closed/b.py")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert paths(discover(tmp_path)) == ["a.py"]
    (finding,) = check(tmp_path, Settings(), jobs=1).findings
    assert (finding.code, finding.path, finding.message) == ("MLD000", "closed", "the folder cannot be read: Permission denied")


# The index


def test_a_folder_without_a_repository_holds_what_the_disk_holds(tmp_path: Path) -> None:
    found = discover(write(tmp_path, "a.py", "data/x.csv"))
    assert found.names == found.present == {"a.py", "data/x.csv"}


@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_tracked_files_exist_whether_or_not_the_disk_holds_them(tmp_path: Path, version: str, form: str) -> None:
    names = ["a.py", "data/big.csv", "data/bigger.csv", "data/é \t.csv", "long/" * 40 + "x" * 200, "long/" * 40 + "y.txt"]
    names += [f"n/{'z' * size}.csv" for size in range(1, 20)]
    root = repository(write(tmp_path / "repo", *names), f"--object-format={form}")
    git(root, "update-index", "--index-version", version)
    if version == "3":
        write(root, "later.csv")
        git(root, "add", "-N", "later.csv")
        git(root, "update-index", "--skip-worktree", "data/big.csv")
        names.append("later.csv")
    (root / "data/big.csv").unlink()
    write(root, "data/untracked.csv", "new.py")
    found = discover(root)
    assert (root / ".git/index").read_bytes()[7] == int(version)
    assert found.names == set(names) and set(git(root, "ls-files", "-z").split("\0")) == {*names, ""}
    assert {"data/untracked.csv", "new.py"} <= found.present and "data/big.csv" not in found.present
    assert paths(found) == ["a.py", "new.py"], "a new file is analysed though git does not track it yet"


def test_a_part_of_a_repository(tmp_path: Path) -> None:
    root = repository(write(tmp_path / "repo", "part/a.py", "part/x.csv", "partly/y.csv", "top.csv"))
    write(root, "part/untracked.csv", "fresh/z.csv")
    assert discover(root / "part").names == {"a.py", "x.csv"}
    assert discover(root / "fresh").names == {"z.csv"}, "git knows nothing of this part: the disk says what exists"


def test_worktrees_and_submodules_have_an_index_of_their_own(tmp_path: Path) -> None:
    inner = repository(write(tmp_path / "inner", "lib.py", "table.csv"))
    git(inner, "commit", "-qm", "first")
    root = repository(write(tmp_path / "repo", "a.py"))
    git(root, "submodule", "--quiet", "add", str(inner), "vendor/inner")
    git(root, "commit", "-qm", "first")
    write(root, "vendor/inner/new.csv")
    assert discover(root).names == {"a.py", ".gitmodules", "vendor/inner", "vendor/inner/lib.py", "vendor/inner/table.csv"}
    assert discover(root / "vendor/inner").names == {"lib.py", "table.csv"}
    git(root, "worktree", "add", "-q", str(tmp_path / "tree"))
    git(write(tmp_path / "tree", "b.csv"), "add", "b.csv")
    (root / ".git/info/exclude").write_text("c.py\n")
    write(tmp_path / "tree", "c.py", "d.csv")
    found = discover(tmp_path / "tree")
    assert found.names == {"a.py", "b.csv", ".gitmodules", "vendor/inner"} and paths(found) == ["a.py"]


def damaged(raw: bytes) -> Iterator[bytes]:
    """Yield indexes that none can read: cut, changed, of a later version, with unknown parts, of one kind only in name."""
    yield from (raw[:size] for size in (0, 4, 11, 12, 60, len(raw) // 2, len(raw) - 1))
    yield raw[:40] + bytes([raw[40] ^ 1]) + raw[41:]
    zero = bytes(20)
    yield raw[:7] + b"\5" + raw[8:-20] + zero
    yield raw[:8] + b"\xff\xff\xff\xff" + raw[12:-20] + zero
    yield raw[:-20] + b"link\0\0\0\0" + zero
    yield raw[:-20] + b"TREE\x7f\xff\xff\xff" + zero
    yield b"PACK" + raw[4:]


def test_a_damaged_index_is_as_if_absent(tmp_path: Path) -> None:
    root = repository(write(tmp_path / "repo", "a.py", "x.csv"))
    raw = (root / ".git/index").read_bytes()
    write(root, "untracked.csv")
    for broken in damaged(raw):
        (root / ".git/index").write_bytes(broken)
        assert read_index(root / ".git/index") is None and "untracked.csv" in discover(root).names
    (root / ".git/index").write_bytes(raw[:-20] + bytes(20))
    assert discover(root).names == {"a.py", "x.csv"}, "an index without a checksum is one"
    (root / ".git/index").unlink()
    os.mkfifo(root / ".git/index")
    assert "untracked.csv" in discover(root).names


@pytest.mark.parametrize("text", ["", "gitdir:", "gitdir: /nowhere", "gitdir: \0", "elsewhere"])
def test_a_git_file_that_leads_nowhere(tmp_path: Path, text: str) -> None:
    assert discover(write(tmp_path, "a.py", _dot_git=text)).names == {"a.py"}


# What it means for findings


def codes(report: Report) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.path, finding.message) for finding in report.findings]


def test_data_on_one_machine_changes_no_finding(tmp_path: Path) -> None:
    root = write(tmp_path / "repo", write_dot_py="import pandas as pd\npd.DataFrame().to_csv('out/features_train.csv')\n",
                 read_dot_py=read("out/feature_train.csv"), more_dot_py=read("out/features-train.csv"),
                 Makefile="all:\n\tpython gone.py\n\tpython local.py\n", _dot_gitignore="out/\nlocal.py\n")
    git(root, "init", "-q")
    git(root, "add", "-A")
    clean = codes(check(root, Settings(), jobs=1))
    assert {code for code, _, _ in clean} >= {"MLD204", "MLD210"}
    write(root, "out/feature_train.csv", "out/features-train.csv", "out/features_train.csv")
    assert codes(check(root, Settings(), jobs=1)) == clean
    write(root, "local.py")
    said = codes(check(root, Settings(), jobs=1))
    assert [line for line in clean if line not in said] == [("MLD210", "Makefile", "the command runs `local.py`, which the project does not hold")]
    assert set(said) < set(clean), "a script on this disk is there to run, whatever git says"


def test_large_data_that_is_tracked_but_absent_is_there(tmp_path: Path) -> None:
    text = {"write_dot_py": "import pandas as pd\npd.DataFrame().to_csv('out/features_train.csv')\n", "read_dot_py": read("out/features-train.csv")}
    root = repository(write(tmp_path / "repo", "out/features-train.csv", **text))
    whole = codes(check(root, Settings(), jobs=1))
    (root / "out/features-train.csv").unlink()
    assert codes(check(root, Settings(), jobs=1)) == whole == []
    git(root, "add", "-A")
    assert [code for code, _, _ in codes(check(root, Settings(), jobs=1))] == ["MLD204"]
