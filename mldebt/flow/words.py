"""Words of commands and texts of configuration as patterns: shell variables and templates are holes."""

from __future__ import annotations

import re

from mldebt.model.pattern import Hole, Part, Pattern, pattern

_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)|\$\{\{[^}]*\}\}|\{\{[^}]*\}\}|\$\{…\}")


def word_pattern(word: str) -> Pattern:
    """Return a word of a command as text; shell variables and templates are holes."""
    parts: list[Part] = []
    at = 0
    for found in _VARIABLE.finditer(word):
        name = found[1] or found[3]
        parts.extend((word[at:found.start()], Hole("environment", name) if name and not name.isdecimal() else Hole("unknown")))
        at = found.end()
    return pattern(*parts, word[at:])
