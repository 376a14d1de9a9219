"""LibCST modules to facts: statements, definitions and the words they mention.

Everything is lowered in order of the source, token by token, so that the cursor always stands where the node being lowered stands in the text. The span of a
statement is LibCST's: that of a compound one begins with the lines before it and ends with those that its last block counts to itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import libcst as cst

from mldebt.extract.cursor import BLANK, LINE, Cursor
from mldebt.extract.lower_expressions import OPERATORS, arguments, lower, optional, parameters
from mldebt.extract.lower_patterns import lower_pattern
from mldebt.model import ir
from mldebt.model.facts import Definition, encode_body


class Lowering(Cursor):
    """One module being lowered: definitions and encoded bodies collect here; bodies[0] is the module's."""

    def __init__(self, module: cst.Module, text: str) -> None:
        """Lower the whole module, which was parsed from `text`; raises `Astray` where the two disagree."""
        super().__init__(text if text.endswith(("\n", "\r")) else text + module.default_newline)
        self.definitions: list[Definition] = []
        self.bodies: list[bytes] = [b""]
        self.names: set[str] = set()
        self.attrs: set[str] = set()
        self.yields = False
        self.count = 0
        self._parents: list[tuple[int, str]] = [(-1, "")]
        self.lines(module.header)
        self.body = self.block(module.body)
        self.finish()

    def lines(self, nodes: Iterable[cst.EmptyLine]) -> None:
        """Go over lines without code."""
        for _ in nodes:
            self.over(LINE)

    def block(self, nodes: Iterable[cst.CSTNode]) -> ir.Body:
        """Return the statements of a block."""
        result: list[ir.Stmt] = []
        for node in nodes:
            if isinstance(node, cst.SimpleStatementLine):
                result.extend(self.small(node))
            else:
                result.append(self.statement(node, self.at))
        return tuple(result)

    def small(self, node: cst.SimpleStatementLine | cst.SimpleStatementSuite) -> list[ir.Stmt]:
        """Return the statements of one line."""
        result = [self.statement(small, self.start()) for small in node.body]
        self.over(LINE)
        return result

    def suite(self, node: cst.BaseSuite) -> ir.Body:
        """Return the statements of an indented or one-line suite, behind its colon."""
        self.skip(":")
        if isinstance(node, cst.SimpleStatementSuite):
            return tuple(self.small(node))
        assert isinstance(node, cst.IndentedBlock)
        self.over(LINE)
        body = self.block(node.body)
        self.lines(node.footer)
        return body

    def clause(self, word: str, node: cst.Else | cst.Finally | None) -> ir.Body:
        """Return the statements of a clause of one word, none for None."""
        if node is None:
            return ()
        self.skip(word)
        return self.suite(node.body)

    def statement(self, node: cst.CSTNode, at: int) -> ir.Stmt:
        """Return the intermediate form of one statement, which begins `at`."""
        self.count += 1
        return _STATEMENTS[type(node)](self, node, at)

    def end(self, node: Any) -> int:
        """Return where a small statement ends that has been lowered: LibCST counts its semicolon to it, and the blanks behind."""
        if isinstance(node.semicolon, cst.Semicolon):
            self.skip(";")
            self.over(BLANK)
        return self.at

    def define(self, node: cst.FunctionDef | cst.ClassDef) -> ir.Define:
        """Lower a definition into its own body; the statement that remains points to it."""
        index, slot = len(self.definitions), len(self.bodies)
        parent, prefix = self._parents[-1]
        kind: Literal["function", "class"] = "function" if isinstance(node, cst.FunctionDef) else "class"
        name, qualname = node.name.value, f"{prefix}{node.name.value}"
        self.definitions.append(Definition(kind, name, qualname, 0, 0, 0, 0, parent))
        self.bodies.append(b"")
        outer, self.names, self.attrs, self.yields = (self.names, self.attrs, self.yields), set(), set(), False
        at, name_at, signature = self._class(node) if isinstance(node, cst.ClassDef) else self._function(node)
        self._parents.append((index, f"{qualname}."))
        self.bodies[slot] = encode_body(self.suite(node.body))
        self._parents.pop()
        self.definitions[index] = Definition(
            kind, name, qualname, at, self.at, name_at, slot, parent, **signature,
            is_generator=self.yields, names=tuple(sorted(self.names)), attrs=tuple(sorted(self.attrs)),
        )
        self.names, self.attrs, self.yields = outer[0] | self.names, outer[1] | self.attrs, outer[2]
        return ir.Define(name_at, name_at + len(name), index)

    def _class(self, node: cst.ClassDef) -> tuple[int, int, dict[str, Any]]:
        """Return where the head of a class and its name begin, and what it says."""
        decorators = self._decorators(node)
        at, name_at = self.skip("class"), self.skip(node.name.value)
        type_params = self.type_params(node)
        bracketed = isinstance(node.lpar, cst.LeftParen)
        self.skip("(" if bracketed else "")
        bases = arguments(self, (*node.bases, *node.keywords))
        self.skip(")" if bracketed else "")
        return at, name_at, {"decorators": decorators, "bases": bases, "type_params": type_params}

    def _function(self, node: cst.FunctionDef) -> tuple[int, int, dict[str, Any]]:
        """Return where the head of a function and its name begin, and what it says."""
        decorators = self._decorators(node)
        self.skip("async" if node.asynchronous is not None else "")
        at, name_at = self.skip("def"), self.skip(node.name.value)
        type_params = self.type_params(node)
        self.skip("(")
        params = parameters(self, node.params)
        self.skip(")")
        returns = self.behind("->", node.returns)
        return at, name_at, {"decorators": decorators, "params": params, "returns": returns, "is_async": node.asynchronous is not None,
                             "type_params": type_params}

    def _decorators(self, node: cst.FunctionDef | cst.ClassDef) -> tuple[ir.Expr, ...]:
        found = []
        for decorator in node.decorators:
            self.skip("@")
            found.append(lower(self, decorator.decorator))
        return tuple(found)

    def behind(self, token: str, node: cst.Annotation | None) -> ir.Expr | None:
        """Return what an annotation behind a token says, None for None."""
        if node is None:
            return None
        self.skip(token)
        return lower(self, node.annotation)

    def type_params(self, node: Any) -> tuple[tuple[str, int], ...]:
        """Return the type parameters of a definition with their offsets; what bounds and defaults mention counts as mentioned."""
        if node.type_parameters is None:
            return ()
        found = []
        self.skip("[")
        for param in node.type_parameters.params:
            kind = param.param
            if not isinstance(kind, cst.TypeVar):
                self.skip("*" if isinstance(kind, cst.TypeVarTuple) else "**")
            found.append((kind.name.value, self.skip(kind.name.value)))
            if isinstance(kind, cst.TypeVar) and kind.bound is not None:
                self.skip(":")
                lower(self, kind.bound)
            if param.default is not None:
                self.skip("=")
                self.skip(param.star)
                lower(self, param.default)
        self.skip("]")
        return tuple(found)


