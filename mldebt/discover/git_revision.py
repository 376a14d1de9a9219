"""What people call a commit: names of branches and tags, digits of its name, steps back, and where two histories part."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mldebt.discover.git_object import Damaged, Missing
from mldebt.discover.git_store import ObjectStore
from mldebt.discover.repository import Repository, read_regular

_MAX_REF, _MAX_PACKED, _MAX_LINKS, _MAX_STEPS = 4096, 64 << 20, 8, 1_000_000
_PLACES = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
_DIGITS = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")
_STEPS = re.compile(r"(?P<name>[^~^]+)(?P<steps>(?:[~^]\d{0,9}|\^\{(?:commit)?\})*)")
_STEP = re.compile(r"([~^])(\d+|(?!\{))")  # what peels a tag is no step: a commit is wanted anyway
_NAME = re.compile(r"(?!.*(?:\.\.|//|@\{|/$|\.lock$|^/))[^\x00-\x20\x7f~^:?*\[\\]+")


class Unknown(Exception):
    """There is no such revision; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its name, its tree, what it comes from, and when it was made."""

    name: bytes
    tree: bytes
    parents: tuple[bytes, ...]
    date: int


class Revisions:
    """The revisions of a repository."""

    def __init__(self, repository: Repository, store: ObjectStore) -> None:
        """Look nothing up yet."""
        self._repository, self._store = repository, store

    def find(self, text: str) -> Commit:
        """Return the commit that `REV` names, or for `REV...` the last one it shares with `HEAD`; raises `Unknown`, `Missing` and `Damaged`."""
        name, dots, other = text.partition("...")
        if not dots:
            return self._named(text)
        base = self._shared(self._named(name or "HEAD"), self._named(other or "HEAD"))
        if base is None:
            raise Unknown(f"`{name}` and `{other or 'HEAD'}` share no commit")
        return base

    def commit(self, name: bytes) -> Commit:
        """Return a commit, also of a tag that names it."""
        for _ in range(_MAX_LINKS):
            kind, body = self._store.read(name)
            heads = [line.partition(b" ") for line in body.partition(b"\n\n")[0].split(b"\n")]
            named = {key: value for key, _, value in reversed(heads)}
            if kind == "commit":
                parents = tuple(_bytes(value) for key, _, value in heads if key == b"parent")
                date = re.search(rb" (\d{1,12}) [-+]\d{4}$", named.get(b"committer", b""))
                return Commit(name, _bytes(named.get(b"tree", b"")), parents, int(date[1]) if date else 0)
            if kind != "tag":
                raise Unknown(f"{name.hex()} is a {kind}, not a commit")
            name = _bytes(named.get(b"object", b""))
        raise Damaged("a tag of tags without end")

    def _named(self, text: str) -> Commit:
        found = _STEPS.fullmatch(text)
        if found is None:
            raise Unknown(f"`{text}` names no commit; {self._hint()}")
        commit = self.commit(self._name(found["name"]))
        for sign, digits in _STEP.findall(found["steps"]):
            count = int(digits) if digits else 1
            if sign == "^" and count:
                commit = self._parent(commit, count, text)
            for _ in range(min(count, _MAX_STEPS) if sign == "~" else 0):
                commit = self._parent(commit, 1, text)
        return commit

    def _parent(self, commit: Commit, number: int, text: str) -> Commit:
        if number > len(commit.parents):
            raise Unknown(f"`{text}` goes back further than the history does: {commit.name.hex()[:12]} has {len(commit.parents) or 'no'} parents")
        return self.commit(commit.parents[number - 1])

    def _name(self, text: str) -> bytes:
        """Return the object that a name without steps stands for: a reference, else the digits of a name."""
        text = "HEAD" if text == "@" else text
        if _NAME.fullmatch(text):
            for place in _PLACES:
                if (name := self._reference(place.format(text))) is not None:
                    return name
        if re.fullmatch(f"[0-9a-fA-F]{{{2 * self._store.width}}}", text):
            return bytes.fromhex(text)  # whether it is there or not
        names = self._store.names(text.lower())
        commits = {name for name in names if len(names) == 1 or self._store.read(name)[0] in ("commit", "tag")}
        if len(commits) == 1:
            return commits.pop()
        if commits:
            raise Unknown(f"`{text}` begins the names of {len(commits)} commits: give more of its digits")
        raise Unknown(f"no commit, branch or tag `{text}`; {self._hint()}")

    def _hint(self) -> str:
        if (self._repository.common / "reftable").is_dir():
            return "this repository keeps its references in a form that is not read here (reftable): give the name of a commit"
        return "REV is one of them, with `~2` or `^` behind it if wanted, or `REV...` for where HEAD left it"

    def _reference(self, name: str, links: int = 0) -> bytes | None:
        """Return the object that a reference names; those of the work tree come before those that all share, a file before a line of the packed ones."""
        for folder in (self._repository.folder, self._repository.common):
            text = (read_regular(folder / name, _MAX_REF) or b"").decode("utf-8", "replace").strip()
            if text.startswith("ref:") and links < _MAX_LINKS:
                target = text.removeprefix("ref:").strip()
                return self._reference(target, links + 1) if _NAME.fullmatch(target) else None
            word = text.partition("\n")[0].partition("\t")[0]  # what was fetched is named with where it came from
            if len(word) == 2 * self._store.width and re.fullmatch("[0-9a-f]+", word):
                return bytes.fromhex(word)
        return self._packed.get(name)

    @cached_property
    def _packed(self) -> dict[str, bytes]:
        return dict(_packed(self._repository.common / "packed-refs"))

    def _shared(self, one: Commit, other: Commit) -> Commit | None:
        """Return the newest commit that both come from: histories are walked from the newest commit on, each commit marked by who comes from it.

        Raises `Missing` where none is found before the end of a shallow clone.
        """
        marks: dict[bytes, int] = {one.name: 1}
        marks[other.name] = marks.get(other.name, 0) | 2
        waiting = [(-commit.date, commit.name, commit) for commit in {one.name: one, other.name: other}.values()]
        heapq.heapify(waiting)
        missing: Missing | None = None
        while waiting:
            _, _, commit = heapq.heappop(waiting)
            if marks[commit.name] == 3:
                return commit
            for name in commit.parents:
                if marks.get(name, 0) | marks[commit.name] != marks.get(name, 0):
                    marks[name] = marks.get(name, 0) | marks[commit.name]
                    try:
                        parent = self.commit(name)
                    except Missing as error:
                        missing = missing or error
                        continue
                    heapq.heappush(waiting, (-parent.date, name, parent))
        if missing is not None:
            raise missing
        return None


def _bytes(text: bytes) -> bytes:
    if not _DIGITS.fullmatch(text):
        raise Damaged("a commit without a tree, or a tag without an object")
    return bytes.fromhex(text.decode("ascii"))


def _packed(path: Path) -> Iterator[tuple[str, bytes]]:
    for line in (read_regular(path, _MAX_PACKED) or b"").decode("utf-8", "replace").splitlines():
        name, _, reference = line.partition(" ")
        if re.fullmatch(r"(?:[0-9a-f]{40}|[0-9a-f]{64})", name):
            yield reference, bytes.fromhex(name)
