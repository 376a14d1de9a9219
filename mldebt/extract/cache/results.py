"""What a whole run found, kept with what it rests on: it is believed only while every folder and file is as it was then."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from mldebt.config import Settings
from mldebt.discover.inputs import folder_digest, surroundings_digest
from mldebt.extract.cache.place import RESULTS, cache_folder
from mldebt.extract.cache.store import Store
from mldebt.extract.cache.version import program_version
from mldebt.extract.content import digest_of
from mldebt.model.card import Card
from mldebt.model.finding import Report

BOUND = 64 << 20
_KNOWLEDGE = ("cards/*/*.toml", "libraries/*.toml", "manifests/*.toml", "places.toml")


class Inputs(msgspec.Struct, frozen=True):
    """The folders that were looked into and the files that were read, by path below the root (as bytes of the file system), each with its digest then.

    None: what is no file that can be read.
    """

    folders: tuple[tuple[bytes, bytes], ...]
    files: tuple[tuple[bytes, str | None], ...]

    def hold(self, root: Path) -> bool:
        """Return whether everything is as it was; folders first, so that every file is known to be a regular one before it is opened."""
        base = os.fsencode(root)
        return (all(folder_digest(root / os.fsdecode(name), os.fsdecode(name)) == digest for name, digest in self.folders)
                and all(content_of(os.fsdecode(base + b"/" + name)) == digest for name, digest in self.files))


class Result(msgspec.Struct, frozen=True):
    """A run's report before a baseline is compared, the codes of the rules that were run, and the cards of those that found something."""

    inputs: Inputs
    report: Report
    rules: tuple[str, ...]
    cards: tuple[Card, ...]


def content_of(path: str) -> str | None:
    """Return the digest of a file's contents; None where there is no regular file, or none that can be read."""
    return digest_of(Path(path)) if os.path.isfile(path) else None


class Results:
    """The kept results of one project. Whatever is wrong with the cache, its answer is that it knows nothing."""

    def __init__(self, folder: Path, *, trusted: bool) -> None:
        """Keep results in `folder`; `trusted` as in `Store`."""
        self._store = Store(folder, trusted=trusted, bound=BOUND, name=RESULTS)

    def known(self, key: bytes, root: Path) -> Result | None:
        """Return what is kept under a key if its inputs are still the same."""
        raw = self._store.get([key]).get(key)
        if raw is None:
            return None
        try:
            found = msgspec.msgpack.decode(raw, type=Result)
        except (msgspec.MsgspecError, RecursionError):
            return None
        return found if found.inputs.hold(root) else None

    def keep(self, key: bytes, result: Result) -> None:
        """Keep a result in place of the one that was kept under this key."""
        self._store.put({key: msgspec.msgpack.encode(result)})


def open_results(root: Path, where: Path | bool) -> Results | None:
    """Return the kept results of the project at `root`; `where` as in `open_cache`."""
    base = None if isinstance(where, bool) else where
    folder = cache_folder(root, base) if where is not False else None
    return Results(folder, trusted=base is not None) if folder else None


def result_key(root: Path, settings: Settings, scopes: Sequence[str]) -> bytes:
    """Return the digest of all that decides a report beside the project's own folders and files.

    That is the program, what was asked for (but not how severe a finding must be to count), the rules of the project, and what lies around the project: its
    repository, the index, the ignore files above.
    """
    state = hashlib.blake2b(program_version(), digest_size=16)
    platform = (sys.platform, sys.getfilesystemencoding(), os.path.realpath(root))
    asked = msgspec.structs.replace(settings, fail_on=Settings().fail_on)
    for part in (msgspec.json.encode((*platform, asked, tuple(scopes))), surroundings_digest(root, settings.respect_gitignore),
                 *_knowledge(root / path for path in settings.rule_paths)):
        state.update(len(part).to_bytes(8, "big") + part)
    return state.digest()


def _knowledge(folders: Iterable[Path]) -> Iterable[bytes]:
    for folder in folders:
        yield bytes((folder / part).is_dir() for part in ("cards", "libraries", "manifests"))
        for path in sorted(path for pattern in _KNOWLEDGE for path in folder.glob(pattern)):
            yield os.fsencode(path)
            yield (content_of(str(path)) or "").encode()


def fired(cards: Iterable[Card], codes: Collection[str]) -> tuple[Card, ...]:
    """Return the cards of `codes` with what a report says of them, without what only running and documenting them needs."""
    return tuple(msgspec.structs.replace(card, match=(), example=(), thresholds={}) for card in cards if card.code in codes)
