"""The full form: each finding with the line it stands on and its evidence."""

from __future__ import annotations

from pathlib import Path

from mldebt.extract.gate import decode
from mldebt.extract.notebook import read_cells
from mldebt.model.finding import Finding, Report
from mldebt.report.concise import line, place, safe

MAX_EVIDENCE = 12
MAX_WIDTH = 160


class Sources:
    """Lines of the project's files, read when first asked for; a file that vanished has none."""

    def __init__(self, root: Path) -> None:
        """Read below `root`."""
        self._root = root
        self._texts: dict[str, dict[int | None, list[str]]] = {}

    def line(self, path: str, cell: int | None, number: int) -> str:
        """Return one line without its end; empty when there is none."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        lines = self._texts[path].get(cell, [])
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def _read(self, path: str) -> dict[int | None, list[str]]:
        try:
            text = decode((self._root / path).read_bytes())
        except OSError:
            return {}
        if not isinstance(text, str):
            return {}
        if path.endswith(".ipynb"):
            return {cell.number: cell.source.split("\n") for cell in read_cells(text)[0]}
        return {None: text.split("\n")}


def full(report: Report, root: Path) -> str:
    """Return the findings with code frames and evidence, and a summary line."""
    sources = Sources(root)
    live = [item for item in report.findings if item.suppressed is None]
    total = f"{len(live)} finding{'' if len(live) == 1 else 's'} in {report.files} files, {report.lines} lines\n"
    return "\n".join((*(_finding(item, sources) for item in live), total))


def _finding(item: Finding, sources: Sources) -> str:
    rest = len(item.evidence) - MAX_EVIDENCE
    steps = "".join(f"    {place(step.path, step.cell, step.line, step.column)}: {safe(step.message)}\n" for step in item.evidence[:MAX_EVIDENCE])
    more = f"    and {rest} more place{'' if rest == 1 else 's'}\n" if rest > 0 else ""
    return f"{line(item)}\n{_frame(item, sources)}{steps}{more}"


def _frame(item: Finding, sources: Sources) -> str:
    """Return the line of a finding with carets under it; nothing for a line that is empty or too far to the right."""
    raw = sources.line(item.path, item.cell, item.line)
    start = item.column - 1
    if not raw.strip() or start >= MAX_WIDTH:
        return ""
    text = safe(raw.replace("\t", " "))[:MAX_WIDTH]
    end = item.end_column - 1 if item.end_line == item.line else len(text)
    return f"    |  {text}\n    |  {' ' * start}{'^' * max(min(end, len(text)) - start, 1)}\n"
