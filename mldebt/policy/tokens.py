"""Code as it is whoever formats it: what a formatter may change is left out."""

from __future__ import annotations

import re

from mldebt.extract.gate import QUOTED

_PYTHON = (".py", ".ipynb")
_TOKEN = re.compile(
    rf"(?P<text>(?P<prefix>\b[A-Za-z]{{1,2}})?(?P<quoted>{QUOTED}))|(?P<comment>\#[^\n]*)|(?P<number>\b\d\w*\.?\w*|\.\d\w*)|(?P<other>\w+|[^\s\w])", re.DOTALL)
_FREE = frozenset("(),;\\")  # brackets that only group, commas at ends, signs that part lines
_QUOTE = re.compile(r"\\(['\"])")
_WORD = re.compile(r"\w+|[^\s\w'\"]")


def tokens(text: str, path: str) -> list[str]:
    """Return the tokens of a stretch of a file that no formatter changes; where it holds comments alone, their words."""
    if not path.endswith(_PYTHON):
        return _WORD.findall(text)
    found: list[str] = []
    for token in _TOKEN.finditer(text):
        if token["text"]:
            _add_text(found, token)
        elif token["number"]:
            found.append(_number(token["number"].lower()))
        elif token["other"] and token["other"] not in _FREE:
            found.append(token["other"])
    return found or _WORD.findall(text.replace("#", " "))


def _number(text: str) -> str:
    """Return a number with a digit on both sides of its point."""
    return f"{'0' * text.startswith('.')}{text}{'0' * text.endswith('.')}"


def _add_text(found: list[str], token: re.Match[str]) -> None:
    """Add a string literal without its quotes; one that follows another is the same literal going on."""
    prefix, quoted = (token["prefix"] or "").lower().replace("u", ""), token["quoted"]
    width = 3 if quoted[:3] in ("'''", '"""') else 1
    text = f"{prefix}'{_QUOTE.sub(lambda quote: quote[1], quoted[width:-width])}"
    if found and found[-1].startswith(f"{prefix}'"):
        found[-1] += text[len(prefix) + 1:]
    else:
        found.append(text)
