"""Walking the intermediate form: what a node is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from mldebt.model import ir

_FIELDS: dict[type, tuple[str, ...]] = {}
_PLAIN = frozenset({"at", "end", "attr", "attr_at", "keyword", "keyword_at", "star", "op", "ops", "kind", "id", "name", "name_at", "is_async", "delegated"})


def parts(node: msgspec.Struct) -> Iterator[msgspec.Struct]:
    """Yield what a node directly holds, in order of its fields: expressions, statements, arguments, parameters, cases, handlers."""
    kind = type(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple(name for name in node.__struct_fields__ if name not in _PLAIN or name == "name" and kind is ir.TypeAlias_)
    for name in fields:
        value = getattr(node, name)
        if isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, msgspec.Struct))
        elif isinstance(value, msgspec.Struct):
            yield value


def inside(nodes: Iterable[msgspec.Struct]) -> Iterator[msgspec.Struct]:
    """Yield nodes and all they hold, each before its parts; definitions are not entered."""
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(list(parts(node))[::-1])
