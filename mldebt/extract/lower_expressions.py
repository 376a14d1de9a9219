"""LibCST expressions to the intermediate form: one function a node type, found by dictionary."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import libcst as cst

from mldebt.model import ir

if TYPE_CHECKING:
    from mldebt.extract.lower import Lowering

MAX_TEXT = 65_536
OPERATORS = {
    "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "FloorDivide": "//", "Modulo": "%", "Power": "**", "MatrixMultiply": "@",
    "LeftShift": "<<", "RightShift": ">>", "BitAnd": "&", "BitOr": "|", "BitXor": "^", "Minus": "-", "Plus": "+", "BitInvert": "~",
    "Not": "not", "And": "and", "Or": "or", "Equal": "==", "NotEqual": "!=", "LessThan": "<", "GreaterThan": ">", "LessThanEqual": "<=",
    "GreaterThanEqual": ">=", "In": "in", "NotIn": "not in", "Is": "is", "IsNot": "is not",
}


def lower(low: Lowering, node: cst.CSTNode) -> ir.Expr:
    """Return the intermediate form of an expression."""
    low.count += 1
    return _LOWERERS[type(node)](low, node)


def _name(low: Lowering, node: cst.Name) -> ir.Expr:
    at, end = low.span(node)
    if node.value in _SINGLETONS:
        return ir.Const(at, end, _SINGLETONS[node.value])
    low.names.add(node.value)
    return ir.Name(at, end, node.value)


_SINGLETONS = {"True": True, "False": False, "None": None}


def _integer(low: Lowering, node: cst.Integer) -> ir.Expr:
    value = ast.literal_eval(node.value) if len(node.value) < 24 else 1 << 64
    return ir.Const(*low.span(node), value) if value < 1 << 63 else ir.Opaque(*low.span(node), "int")


def _float(low: Lowering, node: cst.Float) -> ir.Expr:
    return ir.Const(*low.span(node), float(node.value.replace("_", "")))


def _imaginary(low: Lowering, node: cst.Imaginary) -> ir.Expr:
    return ir.Opaque(*low.span(node), "complex")


def _ellipsis(low: Lowering, node: cst.Ellipsis) -> ir.Expr:
    return ir.Opaque(*low.span(node), "ellipsis")


def _string(low: Lowering, node: cst.SimpleString) -> ir.Expr:
    prefix = node.prefix.lower()
    if "b" in prefix:
        return ir.Opaque(*low.span(node), "bytes")
    if len(node.value) > MAX_TEXT:
        return ir.Opaque(*low.span(node), "text")
    return ir.Const(*low.span(node), unescape(node.raw_value, "r" in prefix))


def unescape(raw: str, is_raw: bool) -> str:
    """Return the text of a string literal's content; lone surrogates, which no output can carry, become question marks."""
    if is_raw or "\\" not in raw:
        return raw.replace("\r\n", "\n")
    body = raw.replace('"', '\\"') if '\\"' not in raw else raw
    try:
        value = ast.literal_eval(f'"""{body}"""') if not raw.endswith("\\") else raw
    except (SyntaxError, ValueError):
        value = raw
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _concatenated(low: Lowering, node: cst.ConcatenatedString) -> ir.Expr:
    at, end = low.span(node)
    parts: list[ir.Expr] = []
    current: cst.BaseExpression = node
    while isinstance(current, cst.ConcatenatedString):
        parts.append(lower(low, current.left))
        current = current.right
    parts.append(lower(low, current))
    if all(isinstance(part, ir.Const) for part in parts):
        joined = "".join(str(part.value) for part in parts if isinstance(part, ir.Const))
        return ir.Const(at, end, joined) if len(joined) <= MAX_TEXT else ir.Opaque(at, end, "text")
    flat: list[ir.Expr] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, ir.FString) else (part,))
    return ir.FString(at, end, tuple(flat))


def _formatted(low: Lowering, node: Any) -> ir.Expr:
    is_raw = "r" in node.start.lower()
    return ir.FString(*low.span(node), tuple(_format_parts(low, node.parts, is_raw)))


