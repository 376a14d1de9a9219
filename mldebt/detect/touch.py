"""Whether a definition touches what matters: by its library calls, by those of what it calls, by its bases, or by members that only such types have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from mldebt.detect.base import Context
from mldebt.link.modules import imports
from mldebt.model import ir
from mldebt.model.calls import dotted
from mldebt.model.facts import Definition, PythonFacts, decode_body
from mldebt.model.finding import Step
from mldebt.model.source import Place
from mldebt.model.walk import inside

_LOOKS = "examine"


class Touch:
    """Answers by what a definition touches something whose role is one of a card's."""

    def __init__(self, context: Context, roles: Collection[str]) -> None:
        """`roles` are words of the library rows."""
        self._context, self._roles = context, frozenset(roles)
        self._inside: dict[str, list[str]] = {}
        self._own: set[str] = set()
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
        for owner in self.reach(id_):
            for act in self._context.deeds.acts.get(owner, ()):
                if act.role in self._roles:
                    yield Step(act.place, f"`{act.api}` is called here, {'by it' if self._within(owner, id_) else 'by what it calls'}")
        facts = self._context.graph.project.modules[path].facts
        for name in definition.attrs:
            if name not in definition.names and self.tells(name) and not self._means_others(facts, definition, name):
                yield Step(here, f"it uses `.{name}`, which of all known types only those of data and models have")

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


    def _means_others(self, facts: PythonFacts, definition: Definition, name: str) -> bool:
        """Return whether a definition takes a member of that name of modules alone, whose rows say that it is about something else."""
        brought = dict(_brought(facts))
        bodies = [definition.body, *(inner.body for inner in facts.definitions if definition.at < inner.at < definition.end)]
        members = [dotted(node) for body in bodies for node in inside(decode_body(facts.bodies[body])) if isinstance(node, ir.Attr) and node.attr == name]
        heads = [brought.get(member.partition(".")[0]) for member in members]
        return bool(members) and all(head is not None and self._is_other(head + member[member.index("."):]) for head, member in zip(heads, members))

    def _is_other(self, path: str) -> bool:
        path = self._context.catalogue.canonical(path)
        row = self._context.catalogue.call(path) or self._context.catalogue.type(path)
        return row is not None and row.role not in self._roles


def _brought(facts: PythonFacts) -> Iterator[tuple[str, str]]:
    """Yield the names that a file's imports bind, each with its library path."""
    for node in imports(decode_body(facts.bodies[0])):
        for alias in node.aliases if not node.level else ():
            bound = alias.bound.partition(".")[0]
            yield bound, f"{node.module}.{alias.name}" if node.module else alias.name if alias.bound_at >= 0 else bound
