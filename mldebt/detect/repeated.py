"""Whether code runs again and again: it stands in a loop or a comprehension, or something that leads to it does."""

from __future__ import annotations

from collections.abc import Sequence

from mldebt.detect.base import Context
from mldebt.model import ir
from mldebt.model.facts import decode_body
from mldebt.model.source import Place
from mldebt.model.walk import inside


class Repeated:
    """Answers for places, each file looked through once."""

    def __init__(self, context: Context) -> None:
        """Belong to one project."""
        self._modules = context.graph.project.modules
        self._loops: dict[str, Sequence[tuple[int, int]]] = {}
        self._fits = {(event.entry, event.place): event.chain for event in context.events if event.kind == "fit"}

    def fit(self, entry: str, place: Place) -> bool:
        """Return whether a fit under an entry point is repeated."""
        return any(map(self.stands, (place, *self._fits.get((entry, place), ()))))

    def stands(self, place: Place) -> bool:
        """Return whether a place is inside a loop."""
        return any(start <= place.at < end for start, end in self._of(place.path))

    def _of(self, path: str) -> Sequence[tuple[int, int]]:
        if path not in self._loops:
            module = self._modules.get(path)
            bodies = [decode_body(raw) for raw in module.facts.bodies if raw] if module is not None else []
            self._loops[path] = [(node.at, node.end) for body in bodies for node in inside(body) if isinstance(node, ir.Loop | ir.Comprehension)]
        return self._loops[path]
