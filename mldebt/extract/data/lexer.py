"""Split shell text into words and operators with offsets; quotes are removed, substitutions become pieces."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_OPERATOR = re.compile(r"\d*(?:&>>|&>|<<<|<<-|<<|>>|>&|<&|>\||>|<)|&&|\|\||;;|\|&|[;|&()\n]")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*|[0-9@*#?$!-]))")
_OWN_FILE = r"""["']?(?:\$0|\$\{0\}|\$\{?BASH_SOURCE(?:\[0\])?\}?)["']?"""
_OWN_FOLDER = re.compile(  # the ways in which a script asks for the folder it stands in
    rf"""(?:cd\s+(?:-P\s+)?(?:--\s+)?["']?\$\(\s*)?dirname\s+(?:--\s+)?(?:{_OWN_FILE}|["']?\$\((?:readlink|realpath)\s+(?:-f\s+)?{_OWN_FILE}\)["']?)"""
    rf"""(?:\s*\)["']?\s*(?:>\s*/dev/null\s*(?:2>&1)?\s*)?&&\s*pwd(?:\s+-P)?)?""")
_PLAIN = re.compile(r"[^ \t\r\n;|&()<>\\'\"$`]+")
_BLANK = re.compile(r"(?:[ \t\r]|\\\r?\n)+")
_MARK = re.compile(r"[ \t]*(['\"]?)([\w.-]+)\1")


@dataclass(slots=True)
class Token:
    """A word (`pieces`: literal text, or `$name` when the flag is set) or an operator (`op`)."""

    at: int
    end: int
    op: str = ""
    pieces: list[tuple[bool, str]] = field(default_factory=list)
    quoted: bool = False

    @property
    def text(self) -> str:
        """Return the word with unknown variables as `${NAME}`."""
        return "".join("${" + text + "}" if variable else text for variable, text in self.pieces)


def tokens(text: str) -> list[Token]:
    """Return the words and operators of `text`; an unclosed quote runs to the end."""
    found: list[Token] = []
    position, size, waiting = 0, len(text), ""
    while position < size:
        blank = _BLANK.match(text, position)
        if blank:
            position = blank.end()
            continue
        if text[position] == "#":
            stop = text.find("\n", position)
            position = size if stop < 0 else stop
            continue
        operator = _OPERATOR.match(text, position)
        if operator and not operator.group().startswith("<<") or operator and operator.group() == "<<<":
            assert operator is not None
            found.append(Token(position, operator.end(), op=operator.group()))
            position = operator.end()
            if found[-1].op == "\n" and waiting:
                position, waiting = _after_heredoc(text, position, waiting), ""
            continue
        if operator:
            mark = _MARK.match(text, operator.end())
            waiting = mark.group(2) if mark else ""
            position = mark.end() if mark else operator.end()
            continue
        word = _word(text, position)
        found.append(word)
        position = max(word.end, position + 1)
    return found


def _after_heredoc(text: str, position: int, mark: str) -> int:
    """Return the offset after the line that closes a here-document."""
    close = re.compile(r"^[ \t]*" + re.escape(mark) + r"[ \t\r]*$", re.MULTILINE).search(text, position)
    return close.end() if close else len(text)


def _word(text: str, start: int) -> Token:
    """Read one word from `start`."""
    token, position, size = Token(start, start), start, len(text)
    while position < size:
        char = text[position]
        if char in " \t\r\n;|&()<>":
            break
        if char == "'":
            stop = text.find("'", position + 1)
            stop = size if stop < 0 else stop
            token.pieces.append((False, text[position + 1 : stop]))
            token.quoted, position = True, min(stop + 1, size)
        elif char == '"':
            token.quoted, position = True, _double(text, position + 1, token)
        elif char == "\\":
            ends = text.startswith("\r\n", position + 1)
            if text[position + 1 : position + 2] != "\n" and not ends:
                token.pieces.append((False, text[position + 1 : position + 2]))
            position += 3 if ends else 2
        elif char in "$`":
            position = _substitution(text, position, token)
        else:
            plain = _PLAIN.match(text, position)
            assert plain is not None
            token.pieces.append((False, plain.group()))
            position = plain.end()
    token.end = min(position, size)
    return token


def _double(text: str, position: int, token: Token) -> int:
    """Read to the closing double quote; return the offset after it."""
    size, first = len(text), True
    while position < size and text[position] != '"':
        if text[position] == "\\" and text[position + 1 : position + 2] in ('"', "\\", "$", "`", "\n"):
            if text[position + 1] != "\n":
                token.pieces.append((False, text[position + 1]))
            position += 2
        elif text[position] in "$`":
            position = _substitution(text, position, token)
        else:
            stop = position + 1
            while stop < size and text[stop] not in '"\\$`':
                stop += 1
            token.pieces.append((False, text[position:stop]))
            position = stop
        first = False
    if first:
        token.pieces.append((False, ""))
    return min(position + 1, size)


def _substitution(text: str, position: int, token: Token) -> int:
    """Read `$name`, `${…}`, `$(…)` or backquotes; anything but a plain variable stays as a hole."""
    variable = _VARIABLE.match(text, position)
    if variable:
        token.pieces.append((True, variable.group(1) or variable.group(2)))
        return variable.end()
    if text[position] == "`":
        stop = text.find("`", position + 1)
        stop = len(text) if stop < 0 else stop + 1
        token.pieces.append(_result(text[position + 1 : stop - 1]))
        return stop
    opening = text[position + 1 : position + 2]
    if opening not in ("(", "{"):
        token.pieces.append((False, "$"))
        return position + 1
    stop = _balanced(text, position + 1, opening, ")" if opening == "(" else "}")
    inner = text[position + 2 : stop - 1]
    name = re.match(r"[A-Za-z_]\w*|\d", inner) if opening == "{" else None
    token.pieces.append((True, name.group()) if name else _result(inner))
    return stop


def _result(command: str) -> tuple[bool, str]:
    """Return what a command's output stands for: the folder of the script itself where that is asked for, else a hole."""
    return (False, ".") if _OWN_FOLDER.fullmatch(command.strip()) else (True, "…")


def _balanced(text: str, position: int, opening: str, closing: str) -> int:
    """Return the offset after the bracket that closes the one at `position`."""
    depth = 0
    for index in range(position, len(text)):
        if text[index] == opening:
            depth += 1
        elif text[index] == closing:
            depth -= 1
            if not depth:
                return index + 1
    return len(text)
