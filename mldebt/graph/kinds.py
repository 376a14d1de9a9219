"""Which accesses hold a fitted model: told by the types that the catalogue knows."""

from __future__ import annotations

from collections.abc import Callable

from mldebt.knowledge.libraries import Catalogue
from mldebt.model.events import Event

_FITTED = ("model", "estimator", "transformer", "pipeline")


def model_test(catalogue: Catalogue) -> Callable[[Event], bool]:
    """Return the question whether an access saves or loads a model.

    It does when the call is a method of a model's type or returns one. A pickle or a bare checkpoint may hold anything and stays a dataset.
    """
    def fitted(path: str) -> bool:
        row = catalogue.type(path)
        return row is not None and (row.role in _FITTED or any(fitted(base) for base in row.bases))

    def test(event: Event) -> bool:
        row = catalogue.call(event.api)
        return row is not None and row.role in ("save", "load") and (fitted(event.api.rpartition(".")[0]) or fitted(row.returns))

    return test