def _expr(low: Lowering, node: cst.Expr, at: int) -> ir.Stmt:
    value = lower(low, node.value)
    return ir.ExprStmt(at, low.end(node), value)


def _assign(low: Lowering, node: cst.Assign, at: int) -> ir.Stmt:
    targets = []
    for target in node.targets:
        targets.append(lower(low, target.target))
        low.skip("=")
    value = lower(low, node.value)
    return ir.Assign(at, low.end(node), tuple(targets), value)


def _augassign(low: Lowering, node: cst.AugAssign, at: int) -> ir.Stmt:
    target, op = lower(low, node.target), OPERATORS[type(node.operator)]
    low.skip(f"{op}=")
    value = lower(low, node.value)
    return ir.AugAssign(at, low.end(node), target, op, value)


def _annassign(low: Lowering, node: cst.AnnAssign, at: int) -> ir.Stmt:
    target = lower(low, node.target)
    low.skip(":")
    annotation = lower(low, node.annotation.annotation)
    value = optional(low, node.value, "=")
    return ir.AnnAssign(at, low.end(node), target, annotation, value)


def _del(low: Lowering, node: cst.Del, at: int) -> ir.Stmt:
    low.skip("del")
    target = lower(low, node.target)
    return ir.Delete(at, low.end(node), target.elements if isinstance(target, ir.Sequence) else (target,))


