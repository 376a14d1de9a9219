"""Files that are taken because they are the last of a listing: the newest, or the last by name, whichever that is at the time."""

from __future__ import annotations

import msgspec

from mldebt.flow.value import Value
from mldebt.model.pattern import NEWEST, Hole, Part, pattern

_LISTED, _BACKWARDS = "list", "last first"


def newest(item: Value) -> Value:
    """Return an item of a listing as the last of it; any other value as it is."""
    return _changed(item, NEWEST) if _is_listed(item) else item


def is_first(item: Value) -> bool:
    """Return whether the first item of a listing is its last by order: it was turned around."""
    return any(isinstance(part, Hole) and part.name == _BACKWARDS for text in item.texts for part in text.parts)


def backwards(item: Value) -> Value:
    """Return an item of a listing as one of a listing that is turned around."""
    return _changed(item, Hole(_LISTED, _BACKWARDS)) if _is_listed(item) else item


def _is_listed(item: Value) -> bool:
    return any(isinstance(part, Hole) and part.kind == _LISTED for text in item.texts for part in text.parts)


def _changed(item: Value, hole: Hole) -> Value:
    def of(part: Part) -> Part:
        return hole if isinstance(part, Hole) and part.kind == _LISTED else part

    return msgspec.structs.replace(item, texts=tuple(pattern(*map(of, text.parts)) for text in item.texts))
