"""What discovery rests on, as digests: a folder's listing, and what lies around a project. Two equal digests mean the same files, found in the same way."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from mldebt.discover.git_index import git_index
from mldebt.discover.ignore_files import NAME, general, on_the_way, read
from mldebt.discover.kinds import kind_of
from mldebt.discover.repository import find_repository

NOT_SOURCE = frozenset({"pyvenv.cfg", "conda-meta", "CACHEDIR.TAG"})  # a folder with one of these is an environment or a cache


def folder_digest(folder: Path, prefix: str) -> bytes:
    """Return the digest of a folder of the project as it is now; `prefix` is its path below the root, empty or ending in `/`."""
    try:
        with os.scandir(folder) as listing:
            return listing_digest(folder, prefix, list(listing))
    except OSError as error:
        return unreadable_digest(error)


def unreadable_digest(error: OSError) -> bytes:
    """Return the digest of a folder that cannot be listed."""
    return _digest([b"unreadable", str(error.strerror).encode()])


def listing_digest(folder: Path, prefix: str, entries: Sequence[os.DirEntry[str]]) -> bytes:
    """Return the digest of a listing: names, what each is, its kind of content where it is of interest, and the folder's ignore file."""
    if prefix and any(entry.name in NOT_SOURCE for entry in entries):
        return _digest([b"no source"])
    rows = sorted(_row(entry, prefix) for entry in entries if entry.name != ".git")
    ignored = read(folder / NAME) if any(entry.name == NAME for entry in entries) else None
    return _digest([*rows, b"ignores", b"-" if ignored is None else b"+" + ignored])


def _row(entry: os.DirEntry[str], prefix: str) -> bytes:
    try:
        if entry.is_symlink():
            kind = "links to a folder" if os.path.isdir(entry.path) else "link"
        elif entry.is_dir(follow_symlinks=False):
            kind = "folder"
        elif not entry.is_file(follow_symlinks=False):
            kind = "other"
        else:
            path = prefix + entry.name
            kind = f"file of {kind_of(path, entry.stat(follow_symlinks=False).st_size)}" if kind_of(path) else "file"
    except OSError:
        kind = "gone"
    return os.fsencode(entry.name) + b"\0" + kind.encode()


def surroundings_digest(root: Path, respect_gitignore: bool) -> bytes:
    """Return the digest of what lies around a project and decides what is found in it: its repository, the names of the index, the ignore files above it."""
    return _digest(_surroundings(root.resolve(), respect_gitignore))


def _surroundings(root: Path, respect_gitignore: bool) -> Iterator[bytes]:
    repository = find_repository(root)
    if repository is None:
        return
    yield os.fsencode(repository.top)
    index = git_index(root)
    yield b"no index" if index is None else b"index"
    for names in (index.files, index.modules) if index else ():
        yield _digest(sorted(map(os.fsencode, names)))
    if respect_gitignore:
        for path in (*general(repository), *(folder / NAME for folder, _ in on_the_way(repository, root))):
            raw = read(path)
            yield b"-" if raw is None else b"+" + raw


def _digest(parts: Iterator[bytes] | Sequence[bytes]) -> bytes:
    """Return one digest of parts, each told from the next."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.digest()