def _format_parts(low: Lowering, parts: Iterable[Any], is_raw: bool) -> Iterable[ir.Expr]:
    for part in parts:
        at, end = low.raw_span(part)
        if isinstance(part, cst.FormattedStringText | cst.TemplatedStringText):
            value = unescape(part.value, is_raw).replace("{{", "{").replace("}}", "}")
            yield ir.Const(at, end, value)
        else:
            spec = tuple(_format_parts(low, part.format_spec or (), is_raw))
            yield ir.Formatted(at, end, lower(low, part.expression), part.conversion or "", spec)


def _attribute(low: Lowering, node: cst.Attribute) -> ir.Expr:
    at, end = low.span(node)
    value = lower(low, node.value)
    low.attrs.add(node.attr.value)
    return ir.Attr(at, end, value, node.attr.value, low.span(node.attr)[0])


def arguments(low: Lowering, nodes: Iterable[cst.Arg]) -> tuple[ir.Arg, ...]:
    """Return call arguments, or the bases and keywords of a class."""
    return tuple(
        ir.Arg(lower(low, arg.value), arg.keyword.value if arg.keyword else None, low.span(arg.keyword)[0] if arg.keyword else -1, len(arg.star))
        for arg in nodes
    )


def _call(low: Lowering, node: cst.Call) -> ir.Expr:
    at, end = low.span(node)
    return ir.Call(at, end, lower(low, node.func), arguments(low, node.args))


def _subscript(low: Lowering, node: cst.Subscript) -> ir.Expr:
    at, end = low.span(node)
    value = lower(low, node.value)
    return ir.Subscript(at, end, value, tuple(_index(low, element.slice) for element in node.slice))


def _index(low: Lowering, node: cst.BaseSlice) -> ir.Expr:
    at, end = low.raw_span(node)
    if isinstance(node, cst.Slice):
        return ir.Slice(at, end, optional(low, node.lower), optional(low, node.upper), optional(low, node.step))
    if not isinstance(node, cst.Index):
        return ir.Opaque(at, end, "slice")
    value = lower(low, node.value)
    return ir.Starred(at, end, value) if node.star else value


def optional(low: Lowering, node: cst.CSTNode | None) -> ir.Expr | None:
    """Return the intermediate form, None for None."""
    return None if node is None else lower(low, node)


def _binary(low: Lowering, node: cst.BinaryOperation) -> ir.Expr:
    at, end = low.span(node)
    left = lower(low, node.left)
    return ir.BinOp(at, end, OPERATORS[type(node.operator).__name__], left, lower(low, node.right))


def _unary(low: Lowering, node: cst.UnaryOperation) -> ir.Expr:
    return ir.UnaryOp(*low.span(node), OPERATORS[type(node.operator).__name__], lower(low, node.expression))


def _boolean(low: Lowering, node: cst.BooleanOperation) -> ir.Expr:
    at, end = low.span(node)
    op = OPERATORS[type(node.operator).__name__]
    values: list[ir.Expr] = []
    for side in (node.left, node.right):
        value = lower(low, side)
        plain = isinstance(side, cst.BooleanOperation) and not side.lpar
        values.extend(value.values if plain and isinstance(value, ir.BoolOp) and value.op == op else (value,))
    return ir.BoolOp(at, end, op, tuple(values))


def _comparison(low: Lowering, node: cst.Comparison) -> ir.Expr:
    at, end = low.span(node)
    left = lower(low, node.left)
    ops = tuple(OPERATORS[type(target.operator).__name__] for target in node.comparisons)
    return ir.Compare(at, end, left, ops, tuple(lower(low, target.comparator) for target in node.comparisons))


def _ifexp(low: Lowering, node: cst.IfExp) -> ir.Expr:
    return ir.IfExp(*low.span(node), lower(low, node.test), lower(low, node.body), lower(low, node.orelse))


def _elements(kind: str) -> Callable[..., ir.Expr]:
    def lower_elements(low: Lowering, node: Any) -> ir.Expr:
        at, end = low.span(node)
        elements = tuple(
            ir.Starred(*low.span(element), lower(low, element.value)) if isinstance(element, cst.StarredElement) else lower(low, element.value)
            for element in node.elements
        )
        return ir.Sequence(at, end, kind, elements)

    return lower_elements


