"""Patterns of `match`: what they compare with and what they bind, in order of the source."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import libcst as cst

from mldebt.extract.lower_expressions import lower
from mldebt.model import ir

if TYPE_CHECKING:
    from mldebt.extract.lower import Lowering

_Found = tuple[list[ir.Expr], list[ir.Name]]


def lower_pattern(low: Lowering, node: cst.CSTNode, exprs: list[ir.Expr], captures: list[ir.Name]) -> None:
    """Collect what a pattern compares with in `exprs`, and what it binds in `captures`."""
    _pattern(low, node, (exprs, captures))


def _pattern(low: Lowering, node: cst.CSTNode, found: _Found) -> None:
    if isinstance(node, cst.MatchValue | cst.MatchSingleton):
        found[0].append(lower(low, node.value))  # parentheses around it are its own
        return
    brackets = getattr(node, "lpar", ())
    for _ in brackets:
        low.skip("(")
    _PATTERNS[type(node)](low, node, found)
    for _ in brackets:
        low.skip(")")


def _patterns(low: Lowering, nodes: Iterable[cst.CSTNode], found: _Found) -> None:
    for node in nodes:
        _pattern(low, node, found)


def _capture(low: Lowering, name: cst.Name | None, found: _Found) -> None:
    """Go over a name, or the `_` that stands for none."""
    at = low.skip(name.value if name is not None else "_")
    if name is not None:
        found[1].append(ir.Name(at, low.at, name.value))


def _element(low: Lowering, node: cst.MatchSequenceElement, found: _Found) -> None:
    _pattern(low, node.value, found)


def _star(low: Lowering, node: cst.MatchStar, found: _Found) -> None:
    low.skip("*")
    _capture(low, node.name, found)


def _list(low: Lowering, node: cst.MatchList, found: _Found) -> None:
    low.skip("[" if node.lbracket is not None else "")
    _patterns(low, node.patterns, found)
    low.skip("]" if node.rbracket is not None else "")


def _tuple(low: Lowering, node: cst.MatchTuple, found: _Found) -> None:
    _patterns(low, node.patterns, found)


def _keyed(sign: str) -> Callable[..., None]:
    def lower_keyed(low: Lowering, node: cst.MatchMappingElement | cst.MatchKeywordElement, found: _Found) -> None:
        found[0].append(lower(low, node.key))
        low.skip(sign)
        _pattern(low, node.pattern, found)

    return lower_keyed


def _mapping(low: Lowering, node: cst.MatchMapping, found: _Found) -> None:
    low.skip("{")
    _patterns(low, node.elements, found)
    if node.rest is not None:
        low.skip("**")
        _capture(low, node.rest, found)
    low.skip("}")


def _class(low: Lowering, node: cst.MatchClass, found: _Found) -> None:
    found[0].append(lower(low, node.cls))
    low.skip("(")
    _patterns(low, (*node.patterns, *node.kwds), found)
    low.skip(")")


def _as(low: Lowering, node: cst.MatchAs, found: _Found) -> None:
    if node.pattern is not None:
        _pattern(low, node.pattern, found)
        low.skip("as")
    _capture(low, node.name, found)


def _or(low: Lowering, node: cst.MatchOr, found: _Found) -> None:
    for part in node.patterns:
        _pattern(low, part.pattern, found)
        low.skip("|" if isinstance(part.separator, cst.BitOr) else "")


_PATTERNS: dict[type, Callable[..., None]] = {
    cst.MatchSequenceElement: _element, cst.MatchStar: _star, cst.MatchList: _list, cst.MatchTuple: _tuple, cst.MatchMappingElement: _keyed(":"),
    cst.MatchKeywordElement: _keyed("="), cst.MatchMapping: _mapping, cst.MatchClass: _class, cst.MatchAs: _as, cst.MatchOr: _or,
}
