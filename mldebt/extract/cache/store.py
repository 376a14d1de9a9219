"""Bytes by key in an SQLite database that many processes share, and that may be locked, broken or gone at any time: then nothing is found and nothing kept.

Each row carries a proof over its key and value, so a page torn or mixed up by a crash is a miss, never a wrong answer; that is why the database need not be
written through to the disk, and why a broken one can be replaced while others use it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import TypeVar

from mldebt.extract.cache.place import DATABASES, FACTS, prepare, remove

SCHEMA = 1
BOUND = 512 << 20
GRAIN = 3600  # seconds; what was used within them is not thrown out, and is not stamped again
WAIT = 5.0
_CHUNK = 500
_TABLE = "CREATE TABLE facts (key BLOB PRIMARY KEY, used INTEGER NOT NULL, proof BLOB NOT NULL, value BLOB NOT NULL)"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Info:
    """A cache for people: where it is, how many entries, bytes on disk (of all stores in its folder), and why it cannot be used (empty: it can)."""

    folder: Path
    entries: int
    size: int
    fault: str


class Foreign(sqlite3.OperationalError):
    """The database is not of this program, or of a later one."""


class Store:
    """The database in `folder`, opened for each operation and closed after it."""

    def __init__(self, folder: Path, *, trusted: bool = False, bound: int = BOUND, name: str = FACTS) -> None:
        """Touch nothing yet. `trusted`: the folder may belong to others; `bound`: bytes that the entries may take; `name`: what the entries are."""
        self.folder = folder
        self.path = folder / f"{name}-{SCHEMA}.sqlite"
        self._trusted, self._bound = trusted, bound

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the values of those keys that are known and whole."""
        return self._tried(lambda db: self._get(db, keys), {}) if keys else {}

    def put(self, rows: Mapping[bytes, bytes]) -> None:
        """Keep values, all in one transaction, throwing out what was not used for longest."""
        self._tried(lambda db: self._put(db, rows), None)

    def info(self) -> Info:
        """Return the state of the store without changing it; the size is that of the whole folder."""
        size = 0
        with suppress(OSError):
            size = sum(path.stat().st_size for pattern in DATABASES for path in self.folder.glob(pattern))
        if not self.path.exists():
            return Info(self.folder, 0, size, "")
        try:
            with closing(self._open()) as db:
                return Info(self.folder, db.execute("SELECT count(*) FROM facts").fetchone()[0], size, "")
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            return Info(self.folder, 0, size, str(error))

    def clear(self) -> None:
        """Remove every entry and the folder; raises OSError when that fails."""
        remove(self.folder)

    def _tried(self, work: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        """Return what `work` returns; a broken database is replaced once, every other fault gives `nothing`."""
        for _ in range(2):
            try:
                with closing(self._open()) as db:
                    return work(db)
            except sqlite3.Error as error:
                if type(error) is not sqlite3.DatabaseError:  # its subclasses tell of locks, disks and wrong tables
                    return nothing
                self._discard()
            except UnicodeDecodeError:  # a message that cites broken text
                self._discard()
            except OSError:
                return nothing
        return nothing

    def _discard(self) -> None:
        for ending in ("", "-wal", "-shm"):
            with suppress(OSError):
                self.path.with_name(self.path.name + ending).unlink()

    def _open(self) -> sqlite3.Connection:
        """Return a connection to a database with the table; raises sqlite3.Error and OSError."""
        prepare(self.folder, trusted=self._trusted)
        db = sqlite3.connect(self.path, timeout=WAIT, isolation_level=None)
        try:
            db.execute("PRAGMA trusted_schema = OFF")
            db.execute("PRAGMA synchronous = OFF")
            if _version(db) != SCHEMA:
                self._create(db)
            return db
        except BaseException:
            db.close()
            raise

    def _create(self, db: sqlite3.Connection) -> None:
        """Make the table in an empty database; raises `Foreign` when it is not empty."""
        db.execute("PRAGMA journal_mode = WAL")
        with _transaction(db):
            if _version(db) == SCHEMA:
                return  # another process was faster
            if _version(db) or db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise Foreign(f"{self.path} is no cache of this version")
            db.execute(_TABLE)
            db.execute(f"PRAGMA user_version = {SCHEMA}")

    def _get(self, db: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        stale: list[tuple[int, bytes]] = []
        now = int(time())
        for start in range(0, len(keys), _CHUNK):
            part = keys[start:start + _CHUNK]
            for key, used, proof, value in db.execute(f"SELECT key, used, proof, value FROM facts WHERE key IN ({','.join('?' * len(part))})", part):
                if isinstance(key, bytes) and isinstance(value, bytes) and proof == _proof(key, value):
                    found[key] = value
                    if not (isinstance(used, int) and now - GRAIN <= used <= now):
                        stale.append((now, key))
        if stale:
            with suppress(sqlite3.OperationalError), _transaction(db):
                db.executemany("UPDATE facts SET used = ? WHERE key = ?", stale)
        return found

    def _put(self, db: sqlite3.Connection, rows: Mapping[bytes, bytes]) -> None:
        now = int(time())
        with _transaction(db):
            room = self._make_room(db, sum(map(len, rows.values())), now - GRAIN)
            for key, value in rows.items():
                room -= len(value)
                if room >= 0:
                    db.execute("INSERT OR REPLACE INTO facts (key, used, proof, value) VALUES (?, ?, ?, ?)", (key, now, _proof(key, value), value))

    def _make_room(self, db: sqlite3.Connection, need: int, before: int) -> int:
        """Throw out entries not used since `before`, the longest unused first, until `need` bytes fit; return the bytes there are."""
        pages, free, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size"))
        room: int = self._bound - (pages - free) * size
        if room < need:
            for row, length in db.execute("SELECT rowid, length(value) FROM facts WHERE used < ? ORDER BY used, rowid", (before,)).fetchall():
                if room >= need:
                    break
                db.execute("DELETE FROM facts WHERE rowid = ?", (row,))
                room += length
        return room


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version


def _proof(key: bytes, value: bytes) -> bytes:
    return hashlib.blake2b(key + value, digest_size=16).digest()


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Hold the one right to write; nothing is written when the block raises."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
