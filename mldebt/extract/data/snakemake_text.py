"""The text of a Snakefile: logical lines, arguments, and the literals in expressions. It looks like Python and is not, so it is read by form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mldebt.extract.data.spans import Spanned, align

_TOKEN = re.compile(
    r"([rRbBuUfF]{0,2})(\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|(#[^\n]*)|([(\[{])|([)\]}])|(\n)|(\\\n)"
    r"|(\w+)|(.)", re.DOTALL)
_ESCAPE = re.compile(r"\\(\n|.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}
_CALL = re.compile(r"([\w.]+)\s*\((.*)\)\s*$", re.DOTALL)
_KEYWORD = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)")
_MAX_PARTS = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line: how deep it is indented, and its span without the indentation."""

    indent: int
    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its keyword, if any, and the span of its expression."""

    name: str
    at: int
    end: int


def logical_lines(text: str) -> Iterator[Line]:
    """Yield the lines that are not empty; one goes on while a bracket or a string is open."""
    start, at, depth = 0, -1, 0
    end = 0
    for found in _TOKEN.finditer(text):
        if found[6] and depth <= 0:
            if at >= 0:
                yield Line(at - start, at, end)
            start, at = found.end(), -1
        elif not found[3] and not found[0].isspace():
            depth = max(depth + bool(found[4]) - bool(found[5]), 0)
            at, end = (found.start() if at < 0 else at), found.end()
    if at >= 0:
        yield Line(at - start, at, end)


def arguments(text: str, at: int, end: int) -> list[Argument]:
    """Return the arguments that commas separate in a span."""
    return [argument for begin, stop in _split(text, at, end, ",") if (argument := _argument(text, begin, stop)) is not None]


def _argument(text: str, at: int, end: int) -> Argument | None:
    keyword = _KEYWORD.match(text, at, end)
    begin = keyword.end() if keyword else at
    tokens = [found for found in _TOKEN.finditer(text, begin, end) if not found[3] and not found[0].isspace()]
    return Argument(keyword[1] if keyword else "", tokens[0].start(), tokens[-1].end()) if tokens else None


def _split(text: str, at: int, end: int, mark: str) -> Iterator[tuple[int, int]]:
    """Yield the spans between marks that stand outside brackets and strings."""
    depth, begin, number = 0, at, 0
    for found in _TOKEN.finditer(text, at, end):
        depth += bool(found[4]) - bool(found[5])
        if found[9] == mark and depth == 0 and number < _MAX_PARTS:
            yield begin, found.start()
            begin, number = found.end(), number + 1
    yield begin, end


def literals(text: str, at: int, end: int) -> Spanned | None:
    """Return the text of adjacent string literals with its places; None when the span holds anything else."""
    spanned, seen = Spanned(), False
    for found in _TOKEN.finditer(text, at, end):
        if found[2]:
            seen = True
            quote = 3 if found[2][:3] in ('"""', "'''") else 1
            raw, start = found[2][quote:-quote], found.start(2) + quote
            if "\\" not in raw or "r" in found[1].lower():
                spanned.copy(raw, start)
            else:
                spanned.extend(align(_ESCAPE.sub(lambda mark: _PLAIN.get(mark[1], mark[1]), raw), raw, start))
        elif not found[3] and not found[0].isspace() and not found[7]:
            return None
    return spanned if seen else None


def texts(text: str, at: int, end: int, known: Mapping[str, str]) -> list[str]:
    """Return the names an expression stands for, holes in braces; an expression that tells nothing is one hole.

    Lists count by their elements, wrappers of names by their first argument; `known` are variables with literal values.
    """
    plain = literals(text, at, end)
    if plain is not None:
        return [plain.text]
    whole = text[at:end].strip()
    if whole.startswith("[") and whole.endswith("]"):
        begin = text.index("[", at) + 1
        stop = text.rindex("]", at, end)
        return [name for item in arguments(text, begin, stop) for name in texts(text, item.at, item.end, known)]
    sums = list(_split(text, at, end, "+"))
    if len(sums) > 1:
        return ["".join((texts(text, *part, known) or ["{…}"])[0] for part in sums)]
    call = _CALL.match(whole)
    if call and not whole.startswith("lambda"):
        begin = text.index("(", at) + 1
        return _called(text, call[1], arguments(text, begin, text.rindex(")", at, end)), known)
    return [known[whole]] if whole in known else [whole] if whole[:1].isdigit() and whole.isalnum() else ["{…}"]


def _called(text: str, name: str, given: list[Argument], known: Mapping[str, str]) -> list[str]:
    words = [texts(text, item.at, item.end, known) for item in given if not item.name]
    if not words:
        return ["{…}"]
    if name == "multiext":
        return [words[0][0] + ending[0] for ending in words[1:]]
    if name.rpartition(".")[2] == "join":
        return ["/".join(word[0] for word in words if word)]
    return words[0]
