"""Git's object store and its revisions, read without git: whatever git writes, and whatever somebody else may have written there."""

import hashlib
import os
import random
import shutil
import zlib
from atexit import register
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeVar

import pytest
from repositories import commit, git

from mldebt.discover import git_object, git_pack
from mldebt.discover.git_object import Damaged, Missing, object_name
from mldebt.discover.git_pack import Pack, patched
from mldebt.discover.git_revision import Revisions, Unknown
from mldebt.discover.git_store import ObjectStore, tree_entries
from mldebt.discover.repository import find_repository

T = TypeVar("T")
TEXT = "".join(f"line {number}: {random.Random(number).random()}\n" for number in range(2000))


def opened(folder: Path) -> tuple[ObjectStore, Revisions]:
    repository = find_repository(folder)
    assert repository is not None
    store = ObjectStore(repository)
    return store, Revisions(repository, store)


def found(folder: Path, revision: str) -> str:
    return opened(folder)[1].find(revision).name.hex()


@cache
def first(*words: str) -> Path:
    """A repository with a file that grows, so that packs hold differences, with two branches that were merged, and with tags."""
    folder = Path(mkdtemp())
    register(shutil.rmtree, folder)
    for number in range(1, 9):
        commit(folder, f"# file: a.txt\n{TEXT}{'more' * number}\n# file: deep/er/b{number}.py\nx = {number}\n", *words, day=number)
    git(folder, "switch", "-q", "-c", "side", "HEAD~3")
    commit(folder, "# file: side.py\nx = 1\n", day=9)
    git(folder, "tag", "-a", "v1", "-m", "one", day=9)
    git(folder, "tag", "-a", "v1-again", "v1", "-m", "a tag of a tag", day=9)
    git(folder, "tag", "light")
    git(folder, "switch", "-q", "main")
    git(folder, "merge", "-q", "--no-ff", "-m", "merged", "side", day=10)
    commit(folder, "# file: last.py\nx = 1\n", day=11)
    return folder


def grown(folder: Path, *words: str) -> Path:
    """A copy of `first`."""
    return Path(shutil.copytree(first(*words), folder, dirs_exist_ok=True))


PACKED: dict[str, list[list[str]]] = {
    "loose": [], "packed": [["gc", "-q"]], "packed as version 1": [["-c", "pack.indexVersion=1", "repack", "-q", "-a", "-d", "-f"]],
    "by name": [["-c", "repack.useDeltaBaseOffset=false", "repack", "-q", "-a", "-d", "-f"]],
    "several packs": [["repack", "-q", "-d"], ["repack", "-q", "-d"], ["multi-pack-index", "write"]], "references": [["pack-refs", "--all"]],
}


@pytest.mark.parametrize("form", PACKED)
@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_every_object_is_what_git_says(tmp_path: Path, form: str, digest: str) -> None:
    root = grown(tmp_path, f"--object-format={digest}")
    for words in PACKED[form]:
        git(root, *words)
    store, revisions = opened(root)
    lines = git(root, "cat-file", "--batch-all-objects", "--batch-check").splitlines()
    assert len(lines) > 50
    for name, kind, size in map(str.split, lines):
        read, body = store.read(bytes.fromhex(name))
        assert (read, len(body), store.size(bytes.fromhex(name))) == (kind, int(size), int(size))
        assert object_name(read, body, store.width).hex() == name
    if "pack" in form or form == "by name":
        assert git(root, "count-objects") == "0 objects, 0 kilobytes"
    entries = {(mode, name, found.hex()) for mode, name, found in tree_entries(store.read(revisions.find("HEAD").tree, "tree")[1], store.width)}
    assert entries == {(int(mode, 8), name, found) for mode, _, found, name in (line.split() for line in git(root, "ls-tree", "HEAD").splitlines())}


@pytest.mark.parametrize("packed", [False, True])
def test_revisions_are_what_git_says(tmp_path: Path, packed: bool) -> None:
    root = grown(tmp_path / "first")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(root), str(clone))
    git(clone, "fetch", "-q", "origin", "side")
    if packed:
        git(clone, "gc", "-q")
        git(clone, "pack-refs", "--all")
    full = git(clone, "rev-parse", "HEAD~1")
    for revision in (
            "HEAD", "@", "main", "origin/main", "origin", "refs/heads/main", "heads/main", "tags/v1", "v1", "v1-again", "light", "v1^{}", "v1^{commit}", "v1~1",
            "HEAD~2", "HEAD^", "HEAD^^", "HEAD~1^2", "HEAD~1^2~1", "HEAD^0", "HEAD~0", "HEAD~1^1~2", "FETCH_HEAD", full, full.upper(), full[:7], full[:12],
            full[:9] + "~2"):
        assert found(clone, revision) == git(clone, "rev-parse", f"{revision}^{{commit}}"), revision
    for revision, one, other in (("origin/side...", "origin/side", "HEAD"), ("HEAD~4...", "HEAD~4", "HEAD"), ("v1...HEAD~3", "v1", "HEAD~3"),
                                 ("v1...main~1^1", "v1", "main~1^1")):
        assert found(clone, revision) == git(clone, "merge-base", one, other), revision


