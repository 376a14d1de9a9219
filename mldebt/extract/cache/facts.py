"""Facts by content: what is asked for, what may be kept, and what a found entry must prove."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from mldebt.extract.cache.place import cache_folder
from mldebt.extract.cache.store import Store
from mldebt.extract.cache.version import extractor_version
from mldebt.extract.content import digest_of, templated
from mldebt.model.facts import DataFacts, PythonFacts

if TYPE_CHECKING:
    from mldebt.discover.files import SourceFile

PASSING = ("io", "crash", "timeout")  # problems of a moment or a machine, not of the file
_FLUSH = 4 << 20
Facts = TypeVar("Facts", PythonFacts, DataFacts)


def open_cache(root: Path, where: Path | str | bool) -> FactCache | None:
    """Return the cache of the project at `root`: `True` in the user's cache folder, a path below that folder (trusted), `False` none."""
    base = None if isinstance(where, bool) else Path(where)
    folder = cache_folder(root, base) if where is not False else None
    return FactCache(Store(folder, trusted=base is not None)) if folder else None


class FactCache:
    """Facts of files by content hash, kind and limits. Whatever is wrong with the cache, its answer is that it knows nothing."""

    def __init__(self, store: Store, version: bytes | None = None) -> None:
        """Use a store; `version` is that of extraction and part of every key."""
        self._store = store
        self._version = extractor_version() if version is None else version
        self._fresh: dict[bytes, bytes] = {}
        self._size = 0

    def known(self, files: Sequence[SourceFile], form: type[Facts], limit: int) -> dict[str, Facts]:
        """Return the known facts of files by path: their contents are read and hashed, the path in the facts is the asked one."""
        digests = {file.path: content for file in files if (content := digest_of(file.absolute)) is not None}
        keys = {file.path: self._key(file, digests[file.path], limit) for file in files if file.path in digests}
        rows = self._store.get(list(keys.values()))
        decoder = msgspec.msgpack.Decoder(form)
        found: dict[str, Facts] = {}
        for path, key in keys.items():
            facts = _decoded(rows.get(key), decoder, digests[path])
            if facts is not None:
                found[path] = facts if facts.path == path else msgspec.structs.replace(facts, path=path)
        return found

    def keep(self, file: SourceFile, facts: PythonFacts | DataFacts, raw: bytes, limit: int) -> None:
        """Note facts and their msgpack under the contents they were made from, which may be newer than those asked for."""
        if any(problem.kind in PASSING for problem in facts.problems):
            return
        self._fresh[self._key(file, facts.digest, limit)] = raw
        self._size += len(raw)
        if self._size > _FLUSH:
            self.flush()

    def flush(self) -> None:
        """Write what was noted; an interrupted run keeps what it had done."""
        if self._fresh:
            self._store.put(self._fresh)
        self._fresh, self._size = {}, 0

    def _key(self, file: SourceFile, content: str, limit: int) -> bytes:
        text = "\0".join((content, file.kind, str(limit), str(templated(file.path))))
        return hashlib.blake2b(self._version + text.encode(), digest_size=16).digest()


def _decoded(raw: bytes | None, decoder: msgspec.msgpack.Decoder[Facts], content: str) -> Facts | None:
    """Return facts that are valid and about this content."""
    if raw is None:
        return None
    try:
        facts = decoder.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return facts if facts.digest == content else None
