"""Notebooks exported as scripts: the code that they hand to a magic as a text, written out where it stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from mldebt.extract.notebook import MAGIC_OPTIONS, TRANSPARENT

_CALL = ".run_cell_magic(", ".run_line_magic("
_TEXT = r"""[uU]?(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
_MAGIC = re.compile(
    rf"""^(?P<head>\w+\(\)\.run_(?:cell_magic\([ ]*[uU]?['"](?P<cell>\w+)['"],[ ]*{_TEXT}|line_magic\([ ]*[uU]?['"](?P<line>\w+)['"])"""
    r""",[ ]*[uU]?(?P<quote>['"]))(?P<code>(?:(?!(?P=quote))[^\\\n]|\\.)*)(?P=quote)[ ]*\)[ \t]*;?[ \t]*$""", re.MULTILINE)
_PIECE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[0-7]{1,3}|.)|[^\\]")
_PLAIN = {"\\n": "\n", "\\t": "\t", "\\\\": "\\", "\\'": "'", '\\"': '"'}
_LONG = 3


def written_out(text: str, parses: Callable[[str], bool]) -> str:
    """Return a script in which the code of magics that only time or capture it stands as code: what follows keeps its offset, lines in texts become lines.

    Code that does not parse, as `parses` says, stays a text.
    """
    if not any(call in text for call in _CALL):
        return text
    return _MAGIC.sub(lambda found: _written(found, parses), text)


def _written(found: re.Match[str], parses: Callable[[str], bool]) -> str:
    if (found["cell"] or found["line"]) not in TRANSPARENT:
        return found[0]
    options = MAGIC_OPTIONS.match(found["code"]) if found["line"] else None
    start = options.end() if options is not None else 0
    code = _unescaped(found["code"][start:])
    if not code.strip() or not parses(f"{code}\n"):
        return found[0]
    return f"pass{' ' * (len(found['head']) + start - 5)}\n{code}".ljust(len(found[0]))


def _unescaped(text: str) -> str:
    """Return what a text says in as many characters: blanks stand for the escapes, as near as they change nothing."""
    done: list[str] = []
    owed, line, reader = 0, "", _Reader()
    for char, left in _decoded(text):
        owed += left
        event, after, continued = reader.read(char), "", line.endswith("\\")
        if owed and not continued and line.strip() and (event == "ends" or event == "opens" and not (line[-1].isalnum() or line[-1] == "_")):
            char, owed = " " * owed + char, 0
        elif owed and (event == "closed" or event == "ends" and continued):
            after, owed = " " * owed, 0
        done += [char, after]
        line = after if char.endswith("\n") else line + char + after
    return "".join(done) + " " * owed


def _decoded(text: str) -> Iterator[tuple[str, int]]:
    """Yield the characters that a text stands for, each with the number of characters that its spelling is longer."""
    for piece in _PIECE.findall(text):
        char = _PLAIN.get(piece) or (piece if len(piece) == 1 else str(ast.literal_eval(f'"{piece}"')))
        yield char, len(piece) - len(char)


class _Reader:
    """Knows of each character of Python code whether it opens a text, closes one or ends a line."""

    __slots__ = ("_comment", "_escaped", "_held", "_quote")

    def __init__(self) -> None:
        self._quote, self._held, self._comment, self._escaped = "", "", False, False

    def read(self, char: str) -> str:
        """Return `opens` where a text begins with this character, `closed` where one ended with it, `ends` at the end of a line of code, else nothing."""
        if self._comment or not self._quote and char == "#":
            self._comment = char != "\n"
            return "" if self._comment else "ends"
        if not self._quote:
            return self._outside(char)
        return self._inside(char)

    def _outside(self, char: str) -> str:
        if char not in "'\"":
            self._held = ""
            return "ends" if char == "\n" else ""
        if self._held == char * 2:  # an empty text, then a third quote: the text is a long one and goes on
            self._quote, self._held = char * _LONG, ""
            return ""
        self._quote, self._held = char, ""
        return "opens"

    def _inside(self, char: str) -> str:
        if self._escaped:
            self._escaped, self._held = False, "x"
            return ""
        self._escaped = char == "\\"
        quote, long = self._quote[0], len(self._quote) == _LONG
        if char != quote:
            self._held = "x" if not long else ""
            return ""
        if not long:
            empty = self._held != "x"
            self._quote, self._held = "", char * 2 if empty else ""
            return "" if empty else "closed"
        self._held += char
        if self._held != self._quote:
            return ""
        self._quote, self._held = "", ""
        return "closed"