@pytest.mark.parametrize(("revision", "why"), [
    ("nope", "no commit, branch or tag `nope`"), ("", "names no commit"), ("~2", "names no commit"), ("HEAD~99", "goes back further than the history does"),
    ("HEAD^3", "goes back further"), ("HEAD~" + "9" * 5000, "names no commit"), ("main..", "no commit"), ("HEAD@{1}", "no commit"), ("a" * 7, "no commit"),
    ("../../etc/passwd", "no commit"), ("HEAD:a.txt", "no commit"), ("config", "no commit"), ("HEAD^{tree}", "names no commit"), ("-x", "no commit"),
    ("a\nb", "no commit"),
])
def test_what_names_no_commit(tmp_path: Path, revision: str, why: str) -> None:
    commit(tmp_path)
    with pytest.raises(Unknown, match=why):
        found(tmp_path, revision)


def test_a_tree_is_no_commit_and_few_digits_are_not_enough(tmp_path: Path) -> None:
    root = grown(tmp_path)
    with pytest.raises(Unknown, match="is a tree, not a commit"):
        found(root, git(root, "rev-parse", "HEAD^{tree}"))
    store, _ = opened(root)
    names = git(root, "rev-list", "--all").split()
    for name in names[:5]:
        assert store.names(name[:5]) >= {bytes.fromhex(name)} and store.names(name[:4]) >= store.names(name[:5])
    with pytest.raises(Missing, match="f" * 40):
        found(root, "f" * 40)


def test_two_commits_that_begin_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {bytes.fromhex(commit(tmp_path, day=1)), bytes.fromhex(commit(tmp_path, day=2))}
    monkeypatch.setattr(ObjectStore, "names", lambda self, prefix: names)
    with pytest.raises(Unknown, match="begins the names of 2 commits: give more of its digits"):
        found(tmp_path, "abcd")


def test_work_trees_and_borrowed_stores(tmp_path: Path) -> None:
    root = grown(tmp_path / "first")
    git(root, "gc", "-q")
    tree, shared = tmp_path / "tree", tmp_path / "shared"
    git(root, "worktree", "add", "-q", "--detach", str(tree), "HEAD~2")
    git(tmp_path, "clone", "-q", "--shared", str(root), str(shared))
    for folder in (tree, shared):
        assert found(folder, "HEAD") == git(folder, "rev-parse", "HEAD")
        assert found(folder, "main~3") == git(folder, "rev-parse", "main~3")
    assert found(tree, "HEAD") == found(root, "HEAD~2")
    borrowed = f"{root / '.git/objects'}\n{shared / '.git/objects'}\nnowhere\n\0\n"  # stores that borrow from each other
    (root / ".git/objects/info/alternates").write_text(borrowed)
    assert found(shared, "HEAD~1") == git(root, "rev-parse", "HEAD~1")


def test_the_end_of_a_shallow_clone(tmp_path: Path) -> None:
    root, clone = grown(tmp_path / "first"), tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", root.as_uri(), str(clone))
    for revision, missing in (("HEAD~1", "HEAD~1"), (git(root, "rev-parse", "HEAD~3"), "HEAD~3")):
        with pytest.raises(Missing, match=git(root, "rev-parse", missing)):
            found(clone, revision)
    with pytest.raises(Missing):
        found(clone, "origin/side...")
    commit(tmp_path / "clone", day=12)
    assert found(clone, "HEAD~1") == found(root, "HEAD")


def test_histories_that_share_nothing(tmp_path: Path) -> None:
    commit(tmp_path, day=1)
    git(tmp_path, "switch", "-q", "--orphan", "other")
    commit(tmp_path, day=2)
    with pytest.raises(Unknown, match="share no commit"):
        found(tmp_path, "main...")


