"""The git index: what exists according to it, in every version and kind of repository, and what damage does."""

import os
import subprocess
from pathlib import Path

import pytest

from mldebt.config import Settings
from mldebt.discover.files import discover
from mldebt.discover.git_index import git_index, parse_index
from mldebt.pipeline import check

NAMES = {
    "a.py", "data/raw.csv", "data/raw2.csv", "data/deep/a name with blanks.csv", "src/é.py", "x" * 200 + ".txt",
    *(f"many/{number:04}.txt" for number in range(300)),
}


def git(folder: Path, *words: str) -> None:
    quiet = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    given = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *given, *words], cwd=folder, capture_output=True, env=quiet, text=True)
    if done.returncode and "object-format" in " ".join(words):
        pytest.skip("this git knows one kind of digest")
    assert done.returncode == 0, done.stderr


def repository(folder: Path, *options: str, names: set[str] = NAMES) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n", "utf-8")
    git(folder, "init", "-q", *options)
    git(folder, "add", "-A")
    return folder


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_versions_and_digests(tmp_path: Path, version: int, digest: str) -> None:
    root = repository(tmp_path, f"--object-format={digest}")
    if version > 2:
        (root / "later.py").write_text("x\n")
        git(root, "add", "--intent-to-add", "later.py")  # needs the flags that version 3 brought
    git(root, "update-index", f"--index-version={version}", "--force-write-index")
    raw = (root / ".git/index").read_bytes()
    assert int.from_bytes(raw[4:8], "big") == version
    found = git_index(root)
    assert found is not None and found.files == NAMES | ({"later.py"} if version > 2 else set())


def test_an_index_without_digest(tmp_path: Path) -> None:
    root = repository(tmp_path)
    raw = (root / ".git/index").read_bytes()
    parsed = parse_index(raw[:-20] + bytes(20))
    assert parsed is not None and {name for _, name in parsed} == NAMES


def test_damage_is_as_if_there_were_none(tmp_path: Path) -> None:
    root = repository(tmp_path, names={"a.py", "b.csv"})
    raw = (root / ".git/index").read_bytes()
    assert parse_index(raw) is not None
    for broken in (b"", b"DIRC", raw[:-1], raw[1:], raw[:40] + b"\xff" + raw[41:], b"DIRX" + raw[4:], bytes(400), os.urandom(200)):
        assert parse_index(broken) is None
        (root / ".git/index").write_bytes(broken)
        assert discover(root).names == {"a.py", "b.csv"}
    for at in range(12, len(raw) - 20):  # with no digest to tell, every byte may lie
        parse_index(raw[:at] + b"\xff" + raw[at + 1:-20] + bytes(20))
    unknown = raw[:4] + (9).to_bytes(4, "big") + raw[8:-20] + bytes(20)
    assert parse_index(unknown) is None


def test_split_and_sparse_ones_are_not_whole(tmp_path: Path) -> None:
    root = repository(tmp_path, names={"a.py", "in/b.py", "out/c.py"})
    git(root, "commit", "-q", "-m", "x")
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "in")
    assert not (root / "out").exists() and git_index(root) is None
    git(root, "sparse-checkout", "set", "--cone", "--no-sparse-index", "in")
    found = git_index(root)
    assert found is not None and "out/c.py" in found.files, "tracked, though the disk lacks it"
    git(root, "update-index", "--split-index")
    assert git_index(root) is None


def test_a_project_below_the_top_and_one_that_is_not_tracked(tmp_path: Path) -> None:
    root = repository(tmp_path, names={"a.py", "sub/b.py", "subway/c.py"})
    found = git_index(root / "sub")
    assert found is not None and found.files == {"b.py"}
    (root / "new").mkdir()
    (root / "new/d.py").write_text("x\n")
    assert git_index(root / "new") is None and discover(root / "new").names == {"d.py"}


def test_work_trees_and_submodules(tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner", names={"model.bin", "net.py"})
    git(inner, "commit", "-q", "-m", "x")
    outer = repository(tmp_path / "outer", names={"a.py"})
    git(outer, "submodule", "add", "-q", str(inner), "lib")
    git(outer, "commit", "-q", "-m", "x")
    git(outer, "worktree", "add", "-q", str(tmp_path / "tree"))
    (outer / ".git/info").mkdir(exist_ok=True)
    (outer / ".git/info/exclude").write_text("skipped.py\n")
    (tmp_path / "tree/skipped.py").write_text("x\n")
    assert discover(outer).names == {".gitmodules", "a.py", "lib/model.bin", "lib/net.py"}
    assert (outer / "lib/.git").is_file() and discover(outer / "lib").names == {"model.bin", "net.py"}
    tree = discover(tmp_path / "tree")
    assert tree.names == {".gitmodules", "a.py"} and "skipped.py" in tree.present and [file.path for file in tree.files] == ["a.py"]


def test_a_mark_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x\n")
    for text in ("", "gitdir:", "gitdir: nowhere", "gitdir: \0", "nonsense", "gitdir: " + "x" * 5000):
        (tmp_path / ".git").write_text(text)
        assert discover(tmp_path).names == {"a.py"}


def test_large_files_are_tracked_though_the_disk_lacks_them(tmp_path: Path) -> None:
    root = repository(tmp_path, names={"data/big.csv", "gone.py", "run.sh", "a.py"})
    (root / "a.py").write_text("import pandas as pd\npd.read_csv('data/big.csv')\n")
    (root / "run.sh").write_text("python gone.py\npython new.py\npython missing.py\n")
    (root / "data/big.csv").unlink()
    (root / "gone.py").unlink()
    (root / "new.py").write_text("print(1)\n")
    (root / "data/made.csv").parent.mkdir(exist_ok=True)
    (root / "data/made.csv").write_text("a\n")
    found = discover(root)
    assert "data/big.csv" in found.names and "data/big.csv" not in found.present
    assert "data/made.csv" not in found.names and "data/made.csv" in found.present, "the disk of one machine does not count"
    assert "new.py" in {file.path for file in found.files}, "new files are analysed"
    missing = [item for item in check(root, Settings(), jobs=1).findings if item.code == "MLD210"]
    assert [(item.path, item.line) for item in missing] == [("run.sh", 3)], "neither index nor disk hold it"
