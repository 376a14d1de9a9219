"""What each round of a loop reads and learns for itself: the features of a record, not something learned from all of them."""

from __future__ import annotations

from mldebt.detect.base import Context
from mldebt.model import ir
from mldebt.model.lineage import Rows, Seen
from mldebt.model.source import Place
from mldebt.model.walk import inside, statements

_ROUNDS = (ir.Loop, ir.Comprehension, ir.Call)


class Rounds:
    """The stretches of a project that run once for each of several things: bodies of loops, comprehensions, calls that are given a function."""

    def __init__(self, context: Context) -> None:
        """Belong to one run of one detector."""
        self._context = context
        self._stretches: dict[str, list[ir.Node]] = {}

    def of_a_record(self, seen: Seen, fit: Place) -> bool:
        """Return whether all that something was learned from was read in one round of what the fit stands outside of."""
        return bool(seen.rows) and all(self._own(rows, seen.place, fit) for rows in seen.rows)

    def of_a_call(self, seen: Seen, fit: Place) -> bool:
        """Return whether something may be learned at one place several times, each time of other rows: in a function, and not of one record after the other."""
        return bool(self._function(seen.place)) and not self.of_a_record(seen, fit)

    def _own(self, rows: Rows, place: Place, fit: Place) -> bool:
        access = self._context.events[rows.read].access if rows.read >= 0 else None
        if access is None or access.path.literal is not None:
            return False
        home, below = self._function(place), set[str]()
        for station in (rows.origin, *rows.via):
            if any(not _holds(around, fit) and (_holds(around, place) or home in below) for around in self._around(station, below)):
                return True
            below |= {self._function(station)} - {""}
        return False

    def _around(self, place: Place, below: set[str]) -> list[Place]:
        """Return the stretches around a place; a call is one that is given one of the functions `below` it."""
        if place.path not in self._stretches:
            module = self._context.graph.project.modules.get(place.path)
            self._stretches[place.path] = [node for node in inside(statements(module.facts)) if isinstance(node, _ROUNDS)] if module is not None else []
        names = {name.rpartition("::")[2].rpartition(".")[2] for name in below}
        return [stretch for node in self._stretches[place.path] if _holds(stretch := Place(place.path, node.at, node.end), place) and _repeats(node, names)]

    def _function(self, place: Place) -> str:
        """Return the innermost definition around a place, empty at the level of a module."""
        module = self._context.graph.project.modules.get(place.path)
        around = [one for one in (module.facts.definitions if module is not None else ()) if one.at <= place.at < one.end]
        return f"{place.path}::{max(around, key=lambda one: one.at).qualname}" if around else ""


def _holds(stretch: Place, place: Place) -> bool:
    return stretch.path == place.path and stretch.at <= place.at and place.end <= stretch.end


def _repeats(node: ir.Node, functions: set[str]) -> bool:
    """Return whether something runs once for each of several things: a call where it hands one of some functions on."""
    if not isinstance(node, ir.Call):
        return not isinstance(node, ir.Loop) or node.target is not None
    return any(isinstance(part, ir.Name) and part.id in functions for part in inside(arg.value for arg in node.args))
