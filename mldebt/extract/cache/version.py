"""The versions of extraction and of the whole program: what else decides facts and findings than the files they are of."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec
import tomli

from mldebt.knowledge.locate import rules_folder

_HOME = Path(__file__).parents[2]
_PARTS = ("extract", "model")
_LIBRARIES = ("mldebt", "libcst", "PyYAML", "sqlglot", msgspec.__name__, tomli.__name__)
_LATER = ("NetworkX", "pathspec")


@cache
def extractor_version() -> bytes:
    """Return a digest over the sources that make and describe facts, the versions of mldebt, its parsers and Python. It imports no parser of Python.

    The sources count, not only the version, so that no change to them, released or not, ever meets facts of before.
    """
    return _version(_LIBRARIES, sorted(path for part in _PARTS for path in (_HOME / part).rglob("*.py")))


@cache
def program_version() -> bytes:
    """Return a digest over all sources of mldebt, its rules, the versions of what it runs on: what decides findings beside the project."""
    return _version((*_LIBRARIES, *_LATER), [*sorted(_HOME.rglob("*.py")), *sorted(rules_folder().rglob("*.toml"))])


def _version(libraries: Iterable[str], paths: Iterable[Path]) -> bytes:
    state = hashlib.blake2b(digest_size=16)
    for word in (".".join(map(str, sys.version_info)), *(f"{name} {_installed(name)}" for name in libraries)):
        state.update(f"{word}\0".encode())
    for path in paths:
        state.update(os.path.relpath(path, _HOME).encode() + b"\0" + hashlib.blake2b(path.read_bytes()).digest())
    return state.digest()


def _installed(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "unknown"
