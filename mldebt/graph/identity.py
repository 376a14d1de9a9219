"""Which artefact an access means: paths resolved inside the project under every working directory the program may have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from posixpath import normpath

from mldebt.model.events import Access
from mldebt.model.pattern import Hole
from mldebt.model.project import Folder

MIN_LITERAL = 6
MIN_IN_FOLDER = 4
_VARIABLE = re.compile(r"\$\{[^}]*\}|\$\(\w+\)|\$\w+")
PASSING = ("/tmp/", "/var/tmp/", "/dev/")  # what lies there is gone or no file when another program looks


def candidates(access: Access, folders: Sequence[Folder], base: str = "") -> list[tuple[str, bool]]:
    """Return the keys an access may mean, best first, each with whether its folder is certain; none when too little of the path is known.

    `base` is the folder of the program's subproject: environment variables are set for one subproject, and what stands under an absolute path differs
    between their machines and containers. So their keys begin with it, those of absolute paths as `base//data/x.csv`.
    """
    path = _text(access.path.parts)
    if access.store == "bucket":
        return _in_bucket(path, base)
    if access.store not in ("file", "table") or not _telling(path) or (access.anchor == "none" and access.store != "table"):
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
    if access.anchor in ("absolute", "home"):
        return [] if path.startswith(PASSING) else [((f"{base}/{normpath(path)}" if base else normpath(path)) + suffix, True)]
    if access.anchor == "none":
        return [(path + suffix, True)]
    if access.anchor == "file":
        return [(normpath(path) + suffix, True)]
    keys = [(inside(folder.path, path), folder.certain or len(folders) == 1) for folder in folders]
    return [(key + suffix, certain) for key, certain in keys if key]


def _in_bucket(address: str, base: str) -> list[tuple[str, bool]]:
    """Return the key of an address in a store of objects: it is the same from every folder, when its bucket is known."""
    scheme, _, place = address.partition("://")
    bucket, _, name = place.partition("/")
    if not name or not bucket or "{}" in scheme + bucket or not _telling(name):
        return []
    return [(f"{base}/{address}" if base and "${" in address else address, True)]


def inside(folder: str, path: str) -> str:
    """Return `folder/path` normalised; empty when it leaves the project."""
    joined = normpath(f"{folder}/{path}" if folder else path)
    return "" if joined.startswith("..") or joined == "." else joined


def _text(parts: Iterable[str | Hole]) -> str:
    return "".join(part if isinstance(part, str) else _hole(part) for part in parts)


def _hole(part: Hole) -> str:
    """Return how a hole stands in a key: an environment variable by name, for its value is one wherever it is read."""
    return f"${{{part.name}}}" if part.kind == "environment" and part.name else "{}"


def _telling(text: str) -> bool:
    """Return whether enough of a name is literal to join two accesses: all of it, or six characters (four in a known folder) and not the whole stem a hole."""
    if "{}" not in text:
        return bool(text)
    folder, _, name = text.rpartition("/")
    return len(_letters(name)) >= (MIN_IN_FOLDER if folder and "{}" not in folder else MIN_LITERAL)


def _letters(name: str) -> str:
    """Return what a file name says for certain: its stem without holes and separators."""
    return (name.rpartition(".")[0] or name).replace("{}", "").strip("_-. ")


def may_be(access: Access, folders: Sequence[Folder]) -> list[str]:
    """Return what an access with unknown parts may mean, as expressions over keys; none where a hole is the whole name: it may be anything."""
    if access.store not in ("file", "table"):
        return []
    text = _text(access.path.parts) + (f"#{_text(access.table.parts)}" if access.table is not None else "")
    if "{}" not in text or not _letters(text.rpartition("#")[2].rpartition("/")[2]):
        return []
    starts = [""] if access.anchor != "cwd" or text.startswith(("{}", "${")) else [item.path for item in folders]
    return [_form(normpath(f"{start}/{text}" if start else text).split("{}")) for start in starts]


def may_mean(path: str) -> list[str]:
    """Return what a path of a command may mean whose variables are not known, as `may_be` does; nothing where a variable is the whole name."""
    return [_form(_VARIABLE.split(path))] if _letters("{}".join(_VARIABLE.split(path.rpartition("/")[2]))) else []


def _form(pieces: Iterable[str]) -> str:
    return ".*".join(map(re.escape, pieces))


def either(forms: Iterable[str]) -> re.Pattern[str]:
    """Return the expression of the keys that one of some expressions matches."""
    return re.compile("|".join(sorted(forms)) or r"(?!)")


def outside(key: str) -> str:
    """Return the path of a key without the subproject that an absolute one begins with."""
    before, found, path = key.partition("//")
    return f"/{path}" if found and not before.endswith(":") else key


def literal(key: str) -> bool:
    """Return whether a key has no unknown part."""
    return "{}" not in key
