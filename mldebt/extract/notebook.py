"""Notebooks of every nbformat to code cells, and the magics in them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from mldebt.model.facts import Problem

INJECTED = "parameters"
TRANSPARENT = frozenset({"time", "timeit", "capture", "prun", "notebook", "script_magic"})
_MAGIC = re.compile(r"^(?P<indent>[ \t]*)(?P<target>[A-Za-z_][\w, ]*=[ \t]*)?(?P<mark>[%!])(?P<rest>[^\n]*)$")
_SPACED = re.compile(r"^%[ \t]+(?:matplotlib|pylab|time|timeit|load_ext|autoreload|config|run|cd|env|reload_ext)\b")
_AUTOMATIC = re.compile(
    r"^(?:(?:conda|mamba|pip)[ \t]+(?:install|uninstall|list|show|freeze|download)\b[^\n]*"
    r"|(?:(?P<line>cd|pwd|run|reset_selective|reset|who|whos|conda|pip|load_ext|matplotlib|autoreload)"
    r"|cat|cp|ls|ll|less|man|mkdir|more|mv|rm|rmdir)(?:[ \t]+(?![=(.,+*/%&|^<>!:-]=?[ \t\w])[^=\n]*|[ \t]+-\w[^=\n]*)?)$")
MAGIC_OPTIONS = re.compile(r"^(?:-[a-zA-Z]+[ \t]*\d*[ \t]+)+")
_BLOCK = re.compile(r"(?:for|while|with|if|try|def|class|async)\b")
_HELP = re.compile(r"^[ \t]*[\w.]+\?{1,2}[ \t]*$|^[ \t]*\?{1,2}[\w.]+[ \t]*$")
_ASSIGNED = re.compile(r"^[ \t]*([A-Za-z_]\w*)(?:[ \t]*,[ \t]*[A-Za-z_]\w*)*[ \t]*=[^=]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MagicLine:
    """A magic found in a cell: offset in the cell, `line`, `cell` or `shell`, its name and text, the assigned name."""

    at: int
    kind: str
    name: str
    text: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class CodeCell:
    """A code cell: number among all cells from 1, source with magics blanked to the same length, the magics.

    `glued`: its lines are stored without line ends, so that a notebook takes all of them as one line. `above` is the text of a cell of prose right over it.
    A cell among whose `tags` is `INJECTED` holds defaults: who runs the notebook may put other values behind it. `id`: its name, given from format 4.5 on.
    """

    number: int
    source: str
    magics: tuple[MagicLine, ...]
    opaque: bool = False
    glued: bool = False
    above: str = ""
    tags: tuple[str, ...] = ()
    id: str = ""


def read_cells(text: str) -> tuple[tuple[CodeCell, ...], Problem | None]:
    """Return the code cells of a notebook, or why it is none. An empty file, and one in a language other than Python, has none."""
    cells, _, problem = read_notebook(text)
    return cells, problem


def read_notebook(text: str) -> tuple[tuple[CodeCell, ...], str, Problem | None]:
    """Return the code cells of a notebook and the text of all its other cells, or why it is none; as in `read_cells`."""
    if not text.strip():
        return (), "", None
    try:
        document = json.loads(text)
    except ValueError as error:
        return (), "", Problem("json", f"the notebook is not valid JSON: {error}")
    if not isinstance(document, dict):
        return (), "", Problem("json", "the notebook is not a JSON object")
    cells = _cells(document)
    if cells is None:
        return (), "", Problem("json", "the JSON object has no list of cells, so it is no notebook")
    found, prose, above = [], [], ""
    for number, cell in enumerate(cells, 1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code" and _is_python(cell.get("language", _language(document))):
            name = cell.get("id")
            found.append(replace(code_cell(number, _source(cell)), glued=_is_glued(_parts(cell)), above=above, tags=_tags(cell),
                                 id=name if isinstance(name, str) and name.isascii() else ""))
            above = ""
        elif isinstance(cell, dict):
            above = _source(cell)
            prose.append(above)
    return tuple(found), "\n".join(prose), None


def _cells(document: dict[str, Any]) -> list[Any] | None:
    """Return the cells of a document: from format 4 on its own, before that those of its worksheets; None when it has neither."""
    sheets = document.get("worksheets")
    if "cells" in document or not isinstance(sheets, list):
        cells = document.get("cells")
        return cells if isinstance(cells, list) else None
    lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells]


def _language(document: dict[str, Any]) -> object:
    """Return the language that the metadata of a document state."""
    metadata = document.get("metadata")
    stated = [metadata.get(key) for key in ("language_info", "kernelspec")] if isinstance(metadata, dict) else []
    return next((part[key] for part, key in zip(stated, ("name", "language")) if isinstance(part, dict) and part.get(key)), None)


def _is_python(language: object) -> bool:
    """Return whether a stated language is Python or a dialect named after it; none stated means Python."""
    return not isinstance(language, str) or "py" in language.lower()


def _parts(cell: dict[str, Any]) -> list[str]:
    """Return the texts that make the source of a cell: its lines, each with its end, or one for all."""
    source = next((cell[key] for key in ("source", "input", "code") if key in cell), None)
    return [part for part in (source if isinstance(source, list) else [source]) if isinstance(part, str)]


def _tags(cell: dict[str, Any]) -> tuple[str, ...]:
    """Return the tags that the metadata of a cell give it."""
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()


def _is_glued(parts: list[str]) -> bool:
    """Return whether the lines of a cell lost their ends: notebooks put nothing between them."""
    return len(parts) > 1 and not any("\n" in part for part in parts)


def _source(cell: dict[str, Any]) -> str:
    return "".join(_parts(cell)).encode("utf-8", "replace").decode("utf-8")


def code_cell(number: int, source: str) -> CodeCell:
    """Return a cell with its magics taken out, offsets kept."""
    source = dedented(source)
    stripped = source.lstrip()
    if stripped.startswith("%%"):
        head, _, body = stripped[2:].partition("\n")
        name, _, text = head.partition(" ")
        start = len(source) - len(stripped)
        if name not in TRANSPARENT:
            return CodeCell(number, _blank(source), (MagicLine(start, "cell", name, f"{text}\n{body}"),), True)
        source = source[:start] + " " * (len(head) + 2) + source[start + len(head) + 2:]
    lines: list[str] = []
    magics: list[MagicLine] = []
    offset = 0
    continued = False
    for line in source.split("\n"):
        if continued:
            magics[-1] = replace(magics[-1], text=f"{magics[-1].text.rstrip(chr(92))} {line.strip()}")
            lines.append(" " * len(line))
        else:
            lines.append(_line(line, offset, magics))
        continued = line.endswith("\\") and bool(magics) and (continued or magics[-1].at == offset)
        offset += len(line) + 1
    return CodeCell(number, "\n".join(lines), tuple(magics))


def _line(line: str, offset: int, magics: list[MagicLine]) -> str:
    if _HELP.match(line):
        return " " * len(line)
    if _AUTOMATIC.match(line) and " " in line.strip():
        name, _, text = line.partition(" ")
        magics.append(MagicLine(offset, "line", name, text.strip()))
        return ("pass" if len(line) >= 4 else "0").ljust(len(line))
    found = _MAGIC.match(line)
    if found is not None and _SPACED.match(line):
        found = _MAGIC.match("%" + line[1:].lstrip().ljust(len(line) - 1))
    if found is None or (found["mark"] == "%" and not re.match(r"%?[A-Za-z]", found["rest"])):
        return line
    target, rest = (found["target"] or "").rstrip(" =\t"), found["rest"]
    if found["mark"] == "!":
        magics.append(MagicLine(offset, "shell", "", rest.lstrip("!"), target))
    else:
        name, _, text = rest.lstrip("%").partition(" ")
        magics.append(MagicLine(offset, "line", name, text.strip(), target))
        code = MAGIC_OPTIONS.sub("", text.strip())
        if name in TRANSPARENT and code and not target:
            return _in_place(line, found["indent"], code)
    filler = "pass" if len(line) - len(found["indent"]) >= 4 else "0"
    return found["indent"] + filler.ljust(len(line) - len(found["indent"]))


def _in_place(line: str, indent: str, code: str) -> str:
    """Return a line with only the code after a magic: at its own column behind a `0;`, or at the left where a block cannot follow a semicolon."""
    start = line.rfind(code)
    if _BLOCK.match(code) or start - len(indent) < 2:
        return indent + code.ljust(len(line) - len(indent))
    return (indent + "0".ljust(start - len(indent) - 1) + ";" + code).ljust(len(line))


def dedented(source: str) -> str:
    """Return a cell whose first line is indented without that indentation, as notebooks run it; lines keep their length."""
    first = next((line for line in source.split("\n") if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    if not indent:
        return source
    return "\n".join(line[len(indent):] + " " * len(indent) if line.startswith(indent) else line for line in source.split("\n"))


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def assigned_names(source: str) -> tuple[str, ...]:
    """Return the names a stretch that does not parse seems to assign, import or define."""
    names = set(_ASSIGNED.findall(source)) | set(re.findall(r"^[ \t]*(?:def|class|for|import)[ \t]+(\w+)", source, re.MULTILINE))
    names |= set(re.findall(r"\bas[ \t]+(\w+)", source))
    return tuple(sorted(names))