def _return(low: Lowering, node: cst.Return, at: int) -> ir.Stmt:
    low.skip("return")
    value = optional(low, node.value)
    return ir.Return(at, low.end(node), value)


def _raise(low: Lowering, node: cst.Raise, at: int) -> ir.Stmt:
    low.skip("raise")
    exception = optional(low, node.exc)
    cause = optional(low, node.cause.item if node.cause else None, "from")
    return ir.Raise(at, low.end(node), exception, cause)


def _assert(low: Lowering, node: cst.Assert, at: int) -> ir.Stmt:
    low.skip("assert")
    test, message = lower(low, node.test), optional(low, node.msg)
    return ir.Assert(at, low.end(node), test, message)


def _if(low: Lowering, node: cst.If, at: int, word: str = "if") -> ir.Stmt:
    low.skip(word)
    test, body = lower(low, node.test), low.suite(node.body)
    orelse = (_if(low, node.orelse, low.at, "elif"),) if isinstance(node.orelse, cst.If) else low.clause("else", node.orelse)
    return ir.If(at, low.at, test, body, orelse)


def _for(low: Lowering, node: cst.For, at: int) -> ir.Stmt:
    low.skip("async" if node.asynchronous is not None else "")
    low.skip("for")
    target = lower(low, node.target)
    low.skip("in")
    iterable, body, orelse = lower(low, node.iter), low.suite(node.body), low.clause("else", node.orelse)
    return ir.Loop(at, low.at, target, iterable, body, orelse, node.asynchronous is not None)


def _while(low: Lowering, node: cst.While, at: int) -> ir.Stmt:
    low.skip("while")
    test, body, orelse = lower(low, node.test), low.suite(node.body), low.clause("else", node.orelse)
    return ir.Loop(at, low.at, None, test, body, orelse)


def _with(low: Lowering, node: cst.With, at: int) -> ir.Stmt:
    low.skip("async" if node.asynchronous is not None else "")
    low.skip("with")
    bracketed = isinstance(node.lpar, cst.LeftParen)
    low.skip("(" if bracketed else "")
    items = tuple(ir.WithItem(lower(low, item.item), optional(low, item.asname.name if item.asname else None, "as")) for item in node.items)
    low.skip(")" if bracketed else "")
    body = low.suite(node.body)
    return ir.With(at, low.at, items, body, node.asynchronous is not None)


def _try(low: Lowering, node: cst.Try | cst.TryStar, at: int) -> ir.Stmt:
    low.skip("try")
    body, handlers = low.suite(node.body), tuple(_handler(low, handler, low.at) for handler in node.handlers)
    orelse, final = low.clause("else", node.orelse), low.clause("finally", node.finalbody)
    return ir.Try(at, low.at, body, handlers, orelse, final, isinstance(node, cst.TryStar))


def _handler(low: Lowering, node: cst.ExceptHandler | cst.ExceptStarHandler, at: int) -> ir.Handler:
    low.skip("except")
    low.skip("*" if isinstance(node, cst.ExceptStarHandler) else "")
    kind, name, name_at = optional(low, node.type), None, -1
    if node.name is not None:
        assert isinstance(node.name.name, cst.Name)  # the grammar knows no other
        name = node.name.name.value
        low.skip("as")
        name_at = low.skip(name)
    body = low.suite(node.body)
    return ir.Handler(at, low.at, kind, name, name_at, body)


def _match(low: Lowering, node: cst.Match, at: int) -> ir.Stmt:
    low.skip("match")
    subject = lower(low, node.subject)
    low.skip(":")
    low.over(LINE)
    cases = tuple(_case(low, case, low.at) for case in node.cases)
    low.lines(node.footer)
    return ir.Match(at, low.at, subject, cases)


