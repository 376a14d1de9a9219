"""Names of one file: where each scope binds them, and which code reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from mldebt.model import ir
from mldebt.model.facts import PythonFacts, decode_body
from mldebt.model.walk import parts

ScopeKind = Literal["module", "class", "function", "comprehension"]
_PROBES = frozenset({"NameError", "UnboundLocalError", "ImportError", "ModuleNotFoundError", "AttributeError"})
_BROAD = frozenset({"", "Exception", "BaseException"})


@dataclass(slots=True)
class Scope:
    """A scope: the names it binds, each with what binds it; `definition` is its index in the file (-1: the module, or no definition of its own)."""

    kind: ScopeKind
    outer: Scope | None
    definition: int = -1
    bound: dict[str, list[msgspec.Struct]] = field(default_factory=dict)
    elsewhere: dict[str, Scope] = field(default_factory=dict)


@dataclass(slots=True)
class Stretch:
    """Code of one scope under the same tests, those of the branches around it, and of those before it one side of which leaves: the names it reads, the
    attributes of names it takes, its imports.

    `guarded`: nothing raises there when a name is missing, because the code around expects that or is never reached.
    """

    scope: Scope
    guarded: bool = False
    tests: tuple[ir.Expr, ...] = ()
    names: list[ir.Name] = field(default_factory=list)
    members: list[ir.Attr] = field(default_factory=list)
    imports: list[ir.Import] = field(default_factory=list)


class Names:
    """The scopes of one file: the module's, those of definitions in `of` by index; and its code in `stretches`.

    `stored` are the attributes and keys it sets; `within` the nodes (by `id`) of members of which an attribute is taken.
    """

    def __init__(self, facts: PythonFacts) -> None:
        """Read every body of a file once."""
        self._facts = facts
        self.module = Scope("module", None)
        self.of: dict[int, Scope] = {}
        self.stretches = [Stretch(self.module)]
        self.stored: set[str] = set()
        self.within: set[int] = set()
        self._here = self.stretches[0]
        if facts.bodies and facts.bodies[0]:
            self._body(decode_body(facts.bodies[0]))

    def find(self, name: str, scope: Scope) -> Scope | None:
        """Return the scope that binds a name as seen in `scope`, None when none does. Names of a class are its body's alone."""
        here: Scope | None = scope
        own = True
        while here is not None:
            if name in here.elsewhere:
                here = here.elsewhere[name]
            if name in here.bound and (own or here.kind != "class"):
                return here
            own = own and here.kind == "comprehension"
            here = here.outer
        return None

    def bind(self, name: str, scope: Scope, by: msgspec.Struct) -> None:
        """Note that a scope binds a name."""
        scope = scope.elsewhere.get(name, scope)
        scope.bound.setdefault(name, []).append(by)

    def _enter(self, scope: Scope, guarded: bool, tests: tuple[ir.Expr, ...]) -> Stretch:
        """Begin a stretch, and return the one before: who begins one goes back to that."""
        before, self._here = self._here, Stretch(scope, guarded, tests)
        self.stretches.append(self._here)
        return before

    def _body(self, body: Iterable[ir.Stmt]) -> None:
        around = self._here
        for statement in body:
            _STATEMENTS[type(statement)](self, statement)
            if not self._here.guarded and _leaves(statement):
                self._enter(around.scope, True, around.tests)
            elif isinstance(statement, ir.If) and any(map(_leaves, (*statement.body[-1:], *statement.orelse[-1:]))):
                self._under(statement.test)
        self._here = around

    def read(self, node: msgspec.Struct | None) -> None:
        """Read an expression, part by part as they stand."""
        here = self._here
        pending: list[Any] = [node]
        while pending:
            item = pending.pop()
            kind = type(item)
            if kind is ir.Name:
                here.names.append(item)
            elif kind is ir.Attr:
                value = item.value
                pending.append(value)
                if isinstance(value, ir.Name):
                    here.members.append(item)
                elif isinstance(value, ir.Attr) and isinstance(value.value, ir.Name):
                    self.within.add(id(value))
            elif kind is ir.Call:
                pending.extend([argument.value for argument in reversed(item.args)])
                pending.append(item.func)
            elif kind in _EXPRESSIONS:
                _EXPRESSIONS[kind](self, item)
            elif item is not None and kind is not ir.Const:
                pending.extend(reversed(parts(item)))

    def target(self, target: ir.Expr | None, by: msgspec.Struct) -> None:
        """Bind what is assigned to; what else stands there is read."""
        if isinstance(target, ir.Name):
            self.bind(target.id, self._here.scope, by)
        elif isinstance(target, ir.Sequence):
            for part in target.elements:
                self.target(part, by)
        elif isinstance(target, ir.Starred):
            self.target(target.value, by)
        else:
            if isinstance(target, ir.Attr):
                self.stored.add(target.attr)
            elif isinstance(target, ir.Subscript):
                self.stored.update(part.value for part in target.index if isinstance(part, ir.Const) and isinstance(part.value, str))
            self.read(target)

    def _parts(self, node: ir.Stmt) -> None:
        """Read a statement that holds expressions and nothing else."""
        for part in parts(node):
            self.read(part)

    def _assign(self, node: ir.Assign) -> None:
        for target in node.targets:
            self.target(target, node)
        self.read(node.value)

    def _augmented(self, node: ir.AugAssign) -> None:
        if isinstance(node.target, ir.Name):
            self.read(node.target)
        self.target(node.target, node)
        self.read(node.value)

    def _annotated(self, node: ir.AnnAssign) -> None:
        self.target(node.target, node)
        self.read(node.value)

    def _delete(self, node: ir.Delete) -> None:
        """What is deleted counts as bound before."""
        for target in node.targets:
            self.target(target, node)

    def _loop(self, node: ir.Loop) -> None:
        if node.target is not None:
            self.target(node.target, node)
        self.read(node.iter)
        self._body(node.body)
        self._body(node.orelse)

    def _with(self, node: ir.With) -> None:
        for item in node.items:
            self.read(item.context)
            if item.target is not None:
                self.target(item.target, item)
        self._body(node.body)

    def _match(self, node: ir.Match) -> None:
        self.read(node.subject)
        for case in node.cases:
            for capture in case.captures:
                self.bind(capture.id, self._here.scope, case)
            for expression in (*case.exprs, case.guard):
                self.read(expression)
            self._body(case.body)

    def _define(self, node: ir.Define) -> None:
        here, definition = self._here, self._facts.definitions[node.index]
        for expression in (*definition.decorators, *(arg.value for arg in definition.bases), *(param.default for param in definition.params)):
            self.read(expression)
        self.bind(definition.name, here.scope, node)
        inner = self.of[node.index] = Scope("class" if definition.kind == "class" else "function", here.scope, node.index)
        for name in (*(param.name for param in definition.params), *(name for name, _ in definition.type_params)):
            self.bind(name, inner, node)
        if raw := self._facts.bodies[definition.body]:
            self._enter(inner, here.guarded, here.tests)
            self._body(decode_body(raw))
            self._here = here

    def _if(self, node: ir.If) -> None:
        self.read(node.test)
        around = self._under(node.test)
        self._body(node.body)
        self._body(node.orelse)
        self._here = around

    def _under(self, test: ir.Expr) -> Stretch:
        """Begin a stretch under one more test, and return the one before."""
        return self._enter(self._here.scope, self._here.guarded, (*self._here.tests, test))

    def _try(self, node: ir.Try) -> None:
        around = self._here
        if not around.guarded and _probes(node):
            self._enter(around.scope, True, around.tests)
        self._body(node.body)
        self._here = around
        for handler in node.handlers:
            self.read(handler.type)
            if handler.name:
                self.bind(handler.name, around.scope, handler)
            self._body(handler.body)
        self._body((*node.orelse, *node.final))

    def _import(self, node: ir.Import) -> None:
        self._here.imports.append(node)
        for alias in node.aliases:
            name = alias.bound if alias.bound_at >= 0 or node.module is not None else alias.bound.partition(".")[0]
            self.bind(name, self._here.scope, node)

    def _declare(self, node: ir.Scope) -> None:
        """Names that `global` and `nonlocal` lead to another scope are bound there: somebody assigns them, else there were no need to say so."""
        scope = self._here.scope
        for name in node.names:
            target = self.module if node.kind == "global" else self.find(name.id, scope.outer or scope) or self.module
            if target is not scope:
                scope.elsewhere[name.id] = target
            if node.kind == "global":
                target.bound.setdefault(name.id, []).append(node)

    def _alias(self, node: ir.TypeAlias_) -> None:
        self.bind(node.name.id, self._here.scope, node)

    def _magic(self, node: ir.Magic) -> None:
        if node.target is not None:
            self.target(node.target, node)

    def _havoc(self, node: ir.Havoc) -> None:
        for name in node.names:
            self.bind(name, self._here.scope, node)

    def _lambda(self, node: ir.Lambda) -> None:
        here, inner = self._here, Scope("function", self._here.scope)
        for param in node.params:
            self.read(param.default)
            self.bind(param.name, inner, node)
        self._enter(inner, here.guarded, here.tests)
        self.read(node.body)
        self._here = here

    def _comprehension(self, node: ir.Comprehension) -> None:
        here = self._here
        self._enter(Scope("comprehension", here.scope), here.guarded, here.tests)
        for generator in node.generators:
            self.target(generator.target, node)
        for generator in node.generators:
            for expression in (generator.iter, *generator.conditions):
                self.read(expression)
        self.read(node.element)
        self.read(node.value)
        self._here = here

    def _walrus(self, node: ir.Walrus) -> None:
        """A walrus binds in the scope around the comprehensions it stands in."""
        self.read(node.value)
        scope = self._here.scope
        while scope.kind == "comprehension" and scope.outer is not None:
            scope = scope.outer
        if isinstance(node.target, ir.Name):
            self.bind(node.target.id, scope, node)

    def _choice(self, node: ir.IfExp) -> None:
        self.read(node.test)
        around = self._under(node.test)
        self.read(node.body)
        self.read(node.orelse)
        self._here = around

    def _bool(self, node: ir.BoolOp) -> None:
        """What stands behind `and` and `or` is read under the tests before it."""
        around, (first, *others) = self._here, node.values
        self.read(first)
        for before, value in zip(node.values, others):
            self._under(before)
            self.read(value)
        self._here = around


