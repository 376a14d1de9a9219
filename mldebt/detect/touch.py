"""Whether a definition touches what matters: by its library calls, by those of what it calls, by its bases, or by members that only such types have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from mldebt.detect.base import Context, spoken
from mldebt.detect.receivers import Receivers
from mldebt.model.facts import Definition
from mldebt.model.finding import Step
from mldebt.model.source import Place

_LOOKS = "examine"


class Touch:
    """Answers by what a definition touches something whose role is one of a card's."""

    def __init__(self, context: Context, roles: Collection[str], drawing: Collection[str] = (), moving: Collection[str] = ()) -> None:
        """`roles` are words of the library rows; what plays one of `drawing` and otherwise only of `moving` draws a picture and touches nothing."""
        self._context, self._roles, self._drawing, self._moving = context, frozenset(roles), frozenset(drawing), frozenset(moving)
        self._inside: dict[str, list[str]] = {}
        self._own: set[str] = set()
        self._parts = frozenset(part for path in context.graph.project.modules for part in path.removesuffix(".py").split("/"))
        for path, module in context.graph.project.modules.items():
            for definition in module.facts.definitions:
                self._own.add(definition.name)
                if definition.parent >= 0:
                    parent = module.facts.definitions[definition.parent]
                    self._inside.setdefault(f"{path}::{parent.qualname}", []).append(f"{path}::{definition.qualname}")

    def known(self, id_: str) -> bool:
        """Return whether some call of a definition, or of what it calls, plays one of the roles."""
        return any(act.role in self._roles for owner in self.reach(id_) for act in self._context.deeds.acts.get(owner, ()))

    def step(self, path: str, definition: Definition) -> Step | None:
        """Return the evidence that a definition touches what matters, None when nothing tells."""
        id_ = f"{path}::{definition.qualname}"
        return next(self._steps(path, definition, id_), None)

    def _steps(self, path: str, definition: Definition, id_: str) -> Iterator[Step]:
        here = Place(path, definition.name_at, definition.name_at + len(definition.name))
        for base in self._context.deeds.bases.get(id_, ()):
            row = self._context.catalogue.type(base)
            if row is not None and row.role in self._roles:
                yield Step(here, f"it is a `{base}`")
        if self._only_draws(id_):
            return
        for owner in self.reach(id_):
            for act in self._context.deeds.acts.get(owner, ()):
                if act.role in self._roles:
                    yield Step(act.place, f"`{spoken(act.api)}` is called here, {'by it' if self._within(owner, id_) else 'by what it calls'}")
        names = [name for name in definition.attrs if name not in definition.names and self.tells(name)]
        receivers = Receivers(self._context.catalogue, self._context.graph.project.modules[path].facts, definition, self._parts) if names else None
        for name in names:
            if receivers is not None and receivers.may_have(name):
                yield Step(here, f"it uses `.{name}`, which of all known types only those of data and models have")

    def _only_draws(self, id_: str) -> bool:
        roles = {act.role for owner in self.reach(id_) for act in self._context.deeds.acts.get(owner, ())} if self._drawing else set()
        return not self._drawing.isdisjoint(roles) and roles & self._roles <= self._moving

    def tells(self, name: str) -> bool:
        """Return whether a member's name alone tells: every library type that has one plays one of the roles, and no class of the project has one."""
        roles = self._context.catalogue.member_roles(name)
        return bool(roles) and roles <= self._roles and name not in self._own

    def may(self, name: str) -> bool:
        """Return whether a member of what a touching definition gave touches, too: some library type has one that does, and none has one that only looks."""
        roles = self._context.catalogue.member_roles(name)
        return bool(roles & self._roles) and _LOOKS not in roles

    def reach(self, id_: str) -> Iterable[str]:
        """Return a definition with all that it calls and all that stands inside of either, nearest first."""
        found = dict.fromkeys((id_,))
        pending = [id_]
        while pending:
            owner = pending.pop(0)
            for other in (*self._inside.get(owner, ()), *sorted(self._context.deeds.calls.get(owner, ()))):
                if other not in found:
                    found[other] = None
                    pending.append(other)
        return found

    def _within(self, owner: str, id_: str) -> bool:
        return owner == id_ or owner.startswith(id_ + ".")

