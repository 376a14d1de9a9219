"""Tables that SQL text reads and writes, by keyword: quick, and blind to subtleties of dialect."""

from __future__ import annotations

import re

from mldebt.model.facts import TableUse

_SQL = re.compile(r"\s*(?:--[^\n]*\n\s*)*(?:select|insert|replace\s+into|update|delete\s+from|create|drop|alter|with|truncate)\b", re.IGNORECASE)
_NAME = r"(?P<name>(?:[\"`\[]?[\w{}…$-]+[\"`\]]?)(?:\.[\"`\[]?[\w{}…$-]+[\"`\]]?)*)"
_FORMS = (
    ("read", re.compile(r"(?<!delete )\b(?:from|join)\s+(?!select\b|lateral\b|unnest\b)" + _NAME + r"(?![\w(])", re.IGNORECASE)),
    ("append", re.compile(r"\binsert\s+(?:or\s+\w+\s+)?into\s+" + _NAME, re.IGNORECASE)),
    ("write", re.compile(r"\b(?:(?<!or )replace\s+into|insert\s+overwrite\s+(?:table\s+)?|delete\s+from|truncate\s+table)\s+" + _NAME, re.IGNORECASE)),
    ("write", re.compile(r"^\s*update\s+" + _NAME + r"\s+set\b", re.IGNORECASE | re.MULTILINE)),
    ("create", re.compile(r"\bcreate\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?(?:table|view)\s+(?:if\s+not\s+exists\s+)?" + _NAME, re.IGNORECASE)),
    ("drop", re.compile(r"\bdrop\s+(?:table|view)\s+(?:if\s+exists\s+)?" + _NAME, re.IGNORECASE)),
    ("rename", re.compile(r"\balter\s+table\s+" + _NAME + r"\s+rename\b", re.IGNORECASE)),
)
_LOCAL = re.compile(r"(?:\bwith\s+(?:recursive\s+)?|,\s*)(\w+)\s+as\s*\(", re.IGNORECASE)
_NOISE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)


def table_uses(text: str) -> tuple[TableUse, ...]:
    """Return the tables that SQL text touches, in order; text that is not SQL gives none. `{…}` in names stays."""
    if not _SQL.match(text):
        return ()
    clean = _NOISE.sub(lambda found: " " * len(found.group()), text)
    local = {name.lower() for name in _LOCAL.findall(clean)}
    found = {}
    for mode, form in _FORMS:
        for match in form.finditer(clean):
            name = re.sub(r"[\"`\[\]]", "", match.group("name"))
            if name.lower() not in local:
                found[match.start("name"), mode] = TableUse(name, mode, match.start("name"), match.end("name"))
    return tuple(found[key] for key in sorted(found))
