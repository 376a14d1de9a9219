"""Evaluation of expressions: one function a node type, found by dictionary."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from mldebt.flow.chronology import Dates
from mldebt.flow.columns import NO_LAYOUT
from mldebt.flow.heap import Object, front
from mldebt.flow.unlike import unlike
from mldebt.flow.value import NO_CHOICES, NOTHING, LambdaTarget, Value, as_texts, choices, concat, embedded, join, lineage, longest, partly
from mldebt.model import ir
from mldebt.model.pattern import EMPTY, UNKNOWN, Hole, Pattern

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter


def evaluate(run: Interpreter, node: ir.Expr | None, frame: Frame) -> Value:
    """Return the abstract value of an expression; unknown for None."""
    if node is None:
        return NOTHING
    run.steps += 1
    return _EVALUATORS[type(node)](run, node, frame)


def _name(run: Interpreter, node: ir.Name, frame: Frame) -> Value:
    value = frame.get(node.id)
    return value if value is not None else run.modules.special(node.id, frame)


def _const(run: Interpreter, node: ir.Const, frame: Frame) -> Value:
    return run.literal(node.value, frame.path)


def _opaque(run: Interpreter, node: ir.Opaque, frame: Frame) -> Value:
    return NOTHING


def _attr(run: Interpreter, node: ir.Attr, frame: Frame) -> Value:
    return run.attributes.get(evaluate(run, node.value, frame), node.attr, run.place(frame, node), frame)


def _call(run: Interpreter, node: ir.Call, frame: Frame) -> Value:
    return run.calls.call_node(node, frame)


def _subscript(run: Interpreter, node: ir.Subscript, frame: Frame) -> Value:
    value = evaluate(run, node.value, frame)
    index = [evaluate(run, part, frame) for part in node.index]
    return run.attributes.item(value, node, index, frame)


def _slice(run: Interpreter, node: ir.Slice, frame: Frame) -> Value:
    for part in (node.lower, node.upper, node.step):
        if part is not None:
            evaluate(run, part, frame)
    return NOTHING


def _binop(run: Interpreter, node: ir.BinOp, frame: Frame) -> Value:
    left, right = evaluate(run, node.left, frame), evaluate(run, node.right, frame)
    if node.op == "+" and bool(left.texts) is not bool(right.texts) and not (left.ref or right.ref):
        left, right = spelled(run, node.left, left), spelled(run, node.right, right)
    return binary(run, node, left, right, frame)


def spelled(run: Interpreter, node: ir.Expr, value: Value) -> Value:
    """Return a value as it stands in a text: what nothing is known of is a hole with the name of its variable."""
    return value if value.texts or value.const else msgspec.structs.replace(value, texts=(Pattern((Hole("unknown", run.label(node)),)),))


def binary(run: Interpreter, node: ir.BinOp | ir.AugAssign, left: Value, right: Value, frame: Frame) -> Value:
    """Return `left op right`: text is concatenated, `%` fills templates, paths take children, numbers stay data."""
    if node.op == "+" and (left.texts or right.texts) and not (left.ref or right.ref):
        return concat(left, right)
    if node.op == "+" and left.ref and (right.ref or right == Value(sources=right.sources)):
        return _concat_sequences(run, node, left, right, frame)
    if node.op == "%" and left.texts:
        return Value(type=left.type, texts=tuple(_fill(run, template, right, node) for template in left.texts), sources=lineage(left, right), home=left.home,
                     choices=left.choices)
    if left.type or right.type:
        result = run.calls.operator(node.op, left, right, run.place(frame, node), frame)
        if result is not None:
            return result
    kind = left.type if left.type == right.type or not right.type or right.const else right.type if not left.type or left.const else ""
    kind = kind if not (left.texts or right.texts) else ""
    passed = run.conversions.kept(kind, longest((left.passed, right.passed)))
    sources = run.provenance.worked(lineage(left, right))
    if node.op == "-":
        sources = run.provenance.without(sources, Dates)  # how much time lies between two dates is none
    logical = node.op in ("&", "|")
    layout = run.layouts.operator(left, right) if left.layout or right.layout else NO_LAYOUT
    return Value(type=kind, sources=run.provenance.mask(sources, run.place(frame, node)) if logical and sources else sources, passed=passed, layout=layout)


def _concat_sequences(run: Interpreter, node: ir.Node, left: Value, right: Value, frame: Frame) -> Value:
    one, other = run.heap.get(left.ref), run.heap.get(right.ref)
    if one is None or other is None and (right.ref or one.kind != "list"):
        return Value(sources=lineage(left, right))
    if other is None:
        other = Object("list", rest=Value(sources=right.sources))
    if one.items is not None and other.items is not None:
        return run.new(run.place(frame, node), Object(one.kind, one.items + other.items), left.type, lineage(left, right))
    first = front(one.items or ()) if one.kind == "list" else {}
    return run.new(run.place(frame, node), Object(one.kind, None, first, join(one.element(), other.element())), left.type, lineage(left, right))


def _fill(run: Interpreter, template: Pattern, right: Value, node: ir.BinOp | ir.AugAssign) -> Pattern:
    """Return `template % right` for the plain conversions; `node` is the whole."""
    known, given = run.heap.get(right.ref), node.right if isinstance(node, ir.BinOp) else node.value
    values = list(known.items) if known is not None and known.kind == "tuple" and known.items is not None else [right]
    shown = given.elements if isinstance(given, ir.Sequence) and len(given.elements) == len(values) else [given] * len(values)
    values = [spelled(run, part, value) for part, value in zip(shown, values)]
    parts: list[str | Hole] = []
    for part in template.parts:
        if isinstance(part, Hole):
            parts.append(part)
            continue
        pieces = run.texts.split_percent(part)
        for literal, conversion in pieces:
            parts.append(literal)
            if conversion == "%":
                parts.append("%")
            elif conversion:
                value = values.pop(0) if values else NOTHING
                texts = as_texts(value)
                parts.extend(embedded(texts[0]).parts if len(texts) == 1 else UNKNOWN.parts)
    return run.texts.make(parts)


def _unary(run: Interpreter, node: ir.UnaryOp, frame: Frame) -> Value:
    value = evaluate(run, node.operand, frame)
    if node.op == "-" and len(value.const) == 1 and isinstance(value.const[0], int | float):
        return Value(type=value.type, const=(-value.const[0],))
    if node.op == "not":
        truth = run.truth(value)
        either = tuple(not item for item in value.const) if len(value.const) == 2 and not value.texts else (True, False)
        return Value(const=(not truth,) if truth is not None else either, choices=value.choices)
    return Value(type=value.type, sources=run.provenance.flipped(value.sources) if node.op == "~" else value.sources, passed=value.passed,
                 layout=value.layout)


def _boolop(run: Interpreter, node: ir.BoolOp, frame: Frame) -> Value:
    result: Value | None = None
    for part in node.values:
        value = evaluate(run, part, frame)
        truth = run.truth(value)
        if truth is not None and truth != (node.op == "or") and part is not node.values[-1]:
            continue
        result = value if result is None else join(result, value)
        if truth is not None and truth == (node.op == "or"):
            break
    return result if result is not None else NOTHING


def _compare(run: Interpreter, node: ir.Compare, frame: Frame) -> Value:
    left = evaluate(run, node.left, frame)
    rights = [evaluate(run, part, frame) for part in node.comparators]
    if len(rights) == 1:
        truth = run.texts.compare(node.ops[0], left, rights[0])
        if truth is not None:
            return Value(const=(truth,), choices=choices(left, rights[0]))
        unlike(run, node, left, rights[0], frame)
    sources = lineage(left, *rights)
    if not sources:
        return Value()
    masked = run.provenance.mask(sources, run.place(frame, node)) | run.choosing.compared(node, left, rights, frame)
    layout = run.layouts.operator(left, rights[0]) if left.layout and len(rights) == 1 else NO_LAYOUT
    return Value(type=left.type if left.sources else "", sources=masked, layout=layout)


def _ifexp(run: Interpreter, node: ir.IfExp, frame: Frame) -> Value:
    truth = run.truth(evaluate(run, node.test, frame))
    if truth is not None:
        return evaluate(run, node.body if truth else node.orelse, frame)
    first, second = run.decisions.doubts(node.test, frame)
    return join(_doubting(run, node.body, first, frame), _doubting(run, node.orelse, second, frame))


def _doubting(run: Interpreter, node: ir.Expr, name: str, frame: Frame) -> Value:
    """Return the value of one side of a choice, on which a name is unknown."""
    if not name:
        return evaluate(run, node, frame)
    frame.open_branch()
    frame.set(name, NOTHING)
    value = evaluate(run, node, frame)
    frame.close_branch()
    return value


def _sequence(run: Interpreter, node: ir.Sequence, frame: Frame) -> Value:
    items: list[Value] = []
    exact = len(node.elements) <= 64
    rest: Value | None = None
    for element in node.elements:
        if isinstance(element, ir.Starred):
            inner = evaluate(run, element.value, frame)
            known = run.heap.get(inner.ref)
            if known is not None and known.items is not None:
                items.extend(known.items)
            else:
                exact, rest = False, run.element(inner)
        else:
            items.append(evaluate(run, element, frame))
    sources = lineage(*items)
    if not exact:
        for item in items[:64]:
            rest = item if rest is None else join(rest, item)
        return run.new(run.place(frame, node), Object(node.kind, rest=rest), run.catalogue.literal(node.kind), sources)
    return run.new(run.place(frame, node), Object(node.kind, tuple(items)), run.catalogue.literal(node.kind), sources)


def _mapping(run: Interpreter, node: ir.Mapping, frame: Frame) -> Value:
    fields: dict[str, Value] = {}
    rest: Value | None = None
    for key, part in zip(node.keys, node.values):
        value = evaluate(run, part, frame)
        name = evaluate(run, key, frame) if key is not None else NOTHING
        if key is None:
            known = run.heap.get(value.ref)
            fields.update(known.fields if known else {})
            rest = run.element(value) if known is None else rest
        elif (label := run.key(name)) is not None:
            fields[label] = value
        else:
            rest = value if rest is None else join(rest, value)
    sources = lineage(*fields.values(), *(() if rest is None else (rest,)))
    return run.new(run.place(frame, node), Object("dict", None, fields, rest), run.catalogue.literal("dict"), sources)


def _formatted(run: Interpreter, node: ir.Formatted, frame: Frame) -> Value:
    value = evaluate(run, node.value, frame)
    for part in node.spec:
        evaluate(run, part, frame)
    if node.spec and (value.const or value.sources):
        return Value(texts=(Pattern((Hole("unknown", run.label(node.value)),)),), sources=value.sources)
    if value.texts or value.const:
        return Value(texts=as_texts(value), sources=value.sources, shared=value.shared, home=value.home, choices=partly(value.choices))
    return Value(texts=(Pattern((Hole("unknown", run.label(node.value)),)),), sources=value.sources)


def _fstring(run: Interpreter, node: ir.FString, frame: Frame) -> Value:
    result, first = Value(texts=(EMPTY,)), NO_CHOICES  # what a text begins with decides where a path leads; the rest only picks there
    for position, part in enumerate(node.parts):
        value = evaluate(run, part, frame)
        first = first if position else value.choices
        result = concat(result, value) if result.texts != (EMPTY,) else value if value.texts else result
    return Value(type=run.catalogue.literal("text"), texts=result.texts, sources=result.sources, shared=result.shared, home=result.home,
                 choices=first)


def _lambda(run: Interpreter, node: ir.Lambda, frame: Frame) -> Value:
    return Value(target=LambdaTarget(run.keep_lambda(node, frame), run.keep_frame(frame)))


def _wrapped(run: Interpreter, node: ir.Await | ir.Starred, frame: Frame) -> Value:
    return evaluate(run, node.value, frame)


def _yield(run: Interpreter, node: ir.Yield, frame: Frame) -> Value:
    value = evaluate(run, node.value, frame)
    run.yielded(frame, value, node.delegated)
    return NOTHING


def _comprehension(run: Interpreter, node: ir.Comprehension, frame: Frame) -> Value:
    sources = lineage()
    frame.open_branch()  # its variables are its own
    for generator in node.generators:
        iterable = evaluate(run, generator.iter, frame)
        item = run.element(iterable)
        sources |= iterable.sources if iterable.ref else item.sources
        run.bind(generator.target, item, frame)
        for condition in generator.conditions:
            evaluate(run, condition, frame)
    element = evaluate(run, node.element, frame)
    value = evaluate(run, node.value, frame) if node.value is not None else None
    frame.close_branch()
    kind = "list" if node.kind == "generator" else node.kind
    rest = value if value is not None else element
    fields: dict[str, Value] = {}
    if value is not None and element.texts and all(item.literal is not None for item in element.texts):
        fields = {item.literal: value for item in element.texts if item.literal is not None}
    return run.new(run.place(frame, node), Object(kind, None, fields, rest), run.catalogue.literal(kind), sources | lineage(rest))


def _walrus(run: Interpreter, node: ir.Walrus, frame: Frame) -> Value:
    value = evaluate(run, node.value, frame)
    run.bind(node.target, value, frame)
    return value


_EVALUATORS: dict[type, Callable[..., Value]] = {
    ir.Name: _name, ir.Const: _const, ir.Opaque: _opaque, ir.Attr: _attr, ir.Call: _call, ir.Subscript: _subscript, ir.Slice: _slice,
    ir.BinOp: _binop, ir.UnaryOp: _unary, ir.BoolOp: _boolop, ir.Compare: _compare, ir.IfExp: _ifexp, ir.Sequence: _sequence,
    ir.Mapping: _mapping, ir.Formatted: _formatted, ir.FString: _fstring, ir.Lambda: _lambda, ir.Await: _wrapped, ir.Starred: _wrapped,
    ir.Yield: _yield, ir.Comprehension: _comprehension, ir.Walrus: _walrus,
}
