"""Shape `recomputed`: a column of the same name is computed from the same columns by another formula on the other side of a model."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

import msgspec

from mldebt.detect.answers import answers
from mldebt.detect.assigned import nodes_of
from mldebt.detect.base import Context
from mldebt.detect.sides import Sides, sides
from mldebt.model import ir
from mldebt.model.facts import PythonFacts
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place

_EITHER_WAY = ("+", "*", "&", "|")
_GONE = ("astype", "values")


class RecomputedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to choose but how sure it is."""

    kind: str
    form: str
    confidence: Confidence = "high"


class Formula(NamedTuple):
    """How a column is computed: where, by which expression in one spelling for all, from which columns."""

    place: Place
    text: str
    columns: frozenset[str]


def recomputed(context: Context, spec: RecomputedSpec) -> Iterator[Match]:
    """Yield one match for each column that both sides compute from the same columns, each in one way, and not in the same, where serving does."""
    done: set[Place] = set()
    for both in sides(context):
        target = answers(context, both.fits)
        theirs, ours = (_formulas(context, files) for files in (both.training, both.serving))
        for name, mine in ours.items():
            other = theirs.get(name)
            if other is not None and name not in target and mine.place not in done and _differ(mine, other):
                done.add(mine.place)
                yield _match(both, name, mine, other, spec)


def _differ(mine: Formula, other: Formula) -> bool:
    """Return whether two formulas say another thing of the same columns, or one leaves some out."""
    shared = mine.columns & other.columns
    return mine.text != other.text and (mine.columns == other.columns or len(shared) > 1 and shared in (mine.columns, other.columns))


def _match(both: Sides, name: str, mine: Formula, other: Formula, spec: RecomputedSpec) -> Match:
    steps = (Step(other.place, f"for the fit `{name}` is {other.text}"), Step(mine.place, f"for the prediction it is {mine.text}"), *both.proof)
    return Match(mine.place, f"column `{name}` is computed by another formula than in training: {mine.text} here, {other.text} there", steps, name, "",
                 spec.confidence)


def _formulas(context: Context, files: Collection[str]) -> dict[str, Formula]:
    """Return the formulas of the columns of some files, of those that are computed in one way only."""
    found: dict[str, list[Formula]] = {}
    for path in sorted(files):
        for name, formula in _assigned(context.graph.project.modules[path].facts):
            found.setdefault(name, []).append(formula)
    return {name: items[0] for name, items in found.items() if len({item.text for item in items}) == 1 and items[0].text}


def _assigned(facts: PythonFacts) -> Iterator[tuple[str, Formula]]:
    """Yield each column of a table that is assigned; the text is empty where the expression says more than a formula of columns."""
    nodes = [node for node in nodes_of(facts) if isinstance(node, ir.Assign) and len(node.targets) == 1]
    tables = {target.value.id for node in nodes if isinstance(target := node.targets[0], ir.Subscript) and isinstance(target.value, ir.Name)}
    for node in nodes:
        target = node.targets[0]
        name = _column(target, tables) if isinstance(target, ir.Subscript) else None
        if name is not None:
            columns: set[str] = set()
            text = _spelled(node.value, tables, columns)
            yield name, Formula(Place(facts.path, node.at, node.end), text if text and columns else "", frozenset(columns))


def _column(node: ir.Expr, tables: Collection[str]) -> str | None:
    """Return the column of a table that an expression takes."""
    if isinstance(node, ir.Subscript) and isinstance(node.value, ir.Name) and node.value.id in tables and len(node.index) == 1:
        index = node.index[0]
        return index.value if isinstance(index, ir.Const) and isinstance(index.value, str) else None
    return node.attr if isinstance(node, ir.Attr) and isinstance(node.value, ir.Name) and node.value.id in tables else None


def _spelled(node: ir.Expr, tables: Collection[str], columns: set[str]) -> str:
    """Return a formula in one spelling, and note its columns; empty where it is none."""
    name = _column(node, tables)
    if name is not None:
        columns.add(name)
        return f"[{name}]"
    if isinstance(node, ir.Const):
        return repr(node.value)
    if isinstance(node, ir.UnaryOp):
        return _wrapped(node.op, [_spelled(node.operand, tables, columns)])
    if isinstance(node, ir.BinOp):
        sides = [_spelled(part, tables, columns) for part in (node.left, node.right)]
        return _wrapped(node.op, sorted(sides) if node.op in _EITHER_WAY else sides)
    if isinstance(node, ir.Compare) and len(node.ops) == 1:
        return _wrapped(node.ops[0], [_spelled(part, tables, columns) for part in (node.left, *node.comparators)])
    if isinstance(node, ir.Attr):
        inner = _spelled(node.value, tables, columns)
        return inner if node.attr in _GONE else inner and f"{inner}.{node.attr}"
    return _called(node, tables, columns) if isinstance(node, ir.Call) else ""


def _called(node: ir.Call, tables: Collection[str], columns: set[str]) -> str:
    """Return a call of a method of a formula, or of a function of formulas; with arguments by name it says more."""
    if not isinstance(node.func, ir.Attr) or any(arg.keyword or arg.star for arg in node.args):
        return ""
    if node.func.attr in _GONE:
        return _spelled(node.func.value, tables, columns)
    given = [_spelled(arg.value, tables, columns) for arg in node.args]
    if isinstance(node.func.value, ir.Name) and node.func.value.id not in tables:
        return f"{node.func.attr}({', '.join(given)})" if given and all(given) else ""
    inner = _spelled(node.func.value, tables, columns)
    return f"{inner}.{node.func.attr}({', '.join(given)})" if inner and all(given) else ""


def _wrapped(op: str, sides: list[str]) -> str:
    if not all(sides):
        return ""
    return f"({f' {op} '.join(sides)})" if len(sides) > 1 else f"{op}{sides[0]}"