_STATEMENTS: dict[type, Callable[[Names, Any], None]] = {
    ir.ExprStmt: Names._parts, ir.Return: Names._parts, ir.Raise: Names._parts, ir.Assert: Names._parts, ir.Assign: Names._assign,
    ir.AugAssign: Names._augmented, ir.AnnAssign: Names._annotated, ir.Delete: Names._delete, ir.If: Names._if, ir.Loop: Names._loop, ir.With: Names._with,
    ir.Try: Names._try, ir.Match: Names._match, ir.Import: Names._import, ir.Scope: Names._declare, ir.Flow: Names._parts, ir.Define: Names._define,
    ir.TypeAlias_: Names._alias, ir.Magic: Names._magic, ir.Havoc: Names._havoc,
}
_EXPRESSIONS: dict[type, Callable[[Names, Any], None]] = {  # those that open a scope, bind a name, or run a part under a test
    ir.Lambda: Names._lambda, ir.Comprehension: Names._comprehension, ir.Walrus: Names._walrus, ir.IfExp: Names._choice, ir.BoolOp: Names._bool,
}


def _leaves(node: ir.Stmt) -> bool:
    """Return whether control never comes from a statement to the next one, or not before somebody has written what it stands for."""
    both = isinstance(node, ir.If) and bool(node.orelse) and _leaves(node.body[-1]) and _leaves(node.orelse[-1])
    blank = isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Opaque) and node.value.kind == "ellipsis"
    return both or blank or isinstance(node, ir.Return | ir.Raise) or isinstance(node, ir.Flow) and node.kind != "pass"


def _probes(node: ir.Try) -> bool:
    """Return whether a `try` asks whether names are there: it catches what a missing one raises, or whatever a single statement raises."""
    kinds = {name for handler in node.handlers for name in _caught(handler)}
    return bool(kinds & _PROBES) or len(node.body) == 1 and bool(kinds & _BROAD)


def _caught(handler: ir.Handler) -> Iterator[str]:
    """Yield the names of the exceptions a handler catches (empty: all)."""
    if handler.type is None:
        yield ""
    for kind in handler.type.elements if isinstance(handler.type, ir.Sequence) else (handler.type,):
        if isinstance(kind, ir.Name):
            yield kind.id
        elif isinstance(kind, ir.Attr):
            yield kind.attr
