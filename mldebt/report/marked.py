"""Names and sentences of a project inside Markdown: they stay names and sentences, whatever they hold."""

from __future__ import annotations

import re

from mldebt.report.escape import safe

_CODE = re.compile(r"`([^`]+)`")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|~$&])")
_TICKS = re.compile("`+")
_CALLS = str.maketrans({"@": "&#64;", "#": "&#35;"})  # people and issues, whom a backslash does not keep from being called
ESCAPED_BAR = r"\|"


def code(text: str) -> str:
    """Return a name as code that it cannot break out of."""
    text = safe(text)
    fence = "`" * (max(map(len, _TICKS.findall(text)), default=0) + 1)
    inner = f" {text} " if text.startswith("`") or text.endswith("`") else text
    return f"{fence}{inner}{fence}"


def prose(text: str) -> str:
    """Return a sentence: what stands in backticks as code, all other signs as themselves."""
    parts = _CODE.split(safe(text))
    return "".join(code(part) if number % 2 else _MARKUP.sub(r"\\\1", part).translate(_CALLS) for number, part in enumerate(parts))


def table_row(*values: object) -> str:
    """Return a row of a table; the bars of names are no columns, in code either."""
    return f"| {' | '.join(str(value).replace('|', ESCAPED_BAR) for value in values)} |"


def fenced(text: str) -> str:
    """Return lines as a block of code that they cannot break out of."""
    fence = "`" * max(3, max(map(len, _TICKS.findall(text)), default=0) + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"
