"""LibCST modules to facts: statements, definitions and the words they mention."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import libcst as cst

from mldebt.extract.lower_expressions import OPERATORS, arguments, lower, optional, parameters
from mldebt.extract.positions import Positions
from mldebt.model import ir
from mldebt.model.facts import Definition, encode_body


class Lowering:
    """One module being lowered: definitions and encoded bodies collect here; bodies[0] is the module's."""

    def __init__(self, module: cst.Module) -> None:
        """Lower the whole module."""
        self._positions = Positions(module)
        self.span = self._positions.span
        self.definitions: list[Definition] = []
        self.bodies: list[bytes] = [b""]
        self.names: set[str] = set()
        self.attrs: set[str] = set()
        self.yields = False
        self.count = 0
        self._parents: list[tuple[int, str]] = [(-1, "")]
        self.body = self.block(module.body)

    def raw_span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Return the offsets of a node with everything LibCST counts to it."""
        return self._positions.starts[id(node)], self._positions.ends[id(node)]

    def block(self, nodes: Iterable[cst.CSTNode]) -> ir.Body:
        """Return the statements of a block."""
        result: list[ir.Stmt] = []
        for node in nodes:
            if isinstance(node, cst.SimpleStatementLine):
                result.extend(self.statement(small) for small in node.body)
            else:
                result.append(self.statement(node))
        return tuple(result)

    def suite(self, node: cst.BaseSuite | None) -> ir.Body:
        """Return the statements of an indented or one-line suite."""
        if node is None:
            return ()
        if isinstance(node, cst.SimpleStatementSuite):
            return tuple(self.statement(small) for small in node.body)
        return self.block(node.body)

    def statement(self, node: cst.CSTNode) -> ir.Stmt:
        """Return the intermediate form of one statement."""
        self.count += 1
        return _STATEMENTS[type(node)](self, node)

    def define(self, node: cst.FunctionDef | cst.ClassDef) -> ir.Define:
        """Lower a definition into its own body; the statement that remains points to it."""
        index = len(self.definitions)
        parent, prefix = self._parents[-1]
        qualname = f"{prefix}{node.name.value}"
        head = self._head(node)
        self.definitions.append(Definition(*head, qualname, 0, 0, 0, 0, parent))
        outer, self.names, self.attrs, self.yields = (self.names, self.attrs, self.yields), set(), set(), False
        self._parents.append((index, f"{qualname}."))
        slot = len(self.bodies)
        self.bodies.append(b"")
        self.bodies[slot] = encode_body(self.suite(node.body))
        self._parents.pop()
        name_at, name_end = self.span(node.name)
        self.definitions[index] = Definition(
            *head, qualname, *self._extent(node, name_at), name_at, slot, parent, **self._signature(node),
            is_generator=self.yields, names=tuple(sorted(self.names)), attrs=tuple(sorted(self.attrs)),
        )
        self.names, self.attrs, self.yields = outer[0] | self.names, outer[1] | self.attrs, outer[2]
        return ir.Define(name_at, name_end, index)

    def _head(self, node: cst.FunctionDef | cst.ClassDef) -> tuple[Any, str]:
        return ("function" if isinstance(node, cst.FunctionDef) else "class", node.name.value)

    def _extent(self, node: cst.FunctionDef | cst.ClassDef, name_at: int) -> tuple[int, int]:
        gap = node.whitespace_after_def if isinstance(node, cst.FunctionDef) else node.whitespace_after_class
        word = 3 if isinstance(node, cst.FunctionDef) else 5
        space = gap.value if isinstance(gap, cst.SimpleWhitespace) else " "
        return name_at - word - len(space), self.raw_span(node)[1]

    def _signature(self, node: cst.FunctionDef | cst.ClassDef) -> dict[str, Any]:
        decorators = tuple(lower(self, decorator.decorator) for decorator in node.decorators)
        if isinstance(node, cst.ClassDef):
            return {"decorators": decorators, "bases": arguments(self, (*node.bases, *node.keywords)), "type_params": self._type_params(node)}
        returns = lower(self, node.returns.annotation) if node.returns else None
        return {"decorators": decorators, "params": parameters(self, node.params), "returns": returns,
                "is_async": node.asynchronous is not None, "type_params": self._type_params(node)}

    def _type_params(self, node: Any) -> tuple[tuple[str, int], ...]:
        if node.type_parameters is None:
            return ()
        return tuple((param.param.name.value, self.span(param.param.name)[0]) for param in node.type_parameters.params)


def _expr(low: Lowering, node: cst.Expr) -> ir.Stmt:
    return ir.ExprStmt(*low.raw_span(node), lower(low, node.value))


def _assign(low: Lowering, node: cst.Assign) -> ir.Stmt:
    return ir.Assign(*low.raw_span(node), tuple(lower(low, target.target) for target in node.targets), lower(low, node.value))


def _augassign(low: Lowering, node: cst.AugAssign) -> ir.Stmt:
    op = OPERATORS[type(node.operator).__name__.removesuffix("Assign")]
    return ir.AugAssign(*low.raw_span(node), lower(low, node.target), op, lower(low, node.value))


def _annassign(low: Lowering, node: cst.AnnAssign) -> ir.Stmt:
    return ir.AnnAssign(*low.raw_span(node), lower(low, node.target), lower(low, node.annotation.annotation), optional(low, node.value))


def _del(low: Lowering, node: cst.Del) -> ir.Stmt:
    target = lower(low, node.target)
    plain = isinstance(target, ir.Sequence)
    return ir.Delete(*low.raw_span(node), target.elements if plain and isinstance(target, ir.Sequence) else (target,))


def _return(low: Lowering, node: cst.Return) -> ir.Stmt:
    return ir.Return(*low.raw_span(node), optional(low, node.value))


def _raise(low: Lowering, node: cst.Raise) -> ir.Stmt:
    return ir.Raise(*low.raw_span(node), optional(low, node.exc), optional(low, node.cause.item if node.cause else None))


def _assert(low: Lowering, node: cst.Assert) -> ir.Stmt:
    return ir.Assert(*low.raw_span(node), lower(low, node.test), optional(low, node.msg))


def _if(low: Lowering, node: cst.If) -> ir.Stmt:
    test, body = lower(low, node.test), low.suite(node.body)
    orelse = (_if(low, node.orelse),) if isinstance(node.orelse, cst.If) else low.suite(node.orelse.body) if node.orelse else ()
    return ir.If(*low.raw_span(node), test, body, orelse)


def _for(low: Lowering, node: cst.For) -> ir.Stmt:
    target, iterable = lower(low, node.target), lower(low, node.iter)
    orelse = low.suite(node.orelse.body) if node.orelse else ()
    return ir.Loop(*low.raw_span(node), target, iterable, low.suite(node.body), orelse, node.asynchronous is not None)


def _while(low: Lowering, node: cst.While) -> ir.Stmt:
    test = lower(low, node.test)
    return ir.Loop(*low.raw_span(node), None, test, low.suite(node.body), low.suite(node.orelse.body) if node.orelse else ())


def _with(low: Lowering, node: cst.With) -> ir.Stmt:
    items = tuple(ir.WithItem(lower(low, item.item), lower(low, item.asname.name) if item.asname else None) for item in node.items)
    return ir.With(*low.raw_span(node), items, low.suite(node.body), node.asynchronous is not None)


def _try(low: Lowering, node: cst.Try | cst.TryStar) -> ir.Stmt:
    handlers = []
    for handler in node.handlers:
        name = handler.name.name if handler.name else None
        known = name if isinstance(name, cst.Name) else None
        kind = optional(low, handler.type)
        at = low.span(known)[0] if known else -1
        handlers.append(ir.Handler(*low.raw_span(handler), kind, known.value if known else None, at, low.suite(handler.body)))
    orelse = low.suite(node.orelse.body) if node.orelse else ()
    final = low.suite(node.finalbody.body) if node.finalbody else ()
    return ir.Try(*low.raw_span(node), low.suite(node.body), tuple(handlers), orelse, final, isinstance(node, cst.TryStar))


def _match(low: Lowering, node: cst.Match) -> ir.Stmt:
    cases = []
    for case in node.cases:
        exprs: list[ir.Expr] = []
        captures: list[ir.Name] = []
        _pattern(low, case.pattern, exprs, captures)
        open_end = isinstance(case.pattern, cst.MatchAs) and case.pattern.pattern is None and case.guard is None
        guard = optional(low, case.guard)
        cases.append(ir.Case(*low.raw_span(case), tuple(exprs), tuple(captures), guard, low.suite(case.body), open_end))
    return ir.Match(*low.raw_span(node), lower(low, node.subject), tuple(cases))


_CAPTURES = {"MatchAs": "name", "MatchStar": "name", "MatchMapping": "rest"}


def _pattern(low: Lowering, node: cst.CSTNode, exprs: list[ir.Expr], captures: list[ir.Name]) -> None:
    """Collect what a pattern compares with and what it binds."""
    if isinstance(node, cst.BaseExpression):
        exprs.append(lower(low, node))
        return
    captured = getattr(node, _CAPTURES.get(type(node).__name__, ""), None)
    if isinstance(captured, cst.Name):
        captures.append(ir.Name(*low.span(captured), captured.value))
    for child in node.children:
        if child is not captured and not isinstance(child, cst.BaseParenthesizableWhitespace):
            _pattern(low, child, exprs, captures)


def dotted(low: Lowering, node: cst.BaseExpression) -> tuple[str, tuple[int, ...]]:
    """Return a dotted name and the offsets of its segments."""
    parts: list[str] = []
    ats: list[int] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        ats.append(low.span(node.attr)[0])
        node = node.value
    if isinstance(node, cst.Name):
        parts.append(node.value)
        ats.append(low.span(node)[0])
    return ".".join(reversed(parts)), tuple(reversed(ats))


def _aliases(low: Lowering, nodes: Sequence[cst.ImportAlias] | cst.ImportStar) -> tuple[ir.Alias, ...]:
    if isinstance(nodes, cst.ImportStar):
        return (ir.Alias("*", (), "*"),)
    found = []
    for alias in nodes:
        name, ats = dotted(low, alias.name)
        bound = alias.asname.name if alias.asname else None
        low.names.update(name.split("."))
        if isinstance(bound, cst.Name):
            found.append(ir.Alias(name, ats, bound.value, low.span(bound)[0]))
        else:
            found.append(ir.Alias(name, ats, name))
    return tuple(found)


def _import(low: Lowering, node: cst.Import) -> ir.Stmt:
    return ir.Import(*low.raw_span(node), _aliases(low, node.names))


def _import_from(low: Lowering, node: cst.ImportFrom) -> ir.Stmt:
    module, ats = dotted(low, node.module) if node.module is not None else (None, ())
    return ir.Import(*low.raw_span(node), _aliases(low, node.names), module, ats, len(node.relative))


def _scope(low: Lowering, node: cst.Global | cst.Nonlocal) -> ir.Stmt:
    kind = "global" if isinstance(node, cst.Global) else "nonlocal"
    return ir.Scope(*low.raw_span(node), kind, tuple(ir.Name(*low.span(item.name), item.name.value) for item in node.names))


def _flow(low: Lowering, node: cst.CSTNode) -> ir.Stmt:
    return ir.Flow(*low.raw_span(node), type(node).__name__.lower())


def _type_alias(low: Lowering, node: cst.TypeAlias) -> ir.Stmt:
    params = tuple(ir.Name(at, at + len(name), name) for name, at in low._type_params(node))
    return ir.TypeAlias_(*low.raw_span(node), ir.Name(*low.span(node.name), node.name.value), lower(low, node.value), params)


def _define(low: Lowering, node: cst.FunctionDef | cst.ClassDef) -> ir.Stmt:
    return low.define(node)


_STATEMENTS: dict[type, Callable[..., ir.Stmt]] = {
    cst.Expr: _expr, cst.Assign: _assign, cst.AugAssign: _augassign, cst.AnnAssign: _annassign, cst.Del: _del, cst.Return: _return,
    cst.Raise: _raise, cst.Assert: _assert, cst.If: _if, cst.For: _for, cst.While: _while, cst.With: _with, cst.Try: _try, cst.TryStar: _try,
    cst.Match: _match, cst.Import: _import, cst.ImportFrom: _import_from, cst.Global: _scope, cst.Nonlocal: _scope, cst.Pass: _flow,
    cst.Break: _flow, cst.Continue: _flow, cst.TypeAlias: _type_alias, cst.FunctionDef: _define, cst.ClassDef: _define,
}
