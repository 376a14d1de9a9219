"""On what a definition asks for members: whether it may be data or a model, as far as its own code tells."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator

from mldebt.knowledge.libraries import Catalogue
from mldebt.link.modules import imports
from mldebt.model import ir
from mldebt.model.facts import Definition, PythonFacts, decode_body
from mldebt.model.walk import inside


class Receivers:
    """Answers for one definition of a file which of the members that it asks for may be those of data or models."""

    def __init__(self, catalogue: Catalogue, facts: PythonFacts, definition: Definition, own: Collection[str]) -> None:
        """Read the code of the definition, and of those inside of it; `own` are the names of the project's folders and modules."""
        bodies = [definition.body, *(inner.body for inner in facts.definitions if definition.at < inner.at < definition.end)]
        self._nodes = [node for body in bodies for node in inside(decode_body(facts.bodies[body]))]
        self._methods = catalogue.method_names()
        self._brought = dict(_brought(facts))
        self._modules = frozenset(self._brought)
        self._others = frozenset(self._of_others(catalogue, own))

    def may_have(self, name: str) -> bool:
        """Return whether a member of a name is asked of what may be data or a model; a method counts where it is called."""
        return any(self._is_open(node) for node in self._members(name))

    def _members(self, name: str) -> Iterator[ir.Attr]:
        if name not in self._methods:
            yield from (node for node in self._nodes if isinstance(node, ir.Attr) and node.attr == name)
            return
        for node in self._nodes:
            if isinstance(node, ir.Call) and isinstance(node.func, ir.Attr) and node.func.attr == name:
                yield node.func

    def _is_open(self, node: ir.Attr) -> bool:
        """Return whether nothing says what a member is asked of: no module, no exception that was caught, nothing that another library made."""
        root, plain = _root(node.value)
        return not isinstance(root, ir.Name) or not (root.id in self._others or plain and root.id in self._modules)

    def _of_others(self, catalogue: Catalogue, own: Collection[str]) -> Iterator[str]:
        """Yield the names of exceptions that were caught, and of what libraries made that are not about data or models."""
        for node in self._nodes:
            if isinstance(node, ir.Handler) and node.name is not None:
                yield node.name
            for target, value in _bindings(node):
                root, plain = _root(value)
                head = self._brought.get(root.id, "").partition(".")[0] if isinstance(root, ir.Name) and not plain else ""
                if isinstance(target, ir.Name) and head and head not in own and (head in sys.stdlib_module_names or not catalogue.library(head)):
                    yield target.id


def _bindings(node: object) -> Iterator[tuple[ir.Expr, ir.Expr]]:
    """Yield what a statement binds, with the value that it gets."""
    if isinstance(node, ir.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, ir.WithItem) and node.target is not None:
        yield node.target, node.context


def _root(node: ir.Expr) -> tuple[ir.Expr, bool]:
    """Return the innermost expression that a member is taken of, and whether there is nothing but members on the way."""
    plain = True
    while isinstance(node, (ir.Attr, ir.Call, ir.Subscript, ir.Await)):
        plain &= isinstance(node, ir.Attr)
        node = node.func if isinstance(node, ir.Call) else node.value
    return node, plain


def _brought(facts: PythonFacts) -> Iterator[tuple[str, str]]:
    """Yield the names that a file's imports bind, each with its library path."""
    for body in facts.bodies[:1]:
        for node in imports(decode_body(body)):
            for alias in node.aliases if not node.level else ():
                bound = alias.bound.partition(".")[0]
                yield bound, f"{node.module}.{alias.name}" if node.module else alias.name if alias.bound_at >= 0 else bound
