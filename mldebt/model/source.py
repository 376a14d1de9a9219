"""Where things stand: files, offsets, lines and cells."""

from __future__ import annotations

import re
from bisect import bisect_right

import msgspec

_LINE_END = re.compile(r"\r\n?|\n")


class Place(msgspec.Struct, frozen=True, order=True, gc=False):
    """A span of one file: project-relative path with `/`, character offsets `at` (inclusive) and `end` (exclusive)."""

    path: str
    at: int
    end: int


class Position(msgspec.Struct, frozen=True, order=True, gc=False):
    """A human position: notebook cell (1-based over all cells, None outside notebooks), line and column from 1."""

    cell: int | None
    line: int
    column: int


class Cell(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A code cell of a notebook: its number among all cells from 1, where it starts in the joined source, and the id that stays with it, if it has one."""

    number: int
    start: int
    id: str = ""


class LineTable(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Offsets at which lines start in a file's text.

    A notebook's text is its code cells joined, each closed by one line feed; `cells` then says where each begins.
    """

    starts: tuple[int, ...]
    cells: tuple[Cell, ...] = ()

    def locate(self, offset: int) -> Position:
        """Return the position of a character offset; offsets past the end clamp to the last line."""
        row = self.row(offset)
        start = self.starts[row] if self.starts else 0
        if not self.cells:
            return Position(None, row + 1, offset - start + 1)
        cell = self.cell(offset)
        first = bisect_right(self.starts, cell.start) - 1
        return Position(cell.number, row - first + 1, offset - start + 1)

    def cell(self, offset: int) -> Cell:
        """Return the cell of an offset in a notebook, which has one at least."""
        return self.cells[max(bisect_right([cell.start for cell in self.cells], offset) - 1, 0)]

    def row(self, offset: int) -> int:
        """Return the line of an offset, counted from 0 over the whole text."""
        return max(bisect_right(self.starts, offset) - 1, 0)

    def cell_rows(self, row: int) -> tuple[int, int] | None:
        """Return the first and last row of the notebook cell that a row lies in, None outside notebooks."""
        firsts = [self.row(cell.start) for cell in self.cells]
        index = bisect_right(firsts, row) - 1
        return (firsts[index], (firsts[index + 1] if index + 1 < len(firsts) else len(self.starts)) - 1) if index >= 0 else None


def line_starts(text: str) -> tuple[int, ...]:
    """Return the offset of every line of `text`, lines ending in LF, CR or CRLF as Python reads them (`str.splitlines` knows more ends)."""
    return (0, *map(re.Match.end, _LINE_END.finditer(text)))
