"""Which accesses hold a model: told by the types that the catalogue knows."""

from __future__ import annotations

from collections.abc import Callable

from mldebt.knowledge.libraries import Catalogue
from mldebt.model.events import Event

_ROLES = ("model", "estimator", "module")


def model_test(catalogue: Catalogue) -> Callable[[Event], bool]:
    """Return the question whether an access saves or loads a model.

    It does when the call is a method of a model's type or returns one. A pickle or a bare checkpoint may hold anything and stays a dataset.
    """
    def test(event: Event) -> bool:
        row = catalogue.call(event.api)
        return row is not None and row.role in ("save", "load") and (is_model(catalogue, event.api.rpartition(".")[0]) or is_model(catalogue, row.returns))

    return test


def is_model(catalogue: Catalogue, path: str) -> bool:
    """Return whether a type, or one of its bases, is a model, an estimator or a network module."""
    seen, queue = set[str](), [path]
    while queue:
        row = catalogue.type(current := queue.pop())
        if row is None or current in seen:
            continue
        if row.role in _ROLES:
            return True
        seen.add(current)
        queue.extend(row.bases)
    return False
