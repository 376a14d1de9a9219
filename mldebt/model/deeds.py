"""What the definitions of a project do: library calls they make, definitions they call, classes they derive from."""

from __future__ import annotations

import msgspec

from mldebt.model.source import Place

UNKNOWN_BASE = "?"


class Act(msgspec.Struct, frozen=True, gc=False):
    """A library call: the role its row gives it, the library path, and where it stands."""

    role: str
    api: str
    place: Place


class Deeds(msgspec.Struct, frozen=True):
    """What interpretation saw every definition do; all ids are `path::qualname`, a module's is `path::`.

    `acts` holds the first act of each role, `calls` the definitions called. `bases` are the bases of a class, nearest first: ids of project classes, paths of
    library types, `UNKNOWN_BASE` for one that nothing tells. `opened` are modules (by path) and classes whose members are taken by names that are not known;
    `looked_up` are the beginnings and ends of such names where they are known in part. `handed` are classes of which a library, or unknown code, was given an
    instance or the class itself. `kept` are functions whose results something keeps, or may keep: a decorator of a library that caches, or an unknown one.
    """

    acts: dict[str, tuple[Act, ...]] = {}
    calls: dict[str, frozenset[str]] = {}
    bases: dict[str, tuple[str, ...]] = {}
    opened: frozenset[str] = frozenset()
    looked_up: frozenset[tuple[str, str]] = frozenset()
    handed: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
