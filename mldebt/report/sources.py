"""Lines of the analysed files, for people to look at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mldebt.extract.gate import decode
from mldebt.extract.notebook import read_cells
from mldebt.model.finding import Finding

_LINE_END = re.compile(r"\r\n?|\n")


class Sources:
    """Lines of the project's files, read when first asked for; a file that vanished has none."""

    def __init__(self, root: Path, places: Mapping[str, Path] = {}) -> None:
        """Read below `root`, but the files that `places` has elsewhere there."""
        self._root, self._places = root, places
        self._texts: dict[str, dict[int | None, list[str]]] = {}

    def line(self, path: str, cell: int | None, number: int) -> str:
        """Return one line without its end; empty when there is none."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        lines = self._texts[path].get(cell, [])
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def span(self, item: Finding) -> str:
        """Return the code that a finding stands on."""
        rows = [self.line(item.path, item.cell, number) for number in range(item.line, max(item.end_line, item.line) + 1)]
        if item.end_line == item.line:
            return rows[0][item.column - 1:item.end_column - 1]
        return "\n".join([rows[0][item.column - 1:], *rows[1:-1], rows[-1][:item.end_column - 1]])

    def _read(self, path: str) -> dict[int | None, list[str]]:
        try:
            text = decode((self._places.get(path) or self._root / path).read_bytes())
        except OSError:
            return {}
        if not isinstance(text, str):
            return {}
        if path.endswith(".ipynb"):
            return {cell.number: cell.source.split("\n") for cell in read_cells(text)[0]}
        return {None: _LINE_END.split(text)}
