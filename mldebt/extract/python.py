"""One Python file or notebook to facts."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator
from functools import partial

import libcst as cst
from msgspec import structs

from mldebt.extract.commented import alone, below_texts, disabled_code
from mldebt.extract.comments import python_comments
from mldebt.extract.content import digest, templated
from mldebt.extract.exported import written_out
from mldebt.extract.gate import MAX_SOURCE, check, decode
from mldebt.extract.lower import Lowering
from mldebt.extract.magic_commands import magic_commands
from mldebt.extract.mentions import words_beside, words_of
from mldebt.extract.notebook import INJECTED, CodeCell, assigned_names, read_notebook
from mldebt.extract.percent import in_cells, stretches, without_prose
from mldebt.extract.rights import holders
from mldebt.extract.syntax import parse
from mldebt.extract.taken_up import read_after
from mldebt.model import ir
from mldebt.model.facts import Disabled, Problem, PythonFacts, encode_body
from mldebt.model.source import Cell, LineTable, line_starts

_PYTHON_2 = re.compile("Missing parentheses in call to '(?:print|exec)'")
_FORM_FEED = re.compile(r"^[ \t]*\f+", re.MULTILINE)


def extract_python(path: str, raw: bytes, notebook: bool, limit: int = MAX_SOURCE) -> PythonFacts:
    """Return the facts of a Python source or notebook; what cannot be read is a problem in them, never an exception."""
    text = decode(raw)
    if isinstance(text, Problem):
        return PythonFacts(path, digest(raw), notebook, LineTable((0,)), 0, problems=(text,))
    if "\f" in text:
        text = _FORM_FEED.sub("", text)  # LibCST drops them at the start of lines, which would shift every position after
    if not notebook:
        return _facts(path, digest(raw), text, limit)
    cells, prose, problem = read_notebook(text)
    if problem is not None:
        return PythonFacts(path, digest(raw), True, LineTable((0,)), 0, problems=(problem,))
    return _notebook(path, digest(raw), cells, prose, limit)


def _facts(path: str, key: str, text: str, limit: int) -> PythonFacts:
    table = LineTable(line_starts(text))
    lines = len(table.starts) - (1 if text.endswith("\n") or not text else 0)
    text = written_out(text, lambda code: _parse(code, limit) is not None)
    problem = check(text, limit)
    if problem is None:
        try:
            low = Lowering(parse(text), text)
        except cst.ParserSyntaxError as error:
            problem = _syntax(error, text, table)
            if templated(path) and ("{{" in text or "{%" in text):
                problem = Problem("template", "a template, not Python until it is filled in", problem.at, problem.end)
    if problem is not None:
        return PythonFacts(path, key, False, table, lines, strings=words_beside(text), problems=(problem,))
    facts, cells = _pack(path, key, low, low.body, table, lines, text), stretches(text)
    code, above = without_prose(text, cells)
    return structs.replace(facts, disabled=disabled_code(code, _read_after(low), below_texts(low.body, text) | above), cells=in_cells(text, cells),
                           injected=tuple((cell.start, cell.end) for cell in cells if INJECTED in cell.tags), holders=holders(text))


def _pack(
    path: str, key: str, low: Lowering, body: ir.Body, table: LineTable, lines: int, text: str, prose: str = "", problems: tuple[Problem, ...] = ()
) -> PythonFacts:
    """Return the facts of what was lowered from `text`; `prose` is what else the file says."""
    low.bodies[0] = encode_body(body)
    words = words_beside(f"{text}\n{prose}", low.names, low.attrs, (definition.name for definition in low.definitions))
    return PythonFacts(path, key, bool(table.cells), table, lines, tuple(low.definitions), tuple(low.bodies), python_comments(text), tuple(sorted(low.names)),
                       tuple(sorted(low.attrs)), words, problems, low.count)


def _syntax(error: cst.ParserSyntaxError, text: str, table: LineTable) -> Problem:
    """Return where and why a source does not parse."""
    kind, row, column, why = _refusal(text) or ("syntax", error.raw_line - 1, error.raw_column, " to LibCST")
    row = min(max(row, 0), len(table.starts) - 1)
    at = min(table.starts[row] + max(column, 0), max(len(text) - 1, 0))
    return Problem(kind, f"line {row + 1} does not parse as Python{why}", at, at + 1)


def _refusal(text: str) -> tuple[str, int, int, str] | None:
    """Return how the running Python refuses a source (kind, row and column from 0, reason), None when it does not: its places are better than LibCST's."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        return "python-2" if _PYTHON_2.match(error.msg) else "syntax", (error.lineno or 1) - 1, (error.offset or 1) - 1, f": {error.msg}"
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _cell_problem(source: str, number: int, at: int) -> Problem:
    """Return where and why a cell that starts at offset `at` does not parse."""
    kind, row, column, why = _refusal(source) or ("syntax", 0, 0, "")
    starts = line_starts(source)
    inside = min(starts[min(row, len(starts) - 1)] + max(column, 0), max(len(source) - 1, 0))
    return Problem(kind, f"cell {number} does not parse as Python{why}", at + inside, at + inside + 1, False)


