"""A place in a source that moves along with a walk over its tree: the offsets of nodes are read off the text, so no white space node is ever visited."""

from __future__ import annotations

import re

GAP = re.compile(r"(?:[ \t\f\r\n,\ufeff]|\\(?=[\r\n])|#[^\r\n]*)*")  # what may stand between tokens; commas count to it
SPACE = re.compile(r"(?:[ \t\f\r\n]|\\(?=[\r\n])|#[^\r\n]*)*")
BLANK = re.compile(r"(?:[ \t\f]|\\\r?\n|\\\r)*")  # white space that ends no line
LINE = re.compile(r"(?:[ \t\f]|\\\r?\n|\\\r)*(?:#[^\r\n]*)?(?:\r\n?|\n)?")  # the rest of a line without code
_BETWEEN = frozenset(" \t\f\r\n,\\#\ufeff")


class Astray(Exception):
    """The tree and the text disagree: a token that the tree tells of is not where the walk has come."""


class Cursor:
    """Where a walk over a tree, in order of the source, has come. Tokens are told by those who know the tree; what lies between them is passed over."""

    def __init__(self, text: str) -> None:
        """Stand at the beginning of `text`, which must end a line."""
        self.text = text
        self.at = 0

    def start(self) -> int:
        """Go to the next token; return where it is."""
        at = self.at
        if self.text[at] in _BETWEEN:
            self.at = at = GAP.match(self.text, at).end()  # type: ignore[union-attr]  # it matches nothing at least
        return at

    def skip(self, token: str) -> int:
        """Go behind the next token; return where it begins. Raises `Astray` when it is another than `token`."""
        at = self.at
        if not self.text.startswith(token, at):
            at = GAP.match(self.text, at).end()  # type: ignore[union-attr]
            if not self.text.startswith(token, at):
                raise Astray(f"`{token}` is not at offset {at}")
        self.at = at + len(token)
        return at

    def over(self, pattern: re.Pattern[str]) -> int:
        """Go to the end of what `pattern`, which matches anywhere, matches here; return where that is."""
        self.at = at = pattern.match(self.text, self.at).end()  # type: ignore[union-attr]
        return at

    def finish(self) -> None:
        """Go to the end; raises `Astray` when there are tokens left."""
        if self.over(GAP) < len(self.text):
            raise Astray(f"the tree ends at offset {self.at}, the text at {len(self.text)}")
