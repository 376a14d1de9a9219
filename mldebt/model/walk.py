"""The nodes of lowered code in one sweep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec


def nodes(roots: Iterable[object]) -> Iterator[msgspec.Struct]:
    """Yield every node below some roots, in no promised order; definitions are not entered."""
    pending = list(roots)
    while pending:
        node = pending.pop()
        if isinstance(node, msgspec.Struct):
            yield node
            pending.extend(getattr(node, name) for name in node.__struct_fields__)
        elif isinstance(node, tuple):
            pending.extend(node)
