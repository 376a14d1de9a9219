"""What the shapes that judge declared names share: which names are plain files, and where they stand in the project."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import normpath

from mldebt.link.commands import parents
from mldebt.model.facts import DataFacts, Item


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


def places_of(facts: DataFacts, item: Item) -> list[str]:
    """Return where a name of a manifest may stand, its own folder first: a workflow's rules run where it is started, which is some folder above."""
    own = facts.path.rpartition("/")[0]
    folders = (own, *parents(own)) if facts.format == "snakemake" else (own,)
    return [normpath(f"{folder}/{item.text}" if folder else item.text) for folder in folders]


def is_folder(path: str, names: Iterable[str]) -> bool:
    """Return whether something lies below a path, or stands for it (`data.csv.dvc`)."""
    return any(name.startswith((path + "/", path + ".")) for name in names)
