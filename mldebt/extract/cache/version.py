"""The version of extraction: what else decides the facts of a file than the file."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec
import tomli

_HOME = Path(__file__).parents[2]
_PARTS = ("extract", "model")
_LIBRARIES = ("mldebt", "libcst", "PyYAML", "sqlglot", msgspec.__name__, tomli.__name__)


@cache
def extractor_version() -> bytes:
    """Return a digest over the sources that make and describe facts, the versions of mldebt, its parsers and Python. It imports no parser of Python.

    The sources count, not only the version, so that no change to them, released or not, ever meets facts of before.
    """
    state = hashlib.blake2b(digest_size=16)
    for word in (".".join(map(str, sys.version_info)), *(f"{name} {_installed(name)}" for name in _LIBRARIES)):
        state.update(f"{word}\0".encode())
    for path in sorted(path for part in _PARTS for path in (_HOME / part).rglob("*.py")):
        state.update(path.relative_to(_HOME).as_posix().encode() + b"\0" + hashlib.blake2b(path.read_bytes()).digest())
    return state.digest()


def _installed(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "unknown"
