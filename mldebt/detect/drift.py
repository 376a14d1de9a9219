"""Copies of code that differ: statements of the same shape with other constants, lists of the same name with other items."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import SequenceMatcher
from functools import cache
from typing import NamedTuple, TypeAlias

import msgspec

from mldebt.model import ir
from mldebt.model.facts import PythonFacts, decode_body
from mldebt.model.source import Place
from mldebt.model.walk import inner, inside, parts, within

Constant: TypeAlias = "str | bool | int | float | None"
_HEADS = ("test", "target", "iter", "items", "subject")


class Line(NamedTuple):
    """A statement without those inside of it: where, its shape, and its constants in order, each with its place."""

    place: Place
    shape: tuple[object, ...]
    constants: tuple[tuple[Constant, Place], ...]


class Piece(NamedTuple):
    """The body of a function or a module, statement by statement."""

    owner: str
    place: Place
    lines: tuple[Line, ...]


class Listing(NamedTuple):
    """A list of constants and the name it is given."""

    name: str
    place: Place
    items: tuple[Constant, ...]


def pieces(facts: PythonFacts, aside: Collection[Place]) -> list[Piece]:
    """Return the bodies of a file; what stands in the calls at the places of `aside` does not count."""
    scopes = [("", 0, Place(facts.path, 0, 0)), *((item.name, item.body, Place(facts.path, item.name_at, item.name_at + len(item.name)))
                                                  for item in facts.definitions if item.kind == "function")]
    return [Piece(name, place, tuple(_line(node, facts.path, aside) for node in within(decode_body(facts.bodies[body])) if _tells(node)))
            for name, body, place in scopes if facts.bodies and facts.bodies[body]]


def _tells(node: ir.Stmt) -> bool:
    """Return whether a statement does something to data."""
    return not (isinstance(node, ir.Import | ir.Define | ir.Raise | ir.Magic | ir.Flow) or isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Const))


def _line(node: ir.Stmt, path: str, aside: Collection[Place]) -> Line:
    heads: list[msgspec.Struct] = [node] if not inner(node) else [part for name in _HEADS if isinstance(part := getattr(node, name, None), msgspec.Struct)]
    shape: list[object] = [type(node).__name__]
    constants: list[tuple[Constant, Place]] = []
    pending = heads[::-1]
    while pending:
        item = pending.pop()
        if isinstance(item, ir.Const):
            constants.append((item.value, Place(path, item.at, item.end)))
            shape.append("text" if isinstance(item.value, str) else "number" if type(item.value) in (int, float) else item.value)
        elif not (aside and isinstance(item, ir.Call) and Place(path, item.at, item.end) in aside):
            kind = type(item)
            shape.append((kind.__name__, *[getattr(item, name) for name in _words(kind)]))
            pending.extend(parts(item)[::-1])
    return Line(Place(path, node.at, node.end), tuple(shape), tuple(constants))


@cache
def _words(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """Return the fields of a kind of node that say what it is, apart from its parts."""
    return tuple(name for name in ("id", "attr", "op", "ops", "keyword", "kind") if name in kind.__struct_fields__)


class Drift(NamedTuple):
    """Constants that two copies have in the same place of a statement, each with its place; `line` is the statement of the first."""

    one: Constant
    here: Place
    other: Constant
    there: Place
    line: Place


def drifted(one: Piece, other: Piece, least: int, share: float) -> list[Drift]:
    """Return where two pieces differ that are copies: at least so many statements in order, and such a share of the shorter one, have the same shape."""
    enough = max(least, share * min(len(one.lines), len(other.lines)))
    if len({line.shape for line in one.lines} & {line.shape for line in other.lines}) < enough / 2:
        return []
    matcher = SequenceMatcher(None, [line.shape for line in one.lines], [line.shape for line in other.lines], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    same = sum(block.size for block in blocks)
    if same < enough:
        return []
    pairs = [(one.lines[block.a + step], other.lines[block.b + step]) for block in blocks for step in range(block.size)]
    found = [Drift(mine, here, theirs, there, left.place) for left, right in pairs
             for (mine, here), (theirs, there) in zip(left.constants, right.constants) if mine != theirs]
    alike = sum(bool(left.constants) and [one for one, _ in left.constants] == [one for one, _ in right.constants] for left, right in pairs)
    return found if len(found) <= alike else []


def listings(facts: PythonFacts, least: int) -> Iterator[Listing]:
    """Yield the lists of constants of a file that have at least so many items."""
    for raw in facts.bodies:
        for node in inside(decode_body(raw)) if raw else ():
            if isinstance(node, ir.Assign) and isinstance(node.value, ir.Sequence) and isinstance(node.targets[0], ir.Name):
                items = tuple(item.value for item in node.value.elements if isinstance(item, ir.Const))
                if len(items) == len(node.value.elements) >= least:
                    yield Listing(node.targets[0].id, Place(facts.path, node.at, node.end), items)
