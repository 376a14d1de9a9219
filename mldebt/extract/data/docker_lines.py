"""Lines of a Dockerfile joined to instructions: continuations, comments inside, here-documents, the parser directive for the escape character."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mldebt.extract.data.spans import Spanned

_DIRECTIVE = re.compile(r"#[ \t]*(\w+)[ \t]*=[ \t]*(\S+)[ \t]*\r?$")
_INSTRUCTION = re.compile(r"[ \t]*([A-Za-z]+)(?:[ \t]+|$)")
_OPTION = re.compile(r"[ \t]*--([a-z-]+)(?:=(\S*))?(?=[ \t]|$)")
_HEREDOC = re.compile(r"<<-?(['\"]?)(\w+)\1")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its name in capitals, options (`--from=…`), the text after them with its places, and the bodies of its here-documents."""

    name: str
    options: Mapping[str, str]
    text: Spanned
    heredocs: tuple[tuple[str, int], ...] = ()


def instructions(text: str) -> Iterator[Instruction]:
    """Yield the instructions of a Dockerfile in order; what is none is left out."""
    lines, index = list(_lines(text)), 0
    escape = _escape(lines)
    while index < len(lines):
        joined, index = _joined(lines, index, escape)
        head = _INSTRUCTION.match(joined.text)
        if head is None:
            continue
        name, heredocs = head[1].upper(), []
        if name in ("RUN", "COPY", "ADD"):
            for mark in _HEREDOC.finditer(joined.text):
                body, index = _body(lines, index, mark[2])
                heredocs.append(body)
        options, at = _options(joined.text, head.end())
        yield Instruction(name, options, joined.slice(at, joined.size), tuple(heredocs))


def _lines(text: str) -> Iterator[tuple[str, int]]:
    at = 0
    for line in text.split("\n"):
        yield line.removesuffix("\r"), at
        at += len(line) + 1


def _escape(lines: list[tuple[str, int]]) -> str:
    """Return the escape character: directives stand before anything else."""
    for line, _ in lines:
        found = _DIRECTIVE.match(line)
        if found is None:
            break
        if found[1].lower() == "escape" and found[2] in ("`", "\\"):
            return found[2]
    return "\\"


def _joined(lines: list[tuple[str, int]], index: int, escape: str) -> tuple[Spanned, int]:
    """Return the instruction that starts at a line, and the index after it; comments and empty lines inside are dropped."""
    spanned, going = Spanned(), True
    while going and index < len(lines):
        line, at = lines[index]
        index += 1
        if not line.strip() or line.lstrip().startswith("#"):
            going = bool(spanned.size)
            continue
        body = line.rstrip()
        going = body.endswith(escape)
        spanned.copy(body.removesuffix(escape) if going else body, at)
    return spanned, index


def _body(lines: list[tuple[str, int]], index: int, mark: str) -> tuple[tuple[str, int], int]:
    """Return the text of a here-document with its place, and the index after its closing line."""
    begin = index
    while index < len(lines) and lines[index][0].strip("\t ") != mark:
        index += 1
    at = lines[begin][1] if begin < len(lines) else 0
    return ("\n".join(line for line, _ in lines[begin:index]), at), index + 1


def _options(text: str, at: int) -> tuple[dict[str, str], int]:
    options: dict[str, str] = {}
    while found := _OPTION.match(text, at):
        options[found[1]] = found[2] or ""
        at = found.end()
    return options, at + len(text[at:]) - len(text[at:].lstrip())
