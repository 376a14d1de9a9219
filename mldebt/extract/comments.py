"""Comments that matter: suppressions everywhere, words of debt in Python."""

from __future__ import annotations

import re

from mldebt.extract.gate import QUOTED
from mldebt.model.facts import Comment

_PYTHON = re.compile(r"mldebt:|TODO|FIXME|HACK|XXX")
_TOKENS = re.compile(rf"{QUOTED}|(?P<comment>\#[^\n]*)", re.DOTALL)
_PLAIN = re.compile(r"(?<![^\s])#[^\n]*?mldebt:[^\n]*")
_HEAD = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*")


def python_comments(text: str) -> tuple[Comment, ...]:
    """Return the comments of Python source that matter; texts in quotes are none."""
    if not _PYTHON.search(text):
        return ()
    return tuple(_comment(text, found.start("comment"), found["comment"])
                 for found in _TOKENS.finditer(text) if found["comment"] and _PYTHON.search(found["comment"]))


def comment_starts(text: str) -> frozenset[int]:
    """Return the offsets at which the comments of Python source start; texts in quotes hold none."""
    return frozenset(found.start("comment") for found in _TOKENS.finditer(text) if found["comment"])


def plain_comments(text: str) -> tuple[Comment, ...]:
    """Return the suppressions in a file whose comments run from `#` to the end of the line."""
    return tuple(_comment(text, found.start(), found[0]) for found in _PLAIN.finditer(text)) if "mldebt:" in text else ()


def _comment(text: str, at: int, words: str) -> Comment:
    start = text.rfind("\n", 0, at) + 1
    alone = not text[start:at].strip()
    head = _HEAD.match(text)
    return Comment(words.rstrip("\r"), at, alone, alone and head is not None and start <= head.end())
