"""Constants that nothing rebinds: what an expression of literals and of such names is, and where it is decided."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mldebt.link.bindings import Names, Scope
from mldebt.link.names import NameIndex, makes_names
from mldebt.model import ir
from mldebt.model.facts import PythonFacts, Scalar
from mldebt.model.source import Place

_COMPARE: dict[str, Callable[[Scalar, Scalar], bool]] = {"==": operator.eq, "!=": operator.ne, "is": operator.is_, "is not": operator.is_not}
_ORDER: dict[str, Callable[[float, float], bool]] = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that is always the same, and the names it was taken from, each with the place that binds it."""

    value: Scalar
    names: tuple[tuple[str, Place], ...] = ()


class Constants:
    """Evaluates expressions over the whole project; nothing is executed."""

    def __init__(self, files: Mapping[str, PythonFacts], names: NameIndex) -> None:
        """Belong to one project."""
        self._files, self._names = files, names
        self._handed: frozenset[str] | None = None

    def of(self, node: ir.Expr, scope: Scope, path: str, depth: int = 0) -> Constant | None:
        """Return what an expression in a scope of a file always is, None when it may be several things."""
        if isinstance(node, ir.Const):
            return Constant(node.value)
        if isinstance(node, ir.Name):
            return self._named(node.id, scope, path, depth)
        if isinstance(node, ir.Attr):
            return self._of_module(node, scope, path, depth)
        if isinstance(node, ir.UnaryOp):
            inner = self.of(node.operand, scope, path, depth)
            return Constant(not inner.value, inner.names) if inner is not None and node.op == "not" else None
        if isinstance(node, ir.BoolOp):
            return self._either(node, scope, path, depth)
        return self._compared(node, scope, path, depth) if isinstance(node, ir.Compare) and len(node.ops) == 1 else None

    def _either(self, node: ir.BoolOp, scope: Scope, path: str, depth: int) -> Constant | None:
        """Return `and` and `or`: one side alone may decide."""
        parts = [self.of(part, scope, path, depth) for part in node.values]
        for part in parts:
            if part is not None and bool(part.value) is (node.op == "or"):
                return Constant(bool(part.value), part.names)
        known = [part for part in parts if part is not None]
        return Constant(node.op == "and", tuple(name for part in known for name in part.names)) if len(known) == len(parts) else None

    def _compared(self, node: ir.Compare, scope: Scope, path: str, depth: int) -> Constant | None:
        left, right = self.of(node.left, scope, path, depth), self.of(node.comparators[0], scope, path, depth)
        if left is None or right is None:
            return None
        names, op = (*left.names, *right.names), node.ops[0]
        if op in _COMPARE:
            return Constant(_COMPARE[op](left.value, right.value), names)
        if op in _ORDER and isinstance(left.value, int | float) and isinstance(right.value, int | float):
            return Constant(_ORDER[op](left.value, right.value), names)
        return None

    def _named(self, name: str, scope: Scope, path: str, depth: int) -> Constant | None:
        home = self._names.of(path).find(name, scope)
        binders = home.bound[name] if home is not None else []
        if home is None or len(binders) != 1 or home.kind == "class" or depth > _DEPTH:
            return None
        binder = binders[0]
        if home.kind == "module" and (name in self._names.stored() or _may_be_set(self._files[path], binder)):
            return None
        if isinstance(binder, ir.Import) and binder.module is not None:
            return self._imported(name, binder, path, depth)
        if isinstance(binder, ir.Assign) and all(isinstance(target, ir.Name) for target in binder.targets) or isinstance(binder, ir.AnnAssign) and binder.value:
            found = self.of(binder.value, home, path, depth + 1) if isinstance(binder.value, ir.Const | ir.Name) else None
            return None if found is None else Constant(found.value, ((name, Place(path, binder.at, binder.end)), *found.names))
        return None

    def _imported(self, name: str, node: ir.Import, path: str, depth: int) -> Constant | None:
        module = self._names.certain(node.module or "", path, node.level)
        alias = next((alias for alias in node.aliases if alias.bound == name), None)
        if module is None or module.endswith("/") or alias is None or alias.name == "*":
            return None
        return self._named(alias.name, self._names.of(module).module, module, depth + 1)

    def _of_module(self, node: ir.Attr, scope: Scope, path: str, depth: int) -> Constant | None:
        """Return a constant of a module that nobody hands on, by a name that no text spells: else it may be set from anywhere."""
        module = self._names.meant(node.value, scope, path)
        if module is None or module.endswith("/") or node.attr not in self._names.of(module).module.bound:
            return None
        found = self._named(node.attr, self._names.of(module).module, module, depth + 1)
        stem = module.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
        return None if found is None or stem in self._handed_on() or self._spelled(node.attr) else found

    def _spelled(self, name: str) -> bool:
        """Return whether a text of some file names something, alone or behind dots."""
        return any(word == name or word.endswith(f".{name}") for facts in self._files.values() for word in facts.strings)

    def _handed_on(self) -> frozenset[str]:
        """Return the last names of imports that some file hands on as values: what takes a module may set anything in it."""
        if self._handed is None:
            self._handed = frozenset(name for path in self._files for name in _values(self._names.of(path)))
        return self._handed


def _may_be_set(facts: PythonFacts, binder: object) -> bool:
    """Return whether a file may set a name otherwise than its one binder does: it makes names, is worked on cell by cell, or a runner puts values in."""
    if makes_names(facts) or facts.notebook or facts.cells:
        return True
    return isinstance(binder, ir.Assign | ir.AnnAssign) and any(start <= binder.at < end for start, end in facts.injected)


def _values(names: Names) -> Iterator[str]:
    """Yield the last names of the imports of a file that it uses otherwise than to take an attribute."""
    for stretch in names.stretches:
        bases = {id(node.value) for node in stretch.members}
        taken = [(node.id, "") for node in stretch.names if id(node) not in bases]
        whole = [node for node in stretch.members if id(node) not in names.within]
        dotted = [(node.value.id, f".{node.attr}") for node in whole if isinstance(node.value, ir.Name)]
        for name, more in dict.fromkeys((*taken, *dotted)):
            home = names.find(name, stretch.scope)
            for binder in home.bound[name] if home is not None else ():
                for alias in binder.aliases if isinstance(binder, ir.Import) else ():
                    if alias.bound == f"{name}{more}":
                        yield alias.name.rpartition(".")[2]
