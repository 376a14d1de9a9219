"""Files of environment variables (`.env`) to settings and variables."""

from __future__ import annotations

import re

from mldebt.extract.data.reading import MAX_SETTINGS, Draft, substitute
from mldebt.model.facts import Setting

_LINE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.]*)[ \t]*=[ \t]*(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|((?:[^\s#]|[ \t]+(?![\s#])|(?<=\S)#)*))", re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r"}


def read_env(draft: Draft) -> None:
    """Fill settings and variables; earlier variables are put into later values that are not in single quotes."""
    for found in _LINE.finditer(draft.text):
        group = next((number for number in (2, 3, 4) if found[number] is not None), 4)
        value = found[group] or ""
        if group == 2:
            value = _ESCAPE.sub(lambda mark: mark[0] if mark[1] == "$" else _PLAIN.get(mark[1], mark[1]), value)
        value = value if group == 3 else substitute(value, draft.variables)
        draft.variables[found[1]] = value
        if len(draft.settings) < MAX_SETTINGS:
            draft.settings.append(Setting((found[1],), value, found.start(group), found.end(group), found.start(1)))
