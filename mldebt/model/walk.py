"""The nodes of lowered code in one sweep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

_PLAIN = frozenset({  # fields that hold no nodes
    "at", "end", "id", "attr", "attr_at", "keyword", "keyword_at", "star", "op", "ops", "kind", "name_at", "name_ats", "module_ats", "bound_at"})
_SCALARS = frozenset({str, int, float, bool, type(None)})
_FIELDS: dict[type, tuple[str, ...]] = {}


def nodes(roots: Iterable[object]) -> Iterator[msgspec.Struct]:
    """Yield every node below some roots, in no promised order; definitions are not entered."""
    pending = list(roots)
    while pending:
        node = pending.pop()
        kind = node.__class__
        if isinstance(node, tuple):
            pending.extend(node)
        elif kind not in _SCALARS and isinstance(node, msgspec.Struct):
            fields = _FIELDS.get(kind)
            if fields is None:
                fields = _FIELDS[kind] = tuple(name for name in node.__struct_fields__ if name not in _PLAIN)
            yield node
            for name in fields:
                value = getattr(node, name)
                if value.__class__ not in _SCALARS:
                    pending.append(value)
