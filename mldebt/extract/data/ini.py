"""INI files to settings by section and key; multi-line values joined, every value a text as its readers get it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mldebt.extract.data.reading import MAX_SETTINGS, Draft
from mldebt.model.facts import Setting

_HEADER = re.compile(r"\[([^\]\n]+)\]")
_PAIR = re.compile(r"([^=:\n]*[^=:\s])[ \t]*(?:[=:][ \t]*(.*))?$")


@dataclass(slots=True)
class _Entry:
    """A key whose value may go on in lines that are indented deeper."""

    keys: tuple[str, ...]
    key_at: int
    indent: int
    value: str | None
    at: int
    end: int


def read_ini(draft: Draft) -> None:
    """Fill the settings of an INI file; lines that are neither header, pair nor continuation are left out."""
    section: tuple[str, ...] = ()
    entry: _Entry | None = None
    at = 0
    for line in draft.text.splitlines(keepends=True):
        body = line.strip()
        start = at + len(line) - len(line.lstrip())
        indent, at = start - at, at + len(line)
        if not body or body[0] in "#;":
            continue
        if entry is not None and entry.value is not None and indent > entry.indent:
            entry.value = f"{entry.value}\n{body}" if entry.value else body
            entry.at, entry.end = (entry.at if entry.end > entry.at else start), start + len(body)
            continue
        _finish(draft, entry)
        entry = None
        header, pair = _HEADER.match(body), _PAIR.match(body)
        if header:
            section = (header[1].strip(),)
        elif pair:
            begin = start + (pair.start(2) if pair[2] is not None else 0)
            entry = _Entry((*section, pair[1]), start, indent, pair[2], begin, start + len(body))
    _finish(draft, entry)


def _finish(draft: Draft, entry: _Entry | None) -> None:
    if entry is not None and len(draft.settings) < MAX_SETTINGS:
        draft.settings.append(Setting(entry.keys, entry.value, entry.at, entry.end, entry.key_at))