def _case(low: Lowering, node: cst.MatchCase, at: int) -> ir.Case:
    low.skip("case")
    exprs: list[ir.Expr] = []
    captures: list[ir.Name] = []
    lower_pattern(low, node.pattern, exprs, captures)
    guard = optional(low, node.guard, "if")
    body = low.suite(node.body)
    open_end = isinstance(node.pattern, cst.MatchAs) and node.pattern.pattern is None and node.guard is None
    return ir.Case(at, low.at, tuple(exprs), tuple(captures), guard, body, open_end)


def _dotted(low: Lowering, node: cst.BaseExpression) -> tuple[str, tuple[int, ...]]:
    """Return a dotted name and the offsets of its segments."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    assert isinstance(node, cst.Name)  # the grammar knows no other
    ats = [low.skip(node.value)]
    for part in reversed(parts):
        low.skip(".")
        ats.append(low.skip(part))
    return ".".join((node.value, *reversed(parts))), tuple(ats)


def _aliases(low: Lowering, nodes: Sequence[cst.ImportAlias] | cst.ImportStar) -> tuple[ir.Alias, ...]:
    if isinstance(nodes, cst.ImportStar):
        low.skip("*")
        return (ir.Alias("*", (), "*"),)
    found = []
    for alias in nodes:
        name, ats = _dotted(low, alias.name)
        low.names.update(name.split("."))
        if alias.asname is None:
            found.append(ir.Alias(name, ats, name))
        else:
            assert isinstance(alias.asname.name, cst.Name)  # the grammar knows no other
            low.skip("as")
            found.append(ir.Alias(name, ats, alias.asname.name.value, low.skip(alias.asname.name.value)))
    return tuple(found)


def _import(low: Lowering, node: cst.Import, at: int) -> ir.Stmt:
    low.skip("import")
    aliases = _aliases(low, node.names)
    return ir.Import(at, low.end(node), aliases)


def _import_from(low: Lowering, node: cst.ImportFrom, at: int) -> ir.Stmt:
    low.skip("from")
    for _ in node.relative:
        low.skip(".")
    module, ats = _dotted(low, node.module) if node.module is not None else (None, ())
    low.skip("import")
    low.skip("(" if node.lpar is not None else "")
    aliases = _aliases(low, node.names)
    low.skip(")" if node.rpar is not None else "")
    return ir.Import(at, low.end(node), aliases, module, ats, len(node.relative))


def _scope(low: Lowering, node: cst.Global | cst.Nonlocal, at: int) -> ir.Stmt:
    kind = "global" if isinstance(node, cst.Global) else "nonlocal"
    low.skip(kind)
    names = tuple(ir.Name(low.skip(item.name.value), low.at, item.name.value) for item in node.names)
    return ir.Scope(at, low.end(node), kind, names)


def _flow(low: Lowering, node: cst.Pass | cst.Break | cst.Continue, at: int) -> ir.Stmt:
    kind = type(node).__name__.lower()
    low.skip(kind)
    return ir.Flow(at, low.end(node), kind)


def _type_alias(low: Lowering, node: cst.TypeAlias, at: int) -> ir.Stmt:
    low.skip("type")
    name = ir.Name(low.skip(node.name.value), low.at, node.name.value)
    params = tuple(ir.Name(at, at + len(name), name) for name, at in low.type_params(node))
    low.skip("=")
    value = lower(low, node.value)
    return ir.TypeAlias_(at, low.end(node), name, value, params)


def _define(low: Lowering, node: cst.FunctionDef | cst.ClassDef, at: int) -> ir.Stmt:
    return low.define(node)


_STATEMENTS: dict[type, Callable[..., ir.Stmt]] = {
    cst.Expr: _expr, cst.Assign: _assign, cst.AugAssign: _augassign, cst.AnnAssign: _annassign, cst.Del: _del, cst.Return: _return,
    cst.Raise: _raise, cst.Assert: _assert, cst.If: _if, cst.For: _for, cst.While: _while, cst.With: _with, cst.Try: _try, cst.TryStar: _try,
    cst.Match: _match, cst.Import: _import, cst.ImportFrom: _import_from, cst.Global: _scope, cst.Nonlocal: _scope, cst.Pass: _flow,
    cst.Break: _flow, cst.Continue: _flow, cst.TypeAlias: _type_alias, cst.FunctionDef: _define, cst.ClassDef: _define,
}
