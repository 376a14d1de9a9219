"""Text of the analysed project made harmless for whoever reads it: a terminal, the log of a service, a document."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from mldebt.model.hidden import SIGNS

TAB = "    "
# Services of continuous integration obey `##[…]` and `##vso[…]` anywhere in a log, and `::…` at the beginning of a line.
_ORDER = r"#(?=#(?:vso)?\[)"
_ORDERS = re.compile(_ORDER)
_UNSAFE = re.compile(f"[{SIGNS}]|{_ORDER}")
_UNSAFE_IN_JSON = re.compile(f"[{SIGNS.removeprefix(chr(0) + '-' + chr(0x1f))}]|{_ORDER}")
_LINE_ORDER = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)


def safe(text: str) -> str:
    """Return text on one line in which nothing is hidden and nothing is an order: such signs are shown as Python escapes them."""
    return _UNSAFE.sub(_shown, text)


def unordered(text: str) -> str:
    """Return lines of which none begins like an order to a service that reads logs."""
    return _LINE_ORDER.sub(r"\1\\x3a", text)


def cut(line: str, start: int, end: int) -> tuple[str, str, str]:
    """Return a line of code in three pieces, each of them safe, with blanks for tabs; an order is none either when it lies over a border."""
    masked = _ORDERS.sub("\0", line)  # as long as the line, so that borders stay where they are; code holds no null bytes
    before, marked, after = (safe(piece.replace("\t", TAB).replace("\0", "\\x23")) for piece in (masked[:start], masked[start:end], masked[end:]))
    return before, marked, after


def json_text(table: Any, indent: int = 2) -> str:
    """Return a value as JSON with a final line feed, on one line for `indent` 0; signs that nobody sees are escaped, so no reader loses anything."""
    raw = msgspec.json.encode(table)
    text = (msgspec.json.format(raw, indent=indent) if indent else raw).decode()
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def _shown(found: re.Match[str]) -> str:
    return "\\x23" if found[0] == "#" else found[0].encode("unicode_escape").decode("ascii")
