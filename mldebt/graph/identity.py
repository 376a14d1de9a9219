"""Which artefact an access means: paths resolved inside the project under every working directory the program may have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from posixpath import normpath

from mldebt.model.events import Access
from mldebt.model.pattern import Hole
from mldebt.model.project import Folder

MIN_LITERAL = 6


def candidates(access: Access, folders: Sequence[Folder], base: str = "") -> list[tuple[str, bool]]:
    """Return the keys an access may mean, best first, each with whether its folder is certain; none when too little of the path is known.

    `base` is the folder of the program's subproject: environment variables are set for one subproject.
    """
    path = _text(access.path.parts)
    if access.store not in ("file", "table") or not _telling(path) or access.anchor in ("absolute", "home", "none"):
        return []
    if path.startswith("{}/"):
        return []  # the folder is whatever the caller says: two programs need not mean the same
    suffix = ""
    if access.table is not None:
        table = _text(access.table.parts)
        if not _telling(table):
            return []
        suffix = f"#{table}"
    if path.startswith("${"):
        return [(f"{base}/{normpath(path)}{suffix}" if base else normpath(path) + suffix, True)]
    if access.anchor == "file":
        return [(normpath(path) + suffix, True)]
    keys = [(_inside(folder.path, path), folder.certain or len(folders) == 1) for folder in folders]
    return [(key + suffix, certain) for key, certain in keys if key]


def _inside(folder: str, path: str) -> str:
    """Return `folder/path` normalised; empty when it leaves the project."""
    joined = normpath(f"{folder}/{path}" if folder else path)
    return "" if joined.startswith("..") or joined == "." else joined


def _text(parts: Iterable[str | Hole]) -> str:
    return "".join(part if isinstance(part, str) else _hole(part) for part in parts)


def _hole(part: Hole) -> str:
    """Return how a hole stands in a key: an environment variable by name, for its value is one wherever it is read."""
    return f"${{{part.name}}}" if part.kind == "environment" and part.name else "{}"


def _telling(text: str) -> bool:
    """Return whether enough of a name is literal to join two accesses: all of it, or six characters and not the whole stem a hole."""
    if "{}" not in text:
        return bool(text)
    name = text.rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return len(stem.replace("{}", "").strip("_-. ")) >= MIN_LITERAL


def literal(key: str) -> bool:
    """Return whether a key has no unknown part."""
    return "{}" not in key
