"""What interpretation noticed at places, whatever program runs them: library calls with their roles, project functions called, branches that are settled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from mldebt.model.source import Place


class Act(msgspec.Struct, frozen=True, gc=False):
    """A library call: the role its row gives it, the library path, and the definition (`path::qualname`) that makes it."""

    role: str
    api: str
    owner: str


class Choice(msgspec.Struct, frozen=True, gc=False):
    """What somebody sets from outside: an `option` of a command line (a `bare-option` when nothing explains it), a `config` key, an `environment` variable.

    `name` is what it is set by, `place` where its value stands or where it is declared. `setting`: an item of a mapping that other names than those known
    may replace. `unknown`: nothing is known of one of the ways to the value. `part`: it makes but a part of a text, as the folder of a path.
    """

    kind: str
    name: str
    place: Place | None = None
    part: bool = False

def in_order(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """Return choices sorted: the same whatever order they were found in."""
    return tuple(sorted(choices, key=lambda choice: (choice.kind, choice.name, choice.place or Place("", 0, 0), choice.part)))


class Settled(msgspec.Struct, frozen=True, gc=False):
    """A branch whose test came out the same whenever it was seen, and what somebody may set to change that; `place` is the test's."""

    place: Place
    truth: bool
    choices: tuple[Choice, ...]


class Misfit(msgspec.Struct, frozen=True, gc=False):
    """A call that no argument binding satisfies, whenever it was seen: what is called, what is wrong, where it is defined."""

    place: Place
    callee: str
    reason: str
    definition: Place | None
    owner: str


class Visit(msgspec.Struct, frozen=True, gc=False):
    """A call of a definition of the project by another one (both `path::qualname`)."""

    owner: str
    callee: str


class Observations(msgspec.Struct, frozen=True):
    """Library calls and calls of project definitions by their places; branches settled by choices; calls with wrong arguments."""

    acts: Mapping[Place, Act] = {}
    visits: Mapping[Place, frozenset[Visit]] = {}
    settled: tuple[Settled, ...] = ()
    misfits: tuple[Misfit, ...] = ()

    def acting(self, roles: Collection[str]) -> frozenset[str]:
        """Return the definitions that make library calls of some roles, by themselves or through definitions they call."""
        callers: dict[str, set[str]] = {}
        for visits in self.visits.values():
            for visit in visits:
                callers.setdefault(visit.callee, set()).add(visit.owner)
        found: set[str] = set()
        pending = [act.owner for act in self.acts.values() if act.role in roles]
        while pending:
            owner = pending.pop()
            if owner not in found:
                found.add(owner)
                pending.extend(callers.get(owner, ()))
        return frozenset(found)
