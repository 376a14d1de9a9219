"""The file of a baseline: JSON, sorted, one entry a line, so that changes of it read and merge well."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mldebt.errors import ConfigError, Faults, MldebtError
from mldebt.policy.baseline import Entry
from mldebt.policy.trace import Trace

VERSION = 1
MAX_SIZE = 64 << 20
_HASH = re.compile(r"([0-9a-f]{12})-([0-9a-f]{12})")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
_MERGE = ("<<<<<<<", "=======", ">>>>>>>")


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value)) and len(value) == 10
    except ValueError:
        return False


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_KEYS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "rule": (lambda value: isinstance(value, str) and bool(value), "the code of a rule"),
    "path": (lambda value: isinstance(value, str) and bool(value), "the path of a file below the project's root"),
    "place": (_is_text, "the name of a definition, or of a cell"),
    "hash": (lambda value: isinstance(value, str) and _HASH.fullmatch(value) is not None, "two groups of twelve hexadecimal digits, joined by `-`"),
    "count": (lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0, "a number of findings from 1"),
    "reason": (_is_text, "a text"),
    "expires": (_is_day, "a day as YYYY-MM-DD"),
}
_NEEDED = ("rule", "path", "hash")


def read_baseline(path: Path, shown: str) -> tuple[Entry, ...]:
    """Return the entries of a baseline file; raises `Faults` of `ConfigError` with file, line, key and what was expected, for all of them at once."""
    text = _text(path, shown)
    if (mark := next((number for number, line in enumerate(text.splitlines(), 1) if line.startswith(_MERGE)), None)) is not None:
        raise ConfigError("a conflict of a merge is not solved: keep the entries of both sides, or accept anew by `mldebt baseline`", f"{shown}:{mark}")
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"not valid JSON: {error.msg}", f"{shown}:{error.lineno}") from None
    except (ValueError, RecursionError):
        raise ConfigError("not valid JSON: nested too deeply, or a number too long", shown) from None
    if faults := list(_faults(tree, text, shown)):
        raise Faults(faults)
    return tuple(_entry(row) for row in tree["entries"])


def _text(path: Path, shown: str) -> str:
    try:
        if path.stat().st_size > MAX_SIZE:
            raise ConfigError(f"larger than {MAX_SIZE >> 20} MiB, which no baseline is", shown)
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError("not valid UTF-8", shown) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", shown) from None


def _faults(tree: object, text: str, shown: str) -> Iterator[MldebtError]:
    """Yield what is wrong with a document."""
    if not isinstance(tree, dict):
        yield ConfigError("expected an object with `version` and `entries`", f"{shown}:1")
        return
    lines = _lines(text)
    for key in sorted({*tree, "version", "entries"} - {"version", "entries"}):
        yield ConfigError("unknown key; known: version, entries", f"{shown}:{lines.get((key,), 1)}", key)
    if tree.get("version") != VERSION or isinstance(tree["version"], bool):
        said = f"got {tree['version']!r}" if "version" in tree else "there is none"
        yield ConfigError(f"expected {VERSION}, {said}: another version of mldebt wrote this file", f"{shown}:{lines.get(('version',), 1)}", "version")
    rows = tree.get("entries")
    if not isinstance(rows, list):
        yield ConfigError("expected a list of entries", f"{shown}:{lines.get(('entries',), 1)}", "entries")
        return
    for number, row in enumerate(rows):
        for key, message in _wrong(row):
            line = lines.get(("entries", number, key)) or lines.get(("entries", number), 1)
            yield ConfigError(message, f"{shown}:{line}", f"entries {number + 1}{'.' if key else ''}{key}")


def _wrong(row: object) -> Iterator[tuple[str, str]]:
    """Yield the key and the fault of everything wrong with an entry."""
    if not isinstance(row, dict):
        yield "", f"expected an object with {', '.join(_NEEDED)}"
        return
    for key, value in row.items():
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, 1)
            yield key, f"unknown key; {f'did you mean `{near[0]}`?' if near else 'known: ' + ', '.join(_KEYS)}"
        elif not _KEYS[key][0](value):
            yield key, f"expected {_KEYS[key][1]}, got {json.dumps(value)[:60]}"
    for key in _NEEDED:
        if key not in row:
            yield key, f"missing: expected {_KEYS[key][1]}"


def _lines(text: str) -> dict[tuple[str | int, ...], int]:
    """Return the lines on which the keys and the items of a valid JSON text begin, by the way to them."""
    found: dict[tuple[str | int, ...], int] = {}
    way: list[str | int | None] = []  # of each open object the key (None: a key comes next), of each array the number of the item
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    row = 0
    for token in _TOKEN.finditer(text):
        while row < len(starts) and starts[row] <= token.start():
            row += 1
        sign = token[0]
        if sign in "]}":
            way.pop()
        elif sign == ",":
            way[-1] = way[-1] + 1 if isinstance(way[-1], int) else None
        elif sign != ":":
            if way and way[-1] is None:
                way[-1] = str(json.loads(sign))
            found.setdefault(tuple(step for step in way if step is not None), row)
            if sign in "[{":
                way.append(0 if sign == "[" else None)
    return found


def _entry(row: dict[str, Any]) -> Entry:
    digests = _HASH.fullmatch(row["hash"])
    assert digests is not None
    return Entry(Trace(row["path"], row["rule"], row.get("place", ""), digests[1], digests[2]), row.get("count", 1), row.get("reason", ""),
                 row.get("expires", ""))


def baseline_text(entries: Iterable[Entry]) -> str:
    """Return the text of a baseline file."""
    rows = ",\n".join(f"  {json.dumps(_row(entry), ensure_ascii=False)}" for entry in sorted(entries))
    return f'{{"version": {VERSION}, "entries": [\n{rows}\n]}}\n' if rows else f'{{"version": {VERSION}, "entries": []}}\n'


def _row(entry: Entry) -> dict[str, Any]:
    trace = entry.trace
    row = {"rule": trace.rule, "path": trace.path, "place": trace.place, "hash": f"{trace.code}-{trace.about}", "count": entry.count}
    return row | {key: value for key, value in (("reason", entry.reason), ("expires", entry.expires)) if value}
