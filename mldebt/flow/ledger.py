"""Who does what: openings noted while the project runs, and what the run observed, by definition."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mldebt.flow.modules import ClassInfo
from mldebt.flow.value import ClassTarget, LibraryTarget, ModuleTarget, Value
from mldebt.model.deeds import UNKNOWN_BASE, Act, Deeds
from mldebt.model.facts import Definition
from mldebt.model.observed import Observations

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter

_MOST = 16


class Ledger:
    """Collects which members anybody may take, and tells what definitions do."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run
        self._opened: set[str] = set()
        self._handed: set[str] = set()
        self._looked_up: set[tuple[str, str]] = set()
        self._kept: set[str] = set()

    def open(self, value: Value) -> None:
        """Note that any member of a module, a class or an instance may be taken."""
        target = value.target
        if isinstance(target, ModuleTarget):
            self._opened.add(target.path)
        self._opened.update(self._classes(value))

    def hand(self, values: Iterable[Value], path: str) -> None:
        """Note that objects and classes are given to what lies at a library path (empty: to unknown code), which may call any public method of theirs.

        Python's own library calls nothing but what its types say.
        """
        if path.partition(".")[0] not in sys.stdlib_module_names:
            for value in values:
                for item in (value, *self._inside(value)):
                    self._handed.update(self._classes(item))

    def _inside(self, value: Value) -> tuple[Value, ...]:
        """Return what a list, tuple or dictionary holds."""
        known = self._run.heap.get(value.ref) if value.ref else None
        if known is None or known.kind not in ("list", "tuple", "dict"):
            return ()
        return (*(known.items or ()), *known.fields.values(), *(() if known.rest is None else (known.rest,)))[:_MOST]

    def _classes(self, value: Value) -> list[str]:
        """Return the ids of the class of the project that a value is, or is an instance of, and of its bases."""
        cls = value.target if isinstance(value.target, ClassTarget) else self._run.modules.class_named(value.type) if value.type else None
        return [] if cls is None else [self._id(item.target) for item in self._run.modules.linearised(cls) if isinstance(item, ClassInfo)]

    def keep(self, path: str, definition: Definition) -> None:
        """Note that what a function or class gives may be kept between its calls."""
        self._kept.add(f"{path}::{definition.qualname}")

    def look_up(self, name: Value) -> None:
        """Note that a member is taken by a name that is known in part."""
        for text in name.texts:
            front, back = (part if isinstance(part, str) else "" for part in (text.parts[0], text.parts[-1])) if len(text.parts) > 1 else ("", "")
            if front or back:
                self._looked_up.add((front, back))

    def reached(self) -> frozenset[str]:
        """Return the ids of the functions that were called so far, and of the classes that instances were made of."""
        names = {f"{path}::{self._run.definition(path, index).qualname}" for path, index in self._run.functions.reached}
        return frozenset(names | self._run.class_types.keys())

    def deeds(self, observed: Observations) -> Deeds:
        """Return what each definition does, of library calls the first of each role."""
        acts: dict[str, dict[str, Act]] = {}
        for place, act in observed.acts.items():
            acts.setdefault(act.owner, {}).setdefault(act.role, Act(act.role, act.api, place))
        calls: dict[str, set[str]] = {}
        for visit in (visit for visits in observed.visits.values() for visit in visits):
            calls.setdefault(visit.owner, set()).add(visit.callee)
        return Deeds({owner: tuple(found.values()) for owner, found in acts.items()}, {owner: frozenset(found) for owner, found in calls.items()},
                     {self._id(cls): tuple(self._bases(cls)) for cls in self._run.modules.classes}, frozenset(self._opened),
                     frozenset(self._looked_up), frozenset(self._handed), frozenset(self._kept))

    def _bases(self, cls: ClassTarget) -> list[str]:
        line = self._run.modules.linearised(cls)
        unknown = any(not isinstance(base.target, ClassTarget | LibraryTarget) for item in line if isinstance(item, ClassInfo) for base in item.bases)
        return [*(self._id(item.target) if isinstance(item, ClassInfo) else item for item in line[1:]), *[UNKNOWN_BASE] * unknown]

    def _id(self, cls: ClassTarget) -> str:
        return f"{cls.path}::{self._run.definition(cls.path, cls.index).qualname}"