def _without_ends(cells: list[tuple[int, int]]) -> Iterator[Problem]:
    """Yield the one problem of the cells (number and offset) that do not parse because their lines are stored without line ends."""
    if cells:
        (first, at), more = cells[0], len(cells) - 1
        which = f"cell {first} and {more} more cell{'s' * (more > 1)}" if more else f"cell {first}"
        yield Problem("line-ends", f"the lines of {which} are stored without line ends: as one line they do not parse as Python", at, at + 1, False)


def _notebook(path: str, key: str, cells: tuple[CodeCell, ...], prose: str, limit: int) -> PythonFacts:
    """Join the cells into one source; cells that do not parse are blanked and havoc what they assign."""
    sources, said = [cell.source for cell in cells], prose
    prose = "\n".join((prose, *sources, *(magic.text for cell in cells for magic in cell.magics)))
    problems: list[Problem] = []
    glued: list[tuple[int, int]] = []
    havocs: list[ir.Stmt] = []
    module = _parse("\n".join(sources) + "\n", limit)
    starts = _offsets(sources)
    if module is None:
        for position, source in enumerate(sources):
            if source.strip() and _parse(source + "\n", limit) is None:
                at = starts[position]
                if cells[position].glued:
                    glued.append((cells[position].number, at))
                else:
                    problems.append(_cell_problem(source, cells[position].number, at))
                havocs.append(ir.Havoc(at, at + len(source), assigned_names(source)))
                sources[position] = re.sub(r"[^\n]", " ", source)
        problems.extend(_without_ends(glued))
        module = _parse("\n".join(sources) + "\n", limit)
    text = "\n".join(sources) + "\n"
    table = LineTable(line_starts(text), tuple(Cell(cell.number, start, cell.id) for cell, start in zip(cells, starts)))
    lines = sum(cell.source.count("\n") + 1 for cell in cells)
    if module is None:
        whole = Problem("syntax", "the cells do not parse as one program")
        return PythonFacts(path, key, True, table, lines, strings=words_beside(prose), problems=(*problems, whole))
    low = Lowering(module, text)
    magics = [ir.Magic(starts[i] + magic.at, starts[i] + magic.at + 1, magic.kind, magic.name, magic.text, _target(magic.target, starts[i] + magic.at))
              for i, cell in enumerate(cells) for magic in cell.magics]
    body = tuple(sorted((*low.body, *havocs, *magics), key=lambda statement: statement.at))
    facts = _pack(path, key, low, body, table, lines, text, prose, tuple(problems))
    disabled = _disabled(low, sources, starts, [cell.above for cell in cells])
    injected = tuple((start, start + len(cell.source)) for cell, start in zip(cells, starts) if INJECTED in cell.tags)
    told = words_of(said, {definition.name for definition in low.definitions})
    return structs.replace(facts, notebook=True, commands=tuple(magic_commands(magics)), disabled=disabled, injected=injected, told=told)


def _disabled(low: Lowering, sources: list[str], starts: list[int], above: list[str]) -> tuple[Disabled, ...]:
    """Return the blocks of commented code in cells. A cell that says something in a text and has nothing but comments beside is a note to its readers."""
    texts = {node.at for node in low.body if alone(node)}
    code = [node.at for node in low.body if node.at not in texts]
    kept, prose = list(sources), below_texts(low.body, "\n".join(sources))
    for position, source in enumerate(sources):
        first = starts[position] + len(source) - len(source.lstrip())
        prose[first] = above[position] or prose.get(first, "")
        if first in texts and not any(first < at < starts[position] + len(source) for at in code):
            kept[position] = " " * len(source)
    return disabled_code("\n".join(kept) + "\n", _read_after(low), prose, starts)


def _read_after(low: Lowering) -> Callable[[int], Collection[str]]:
    return partial(read_after, low.body, low.definitions, low.bodies)


def _target(name: str, at: int) -> ir.Expr | None:
    return ir.Name(at, at + len(name), name) if name.isidentifier() else None


def _offsets(sources: list[str]) -> list[int]:
    starts, offset = [], 0
    for source in sources:
        starts.append(offset)
        offset += len(source) + 1
    return starts


def _parse(text: str, limit: int) -> cst.Module | None:
    if check(text, limit) is not None:
        return None
    try:
        return parse(text)
    except cst.ParserSyntaxError:
        return None
