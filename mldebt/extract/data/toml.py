"""TOML to flattened settings; `tomli` gives no positions, so keys are found again by their lines."""

from __future__ import annotations

import re
from typing import Any

import tomli

from mldebt.extract.data.reading import MAX_SETTINGS, Draft
from mldebt.model.facts import Setting

_HEADER = re.compile(r"^[ \t]*\[\[?[ \t]*([^\]\n]+?)[ \t]*\]\]?", re.MULTILINE)
_SPOT = re.compile(r"line (\d+), column (\d+)")


def read_toml(draft: Draft) -> None:
    """Fill the settings of a TOML file; a file that does not parse has a fault with its line and no settings."""
    try:
        tree = tomli.loads(draft.text.replace("\r\n", " \n"))
    except (tomli.TOMLDecodeError, RecursionError) as error:
        message, _, spot = str(error).partition(" (at ")
        draft.fault("toml", message, _offset(draft.text, spot))
        return
    headers = [(found[1].replace('"', "").replace(" ", ""), found.end()) for found in _HEADER.finditer(draft.text)]
    _flatten(draft, tree, (), headers)


def _offset(text: str, spot: str) -> int:
    """Return the offset of `line 2, column 5`; the end of the text for `end of document`."""
    found = _SPOT.match(spot)
    if found is None:
        return len(text)
    return sum(len(line) for line in text.splitlines(keepends=True)[:int(found[1]) - 1]) + int(found[2]) - 1


def _flatten(draft: Draft, value: Any, keys: tuple[str | int, ...], headers: list[tuple[str, int]]) -> None:
    if len(draft.settings) >= MAX_SETTINGS:
        return
    if isinstance(value, dict | list) and value:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            _flatten(draft, item, (*keys, key), headers)
        return
    at, end = _find(draft.text, keys, headers)
    if isinstance(value, dict | list):
        empty = "{}" if isinstance(value, dict) else "[]"
        draft.settings.append(Setting(keys, empty, at, end, at, empty))
    else:
        draft.settings.append(Setting(keys, value if isinstance(value, str | int | float | bool) else str(value), at, end, at))


def _find(text: str, keys: tuple[str | int, ...], headers: list[tuple[str, int]]) -> tuple[int, int]:
    """Return the span of the line that sets a key: under the header that is the longest beginning of its path."""
    names = [str(key) for key in keys if isinstance(key, str)]
    for size in range(len(names) - 1, -1, -1):
        start = 0 if size == 0 else next((end for name, end in headers if name == ".".join(names[:size])), -1)
        if start < 0:
            continue
        found = re.compile(rf"^[ \t]*\"?{re.escape(names[size])}\"?[ \t]*[=.][^\n]*", re.MULTILINE).search(text, start) if size < len(names) else None
        if found is not None:
            return found.start() + len(found[0]) - len(found[0].lstrip()), found.end()
    return 0, 0
