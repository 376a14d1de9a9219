"""Noting what happens at places: library calls, calls of project functions, branches, arguments that do not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mldebt.model.observed import Act, Choice, Misfit, Observations, Settled, Visit, in_order
from mldebt.model.source import Place


class Observer:
    """Collects over a whole run; what a place does under any call counts."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._acts: dict[Place, Act] = {}
        self._visits: dict[Place, set[tuple[str, str, int]]] = {}
        self._branches: dict[Place, tuple[bool | None, frozenset[Choice]]] = {}
        self._misfits: dict[Place, Misfit | None] = {}

    def act(self, place: Place, role: str, api: str, owner: str) -> None:
        """Note a library call."""
        if place not in self._acts:
            self._acts[place] = Act(role, api, owner)

    def visit(self, place: Place, owner: str, path: str, index: int) -> None:
        """Note a call of definition `index` of a project file."""
        known = self._visits.get(place)
        if known is None:
            self._visits[place] = {(owner, path, index)}
        else:
            known.add((owner, path, index))

    def branch(self, place: Place, truth: bool | None, choices: frozenset[Choice]) -> None:
        """Note how a test came out: it stays settled as long as it comes out the same."""
        known = self._branches.get(place)
        if known is None:
            if choices:
                self._branches[place] = (truth, choices)
        elif known[0] is not None:
            self._branches[place] = (known[0] if known[0] is truth else None, known[1] | choices)

    @property
    def watched(self) -> bool:
        """Return whether some test depends on what somebody may set."""
        return bool(self._branches)

    def fit(self, place: Place, misfit: Misfit | None) -> None:
        """Note whether the arguments of a call fit; a call that fits once may be meant."""
        if misfit is None or place not in self._misfits:
            self._misfits[place] = misfit

    def observations(self, named: Callable[[str, int], str]) -> Observations:
        """Return everything seen; `named` gives the qualified name of a definition."""
        visits = {place: frozenset(Visit(owner, f"{path}::{named(path, index)}") for owner, path, index in found) for place, found in self._visits.items()}
        settled: Iterable[Settled] = (Settled(place, truth, in_order(choices)) for place, (truth, choices) in self._branches.items()
                                      if truth is not None and choices)
        return Observations(self._acts, visits, tuple(sorted(settled, key=lambda item: item.place)),
                            tuple(found for _, found in sorted(self._misfits.items()) if found is not None))
