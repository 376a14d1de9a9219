"""Which definitions nothing uses: the interpreter never reached them, and their names stand nowhere but in themselves and in others that nothing uses."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from mldebt.knowledge.libraries import Catalogue
from mldebt.link.distribution import offered_folders, set_up_folders
from mldebt.link.mentions import Mentions
from mldebt.link.modules import imports
from mldebt.link.project import is_test
from mldebt.model.deeds import UNKNOWN_BASE, Deeds
from mldebt.model.facts import Definition, PythonFacts, decode_body
from mldebt.model.project import Project
from mldebt.model.scopes import mentions

_BY_NAME = frozenset({"globals", "locals", "eval", "exec"})
_INIT, _OBJECT = "__init__.py", "object"
_SUBCLASSES, _GATHERING = "__subclasses__", "__init_subclass__"


@dataclass(frozen=True, slots=True)
class Unused:
    """A definition that nothing uses; `users`: the others of its file that nothing uses and that name it; `passed_on`: the `__init__` that all the same takes
    it in.

    `namesake`: another file has the name, for something of its own. `package`: the folder of a set-up file that makes it importable by others, if any.
    """

    path: str
    index: int
    definition: Definition
    users: tuple[str, ...] = ()
    passed_on: str = ""
    namesake: bool = False
    package: str | None = None

    @property
    def id(self) -> str:
        """Return the id under which `Deeds` knows it."""
        return f"{self.path}::{self.definition.qualname}"


class Liveness:
    """Answers which functions and classes of a project are dead; both sources must say so: what was reached, and what is mentioned."""

    def __init__(self, project: Project, deeds: Deeds, catalogue: Catalogue, called_by_name: Collection[str] = ()) -> None:
        """`called_by_name` are names under which something outside of the project finds functions."""
        self._project, self._deeds, self._catalogue, self._called = project, deeds, catalogue, frozenset(called_by_name)
        self._methods = catalogue.method_names()
        self._mentions = Mentions(project)
        self._offered, self._set_up = offered_folders(project), set_up_folders(project)
        self._programs = {entry.path for entry in project.entries if entry.definition < 0}
        self._opened, self._brought = self._through_packages(deeds.opened)
        self._gathers = any(_SUBCLASSES in module.facts.attrs for module in project.modules.values())

    def unused(self) -> Iterator[Unused]:
        """Yield the outermost definitions that nothing uses, by file and place."""
        for path, module in self._project.modules.items():
            facts = module.facts
            if is_test(path, facts) or path in self._opened or facts.problems:
                continue  # of what cannot be read nobody knows which names it uses
            candidates = frozenset(number for number, definition in enumerate(facts.definitions) if self._may_be_dead(path, facts, definition))
            if candidates:
                for item in _dead(path, facts, candidates):
                    name = item.definition.name
                    yield replace(item, passed_on=self._mentions.passing_on(name, path), namesake=self._mentions.namesake(name, path),
                                  package=self._package(path) if not name.startswith("_") else None)

    def _through_packages(self, opened: Collection[str]) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
        """Return the files of which somebody may take any name: modules that are handed on as a whole, and what such packages take in with a star.

        What they bring together name by name is the other result.
        """
        found, brought, pending = set[str](), set[tuple[str, str]](), list(opened)
        while pending:
            path = pending.pop()
            module = self._project.modules.get(path)
            if path in found or module is None:
                continue
            found.add(path)
            names = {alias.name for body in module.facts.bodies[:1] for node in imports(decode_body(body)) for alias in node.aliases}
            if path.endswith(_INIT):
                pending.extend(module.imports if "*" in names else ())
                brought.update((other, name) for other in module.imports for name in names)
        return frozenset(found), frozenset(brought)

    def _may_be_dead(self, path: str, facts: PythonFacts, definition: Definition) -> bool:
        """Return whether nothing outside of the file speaks for a definition."""
        name, id_ = definition.name, f"{path}::{definition.qualname}"
        known = name in self._called or name in facts.told or (path, name) in self._brought or id_ in self._project.reached
        if known or definition.decorators or (name.startswith("__") and name.endswith("__")):
            return False
        if not name.startswith("_") and self._is_offered(path) or any(name.startswith(front) and name.endswith(back) for front, back in self._deeds.looked_up):
            return False
        if definition.kind == "class" and not self._plain_class(id_, definition):
            return False
        if definition.parent >= 0 and not self._plain_method(path, facts.definitions[definition.parent], definition):
            return False
        return not self._mentions.elsewhere(name, path)

    def _is_offered(self, path: str) -> bool:
        """Return whether code elsewhere may use a file's public names: it is part of a distribution, and not only a program."""
        return self._is_importable(path) and any(path.startswith(folder) for folder in self._offered)

    def _is_importable(self, path: str) -> bool:
        return path not in self._programs or path in self._project.importers

    def _package(self, path: str) -> str | None:
        """Return the innermost folder of a set-up file around what is not only a program."""
        around = [folder for folder in self._set_up if path.startswith(folder)] if self._is_importable(path) else []
        return max(around, key=len, default=None)

    def _plain_class(self, id_: str, definition: Definition) -> bool:
        """Return whether making a class tells no one of it: its bases are known, and none of them gathers its subclasses.

        A library that no row describes may look for the classes that derive from its own.
        """
        bases = self._deeds.bases.get(id_, (UNKNOWN_BASE,))
        own = [base for base in bases if "::" in base]
        if not all(base in own or self._catalogue.type(base) or base.partition(".")[0] in sys.stdlib_module_names for base in bases):
            return False
        gathers = any(base.keyword is not None for base in definition.bases) or (bool(own) and self._gathers)
        return not gathers and not any(_GATHERING in self._members(base) for base in own)

    def _plain_method(self, path: str, parent: Definition, definition: Definition) -> bool:
        """Return whether a definition is a method that no library knows of and that overrides none: all bases of its class are the project's own.

        Whoever is given an object may know its public methods.
        """
        id_ = f"{path}::{parent.qualname}"
        bases = self._deeds.bases.get(id_, (UNKNOWN_BASE,))
        if parent.kind != "class" or id_ in self._deeds.opened or definition.kind == "class" or definition.name in self._methods:
            return False
        if id_ in self._deeds.handed and not definition.name.startswith("_"):
            return False
        return all("::" in base and definition.name not in self._members(base) or base.rpartition(".")[2] == _OBJECT for base in bases)

    def _members(self, id_: str) -> frozenset[str]:
        """Return the names of the definitions in a class body."""
        path, _, qualname = id_.partition("::")
        front = qualname + "."
        return frozenset(item.name for item in self._project.modules[path].facts.definitions if item.qualname == front + item.name)


