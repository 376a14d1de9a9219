"""Lines of a Dockerfile joined to instructions: continuations, comments inside, here-documents, the parser directive for the escape character."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mldebt.extract.data.spans import Spanned

_DIRECTIVE = re.compile(r"#[ \t]*(\w+)[ \t]*=[ \t]*(\S+)[ \t]*\r?$")
_INSTRUCTION = re.compile(r"[ \t]*([A-Za-z]+)(?:[ \t]+|$)")
_OPTION = re.compile(r"[ \t]*--([a-z-]+)(?:=(\S*))?(?=[ \t]|$)")
_HEREDOC = re.compile(r"(?<!<)<<-?(['\"]?)([A-Za-z_]\w*)\1")


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
        heredocs, index = _heredocs(lines, index, joined.text)
        options, at = _options(joined.text, head.end())
        yield Instruction(head[1].upper(), options, joined.slice(at, joined.size), heredocs)


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


def _heredocs(lines: list[tuple[str, int]], index: int, text: str) -> tuple[tuple[tuple[str, int], ...], int]:
    """Return the texts of the here-documents that an instruction opens, with their places, and the index after them; one that never closes is none."""
    bodies: list[tuple[str, int]] = []
    for mark in _HEREDOC.finditer(text):
        stop = next((number for number in range(index, len(lines)) if lines[number][0].strip("\t ") == mark[2]), None)
        if stop is not None:
            bodies.append(("\n".join(line for line, _ in lines[index:stop]), lines[index][1]))
            index = stop + 1
    return tuple(bodies), index


def _options(text: str, at: int) -> tuple[dict[str, str], int]:
    options: dict[str, str] = {}
    while found := _OPTION.match(text, at):
        options[found[1]] = found[2] or ""
        at = found.end()
    return options, at + len(text[at:]) - len(text[at:].lstrip())
