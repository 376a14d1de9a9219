"""The nodes of lowered code in one sweep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

_PLAIN = frozenset({  # fields that hold no nodes
    "at", "end", "id", "attr", "attr_at", "keyword", "keyword_at", "star", "op", "ops", "kind", "name_at", "name_ats", "module_ats", "bound_at"})
_FIELDS: dict[type, tuple[str, ...]] = {}


def nodes(roots: Iterable[object]) -> Iterator[msgspec.Struct]:
    """Yield every node below some roots, in no promised order; definitions are not entered."""
    pending = list(roots)
    while pending:
        node = pending.pop()
        if isinstance(node, msgspec.Struct):
            yield node
            fields = _FIELDS.get(type(node))
            if fields is None:
                fields = _FIELDS[type(node)] = tuple(name for name in node.__struct_fields__ if name not in _PLAIN)
            pending.extend([value for name in fields if isinstance(value := getattr(node, name), tuple | msgspec.Struct)])
        elif isinstance(node, tuple):
            pending.extend(node)
