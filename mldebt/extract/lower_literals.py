"""Names, numbers and plain texts to the intermediate form: the expressions of one token."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from mldebt.model import ir

if TYPE_CHECKING:
    from mldebt.extract.lower import Lowering

MAX_TEXT = 65_536
_OPENING = re.compile(r"(\w*)('''|\"\"\"|'|\")")
_SINGLETONS = {"True": True, "False": False, "None": None}


def _name(low: Lowering, node: cst.Name, at: int) -> ir.Expr:
    name = node.value
    low.at = end = at + len(name)
    if name in _SINGLETONS:
        return ir.Const(at, end, _SINGLETONS[name])
    low.names.add(name)
    return ir.Name(at, end, name)


def _integer(low: Lowering, node: cst.Integer, at: int) -> ir.Expr:
    low.at = end = at + len(node.value)
    value = int(node.value, 0) if len(node.value) < 24 else 1 << 64
    return ir.Const(at, end, value) if value < 1 << 63 else ir.Opaque(at, end, "int")


def _float(low: Lowering, node: cst.Float, at: int) -> ir.Expr:
    low.at = end = at + len(node.value)
    return ir.Const(at, end, float(node.value.replace("_", "")))


def _imaginary(low: Lowering, node: cst.Imaginary, at: int) -> ir.Expr:
    low.skip(node.value)
    return ir.Opaque(at, low.at, "complex")


def _ellipsis(low: Lowering, node: cst.Ellipsis, at: int) -> ir.Expr:
    low.skip("...")
    return ir.Opaque(at, low.at, "ellipsis")


def _string(low: Lowering, node: cst.SimpleString, at: int) -> ir.Expr:
    text = node.value
    low.at = end = at + len(text)
    opening = _OPENING.match(text)
    assert opening is not None
    prefix, quote = opening.groups()
    if "b" in prefix or "B" in prefix:
        return ir.Opaque(at, end, "bytes")
    if len(text) > MAX_TEXT:
        return ir.Opaque(at, end, "text")
    return ir.Const(at, end, unescape(text[opening.end():-len(quote)], "r" in prefix or "R" in prefix))


def unescape(raw: str, is_raw: bool) -> str:
    """Return the text of a string literal's content; lone surrogates, which no output can carry, become question marks."""
    if is_raw or "\\" not in raw:
        return raw.replace("\r\n", "\n")
    body = raw.replace('"', '\\"') if '\\"' not in raw else raw
    try:
        value = ast.literal_eval(f'"""{body}"""') if not raw.endswith("\\") else raw
    except (SyntaxError, ValueError):
        value = raw
    return str(value).encode("utf-8", "replace").decode("utf-8")


LITERALS: dict[type, Callable[..., ir.Expr]] = {
    cst.Name: _name, cst.Integer: _integer, cst.Float: _float, cst.Imaginary: _imaginary, cst.Ellipsis: _ellipsis, cst.SimpleString: _string}
