"""Tokens: what stands for the data of a parameter while its function runs, so that one run serves whatever reads the data came from."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from mldebt.flow.columns import Layout
from mldebt.flow.provenance import Provenance
from mldebt.flow.trace import Tokens
from mldebt.flow.value import Chain, FunctionTarget, Value


class TokenBook:
    """Negative numbers, one for each parameter and component. A closure never runs inside itself, so the same tokens serve all its calls."""

    def __init__(self, book: Provenance) -> None:
        """Start with none given out; `book` are the terms of the run."""
        self._book = book
        self._none = Tokens({}, {}, book)
        self._numbers: dict[tuple[FunctionTarget, int, str], int] = {}

    def stand_for(self, key: FunctionTarget, bound: Mapping[str, Value]) -> Tokens:
        """Return what each token of function `key` stands for in a call with these arguments."""
        made: dict[int, frozenset[int]] = {}
        chains: dict[int, Chain] = {}
        layouts: dict[int, Layout] = {}
        for position, value in enumerate(bound.values()):
            if value.sources:
                made[self._number(key, position, "sources")] = value.sources
            if value.columns:
                made[self._number(key, position, "columns")] = value.columns
            if value.passed:
                chains[self._number(key, position, "passed")] = value.passed
            if value.layout:
                layouts[self._number(key, position, "layout")] = value.layout
        return Tokens(made, chains, self._book, layouts) if made or chains or layouts else self._none

    def hide(self, key: FunctionTarget, bound: Mapping[str, Value]) -> dict[str, Value]:
        """Return the arguments with tokens in the place of reads and of conversions passed."""
        return {name: self._hidden(key, position, value) for position, (name, value) in enumerate(bound.items())}

    def _hidden(self, key: FunctionTarget, position: int, value: Value) -> Value:
        if not value.sources and not value.columns and not value.passed and not value.layout:
            return value
        sources = frozenset({self._number(key, position, "sources")}) if value.sources else value.sources
        columns = frozenset({self._number(key, position, "columns")}) if value.columns else value.columns
        passed = (self._number(key, position, "passed"),) if value.passed else value.passed
        layout = frozenset({self._number(key, position, "layout")}) if value.layout else value.layout
        return msgspec.structs.replace(value, sources=sources, columns=columns, passed=passed, layout=layout)

    def _number(self, key: FunctionTarget, position: int, component: str) -> int:
        return self._numbers.setdefault((key, position, component), -len(self._numbers) - 1)
