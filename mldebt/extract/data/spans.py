"""Text rewritten from a file, with the way back: every character knows the span it came from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from mldebt.extract.data.shell import parse_shell
from mldebt.model.facts import Command, Item

_GAP = re.compile(r"(?:[\s\\'\"]|[rRfFbBuU]+(?=['\"]))*")
_ESCAPE = re.compile(r"\\(?:x..|u....|U........|[0-7]{1,3}|[abefnrtvN_LP])")


@dataclass(slots=True)
class Spanned:
    """Text in segments: copied ones keep their offsets, replaced ones share the span of what they replace."""

    parts: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    spans: list[tuple[int, int, bool]] = field(default_factory=list)
    size: int = 0

    def copy(self, text: str, at: int) -> None:
        """Append text that stands in the file at `at` as it is."""
        self._append(text, (at, at + len(text), True))

    def put(self, text: str, at: int, end: int) -> None:
        """Append text that stands for the span `at`…`end` of the file."""
        self._append(text, (at, end, False))

    def extend(self, other: Spanned) -> None:
        """Append another text."""
        for part, span in zip(other.parts, other.spans):
            self._append(part, span)

    def slice(self, begin: int, stop: int) -> Spanned:
        """Return the characters `begin`…`stop`."""
        part = Spanned()
        for text, offset, (at, end, copied) in zip(self.parts, self.offsets, self.spans):
            first, last = max(begin - offset, 0), min(stop - offset, len(text))
            if first < last:
                part._append(text[first:last], (at + first, at + last, True) if copied else (at, end, False))
        return part

    def _append(self, text: str, span: tuple[int, int, bool]) -> None:
        if text:
            self.parts.append(text)
            self.offsets.append(self.size)
            self.spans.append(span)
            self.size += len(text)

    @property
    def text(self) -> str:
        """Return the whole text."""
        return "".join(self.parts)

    def span(self, begin: int, stop: int) -> tuple[int, int]:
        """Return the span in the file of the characters `begin`…`stop` of the text."""
        if not self.spans:
            return 0, 0
        first = bisect_right(self.offsets, begin) - 1
        last = max(bisect_right(self.offsets, stop - 1) - 1, first)
        at, end = self.spans[first][0], self.spans[last][1]
        if self.spans[first][2]:
            at += begin - self.offsets[first]
        if self.spans[last][2]:
            end = self.spans[last][0] + stop - self.offsets[last]
        return at, max(end, at)

    def item(self, begin: int, stop: int, text: str) -> Item:
        """Return a name that stands at `begin`…`stop` of the text."""
        return Item(text, *self.span(begin, stop))

    def commands(
        self, folder: str = "", start: str = "file", variables: Mapping[str, str] | None = None, *,
        errexit: bool = False, exported: Mapping[str, str] | None = None, skip: int = 0,
    ) -> tuple[Command, ...]:
        """Return the shell commands of the text from character `skip` on, at their places in the file."""
        found = parse_shell(self.text[skip:], folder=folder, start=start, variables=variables, errexit=errexit, exported=exported)
        spans = [self.span(command.at + skip, command.end + skip) for command in found]
        return tuple(msgspec.structs.replace(command, at=at, end=end) for command, (at, end) in zip(found, spans))


def align(value: str, raw: str, at: int) -> Spanned:
    """Return `value`, a text read from the token `raw` at `at` with quotes, escapes, indentation or folding undone, with its places.

    Both are walked in step: blanks, quotes and backslashes that stand only in the token are skipped; what cannot be placed has no width.
    """
    spanned, position, index = Spanned(), 0, 0
    while index < len(value):
        run = _common(value, index, raw, position)
        spanned.copy(value[index : index + run], at + position)
        index, position = index + run, position + run
        if index < len(value):
            width = _stands_for(value[index], raw, position)
            if width:
                spanned.put(value[index], at + position, at + position + width)
                index, position = index + 1, position + width
                continue
            gap = _GAP.match(raw, position)
            after = gap.end() if gap else position
            if raw[after : after + 1] == value[index] and after > position:
                position = after
            else:
                spanned.put(value[index], at + position, at + position)
                index += 1
    return spanned


def _common(value: str, index: int, raw: str, position: int) -> int:
    """Return how many characters agree from here on."""
    run, most = 0, min(len(value) - index, len(raw) - position)
    while run < most and value[index + run] == raw[position + run]:
        run += 1
    return run


def _stands_for(char: str, raw: str, position: int) -> int:
    """Return the width of the folded line end or escape that stands for `char`; 0 when there is none."""
    if char.isspace() and raw[position : position + 1].isspace():
        return 1
    escape = _ESCAPE.match(raw, position)
    return escape.end() - position if escape and (char.isspace() or char != raw[position + 1 : position + 2]) else 0
