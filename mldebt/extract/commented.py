"""Blocks of code in comments: which lines they are, and in short what the code would do."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from textwrap import dedent

import libcst as cst
from msgspec.structs import replace

from mldebt.extract.comments import comment_starts
from mldebt.extract.gate import check
from mldebt.extract.lower import Lowering
from mldebt.extract.syntax import parse
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
_DEEP = 1 << 20
_HEADER = re.compile(r"\s*(?:class|def|async|if|for|while|with|try|elif|else|except|finally)\b.*:\s*(?:#.*)?$")
_WORD = re.compile(r"[^\W\d_]")
MAX_LINES, MAX_NAMES, MAX_LEAD = 200, 24, 160


def disabled_code(
    text: str, read_after: Callable[[int], Collection[str]] = lambda _: (), above: Mapping[int, str] | None = None, cells: Collection[int] = (),
) -> tuple[Disabled, ...]:
    """Return the blocks of two or more comment lines that parse as Python; comments that stand in texts are none.

    `read_after` tells which names the code behind an offset takes up, `above` is the prose over the code at some offsets, `cells` are the offsets at which
    cells start: none goes on in the next one.
    """
    runs = [lines for lines in (_lines(text, run) for run in _RUN.finditer(text)) if any(_CODE.match(line["code"]) for line in lines)]
    if not runs:
        return ()
    starts = comment_starts(text)
    found = (block for run in runs for lines in _of_cells(run, cells) for before, group in _same_indent(lines) if group[0].end("indent") in starts
             for block in _blocks(group, before, read_after))
    return tuple(replace(block, lead=(above or {}).get(block.at, "")[-MAX_LEAD:]) if not block.lead else block for block in found)


def below_texts(body: ir.Body, text: str) -> dict[int, str]:
    """Return what texts that stand alone in the code of `text` say, by the offset of what follows them."""
    return {after_blanks(text, node.end): said for node in body if (said := alone(node))}


def alone(node: ir.Stmt) -> str:
    """Return the text that a statement is, the empty text where it is anything else."""
    return node.value.value if isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Const) and isinstance(node.value.value, str) else ""


def after_blanks(text: str, at: int) -> int:
    """Return where the next thing but blanks is."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _lines(text: str, run: re.Match[str]) -> list[re.Match[str]]:
    """Return the comment lines of a run; a comment that stands behind code is none."""
    return list(_LINE.finditer(text, text.rfind("\n", 0, run.start()) + 1, run.end()))


def _of_cells(lines: Sequence[re.Match[str]], cells: Collection[int]) -> Iterator[Sequence[re.Match[str]]]:
    """Yield the stretches of lines that stand in one cell each."""
    ends = [number for number, line in enumerate(lines) if number and line.start() in cells]
    for start, end in zip((0, *ends), (*ends, len(lines))):
        yield lines[start:end]


def _same_indent(lines: Sequence[re.Match[str]]) -> Iterator[tuple[Sequence[re.Match[str]], list[re.Match[str]]]]:
    """Yield the stretches of lines whose comments begin in one column, each behind the lines above it."""
    start = 0
    for number in range(1, len(lines) + 1):
        if number == len(lines) or lines[number]["indent"] != lines[start]["indent"]:
            yield lines[:start], list(lines[start:number])
            start = number


def _blocks(lines: list[re.Match[str]], before: Sequence[re.Match[str]], read_after: Callable[[int], Collection[str]]) -> Iterator[Disabled]:
    """Yield the stretches of a comment that look like code and parse: with all that stands below headers, else as far as each line looks like code."""
    position = 0
    while position < len(lines):
        if not _CODE.match(lines[position]["code"]):
            position += 1
            continue
        size = 1
        for size in dict.fromkeys(_stretch(lines[position:], nested) for nested in (True, False)):
            found = _parsed(lines[position:position + size])
            if found is not None:
                yield _disabled(lines[position:position + size], _lead([*before, *lines[:position]]), *found, read_after)
                break
        position += size