def test_references_that_lead_to_each_other_and_forms_not_read(tmp_path: Path) -> None:
    commit(tmp_path)
    (tmp_path / ".git/refs/heads/one").write_text("ref: refs/heads/two\n")
    (tmp_path / ".git/refs/heads/two").write_text("ref: refs/heads/one\n")
    (tmp_path / ".git/refs/heads/out").write_text("ref: ../../../etc/passwd\n")
    for name in ("one", "out"):
        with pytest.raises(Unknown):
            found(tmp_path, name)
    (tmp_path / ".git/reftable").mkdir()
    with pytest.raises(Unknown, match="reftable"):
        found(tmp_path, "nope")


def loose(folder: Path, kind: str, body: bytes, *, head: bytes | None = None, name: bytes | None = None) -> bytes:
    """Put an object into a repository, with another head or under another name than it should have."""
    name = name or object_name(kind, body)
    path = folder / ".git/objects" / name.hex()[:2] / name.hex()[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zlib.compress((f"{kind} {len(body)}\0".encode() if head is None else head) + body))
    return name


def test_objects_that_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tmp_path)
    store, revisions = opened(tmp_path)
    heads = (b"blob 2\0", b"blob 9\0", b"blob 99999999999999\0", b"no head at all", b"")
    wrong = [loose(tmp_path, "blob", b"one", name=bytes(20)), *(loose(tmp_path, "blob", b"%d" % number, head=head) for number, head in enumerate(heads))]
    cut = loose(tmp_path, "blob", random.Random(1).randbytes(5000))
    path = tmp_path / ".git/objects" / cut.hex()[:2] / cut.hex()[2:]
    path.write_bytes(path.read_bytes()[:2000])
    noise = loose(tmp_path, "blob", b"noise")
    (tmp_path / ".git/objects" / noise.hex()[:2] / noise.hex()[2:]).write_bytes(b"noise")
    for name in (*wrong, cut, noise):
        with pytest.raises(Damaged):
            store.read(name)
    with pytest.raises(Damaged, match="is a blob, not a tree"):
        store.read(loose(tmp_path, "blob", b""), "tree")
    monkeypatch.setattr(git_object, "MAX_OBJECT", 1 << 20)
    bomb = loose(tmp_path, "blob", bytes(2 << 20))
    with pytest.raises(Damaged, match="more than the limit"):
        store.read(bomb)
    for body in (b"tree nothing\n\nx", b"", b"parent 12\n"):
        with pytest.raises(Damaged):
            revisions.commit(loose(tmp_path, "commit", body))


@pytest.mark.parametrize("body", [b"100644 a", b"100644 a\0short", b"a", b"\0", b"99999999 a\0" + bytes(20), b"9 a\0" + bytes(20), b" a\0" + bytes(20)])
def test_trees_that_are_none(body: bytes) -> None:
    with pytest.raises(Damaged):
        list(tree_entries(body, 20))


def test_names_in_trees_that_lead_elsewhere_are_left_out() -> None:
    names = [b"..", b".", b".git", b".GIT", b"a/b", b"fine", b"\xff.py"]
    body = b"".join(b"100644 " + name + b"\0" + bytes(20) for name in names)
    assert [name for _, name, _ in tree_entries(body, 20)] == ["fine", os.fsdecode(b"\xff.py")]


def numbered(value: int) -> bytes:
    parts = []
    while True:
        parts.append(value & 127 | (128 if value > 127 else 0))
        value >>= 7
        if not value:
            return bytes(parts)


@pytest.mark.parametrize(("base", "change", "why"), [
    (b"abc", numbered(4) + numbered(1) + b"\x01x", "another object"), (b"abc", numbered(3) + numbered(1 << 40) + b"\x01x", "too much"),
    (b"abc", numbered(3) + numbered(9) + b"\x90\x04", "outside"), (b"abc", numbered(3) + numbered(1) + b"\x02xy", "outside"),
    (b"abc", numbered(3) + numbered(3) + b"\x01x", "too little"), (b"abc", numbered(3) + numbered(3) + b"\x00", "outside"),
    (b"abc", numbered(3) + numbered(3) + b"\x05x", "outside"), (b"abc", b"", "cut off"), (b"abc", b"\x80" * 40, "without end"),
    (b"abc", numbered(3) + numbered(3) + b"\xff", "cut off"),
])
def test_differences_that_lie(base: bytes, change: bytes, why: str) -> None:
    with pytest.raises(Damaged, match=why):
        patched(base, change)


