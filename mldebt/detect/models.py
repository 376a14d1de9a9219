"""Models in a program: which calls load one, which save one, and which definitions ask one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mldebt.detect.base import Context
from mldebt.knowledge.libraries import Catalogue
from mldebt.knowledge.rows import CallRow

_LOAD, _REGISTRY = "load", "registry"


def row_of(catalogue: Catalogue, api: str) -> CallRow | None:
    """Return the row of a call by its path, of a method also where a base of its type has it."""
    owner, _, name = api.rpartition(".")
    return catalogue.call(api) or catalogue.method(owner, name)


def loads_model(catalogue: Catalogue, api: str, formats: Collection[str], models: Collection[str]) -> bool:
    """Return whether a call loads a model, whatever becomes of it: by its format, by its store, or by what it gives."""
    row = row_of(catalogue, api)
    if row is None or row.role != _LOAD:
        return False
    if row.read is not None and (row.read.format in formats or row.read.store == _REGISTRY):
        return True
    kind = catalogue.type(row.returns)
    return kind is not None and kind.role in models


def calls_model(context: Context, owners: Iterable[str]) -> bool:
    """Return whether one of some definitions is the method that calling a model of the project runs: its library base says so."""
    for owner in owners:
        cls, _, name = owner.rpartition(".")
        if any(context.catalogue.called(base) == name for base in context.deeds.bases.get(cls, ())):
            return True
    return False