def _stretch(lines: list[re.Match[str]], nested: bool) -> int:
    """Return how many lines from the first on look like code: each does by itself, goes on inside brackets, or is empty or a comment with code after it.

    `nested`: what is indented below a header (`class A:`) is code, too, as texts are.
    """
    depth = size = 0
    header = _DEEP
    for number, line in enumerate(lines[:MAX_LINES], 1):
        code = line["code"]
        blank = not code.strip() or code.lstrip().startswith("#")
        indent = len(code) - len(code.lstrip())
        if not blank and depth <= 0 and not (nested and indent > header) and not _CODE.match(code):
            break
        if not blank and depth <= 0 and indent <= header:
            header = indent if _HEADER.match(code) else _DEEP
        depth += len(_OPEN.findall(code)) - len(_CLOSE.findall(code))
        size = size if blank else number
    return max(size, 1)


def _lead(lines: list[re.Match[str]]) -> str:
    """Return the prose right above a block, of the lines of comment over it: what stands there without a word or a gap between."""
    prose: list[str] = []
    for line in reversed(lines):
        if _WORD.search(line["code"]) and not (prose and _CODE.match(line["code"])):
            prose.insert(0, line["code"].strip())
        elif prose:
            break
    return " ".join(prose)[-MAX_LEAD:]


def _parsed(lines: list[re.Match[str]]) -> tuple[ir.Body, bool] | None:
    """Return the statements of a stretch, those of its definitions too, or its arguments or items of a display; and whether it is such a part."""
    if len(lines) < 2:
        return None
    code = dedent("\n".join(line["code"] for line in lines)) + "\n"
    for before, after in _FRAMES:
        source = f"{before}{code}{after}\n"
        if check(source) is None:
            try:
                low = Lowering(parse(source), source)
                return (*low.body, *(node for inner in low.bodies[1:] for node in decode_body(inner))), bool(before)
            except cst.ParserSyntaxError:
                continue
    return None


def _disabled(lines: list[re.Match[str]], lead: str, body: ir.Body, part: bool, read_after: Callable[[int], Collection[str]]) -> Disabled:
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
    looks = [node for node in inside(body) if isinstance(node, (ir.Assert, ir.ExprStmt)) and _only_looks(node)]
    calls = dict.fromkeys(path for node in inside(body) if isinstance(node, ir.Call) and not any(look.at <= node.at < look.end for look in looks)
                          and (path := called(node, known | made)))
    return Disabled(first.start() + len(first["indent"]), last.end(), len(lines), tuple(calls)[:MAX_NAMES], tuple(assigns)[:MAX_NAMES],
                    lead, part, _prints(body) and _only_shows(body, read_after(last.end())), not part and _only_drops(body))


def _only_drops(body: ir.Body) -> bool:
    """Return whether all there is is one call with literals, the result of which nothing takes: an object printed below the code that made it looks so."""
    call = body[0].value if len(body) == 1 and isinstance(body[0], ir.ExprStmt) else None
    return isinstance(call, ir.Call) and bool(call.args) and all(isinstance(argument.value, ir.Const) for argument in call.args)


def _prints(body: ir.Body) -> bool:
    return any(isinstance(node, ir.Call) and called(node, {}) == "print" for node in inside(body))


def _only_shows(body: ir.Body, read: Collection[str]) -> bool:
    """Return whether statements come to nothing but prints: nothing behind them takes up what they assign or go over."""
    return all(_leads_to_show(node, read) for node in body)


def _leads_to_show(node: ir.Stmt, read: Collection[str]) -> bool:
    if isinstance(node, ir.Assign):
        return all(_is_own(target, read) for target in node.targets)
    if isinstance(node, ir.Loop):
        return (node.target is None or _is_own(node.target, read)) and all(_leads_to_show(inner, read) for inner in (*node.body, *node.orelse))
    if isinstance(node, ir.If):
        return all(_leads_to_show(inner, read) for inner in (*node.body, *node.orelse))
    return _only_looks(node)


def _is_own(target: ir.Expr, read: Collection[str]) -> bool:
    """Return whether a target is a name, or names, that the code behind does not read."""
    if isinstance(target, ir.Sequence):
        return all(_is_own(part, read) for part in target.elements)
    return isinstance(target, ir.Name) and target.id not in read


def _only_looks(node: ir.Stmt) -> bool:
    """Return whether a statement only checks or shows something: an assertion or a print that was switched off is no experiment."""
    return isinstance(node, ir.Assert) or isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Call) and called(node.value, {}) == "print"
