"""Whether the statement that scores, or the next one that tells the score, says by its words whose score it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from mldebt.detect.base import Context
from mldebt.model import ir
from mldebt.model.source import Place
from mldebt.model.walk import inside, statements

_WORD = re.compile(r"\bin-sample\b|[a-z]+")


def labelled(context: Context, place: Place, labels: Collection[str]) -> bool:
    """Return whether the statement at a place, or the one right after it that uses what it binds, has one of some words in a text or a name."""
    module = context.graph.project.modules.get(place.path)
    known = list(statements(module.facts)) if module is not None else []
    around = [node for node in known if node.at <= place.at < node.end][-1:]
    words = {word for node in (*around, *_telling(known, around)) for part in inside((node,)) for word in _words(part)}
    return not words.isdisjoint(labels)


def _telling(known: Sequence[ir.Stmt], scoring: Sequence[ir.Stmt]) -> Iterator[ir.Stmt]:
    """Yield the statement that follows one and only tells what that one binds to a name."""
    for node in scoring:
        names = {target.id for target in node.targets if isinstance(target, ir.Name)} if isinstance(node, ir.Assign) else set()
        after = min((other for other in known if other.at >= node.end), key=lambda other: other.at, default=None)
        if isinstance(after, ir.ExprStmt) and any(isinstance(part, ir.Name) and part.id in names for part in inside((after,))):
            yield after


def _words(node: object) -> Iterator[str]:
    text = node.id if isinstance(node, ir.Name) else node.value if isinstance(node, ir.Const) else ""
    yield from _WORD.findall(text.lower()) if isinstance(text, str) else ()
