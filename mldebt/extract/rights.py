"""Whose work a source says that it is."""

from __future__ import annotations

import re

_HEAD = 4096
_YEAR = r"(?:(?:19|20)\d\d)"
_NOTICE = re.compile(
    rf"(?i)copyright\b[ \t]*(?:(?:\(c\)|©)[ \t\[(]*{_YEAR}?|[ \t\[(]*{_YEAR})(?:[ \t,–-]|{_YEAR}|present|\]|\))*(?:by[ \t]+)?(?P<holder>[^\n]*)")
_REST = re.compile(r"(?i)\ball rights\b.*|\(.*|<.*|\bhttps?:.*")
_WORD = re.compile(r"[^\W\d_]+")
_FORMS = frozenset({"inc", "corp", "corporation", "llc", "ltd", "gmbh", "co", "the", "authors", "author", "team", "and", "its", "affiliates", "contributors"})


def holders(text: str) -> tuple[str, ...]:
    """Return who holds the rights as the notices at the head of a source say, sorted: in small letters, without the words for kinds of companies and people."""
    head = text[:_HEAD]
    if "opyright" not in head and "OPYRIGHT" not in head:
        return ()
    named = (_WORD.findall(_REST.sub("", found["holder"]).lower()) for found in _NOTICE.finditer(head))
    return tuple(sorted(filter(None, {" ".join(word for word in words if word not in _FORMS) for words in named})))
