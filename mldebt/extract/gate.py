"""What LibCST may see: a lexical check, because its native parser can crash or go quadratic on deep or long inputs."""

from __future__ import annotations

import codecs
import re

from mldebt.model.facts import Problem

MAX_SOURCE = 1 << 20
MAX_DEPTH = 90
MAX_INDENT = 95
MAX_RUN = 1_500
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
QUOTED = r"'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\""  # texts of Python, dots match all
_SKIP = re.compile(rf"{QUOTED}|\#[^\n]*", re.DOTALL)
_TOKENS = re.compile(
    rf"(?P<skip>{_SKIP.pattern})|(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<line>\n[ \t]*)|(?P<link>[.+\-*/%|&@])", re.DOTALL)
_LINKS = ".+-*/%|&@"
_WIDE = re.compile(rf"\n[ \t]{{{MAX_INDENT}}}")
_APPLIED = re.compile(r"[)\]}]\s*[(\[]")  # what is called or indexed at once: `f()()`, `a[0][0]`
_CHAINED = re.compile(r"[.+\-*/%|&@,;:=]|(?P<applied>(?<=[)\]}])[(\[])|(?P<end>(?<![+\-*/%|&@(\[{,\\\s])\s*\n(?!\s*[+\-*/%|&@.)\]}]))")
_ROUND = bytes.maketrans(b"[{]}", b"(())")
_NO_BRACKET = bytes(code for code in range(256) if chr(code) not in "([{)]}")


def decode(raw: bytes) -> str | Problem:
    """Return the text of a source file by BOM and cookie, or why it cannot be decoded."""
    if b"\x00" in raw:
        return Problem("decode", "the file holds null bytes, so it is not Python source")
    encoding = "utf-8-sig"
    if not raw.startswith(codecs.BOM_UTF8):
        for line in raw.split(b"\n", 2)[:2]:
            if found := _COOKIE.match(line):
                encoding = found[1].decode("ascii", "replace")
                break
    try:
        return raw.decode(encoding)
    except LookupError:
        return Problem("decode", f"the encoding cookie names `{encoding}`, which no codec knows")
    except UnicodeDecodeError as error:
        return Problem("decode", f"byte {error.start} is not valid {error.encoding}")
    except (UnicodeError, ValueError):
        return Problem("decode", f"the file cannot be decoded by the encoding that its cookie names, `{encoding}`")


def check(text: str, limit: int = MAX_SOURCE) -> Problem | None:
    """Return why `text` must not be parsed: size in characters, bracket depth, indentation depth, or a run of chained operators; None if fine."""
    if len(text) > limit:
        return Problem("gate", f"{len(text):,} characters of source, more than the limit of {limit:,}")
    return None if _is_small(_SKIP.sub("", text)) else _counted(text)


def _is_small(code: str) -> bool:
    """Return whether code without texts and comments has too little of everything to exceed a limit: this is told four times faster than by all tokens."""
    return sum(map(code.count, _LINKS)) + len(_APPLIED.findall(code)) <= MAX_RUN and not _WIDE.search(code) and _is_flat(code)


def _is_flat(code: str) -> bool:
    """Return whether brackets cannot nest too deep: they vanish when inner pairs are taken out, depth by depth."""
    brackets = code.encode("ascii", "ignore").translate(_ROUND, _NO_BRACKET)
    for rounds in range(MAX_DEPTH):
        if b"()" not in brackets:
            return rounds + brackets.count(b"(") <= MAX_DEPTH
        brackets = brackets.replace(b"()", b"")
    return False


def _counted(text: str) -> Problem | None:
    """Return which limit `text` exceeds, told by all its tokens in order."""
    depth = deepest = run = longest = 0
    closed = False
    indents = [0]
    for token in _TOKENS.finditer(text):
        kind = token.lastgroup
        if kind == "open":
            depth += 1
            deepest = max(deepest, depth)
            run += closed
            longest = max(longest, run)
        elif kind == "close":
            depth = max(depth - 1, 0)
        elif kind == "link":
            run += 1
            longest = max(longest, run)
        elif kind == "line" and depth == 0:
            run, width = 0, token.end() - token.start() - 1
            while len(indents) > 1 and indents[-1] > width:
                indents.pop()
            if width > indents[-1]:
                indents.append(width)
        closed = kind == "close"
        if len(indents) > MAX_INDENT:
            return Problem("gate", f"blocks nested deeper than {MAX_INDENT}", token.start(), token.end())
    if deepest > MAX_DEPTH:
        return Problem("gate", f"brackets nested {deepest} deep, more than the limit of {MAX_DEPTH}")
    if longest > MAX_RUN and _dense(text):
        return Problem("gate", f"one expression chains {longest:,} operators, more than the limit of {MAX_RUN:,}")
    return None


def _dense(text: str) -> bool:
    """Return whether the operators of a long run really are one chain: brackets full of separate items are not."""
    code, run = _SKIP.sub("", text), 0
    for token in _CHAINED.finditer(code):
        run = 0 if token[0] in ",;:=" or token.lastgroup == "end" else run + 1
        if run > MAX_RUN:
            return True
    return False
