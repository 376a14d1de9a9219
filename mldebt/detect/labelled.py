"""Whether the statement that scores says by its words whose score it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from mldebt.detect.base import Context
from mldebt.model import ir
from mldebt.model.source import Place
from mldebt.model.walk import inside, statements

_WORD = re.compile(r"[a-z]+")


def labelled(context: Context, place: Place, labels: Collection[str]) -> bool:
    """Return whether the statement at a place has one of some words in a text or a name."""
    module = context.graph.project.modules.get(place.path)
    around = [node for node in statements(module.facts) if node.at <= place.at < node.end] if module is not None else []
    words = {word for node in around[-1:] for part in inside((node,)) for word in _words(part)}
    return not words.isdisjoint(labels)


def _words(node: object) -> Iterator[str]:
    text = node.id if isinstance(node, ir.Name) else node.value if isinstance(node, ir.Const) else ""
    yield from _WORD.findall(text.lower()) if isinstance(text, str) else ()
