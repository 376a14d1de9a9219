"""What each scope of a file mentions by itself: names, attributes and words in texts, those of definitions inside it left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from mldebt.model import ir
from mldebt.model.facts import Definition, PythonFacts, decode_body
from mldebt.model.walk import inside

_WORD = re.compile(r"[A-Za-z_]\w*")
_EXPORTS = "__all__"


def mentions(facts: PythonFacts) -> dict[int, frozenset[str]]:
    """Return the words that each scope of a file mentions: -1 is the module, other numbers are those of its definitions.

    Decorators, defaults, bases and annotations belong to the scope that a definition stands in. Documentation and what `__all__` lists are no mentions.
    """
    found: dict[int, set[str]] = {-1: set()}
    if facts.bodies:
        _scope(facts, decode_body(facts.bodies[0]), -1, found)
    return {number: frozenset(words) for number, words in found.items()}


def used_beyond_imports(facts: PythonFacts) -> frozenset[str]:
    """Return the words that a file mentions apart from what it imports, documents and lists in `__all__`."""
    return frozenset().union(*mentions(facts).values())


def _scope(facts: PythonFacts, body: ir.Body, number: int, found: dict[int, set[str]]) -> None:
    own = found.setdefault(number, set())
    for node in inside(statement for statement in body if not _says_nothing(statement)):
        if isinstance(node, ir.Define):
            definition = facts.definitions[node.index]
            own.update(word for part in inside(_head(definition)) for word in _words(part))
            _scope(facts, decode_body(facts.bodies[definition.body]), node.index, found)
        elif not isinstance(node, ir.Import):
            own.update(_words(node))


def _says_nothing(node: ir.Stmt) -> bool:
    """Return whether a statement is documentation, or the list of a module's public names."""
    if isinstance(node, ir.ExprStmt):
        return isinstance(node.value, ir.Const)
    targets = node.targets if isinstance(node, ir.Assign) else (node.target,) if isinstance(node, ir.AugAssign | ir.AnnAssign) else ()
    return any(isinstance(target, ir.Name) and target.id == _EXPORTS for target in targets)


def _head(definition: Definition) -> Iterator[msgspec.Struct]:
    yield from definition.decorators
    yield from definition.bases
    yield from definition.params
    if definition.returns is not None:
        yield definition.returns


def _words(node: object) -> Iterable[str]:
    if isinstance(node, ir.Name):
        return (node.id,)
    if isinstance(node, ir.Attr):
        return (node.attr,)
    if isinstance(node, ir.Const) and isinstance(node.value, str):
        return _WORD.findall(node.value)
    if isinstance(node, ir.Magic):
        return _WORD.findall(node.text)
    return ()
