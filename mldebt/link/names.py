"""Names of a file: where each scope binds them, which are read, and what may bind more than one can see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

import msgspec

from mldebt.link.modules import ModuleIndex
from mldebt.model import ir
from mldebt.model.facts import Definition, PythonFacts, decode_body
from mldebt.model.walk import inside, parts

ScopeKind = Literal["module", "class", "function", "comprehension"]
_PROBES = frozenset({"NameError", "UnboundLocalError", "ImportError", "ModuleNotFoundError", "AttributeError"})
_MAKERS = frozenset({"exec", "globals", "execfile", "vars", "locals"})
_BROAD = frozenset({"", "Exception", "BaseException"})


@dataclass(slots=True)
class Scope:
    """A scope: the names it binds, each with what binds it; `definition` is its index in the file (-1: the module, or no definition of its own)."""

    kind: ScopeKind
    outer: Scope | None
    definition: int = -1
    bound: dict[str, list[msgspec.Struct]] = field(default_factory=dict)
    elsewhere: dict[str, Scope] = field(default_factory=dict)


Read = TypeVar("Read", ir.Name, ir.Attr, ir.Import)


@dataclass(frozen=True, slots=True)
class Use(Generic[Read]):
    """What needs a name: `guarded` where nothing raises when it is missing, because the code around expects that or is never reached.

    `tests` are those of the branches around it, and of those before it one side of which leaves.
    """

    node: Read
    scope: Scope
    guarded: bool
    tests: tuple[ir.Expr, ...]


class Names:
    """The scopes of one file: the module's, those of definitions in `of` by index; names, attributes of names and imports as the code needs them.

    `stored` are the attributes and keys it sets; `within` the nodes (by `id`) of attributes of which an attribute is taken.
    """

    def __init__(self, facts: PythonFacts) -> None:
        """Read every body of a file once."""
        self._facts = facts
        self.module = Scope("module", None)
        self.of: dict[int, Scope] = {}
        self.loads: list[Use[ir.Name]] = []
        self.members: list[Use[ir.Attr]] = []
        self.imports: list[Use[ir.Import]] = []
        self.stored: set[str] = set()
        self.within: set[int] = set()
        self._guarded, self._tests = False, tuple[ir.Expr, ...]()
        if facts.bodies and facts.bodies[0]:
            self._body(decode_body(facts.bodies[0]), self.module)

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

    def _body(self, body: Sequence[ir.Stmt], scope: Scope) -> None:
        around, tests = self._guarded, self._tests
        for statement in body:
            self._statement(statement, scope)
            self._guarded = self._guarded or _goes(statement)
            if isinstance(statement, ir.If) and any(map(_goes, (*statement.body[-1:], *statement.orelse[-1:]))):
                self._tests = (*self._tests, statement.test)
        self._guarded, self._tests = around, tests

    def _statement(self, node: ir.Stmt, scope: Scope) -> None:
        if isinstance(node, ir.Define):
            self._define(self._facts.definitions[node.index], node.index, node, scope)
        elif isinstance(node, ir.If):
            self._if(node, scope)
        elif isinstance(node, ir.Try):
            self._try(node, scope)
        elif isinstance(node, ir.Import):
            self._import(node, scope)
        elif isinstance(node, ir.Scope):
            self._declare(node, scope)
        elif isinstance(node, ir.AnnAssign):
            self._target(node.target, scope, node)
            self._expression(node.value, scope)
        elif isinstance(node, ir.TypeAlias_):
            self.bind(node.name.id, scope, node)
        else:
            self._plain(node, scope)

    def _plain(self, node: ir.Stmt, scope: Scope) -> None:
        """Read a statement by its fields: targets bind, statements are statements, everything else is read."""
        if isinstance(node, ir.Havoc):
            for name in node.names:
                self.bind(name, scope, node)
        if isinstance(node, ir.AugAssign):
            self._expression(node.target, scope)
        targets = _targets(node)
        for target in targets:
            self._target(target, scope, node)
        for part in parts(node):
            if not any(part is target for target in targets):
                self._part(part, scope)

    def _part(self, part: msgspec.Struct, scope: Scope) -> None:
        if isinstance(part, ir.WithItem):
            self._expression(part.context, scope)
            if part.target is not None:
                self._target(part.target, scope, part)
        elif isinstance(part, ir.Case):
            for capture in part.captures:
                self.bind(capture.id, scope, part)
            for expression in (*part.exprs, part.guard):
                self._expression(expression, scope)
            self._body(part.body, scope)
        elif isinstance(part, _STATEMENTS):
            self._statement(part, scope)
        else:
            self._expression(part, scope)

    def _define(self, definition: Definition, index: int, node: ir.Define, scope: Scope) -> None:
        for expression in (*definition.decorators, *(arg.value for arg in definition.bases), *(param.default for param in definition.params)):
            self._expression(expression, scope)
        self.bind(definition.name, scope, node)
        inner = self.of[index] = Scope("class" if definition.kind == "class" else "function", scope, index)
        for name in (*(param.name for param in definition.params), *(name for name, _ in definition.type_params)):
            self.bind(name, inner, node)
        if raw := self._facts.bodies[definition.body]:
            self._body(decode_body(raw), inner)

    def _if(self, node: ir.If, scope: Scope) -> None:
        self._expression(node.test, scope)
        around, self._tests = self._tests, (*self._tests, node.test)
        self._body(node.body, scope)
        self._body(node.orelse, scope)
        self._tests = around

    def _try(self, node: ir.Try, scope: Scope) -> None:
        around, self._guarded = self._guarded, self._guarded or _probes(node)
        self._body(node.body, scope)
        self._guarded = around
        for handler in node.handlers:
            self._expression(handler.type, scope)
            if handler.name:
                self.bind(handler.name, scope, handler)
            self._body(handler.body, scope)
        self._body((*node.orelse, *node.final), scope)

    def _import(self, node: ir.Import, scope: Scope) -> None:
        self.imports.append(Use(node, scope, self._guarded, self._tests))
        for alias in node.aliases:
            self.bind(alias.bound if alias.bound_at >= 0 or node.module is not None else alias.bound.partition(".")[0], scope, node)

    def _declare(self, node: ir.Scope, scope: Scope) -> None:
        """Names that `global` and `nonlocal` lead to another scope are bound there: somebody assigns them, else there were no need to say so."""
        for name in node.names:
            target = self.module if node.kind == "global" else self.find(name.id, scope.outer or scope) or self.module
            if target is not scope:
                scope.elsewhere[name.id] = target
            if node.kind == "global":
                target.bound.setdefault(name.id, []).append(node)

    def bind(self, name: str, scope: Scope, by: msgspec.Struct) -> None:
        """Note that a scope binds a name."""
        while scope.kind == "comprehension" and isinstance(by, ir.Walrus) and scope.outer is not None:
            scope = scope.outer
        scope = scope.elsewhere.get(name, scope)
        scope.bound.setdefault(name, []).append(by)

    def _target(self, target: ir.Expr, scope: Scope, by: msgspec.Struct) -> None:
        if isinstance(target, ir.Name):
            self.bind(target.id, scope, by)
        elif isinstance(target, ir.Sequence):
            for part in target.elements:
                self._target(part, scope, by)
        elif isinstance(target, ir.Starred):
            self._target(target.value, scope, by)
        else:
            if isinstance(target, ir.Attr):
                self.stored.add(target.attr)
            elif isinstance(target, ir.Subscript):
                self.stored.update(part.value for part in target.index if isinstance(part, ir.Const) and isinstance(part.value, str))
            self._expression(target, scope)

    def _expression(self, node: msgspec.Struct | None, scope: Scope) -> None:
        if node is None:
            return
        if isinstance(node, ir.Name):
            self.loads.append(Use(node, scope, self._guarded, self._tests))
        elif isinstance(node, ir.Lambda):
            inner = Scope("function", scope)
            for param in node.params:
                self._expression(param.default, scope)
                self.bind(param.name, inner, node)
            self._expression(node.body, inner)
        elif isinstance(node, ir.Comprehension):
            self._comprehension(node, scope)
        elif isinstance(node, ir.Walrus):
            self._expression(node.value, scope)
            if isinstance(node.target, ir.Name):
                self.bind(node.target.id, scope, node)
        elif isinstance(node, ir.IfExp):
            self._expression(node.test, scope)
            around, self._tests = self._tests, (*self._tests, node.test)
            self._expression(node.body, scope)
            self._expression(node.orelse, scope)
            self._tests = around
        elif isinstance(node, ir.BoolOp):
            self._bool(node, scope)
        else:
            if isinstance(node, ir.Attr) and isinstance(node.value, ir.Name):
                self.members.append(Use(node, scope, self._guarded, self._tests))
            elif isinstance(node, ir.Attr) and isinstance(node.value, ir.Attr):
                self.within.add(id(node.value))
            for part in parts(node):
                self._expression(part, scope)

    def _bool(self, node: ir.BoolOp, scope: Scope) -> None:
        """What stands behind `and` and `or` is read under the tests before it."""
        around = self._tests
        for value in node.values:
            self._expression(value, scope)
            self._tests = (*self._tests, value)
        self._tests = around

    def _comprehension(self, node: ir.Comprehension, scope: Scope) -> None:
        inner = Scope("comprehension", scope)
        for generator in node.generators:
            self._target(generator.target, inner, node)
        for generator in node.generators:
            self._expression(generator.iter, inner)
            for condition in generator.conditions:
                self._expression(condition, inner)
        self._expression(node.element, inner)
        self._expression(node.value, inner)


_STATEMENTS = (
    ir.ExprStmt, ir.Assign, ir.AugAssign, ir.AnnAssign, ir.Delete, ir.Return, ir.Raise, ir.Assert, ir.If, ir.Loop, ir.With, ir.Try, ir.Match, ir.Import,
    ir.Scope, ir.Flow, ir.Define, ir.TypeAlias_, ir.Magic, ir.Havoc)


def _goes(node: ir.Stmt) -> bool:
    """Return whether control never comes from a statement to the next one, or not before somebody has written what it stands for."""
    both = isinstance(node, ir.If) and bool(node.orelse) and _goes(node.body[-1]) and _goes(node.orelse[-1])
    blank = isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Opaque) and node.value.kind == "ellipsis"
    return both or blank or isinstance(node, ir.Return | ir.Raise | ir.Flow) and getattr(node, "kind", "") != "pass"


def _targets(node: ir.Stmt) -> Sequence[ir.Expr]:
    """Return what a statement binds directly; a deleted name counts as bound before."""
    if isinstance(node, ir.Assign | ir.Delete):
        return node.targets
    if isinstance(node, ir.AugAssign):
        return (node.target,)
    return (node.target,) if isinstance(node, ir.Loop | ir.Magic) and node.target is not None else ()


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


def mentions(tests: Iterable[ir.Expr], words: Collection[str]) -> bool:
    """Return whether one of some tests names one of some words: as a name, an attribute or a text."""
    return any(
        isinstance(node, ir.Name) and node.id in words or isinstance(node, ir.Attr) and node.attr in words or isinstance(node, ir.Const) and node.value in words
        for node in inside(tests))


class NameIndex:
    """The names of every file of a project, read when they are asked for."""

    def __init__(self, files: Mapping[str, PythonFacts], index: ModuleIndex) -> None:
        """Belong to one project."""
        self._files, self._index = files, index
        self._known: dict[str, Names] = {}
        self._starred: dict[str, frozenset[str] | None] = {}
        self._stored: frozenset[str] | None = None

    def of(self, path: str) -> Names:
        """Return the names of a file."""
        if path not in self._known:
            self._known[path] = Names(self._files[path])
        return self._known[path]

    def module(self, brought: ir.Import, importer: str) -> str | None:
        """Return the project file (or folder) that `from module import …` names, None for a library or nothing."""
        return self._index.resolve(brought.module or "", importer, brought.level)

    def certain(self, dotted: str, importer: str, level: int = 0) -> str | None:
        """Return the one project file that a dotted name means, None when something else may be meant."""
        return self._index.certain(dotted, importer, level)

    def modules(self, dotted: str, importer: str) -> list[str]:
        """Return every project file that a dotted name may mean."""
        return self._index.candidates(dotted, importer)

    def submodule(self, module: str, name: str) -> str | None:
        """Return the module `name` of a package (its `__init__.py`, or its folder with `/`)."""
        return self._index.submodule(module.rpartition("/")[0], name) if module.endswith(("/__init__.py", "/")) else None

    def stored(self) -> frozenset[str]:
        """Return the attributes that some file of the project sets on something."""
        if self._stored is None:
            self._stored = frozenset(name for path in self._files for name in self.of(path).stored)
        return self._stored

    def meant(self, node: ir.Expr, scope: Scope, path: str) -> str | None:
        """Return the project module that a name, or an attribute of a name, means through an import at module level; None when anything else may be meant."""
        name, names = node.value if isinstance(node, ir.Attr) else node, self.of(path)
        home = names.find(name.id, scope) if isinstance(name, ir.Name) else None
        if not isinstance(name, ir.Name) or home is None or home is not names.module:
            return None
        binders = [binder for binder in home.bound[name.id] if isinstance(binder, ir.Import)]
        if len(binders) < len(home.bound[name.id]):
            return None
        if isinstance(node, ir.Attr):
            dotted = f"{name.id}.{node.attr}"
            whole = all(binder.module is None and not binder.level for binder in binders)
            return self.certain(dotted, path) if whole and any(alias.bound == dotted for binder in binders for alias in binder.aliases) else None
        return self._brought(name.id, binders[0], path) if len(binders) == 1 else None

    def _brought(self, name: str, node: ir.Import, path: str) -> str | None:
        """Return the module that an import binds to a name; None when it is no module, or another may be meant."""
        alias = next((alias for alias in node.aliases if alias.bound == name), None)
        if alias is None:
            return None
        if node.module is None and not node.level:
            return self.certain(alias.name, path)
        package = self.certain(node.module or "", path, node.level)
        exported = self.exported(package) if package is not None else None
        return self.submodule(package, alias.name) if package is not None and exported is not None and alias.name not in exported else None

    def starred(self, path: str) -> frozenset[str] | None:
        """Return the names that the star imports of a file may bind, None when they may be any."""
        if path not in self._starred:
            self._starred[path] = frozenset()  # modules that import each other add nothing new
            self._starred[path] = self._through_stars(path)
        return self._starred[path]

    def _through_stars(self, path: str) -> frozenset[str] | None:
        found: set[str] = set()
        for brought in self.of(path).imports:
            if any(alias.name == "*" for alias in brought.node.aliases):
                module = self.module(brought.node, path)
                for each in (module, *(self.modules(brought.node.module or "", path) if module is not None and not brought.node.level else ())):
                    inner = self.exported(each) if each is not None else None
                    if inner is None:
                        return None
                    found |= inner
        return frozenset(found)

    def exported(self, module: str) -> frozenset[str] | None:
        """Return the names that a module has, None when code that runs there may make any."""
        if module.endswith("/"):
            return frozenset()
        names, through = self.of(module), self.starred(module)
        if through is None or "__getattr__" in names.module.bound or self._files[module].problems or makes_names(self._files[module]):
            return None
        return through | names.module.bound.keys()


def makes_names(facts: PythonFacts) -> bool:
    """Return whether a file runs code that may bind any name."""
    return not _MAKERS.isdisjoint(facts.names) or "__dict__" in facts.attrs
