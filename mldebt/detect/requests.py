"""What runs at each request: the definitions that a handler calls, without those whose result is kept from one request to the next."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from mldebt.detect.base import Context
from mldebt.detect.lasting import runs_once
from mldebt.model.finding import Step
from mldebt.model.observed import Act
from mldebt.model.project import EntryPoint
from mldebt.model.source import Place

_SERVE = "serve"


class Handler(NamedTuple):
    """Code that a library runs at each request: its entry point, its definition (`path::qualname`), and what to call it."""

    entry: EntryPoint
    id: str
    name: str
    place: Place


class Requests:
    """Answers what handlers do, by the calls that interpretation saw."""

    def __init__(self, context: Context) -> None:
        """Sort calls by the definitions that make them."""
        self._context = context
        self._calls: dict[str, list[tuple[Place, str]]] = {}
        self._acts: dict[str, list[tuple[Place, Act]]] = {}
        for place, visits in context.observed.visits.items():
            for visit in visits:
                owner = self._asking(place) if visit.owner.endswith("::") else ""
                self._calls.setdefault(owner or visit.owner, []).append((place, visit.callee))
        for place, act in context.observed.acts.items():
            self._acts.setdefault(act.owner, []).append((place, act))

    def _asking(self, place: Place) -> str:
        """Return the definition whose parameter a call at a place fills at each request: its default says so; empty for other calls."""
        act = self._context.observed.acts.get(place)
        definitions = self._context.graph.project.modules[place.path].facts.definitions if act is not None and act.role == _SERVE else ()
        return next((f"{place.path}::{item.qualname}" for item in definitions for param in item.params
                     if param.default is not None and (param.default.at, param.default.end) == (place.at, place.end)), "")

    def handlers(self, kinds: Collection[str], reruns: Collection[str] = ()) -> Iterator[Handler]:
        """Yield the entry points of some kinds that are functions, and the scripts that make a call whose role says that they run anew at each input."""
        for entry in self._context.graph.project.entries:
            if entry.definition >= 0 and entry.kind in kinds:
                definition = self._context.graph.project.modules[entry.path].facts.definitions[entry.definition]
                place = Place(entry.path, definition.name_at, definition.name_at + len(definition.name))
                yield Handler(entry, f"{entry.path}::{definition.qualname}", definition.name, place)
            elif reruns and entry.definition < 0 and entry.kind == "script" and self._reruns(entry.path, reruns):
                yield Handler(entry, f"{entry.path}::", entry.path.rpartition("/")[2], Place(entry.path, 0, 0))

    def _reruns(self, path: str, roles: Collection[str]) -> bool:
        return any(act.role in roles for owner, acts in self._acts.items() if owner.startswith(f"{path}::") for _, act in acts)

    def reach(self, handler: Handler, *, once: bool = False) -> Mapping[str, tuple[Place, ...]]:
        """Return the definitions that run at each request, each with the calls that lead there; `once`: also those that run at one request only."""
        found: dict[str, tuple[Place, ...]] = {handler.id: ()}
        pending = [handler.id]
        while pending:
            owner = pending.pop(0)
            for place, callee in sorted(self._calls.get(owner, ())):
                if callee not in found and (once or callee not in self._context.deeds.kept and not runs_once(self._context, place)):
                    found[callee] = (*found[owner], place)
                    pending.append(callee)
        return found

    def acts(self, owner: str) -> list[tuple[Place, Act]]:
        """Return the library calls that a definition makes, in order."""
        return sorted(self._acts.get(owner, ()), key=lambda item: item[0])

    def calls(self, owner: str) -> frozenset[Place]:
        """Return where a definition calls definitions of the project."""
        return frozenset(place for place, _ in self._calls.get(owner, ()))

    def way(self, handler: Handler, places: tuple[Place, ...]) -> list[Step]:
        """Return the evidence of how a handler comes to something."""
        first = [Step(handler.place, f"`{handler.name}` runs at each request")] if handler.place.end else []
        return [*first, *(Step(place, "it calls this") for place in places)]
