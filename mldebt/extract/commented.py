"""Blocks of code in comments: which lines they are, and in short what the code would do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from textwrap import dedent

import libcst as cst

from mldebt.extract.comments import comment_starts
from mldebt.extract.gate import check
from mldebt.extract.lower import Lowering
from mldebt.model import ir
from mldebt.model.calls import called, dotted
from mldebt.model.facts import Disabled, decode_body
from mldebt.model.walk import inside

_RUN = re.compile(r"#[^\n]*(?:\n[ \t]*#[^\n]*)+")
_LINE = re.compile(r"^(?P<indent>[ \t]*)#[ \t]?(?P<code>[^\r\n]*)\r?$", re.MULTILINE)
_CODE = re.compile(
    r"\s*(?:[\w.\[\]'\"]+(?:\s*,\s*[\w.\[\]'\"]+)*\s*(?::\s*\w+\s*)?[-+*/|&]?=(?!=)|[\w.]*\w\(|@\w|(?:from\s+[\w.]+\s+)?import\s+\w"
    r"|(?:if|for|while|with|elif|def|class)\b.*:\s*(?:#.*)?$|(?:else|try|finally|except\b.*):|(?:return|raise|del|yield|assert)\b|pass$|[\"'][^\"']*[\"']\s*[:,]"
    r"|[)\]}])")
_OPEN, _CLOSE = re.compile(r"[(\[{]"), re.compile(r"[)\]}]")
_FRAMES = (("", ""), ("f(\n", "\n)"), ("{\n", "\n}"))
MAX_LINES, MAX_NAMES, MAX_LEAD = 200, 24, 80


def disabled_code(text: str) -> tuple[Disabled, ...]:
    """Return the blocks of two or more comment lines that parse as Python; comments that stand in texts are none."""
    runs = [lines for lines in (_lines(text, run) for run in _RUN.finditer(text)) if any(_CODE.match(line["code"]) for line in lines)]
    if not runs:
        return ()
    starts = comment_starts(text)
    return tuple(block for run in runs for lines in _same_indent(run) if lines[0].end("indent") in starts for block in _blocks(lines))


def _lines(text: str, run: re.Match[str]) -> list[re.Match[str]]:
    """Return the comment lines of a run; a comment that stands behind code is none."""
    return list(_LINE.finditer(text, text.rfind("\n", 0, run.start()) + 1, run.end()))


def _same_indent(lines: Iterable[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """Yield the stretches of lines whose comments begin in one column."""
    group: list[re.Match[str]] = []
    for line in lines:
        if group and line["indent"] != group[0]["indent"]:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _blocks(lines: list[re.Match[str]]) -> Iterator[Disabled]:
    """Yield the stretches of a comment that look like code and parse."""
    position = 0
    while position < len(lines):
        if not _CODE.match(lines[position]["code"]):
            position += 1
            continue
        size = _stretch(lines[position:])
        found = _parsed(lines[position:position + size])
        if found is not None:
            yield _disabled(lines[position:position + size], lines[position - 1]["code"] if position else "", *found)
        position += size


def _stretch(lines: list[re.Match[str]]) -> int:
    """Return how many lines from the first on look like code: each does by itself, goes on inside brackets, or is empty with code after it."""
    depth = size = 0
    for number, line in enumerate(lines[:MAX_LINES], 1):
        code = line["code"]
        if code.strip() and depth <= 0 and not _CODE.match(code):
            break
        depth += len(_OPEN.findall(code)) - len(_CLOSE.findall(code))
        size = number if code.strip() else size
    return max(size, 1)


def _parsed(lines: list[re.Match[str]]) -> tuple[ir.Body, bool] | None:
    """Return the statements of a stretch, those of its definitions too, or its arguments or items of a display; and whether it is such a part."""
    if len(lines) < 2:
        return None
    code = dedent("\n".join(line["code"] for line in lines)) + "\n"
    for before, after in _FRAMES:
        source = f"{before}{code}{after}\n"
        if check(source) is None:
            try:
                low = Lowering(cst.parse_module(source), source)
                return (*low.body, *(node for inner in low.bodies[1:] for node in decode_body(inner))), bool(before)
            except cst.ParserSyntaxError:
                continue
    return None


def _disabled(lines: list[re.Match[str]], lead: str, body: ir.Body, part: bool) -> Disabled:
    first, last = lines[0], lines[-1]
    known = {alias.bound: f"={node.module}.{alias.name}" if node.module else f"={alias.name}"
             for node in inside(body) if isinstance(node, ir.Import) and not node.level for alias in node.aliases}
    made: dict[str, str] = {}
    assigns: dict[str, None] = {}
    for node in body:
        if isinstance(node, ir.Assign):
            for target in node.targets:
                if name := dotted(target):
                    assigns[name] = None
                    made.update(((name, f"{path}()"),) if isinstance(node.value, ir.Call) and (path := called(node.value, known | made)) else ())
    working = inside(node for node in body if not _only_looks(node))
    calls = dict.fromkeys(path for node in working if isinstance(node, ir.Call) and (path := called(node, known | made)))
    return Disabled(first.start() + len(first["indent"]), last.end(), len(lines), tuple(calls)[:MAX_NAMES], tuple(assigns)[:MAX_NAMES],
                    lead.strip()[:MAX_LEAD], part)


def _only_looks(node: ir.Stmt) -> bool:
    """Return whether a statement only checks or shows something: an assertion or a print that was switched off is no experiment."""
    return isinstance(node, ir.Assert) or isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Call) and called(node.value, {}) == "print"
