"""Scripts that are kept in cells: where comments mark the cells of a notebook, and what the marks say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mldebt.extract.commented import after_blanks
from mldebt.extract.comments import comment_starts

_MARK = re.compile(r"^#[ \t]?%%+(?=[ \t\r\n]|\Z)(?P<head>[^\r\n]*)|^#[ \t]In[ \t]?\[[ \d*]*\]:?|^#[ \t]COMMAND[ \t]-{10}", re.MULTILINE)
_STATED = re.compile(r"\A(?:[ \t]*\n)*#[ \t]---[ \t]*\r?\n(?:#[^\n]*\n)*?#[ \t]jupyter:|\A#[ \t]Databricks notebook source")
_PROSE = re.compile(r"\[(?:markdown|md|raw)\]|^(?:markdown|md)$", re.IGNORECASE)
_TAGS = re.compile(r"\btags[ \t]*=[ \t]*\[(?P<tags>[^\]]*)\]|\"tags\"[ \t]*:[ \t]*\[(?P<more>[^\]]*)\]")
_TAG = re.compile(r"[\"']([^\"']+)[\"']")
_COMMENTS = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*(?:[ \t]*#[^\n]*\Z)?")
_MAIN = re.compile(r"^if[ \t(]+__name__[ \t]*==", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A cell of a script: offset of its mark, where what it holds starts and ends, whether it is prose, its tags."""

    at: int
    start: int
    end: int
    prose: bool
    tags: frozenset[str]


def stretches(text: str) -> tuple[Stretch, ...]:
    """Return the cells of a script in order; marks in texts are none, and of a cell of prose the comments it starts with are the cell."""
    if "# %%" not in text and "#%%" not in text and "# In" not in text and "# COMMAND" not in text:
        return ()
    return tuple(_stretches(text))


def _stretches(text: str) -> Iterator[Stretch]:
    comments = comment_starts(text)
    marks = [mark for mark in _MARK.finditer(text) if mark.start() in comments]
    for mark, end in zip(marks, (*(mark.start() for mark in marks[1:]), len(text))):
        head = (mark["head"] or "").strip()
        start = min(mark.end() + 1, end)
        prose = _PROSE.search(_TAGS.sub("", head)) is not None
        said = _COMMENTS.match(text, start, end) if prose else None
        yield Stretch(mark.start(), start, said.end() if said is not None else end, prose, _tags(head))


def _tags(head: str) -> frozenset[str]:
    return frozenset(tag for found in _TAGS.finditer(head) for tag in _TAG.findall(found["tags"] or found["more"] or ""))


def in_cells(text: str, cells: tuple[Stretch, ...]) -> bool:
    """Return whether a script is a notebook kept as a script, and no program whose author marked stretches of it.

    It is one where its head says so, or where nothing but comments stands above the first of its marks and there is prose between them, or the marks
    are those of an export; never one that has a main block.
    """
    if not cells or _MAIN.search(text):
        return False
    return _STATED.match(text) is not None or not _code_above(text, cells[0].at) and any(cell.prose or _exported(text, cell) for cell in cells)


def _code_above(text: str, at: int) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in text[:at].split("\n"))


def _exported(text: str, cell: Stretch) -> bool:
    return "%%" not in text[cell.at:cell.start]


def without_prose(text: str, cells: tuple[Stretch, ...]) -> tuple[str, dict[int, str]]:
    """Return a script with its cells of prose blanked, offsets kept, and what each says by the offset of what stands first in the cell after it."""
    parts, above, done = [], {}, 0
    for number, cell in enumerate(cells):
        if cell.prose:
            parts += [text[done:cell.at], re.sub(r"[^\n]", " ", text[cell.at:cell.end])]
            done = cell.end
            after = cells[number + 1].start if cell.end == (cells[number + 1].at if number + 1 < len(cells) else -1) else cell.end
            above[after_blanks(text, after)] = "\n".join(line.lstrip("# \t") for line in text[cell.start:cell.end].split("\n"))
    return "".join((*parts, text[done:])), above
