"""What a text report is painted on: its width, colours or none, and how wide text is in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mldebt.model.finding import Severity

WIDTH = 160
_PIECES = re.compile(r"[^/#]*[/#]|[^/#]+")
STYLES: dict[Severity, str] = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan"}


@dataclass(frozen=True, slots=True)
class Canvas:
    """`width` in cells of a terminal; `colour`: escape sequences are wanted; `terminal`: a person looks at it; `links`: it follows them."""

    width: int = WIDTH
    colour: bool = False
    terminal: bool = False
    links: bool = False

    def paint(self, text: str, style: str) -> str:
        """Return text in a style such as `bold red`; unchanged without colours."""
        if not self.colour or not text:
            return text
        from rich.style import Style

        return Style.parse(style).render(text)

    def linked(self, text: str, address: str) -> str:
        """Return text that leads to an address when it is clicked (OSC 8); unchanged where nobody follows links."""
        return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\" if self.links and address.isprintable() else text


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes: wide characters take two, combining ones none."""
    if text.replace("…", ".").isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def clipped(text: str, width: int) -> str:
    """Return as much of a text as fits into a number of cells, with `…` where the rest is missing."""
    head = text[:4 * width]
    if head == text and cells(text) <= width:
        return text
    while head and cells(head) >= width:
        head = head[:-1]
    return head + "…"


def tail(text: str, width: int) -> str:
    """Return the end of a text that fits into a number of cells, with `…` where the beginning is missing."""
    rest = text[-4 * width:]
    if rest == text and cells(text) <= width:
        return text
    while rest and cells(rest) >= width:
        rest = rest[1:]
    return "…" + rest


def folded(text: str, width: int) -> str:
    """Return text in lines of at most `width`, broken behind separators where it can be; all lines but the first are indented."""
    lines, line = [], ""
    for piece in _PIECES.findall(text):
        if line.strip() and len(line) + len(piece) > width:
            lines.append(line)
            line = "    "
        line += piece
        while len(line) > width:
            lines.append(line[:width])
            line = "    " + line[width:]
    return "\n".join([*lines, line])
