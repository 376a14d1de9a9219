"""Tokens: what stands for the data of a parameter while its function runs, so that one run serves whatever reads the data came from."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from mldebt.flow.value import FunctionTarget, Value


class Tokens:
    """Negative source numbers, one for each parameter and component. A closure never runs inside itself, so the same tokens serve all its calls."""

    def __init__(self) -> None:
        """Start with none given out."""
        self._numbers: dict[tuple[FunctionTarget, int, str], int] = {}

    def stand_for(self, key: FunctionTarget, bound: Mapping[str, Value]) -> dict[int, frozenset[int]]:
        """Return the reads that each token of function `key` stands for in a call with these arguments."""
        made: dict[int, frozenset[int]] = {}
        for position, value in enumerate(bound.values()):
            if value.sources:
                made[self._number(key, position, "sources")] = value.sources
            if value.columns:
                made[self._number(key, position, "columns")] = value.columns
        return made

    def hide(self, key: FunctionTarget, bound: Mapping[str, Value]) -> dict[str, Value]:
        """Return the arguments with tokens in the place of reads."""
        return {name: self._hidden(key, position, value) for position, (name, value) in enumerate(bound.items())}

    def _hidden(self, key: FunctionTarget, position: int, value: Value) -> Value:
        if not value.sources and not value.columns:
            return value
        sources = frozenset({self._number(key, position, "sources")}) if value.sources else value.sources
        columns = frozenset({self._number(key, position, "columns")}) if value.columns else value.columns
        return msgspec.structs.replace(value, sources=sources, columns=columns)

    def _number(self, key: FunctionTarget, position: int, component: str) -> int:
        return self._numbers.setdefault((key, position, component), -len(self._numbers) - 1)
