"""What lies in which folders: `rules/places.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mldebt.errors import CatalogueError, Faults
from mldebt.knowledge.files import below, read_files
from mldebt.model.places import Places


def load_places(folders: Iterable[Path]) -> Places:
    """Read the file of every folder that has one as one table; raises `Faults` naming file and key."""
    rows, faults = read_files(below(folders, "places.toml"), Places, CatalogueError)
    if faults:
        raise Faults(faults)
    tables = [row for _, row in rows]
    return Places(*(tuple(item for row in tables for item in getattr(row, name)) for name in Places.__struct_fields__))
