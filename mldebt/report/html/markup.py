"""Markup from templates: what is put in is text, unless it was made by a template itself."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template

from mldebt.report.escape import safe

ASSETS = Path(__file__).parent / "assets"
MAP = ("map.js", "page.js")  # the scripts of a page with a map
_PART = re.compile(r"^<!-- part: ([\w-]+) -->\n", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def fill(part: str, **values: object) -> Markup:
    """Return a part of `assets/parts.html` with its `$names` filled: `Markup` as it is, everything else escaped; raises KeyError for a name without value."""
    return Markup(_parts()[part].substitute({name: value if isinstance(value, Markup) else _escaped(value) for name, value in values.items()}))


def joined(parts: Iterable[str]) -> Markup:
    """Return pieces of markup one after the other; what is no markup is escaped."""
    return Markup("".join(part if isinstance(part, Markup) else _escaped(part) for part in parts))


def name(text: str) -> Markup:
    """Return a name of the project that may break behind its slashes."""
    return Markup(_escaped(text).replace("/", "/<wbr>"))


def prose(text: str) -> Markup:
    """Return a sentence whose backticks mark code."""
    pieces = _CODE.split(text)
    return joined([fill("code", text=name(piece)) if number % 2 else piece for number, piece in enumerate(pieces)])


def page(title: str, body: Markup, scripts: Iterable[str] = (), styles: Iterable[str] = ("style.css",)) -> str:
    """Return a whole document with these assets in it; its policy allows our own style and script, by their hashes, and nothing else."""
    style, code = "".join(map(_asset, styles)), "".join(map(_asset, scripts))
    return Template(_asset("page.html")).substitute(
        title=_escaped(title), style=style, script=code, body=body, style_hash=_hash(style), script_hash=_hash(code))


def _escaped(value: object) -> str:
    return escape(safe(str(value)))


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _asset(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")


@cache
def _parts() -> dict[str, Template]:
    names = _PART.split(_asset("parts.html"))
    return {name: Template(text.rstrip("\n")) for name, text in zip(names[1::2], names[2::2])}
