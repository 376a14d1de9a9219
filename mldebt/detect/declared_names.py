"""What the shapes that judge declared names share: which names are plain files, and where they stand in the project."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import normpath

from mldebt.model.facts import Item


def plain(text: str) -> bool:
    """Return whether a declared name is one literal file: with an extension, without variables or patterns."""
    return "." in text.rpartition("/")[2].strip(".") and literal(text)


def literal(text: str) -> bool:
    """Return whether a declared name has neither variables nor patterns."""
    return bool(text) and not any(mark in text for mark in "$%*{?[")


def place_of(path: str, item: Item) -> str:
    """Return a name of the manifest `path` as a path of the project."""
    folder = path.rpartition("/")[0]
    return normpath(f"{folder}/{item.text}" if folder else item.text)


def is_folder(path: str, names: Iterable[str]) -> bool:
    """Return whether something lies below a path, or stands for it (`data.csv.dvc`)."""
    return any(name.startswith((path + "/", path + ".")) for name in names)
