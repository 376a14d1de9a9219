"""The words of a source that its code does not use as names: those of texts, comments and prose."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

_WORD = re.compile(r"[A-Za-z_]\w{2,80}")


def words_beside(text: str, *known: Iterable[str]) -> tuple[str, ...]:
    """Return the identifier-like words of a text that are in none of the `known` collections, sorted."""
    return tuple(sorted(set(_WORD.findall(text)).difference(*known)))


def words_of(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the identifier-like words of a text that are among the `known`, sorted."""
    return tuple(sorted({word for word in _WORD.findall(text) if word in known}))