def made_pack(folder: Path, rows: list[tuple[bytes, int, bytes, bytes]]) -> Pack:
    """A pack of `rows`: name, number of the kind, what stands between head and body, body; sizes are true."""
    raw, places = b"PACK" + (2).to_bytes(4, "big") + len(rows).to_bytes(4, "big"), {}
    for name, kind, between, body in rows:
        places[name] = len(raw)
        size = len(body)
        head = [kind << 4 | size & 15 | (128 if size > 15 else 0)]
        raw += bytes(head) + (numbered(size >> 4) if size > 15 else b"") + between + zlib.compress(body)
    names = sorted(places)
    fan = b"".join(sum(name[0] <= first for name in names).to_bytes(4, "big") for first in range(256))
    index = b"\xfftOc\0\0\0\2" + fan + b"".join(names) + bytes(4 * len(names)) + b"".join(places[name].to_bytes(4, "big") for name in names)
    (folder / "a.pack").write_bytes(raw + bytes(20))
    (folder / "a.idx").write_bytes(index + bytes(40))
    return Pack(folder / "a.idx", 20)


def read(pack: Pack, name: bytes) -> tuple[str, bytes]:
    return next(pack.read(place) for _, place in pack.find(name))


def test_packs_that_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = b"\1" * 20, b"\2" * 20, b"\3" * 20
    change = numbered(3) + numbered(4) + b"\x90\x03\x01d"
    good = made_pack(tmp_path, [(one, 3, b"", b"abc"), (two, 7, one, change), (three, 6, bytes([33]), change)])
    assert read(good, one) == ("blob", b"abc") and read(good, two) == ("blob", b"abcd") and list(good.find(b"\4" * 20)) == []
    assert [good.size(place) for name in (one, two) for _, place in good.find(name)] == [3, 4]
    loop = made_pack(tmp_path, [(one, 7, two, change), (two, 7, one, change)])
    with pytest.raises(Damaged, match="without end"):
        read(loop, one)
    with pytest.raises(Damaged, match="not in this pack"):
        read(made_pack(tmp_path, [(one, 7, two, change)]), one)
    for kind, between in ((5, b""), (0, b""), (6, bytes([0])), (6, bytes([0xff] * 9 + [1]))):
        with pytest.raises(Damaged, match="no object at"):
            read(made_pack(tmp_path, [(one, kind, between, change)]), one)
    chain = [(one, 3, b"", bytes(1000))] + [(bytes([9, number, *bytes(18)]), 7, one if number == 0 else bytes([9, number - 1, *bytes(18)]),
                                             numbered(1000) + numbered(1000) + b"\xb0\xe8\x03") for number in range(100)]
    assert read(made_pack(tmp_path, chain), chain[-1][0]) == ("blob", bytes(1000))
    monkeypatch.setattr(git_pack, "_MAX_MADE", 50_000)
    with pytest.raises(Damaged, match="too much"):
        read(made_pack(tmp_path, chain), chain[-1][0])
    monkeypatch.setattr(git_pack, "_MAX_PACKED", 1200)
    with pytest.raises(Damaged, match="without end"):
        read(made_pack(tmp_path, chain), chain[-1][0])


def test_whatever_is_broken_is_an_error_and_no_crash(tmp_path: Path) -> None:
    """Bytes of packs, indexes, loose objects and references are changed or cut off: it reads what git wrote, or says what is wrong."""
    root = grown(tmp_path / "whole")
    git(root, "gc", "-q")
    commit(root, "# file: loose.py\nx = 1\n", day=12)
    lines = git(root, "cat-file", "--batch-all-objects", "--batch-check").splitlines()
    names = [bytes.fromhex(line.split()[0]) for line in lines]
    files = sorted(path.relative_to(root) for path in (root / ".git").rglob("*") if path.is_file() and ("objects" in path.parts or "refs" in path.parts))
    luck = random.Random(5)
    for number in range(60):
        copy = tmp_path / "copy"
        shutil.copytree(root, copy)
        path = copy / luck.choice(files)
        raw = bytearray(path.read_bytes())
        path.chmod(0o600)
        if raw and number % 3:
            for _ in range(luck.choice((1, 5, 200))):
                raw[luck.randrange(len(raw))] = luck.randrange(256)
        path.write_bytes(raw[:luck.randrange(len(raw) + 1)] if number % 3 != 1 else raw)
        store, revisions = opened(copy)
        for name in names:
            tried(store.read, name)
            tried(store.size, name)
        tried(revisions.find, "v1~1")
        tried(revisions.find, "v1...")
        shutil.rmtree(copy)


def tried(work: Callable[[T], object], word: T) -> None:
    with suppress(Damaged, Missing, Unknown):
        work(word)


def test_the_digests_are_those_of_git() -> None:
    assert object_name("blob", b"") == bytes.fromhex("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
    assert object_name("blob", b"", 32) == hashlib.sha256(b"blob 0\0").digest()
