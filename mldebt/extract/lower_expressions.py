"""LibCST expressions to the intermediate form: one function a node type, found by dictionary. Each goes over the tokens of its node in order of the source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from mldebt.extract.cursor import SPACE
from mldebt.extract.lower_literals import LITERALS, MAX_TEXT, unescape
from mldebt.model import ir

if TYPE_CHECKING:
    from mldebt.extract.lower import Lowering

_OPERATORS = {
    "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "FloorDivide": "//", "Modulo": "%", "Power": "**", "MatrixMultiply": "@",
    "LeftShift": "<<", "RightShift": ">>", "BitAnd": "&", "BitOr": "|", "BitXor": "^", "Minus": "-", "Plus": "+", "BitInvert": "~",
    "Not": "not", "And": "and", "Or": "or", "Equal": "==", "NotEqual": "!=", "LessThan": "<", "GreaterThan": ">", "LessThanEqual": "<=",
    "GreaterThanEqual": ">=", "In": "in", "NotIn": "not in", "Is": "is", "IsNot": "is not",
}
OPERATORS: dict[type, str] = {
    getattr(cst, name + ending): op for name, op in _OPERATORS.items() for ending in ("", "Assign") if hasattr(cst, name + ending)}
_BRACKETS = {"list": ("[", "]"), "set": ("{", "}"), "dict": ("{", "}")}


def lower(low: Lowering, node: Any) -> ir.Expr:
    """Return the intermediate form of an expression; the cursor goes behind it."""
    low.count += 1
    if not node.lpar:
        return _LOWERERS[type(node)](low, node, low.start())
    for _ in node.lpar:
        low.skip("(")
    inner = _LOWERERS[type(node)](low, node, low.start())
    for _ in node.rpar:
        low.skip(")")
    return inner


def optional(low: Lowering, node: cst.CSTNode | None, token: str = "") -> ir.Expr | None:
    """Return the intermediate form of an expression behind a token, None for None."""
    if node is None:
        return None
    low.skip(token)
    return lower(low, node)


def _concatenated(low: Lowering, node: cst.ConcatenatedString, at: int) -> ir.Expr:
    parts: list[ir.Expr] = []
    current: cst.BaseExpression = node
    while isinstance(current, cst.ConcatenatedString):
        parts.append(lower(low, current.left))
        current = current.right
    parts.append(lower(low, current))
    if all(isinstance(part, ir.Const) for part in parts):
        joined = "".join(str(part.value) for part in parts if isinstance(part, ir.Const))
        return ir.Const(at, low.at, joined) if len(joined) <= MAX_TEXT else ir.Opaque(at, low.at, "text")
    flat: list[ir.Expr] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, ir.FString) else (part,))
    return ir.FString(at, low.at, tuple(flat))


def _formatted(low: Lowering, node: Any, at: int) -> ir.Expr:
    low.skip(node.start)
    parts = _format_parts(low, node.parts, "r" in node.start.lower())
    low.skip(node.end)
    return ir.FString(at, low.at, parts)


def _format_parts(low: Lowering, parts: Iterable[Any], is_raw: bool) -> tuple[ir.Expr, ...]:
    found: list[ir.Expr] = []
    for part in parts:
        at = low.at
        if isinstance(part, cst.FormattedStringText | cst.TemplatedStringText):
            low.at = at + len(part.value)
            found.append(ir.Const(at, low.at, unescape(part.value, is_raw).replace("{{", "{").replace("}}", "}")))
        else:
            found.append(_format_expression(low, part, at, is_raw))
    return tuple(found)


def _format_expression(low: Lowering, node: Any, at: int, is_raw: bool) -> ir.Expr:
    low.skip("{")
    value = lower(low, node.expression)
    low.skip("=" if node.equal is not None else "")
    low.skip(f"!{node.conversion}" if node.conversion is not None else "")
    low.skip(":" if node.format_spec is not None else "")
    spec = _format_parts(low, node.format_spec or (), is_raw)
    low.skip("}")
    return ir.Formatted(at, low.at, value, node.conversion or "", spec)


def _attribute(low: Lowering, node: cst.Attribute, at: int) -> ir.Expr:
    value, attr = lower(low, node.value), node.attr.value
    low.attrs.add(attr)
    low.skip(".")
    attr_at = low.skip(attr)
    return ir.Attr(at, low.at, value, attr, attr_at)


def arguments(low: Lowering, nodes: Iterable[cst.Arg]) -> tuple[ir.Arg, ...]:
    """Return call arguments, or the bases and keywords of a class."""
    return tuple([_argument(low, arg) for arg in nodes])


def _argument(low: Lowering, node: cst.Arg) -> ir.Arg:
    if node.star:
        low.skip(node.star)
        return ir.Arg(lower(low, node.value), None, -1, len(node.star))
    if node.keyword is None:
        return ir.Arg(lower(low, node.value))
    keyword = node.keyword.value
    at = low.skip(keyword)
    low.skip("=")
    return ir.Arg(lower(low, node.value), keyword, at)


def _call(low: Lowering, node: cst.Call, at: int) -> ir.Expr:
    function = lower(low, node.func)
    low.skip("(")
    given = arguments(low, node.args)
    low.skip(")")
    return ir.Call(at, low.at, function, given)


def _subscript(low: Lowering, node: cst.Subscript, at: int) -> ir.Expr:
    value = lower(low, node.value)
    low.skip("[")
    index = tuple([_index(low, element.slice) for element in node.slice])
    low.skip("]")
    return ir.Subscript(at, low.at, value, index)


def _index(low: Lowering, node: cst.BaseSlice) -> ir.Expr:
    if isinstance(node, cst.Slice):
        return _slice(low, node, low.start())
    assert isinstance(node, cst.Index)  # there are no others
    if not node.star:
        return lower(low, node.value)
    at = low.skip(node.star)
    value = lower(low, node.value)
    return ir.Starred(at, low.at, value)


def _slice(low: Lowering, node: cst.Slice, at: int) -> ir.Expr:
    """Lower a slice; LibCST counts the white space behind a colon to it."""
    first, step = optional(low, node.lower), None
    low.skip(":")
    low.over(SPACE)
    last = optional(low, node.upper)
    if isinstance(node.second_colon, cst.Colon):
        low.skip(":")
        low.over(SPACE)
        step = optional(low, node.step)
    return ir.Slice(at, low.at, first, last, step)


def _binary(low: Lowering, node: cst.BinaryOperation, at: int) -> ir.Expr:
    left, op = lower(low, node.left), OPERATORS[type(node.operator)]
    low.skip(op)
    right = lower(low, node.right)
    return ir.BinOp(at, low.at, op, left, right)


def _unary(low: Lowering, node: cst.UnaryOperation, at: int) -> ir.Expr:
    op = OPERATORS[type(node.operator)]
    low.skip(op)
    operand = lower(low, node.expression)
    return ir.UnaryOp(at, low.at, op, operand)


def _boolean(low: Lowering, node: cst.BooleanOperation, at: int) -> ir.Expr:
    op = OPERATORS[type(node.operator)]
    values = _operands(low, node.left, op)
    low.skip(op)
    values += _operands(low, node.right, op)
    return ir.BoolOp(at, low.at, op, values)


def _operands(low: Lowering, node: cst.BaseExpression, op: str) -> tuple[ir.Expr, ...]:
    """Return one side of a Boolean operation, or the operands that it chains itself."""
    value = lower(low, node)
    return value.values if isinstance(value, ir.BoolOp) and value.op == op and not node.lpar else (value,)


def _comparison(low: Lowering, node: cst.Comparison, at: int) -> ir.Expr:
    left, ops, comparators = lower(low, node.left), [], []
    for target in node.comparisons:
        op = OPERATORS[type(target.operator)]
        for word in op.split():
            low.skip(word)
        ops.append(op)
        comparators.append(lower(low, target.comparator))
    return ir.Compare(at, low.at, left, tuple(ops), tuple(comparators))


def _ifexp(low: Lowering, node: cst.IfExp, at: int) -> ir.Expr:
    body = lower(low, node.body)
    low.skip("if")
    test = lower(low, node.test)
    low.skip("else")
    orelse = lower(low, node.orelse)
    return ir.IfExp(at, low.at, test, body, orelse)


def _tuple(low: Lowering, node: cst.Tuple, at: int) -> ir.Expr:
    elements = _elements(low, node.elements)
    if node.elements and isinstance(node.elements[-1].comma, cst.Comma):
        low.over(SPACE)
        low.skip(",")
    return ir.Sequence(at, low.at, "tuple", elements)


def _display(kind: str) -> Callable[..., ir.Expr]:
    opening, closing = _BRACKETS[kind]

    def lower_display(low: Lowering, node: cst.List | cst.Set, at: int) -> ir.Expr:
        low.skip(opening)
        elements = _elements(low, node.elements)
        low.skip(closing)
        return ir.Sequence(at, low.at, kind, elements)

    return lower_display


def _elements(low: Lowering, nodes: Sequence[cst.BaseElement]) -> tuple[ir.Expr, ...]:
    return tuple([_starred(low, node, low.start()) if isinstance(node, cst.StarredElement) else lower(low, node.value) for node in nodes])


def _starred(low: Lowering, node: cst.StarredElement, at: int) -> ir.Expr:
    low.skip("*")
    value = lower(low, node.value)
    return ir.Starred(at, low.at, value)


def _dict(low: Lowering, node: cst.Dict, at: int) -> ir.Expr:
    keys: list[ir.Expr | None] = []
    values = []
    low.skip("{")
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            keys.append(lower(low, element.key))
            low.skip(":")
        else:
            keys.append(None)
            low.skip("**")
        values.append(lower(low, element.value))
    low.skip("}")
    return ir.Mapping(at, low.at, tuple(keys), tuple(values))


def _lambda(low: Lowering, node: cst.Lambda, at: int) -> ir.Expr:
    low.skip("lambda")
    params = parameters(low, node.params)
    low.skip(":")
    body = lower(low, node.body)
    return ir.Lambda(at, low.at, params, body)


def parameters(low: Lowering, node: cst.Parameters) -> tuple[ir.Parameter, ...]:
    """Return the parameters of a function or lambda in source order."""
    found = [_parameter(low, param, 0) for param in node.posonly_params]
    low.skip("/" if found else "")
    found.extend([_parameter(low, param, 1) for param in node.params])
    if isinstance(node.star_arg, cst.Param):
        low.skip("*")
        found.append(_parameter(low, node.star_arg, 2))
    elif isinstance(node.star_arg, cst.ParamStar):
        low.skip("*")
    found.extend([_parameter(low, param, 3) for param in node.kwonly_params])
    if node.star_kwarg is not None:
        low.skip("**")
        found.append(_parameter(low, node.star_kwarg, 4))
    return tuple(found)


def _parameter(low: Lowering, node: cst.Param, kind: int) -> ir.Parameter:
    at = low.skip(node.name.value)
    annotation = low.behind(":", node.annotation)
    return ir.Parameter(node.name.value, at, kind, optional(low, node.default, "="), annotation)


def _await(low: Lowering, node: cst.Await, at: int) -> ir.Expr:
    low.skip("await")
    value = lower(low, node.expression)
    return ir.Await(at, low.at, value)


def _yield(low: Lowering, node: cst.Yield, at: int) -> ir.Expr:
    low.skip("yield")
    low.yields = True
    delegated = isinstance(node.value, cst.From)
    value = optional(low, node.value.item, "from") if isinstance(node.value, cst.From) else optional(low, node.value)
    return ir.Yield(at, low.at, value, delegated)


def _comprehension(kind: str) -> Callable[..., ir.Expr]:
    opening, closing = _BRACKETS.get(kind, ("", ""))

    def lower_comprehension(low: Lowering, node: Any, at: int) -> ir.Expr:
        low.skip(opening)
        element = lower(low, node.key if kind == "dict" else node.elt)
        value = optional(low, node.value, ":") if kind == "dict" else None
        generators: list[ir.Generator] = []
        part: cst.CompFor | None = node.for_in
        while part is not None:
            generators.append(_generator(low, part))
            part = part.inner_for_in
        low.skip(closing)
        return ir.Comprehension(at, low.at, kind, element, value, tuple(generators))

    return lower_comprehension


def _generator(low: Lowering, node: cst.CompFor) -> ir.Generator:
    low.skip("async" if node.asynchronous is not None else "")
    low.skip("for")
    target = lower(low, node.target)
    low.skip("in")
    iterable = lower(low, node.iter)
    conditions = []
    for condition in node.ifs:
        low.skip("if")
        conditions.append(lower(low, condition.test))
    return ir.Generator(target, iterable, tuple(conditions), node.asynchronous is not None)


def _walrus(low: Lowering, node: cst.NamedExpr, at: int) -> ir.Expr:
    target = lower(low, node.target)
    low.skip(":=")
    value = lower(low, node.value)
    return ir.Walrus(at, low.at, target, value)


_LOWERERS: dict[type, Callable[..., ir.Expr]] = {
    **LITERALS, cst.ConcatenatedString: _concatenated, cst.FormattedString: _formatted, cst.TemplatedString: _formatted, cst.Attribute: _attribute,
    cst.Call: _call, cst.Subscript: _subscript, cst.BinaryOperation: _binary, cst.UnaryOperation: _unary, cst.BooleanOperation: _boolean,
    cst.Comparison: _comparison, cst.IfExp: _ifexp, cst.Tuple: _tuple, cst.List: _display("list"), cst.Set: _display("set"),
    cst.Dict: _dict, cst.StarredElement: _starred, cst.Lambda: _lambda, cst.Await: _await, cst.Yield: _yield,
    cst.GeneratorExp: _comprehension("generator"), cst.ListComp: _comprehension("list"), cst.SetComp: _comprehension("set"),
    cst.DictComp: _comprehension("dict"), cst.NamedExpr: _walrus,
}
