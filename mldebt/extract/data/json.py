"""JSON configuration to flattened settings: checked by the standard parser, walked once more for the places."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from mldebt.extract.data.reading import MAX_SETTINGS, Draft, storable
from mldebt.model.facts import Scalar, Setting

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
_MAX_TEXT, _MAX_RECORDS, _MAX_DEPTH = 256 << 10, 16, 60


@dataclass(slots=True)
class _Container:
    """An object or array while it is read: the key of its next entry, where that stands, and whether it has one."""

    at: int
    key: str | int | None
    key_at: int = -1
    filled: bool = False


def read_json(draft: Draft) -> None:
    """Fill the settings of a JSON file; one that holds records rather than configuration has none: a long list, or one value a line."""
    if len(draft.text) > _MAX_TEXT:
        return
    try:
        tree = json.loads(draft.text)
    except json.JSONDecodeError as error:
        draft.fault("json", error.msg, error.pos)
        return
    except (ValueError, RecursionError):
        draft.fault("json", "nested too deeply, or a number too long")
        return
    if not (isinstance(tree, list) and len(tree) > _MAX_RECORDS):
        _walk(draft)


def _walk(draft: Draft) -> None:
    """Add the leaves of a text that is known to be valid JSON."""
    stack: list[_Container] = []
    for found in _TOKEN.finditer(draft.text):
        token = found[0]
        if token in "{[":
            _begin(stack)
            stack.append(_Container(found.start(), None if token == "{" else 0))
        elif token in "}]":
            closed = stack.pop()
            if not closed.filled:
                _leaf(draft, stack, "{}" if token == "}" else "[]", closed.at, found.end(), empty=True)
        elif token == ",":
            stack[-1].key = None if stack[-1].key is None or isinstance(stack[-1].key, str) else stack[-1].key + 1
        elif token == ":":
            continue
        elif stack and stack[-1].key is None:
            stack[-1].key, stack[-1].key_at, stack[-1].filled = str(storable(json.loads(token))), found.start(), True
        else:
            _begin(stack)
            _leaf(draft, stack, storable(json.loads(token)), found.start(), found.end())
        if len(draft.settings) >= MAX_SETTINGS:
            return


def _begin(stack: list[_Container]) -> None:
    if stack:
        stack[-1].filled = True


def _leaf(draft: Draft, stack: list[_Container], value: Scalar, at: int, end: int, empty: bool = False) -> None:
    if len(stack) <= _MAX_DEPTH:
        keys = tuple(item.key for item in stack if item.key is not None)
        draft.settings.append(Setting(keys, value, at, end, stack[-1].key_at if stack else -1, str(value) if empty else ""))