def _dead(path: str, facts: PythonFacts, candidates: frozenset[int]) -> Iterator[Unused]:
    """Yield the candidates of a file that nothing in it uses, those inside of others left out."""
    words = mentions(facts)
    dead = candidates - _live(facts, words, candidates)
    outer = {number: _outermost(facts, number, dead) for number in dead}
    for number in sorted(set(outer.values())):
        name = facts.definitions[number].name
        users = {outer[inner] for scope, found in words.items() if name in found and (inner := _dead_around(facts, scope, dead)) is not None}
        yield Unused(path, number, facts.definitions[number], tuple(facts.definitions[user].qualname for user in sorted(users - {number})))


def _dead_around(facts: PythonFacts, scope: int, dead: Collection[int]) -> int | None:
    """Return the innermost dead definition that a scope is or stands in."""
    while scope >= 0 and scope not in dead:
        scope = facts.definitions[scope].parent
    return scope if scope >= 0 else None


def _outermost(facts: PythonFacts, number: int, dead: Collection[int]) -> int:
    """Return the outermost of the dead definitions that one stands in."""
    while facts.definitions[number].parent in dead:
        number = facts.definitions[number].parent
    return number


def _live(facts: PythonFacts, words: Mapping[int, frozenset[str]], candidates: frozenset[int]) -> frozenset[int]:
    """Return the candidates of a file that something in it uses: the module itself, what is no candidate, or another that is used."""
    by_name: dict[str, list[int]] = {}
    for number in candidates:
        by_name.setdefault(facts.definitions[number].name, []).append(number)
    if not _BY_NAME.isdisjoint(facts.names):
        return candidates
    live: set[int] = set()
    pending = [-1]
    while pending:
        scope = pending.pop()
        found = {number for word in words.get(scope, ()) for number in by_name.get(word, ())}
        inside = {number for number, definition in enumerate(facts.definitions) if definition.parent == scope and number not in candidates}
        new = (found | inside) - live
        live |= new
        pending.extend(new)
    return frozenset(live)
