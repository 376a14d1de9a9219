"""The code frame: the line a finding stands on, carets under it, fitted to the width."""

from __future__ import annotations

from mldebt.model.finding import Finding
from mldebt.report.canvas import STYLES, Canvas, cells, clipped, tail
from mldebt.report.escape import cut

BEFORE, AFTER = 24, 8  # cells of context kept around a place that lies too far to the right


def frame(item: Finding, raw: str, gutter: int, canvas: Canvas) -> str:
    """Return the line `raw` of a finding, numbered in a gutter of that many cells, and the carets; nothing for an empty line."""
    if not raw.strip():
        return ""
    start = min(item.column - 1, len(raw))
    end = max(item.end_column - 1, start + 1) if item.end_line == item.line else len(raw.rstrip())
    before, marked, after = cut(raw, start, end)
    room = max(canvas.width - gutter - 3, BEFORE + AFTER)
    before = tail(before, room - min(cells(marked) + cells(after[:AFTER]), room - BEFORE))
    text = clipped(f"{before}{marked}{after}", room)
    carets = "^" * max(min(cells(marked), room - cells(before)), 1)
    bar = canvas.paint("|", "dim")
    return (f"{canvas.paint(f'{item.line:>{gutter}}', 'dim')} {bar} {text}\n"
            f"{' ' * gutter} {bar} {' ' * cells(before)}{canvas.paint(carets, STYLES[item.severity])}\n")