def _dict(low: Lowering, node: cst.Dict) -> ir.Expr:
    at, end = low.span(node)
    keys = tuple(lower(low, element.key) if isinstance(element, cst.DictElement) else None for element in node.elements)
    return ir.Mapping(at, end, keys, tuple(lower(low, element.value) for element in node.elements))


def _starred(low: Lowering, node: cst.StarredElement) -> ir.Expr:
    return ir.Starred(*low.span(node), lower(low, node.value))


def _lambda(low: Lowering, node: cst.Lambda) -> ir.Expr:
    at, end = low.span(node)
    return ir.Lambda(at, end, parameters(low, node.params), lower(low, node.body))


def parameters(low: Lowering, node: cst.Parameters) -> tuple[ir.Parameter, ...]:
    """Return the parameters of a function or lambda in source order."""
    found = [_parameter(low, param, 0) for param in node.posonly_params] + [_parameter(low, param, 1) for param in node.params]
    if isinstance(node.star_arg, cst.Param):
        found.append(_parameter(low, node.star_arg, 2))
    found.extend(_parameter(low, param, 3) for param in node.kwonly_params)
    if node.star_kwarg is not None:
        found.append(_parameter(low, node.star_kwarg, 4))
    return tuple(found)


def _parameter(low: Lowering, node: cst.Param, kind: int) -> ir.Parameter:
    annotation = lower(low, node.annotation.annotation) if node.annotation else None
    return ir.Parameter(node.name.value, low.span(node.name)[0], kind, optional(low, node.default), annotation)


def _await(low: Lowering, node: cst.Await) -> ir.Expr:
    return ir.Await(*low.span(node), lower(low, node.expression))


def _yield(low: Lowering, node: cst.Yield) -> ir.Expr:
    delegated = isinstance(node.value, cst.From)
    inner = node.value.item if isinstance(node.value, cst.From) else node.value
    low.yields = True
    return ir.Yield(*low.span(node), optional(low, inner), delegated)


def _comprehension(kind: str) -> Callable[..., ir.Expr]:
    def lower_comprehension(low: Lowering, node: Any) -> ir.Expr:
        at, end = low.span(node)
        element = lower(low, node.key if kind == "dict" else node.elt)
        value = lower(low, node.value) if kind == "dict" else None
        generators: list[ir.Generator] = []
        part: cst.CompFor | None = node.for_in
        while part is not None:
            conditions = tuple(lower(low, condition.test) for condition in part.ifs)
            generators.append(ir.Generator(lower(low, part.target), lower(low, part.iter), conditions, part.asynchronous is not None))
            part = part.inner_for_in
        return ir.Comprehension(at, end, kind, element, value, tuple(generators))

    return lower_comprehension


def _walrus(low: Lowering, node: cst.NamedExpr) -> ir.Expr:
    return ir.Walrus(*low.span(node), lower(low, node.target), lower(low, node.value))


_LOWERERS: dict[type, Callable[..., ir.Expr]] = {
    cst.Name: _name, cst.Integer: _integer, cst.Float: _float, cst.Imaginary: _imaginary, cst.Ellipsis: _ellipsis, cst.SimpleString: _string,
    cst.ConcatenatedString: _concatenated, cst.FormattedString: _formatted, cst.TemplatedString: _formatted, cst.Attribute: _attribute,
    cst.Call: _call, cst.Subscript: _subscript, cst.BinaryOperation: _binary, cst.UnaryOperation: _unary, cst.BooleanOperation: _boolean,
    cst.Comparison: _comparison, cst.IfExp: _ifexp, cst.Tuple: _elements("tuple"), cst.List: _elements("list"), cst.Set: _elements("set"),
    cst.Dict: _dict, cst.StarredElement: _starred, cst.Lambda: _lambda, cst.Await: _await, cst.Yield: _yield,
    cst.GeneratorExp: _comprehension("generator"), cst.ListComp: _comprehension("list"), cst.SetComp: _comprehension("set"),
    cst.DictComp: _comprehension("dict"), cst.NamedExpr: _walrus,
}
