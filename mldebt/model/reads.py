"""Which names code reads behind a place: what stood there before would have reached it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mldebt.model import ir
from mldebt.model.walk import inside


def read_behind(body: Iterable[ir.Stmt], at: int) -> frozenset[str]:
    """Return the names that a body reads behind an offset before it gives them another value; definitions are not entered."""
    first: dict[str, bool] = {}
    for place, name, reads in sorted(_uses(body)):
        if place > at:
            first.setdefault(name, reads)
    return frozenset(name for name, reads in first.items() if reads)


def _uses(body: Iterable[ir.Stmt]) -> Iterator[tuple[int, str, bool]]:
    """Yield the names in a body with where they are read, or where they are bound: behind the value that they get."""
    bound: dict[int, int] = {}
    for node in inside(body):
        if isinstance(node, (ir.Assign, ir.AnnAssign)):
            targets = node.targets if isinstance(node, ir.Assign) else (node.target,)
            bound.update((part.at, node.end) for target in targets for part in _names(target))
        elif isinstance(node, ir.Loop) and node.target is not None:
            bound.update((part.at, node.iter.end) for part in _names(node.target))
        if isinstance(node, ir.Name):
            yield bound.get(node.at, node.at), node.id, node.at not in bound


def _names(target: ir.Expr) -> Iterator[ir.Name]:
    if isinstance(target, ir.Name):
        yield target
    elif isinstance(target, (ir.Sequence, ir.Starred)):
        for part in target.elements if isinstance(target, ir.Sequence) else (target.value,):
            yield from _names(part)
