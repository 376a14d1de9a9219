"""Shape `unused`: a function or class that nothing reaches or names touches data, models or training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

import msgspec

from mldebt.detect.base import Context, listed
from mldebt.detect.lessons import handles_tables, has_blanks, shows
from mldebt.detect.retired import retired_folder
from mldebt.detect.touch import Touch
from mldebt.graph.liveness import Liveness, Unused
from mldebt.link.copied import Copied
from mldebt.model.facts import PythonFacts
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place

MOST = 24


class UnusedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`roles`: roles of library rows that matter; `handling`: those that matter in what a cell of a notebook shows alone, and in methods that anybody may call;
    what calls one of `drawing` and otherwise but those of `moving` is a picture, which does not;
    `called-by-name`: names under which platforms find functions; `interfaces`: files of such names only; `copied`: names of folders
    for copies of others' work; `rights`: words that stand in what says whose a file is; `collected`: types whose subclasses a runner finds; `blanks`: words
    that together say in a notebook that its reader has to write some of it. Folders of retired code are debts as a whole.
    """

    kind: str
    form: str
    roles: tuple[str, ...]
    handling: tuple[str, ...] = ()
    drawing: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()
    called_by_name: tuple[str, ...] = msgspec.field(name="called-by-name", default=())
    interfaces: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    blanks: tuple[tuple[str, ...], ...] = ()
    collected: tuple[str, ...] = ()
    confidence: Confidence = "high"


class _Dead(NamedTuple):
    """An unused definition with the evidence that it touches something; `lines` are how long it is."""

    item: Unused
    proof: Step
    lines: int


def unused(context: Context, spec: UnusedSpec) -> Iterator[Match]:
    """Yield one match for each file that defines what nothing uses, and one for all files of a package that others may import.

    A file all of whose dead code was pasted from, or into, another one is no finding of its own.
    """
    files: dict[str, list[_Dead]] = {}
    for path, items in groupby(_Finder(context, spec).found(), key=lambda dead: dead.item.path):
        found = list(items)
        package = next((dead.item.package for dead in found if dead.item.package is not None), None)
        files.setdefault(path if package is None else f"{package}*", []).extend(found)
    for same in _copies(files.values()):
        yield _match(same[0], [dead.item for found in same[1:] for dead in found], spec)


class _Finder:
    """Finds what nothing uses and is worth telling."""

    def __init__(self, context: Context, spec: UnusedSpec) -> None:
        self._context, self._spec = context, spec
        self._copied = Copied(context.graph.project, context.catalogue, spec.copied, spec.rights)
        self._touch = Touch(context, spec.roles, spec.drawing, spec.moving)
        self._handles = Touch(context, spec.handling, spec.drawing, spec.moving)

    def found(self) -> Iterator[_Dead]:
        """Yield the dead definitions that touch something, and those that use one of them, file by file."""
        project = self._context.graph.project
        items = Liveness(project, self._context.deeds, self._context.catalogue, self._spec.called_by_name).unused()
        for path, of_file in groupby(items, key=lambda item: item.path):
            facts = project.modules[path].facts
            if path.rpartition("/")[2] in self._spec.interfaces or retired_folder(path, self._context.places) or self._copied.holds(path) or has_blanks(
                    facts, self._spec.blanks):
                continue
            dead = [item for item in of_file if set(self._spec.collected).isdisjoint(self._context.deeds.bases.get(item.id, ()))]
            proofs = {item.definition.qualname: step for item in dead if (step := self._proof(item, facts)) is not None}
            self._spread(dead, proofs)
            yield from (_Dead(item, proofs[name], _lines(facts, item)) for item in dead if (name := item.definition.qualname) in proofs)

    def _proof(self, item: Unused, facts: PythonFacts) -> Step | None:
        """Return the evidence that a definition touches what matters; of a method that anybody may call, and of what a cell only shows, more is asked."""
        open_method = item.definition.parent >= 0 and not item.definition.name.startswith("_")
        shown = shows(facts, item.definition) and not handles_tables(self._context.catalogue, item.definition)
        return (self._handles if open_method or shown else self._touch).step(item.path, item.definition)

    def _spread(self, dead: list[Unused], proofs: dict[str, Step]) -> None:
        """Add the proofs of definitions that use one with a proof: whoever deletes the one has to delete the other."""
        known = {item.definition.qualname: item for item in dead}
        pending = list(proofs)
        while pending:
            name = pending.pop(0)
            for user in known[name].users:
                if user in known and user not in proofs:
                    proofs[user] = Step(_place(known[user]), f"it uses `{name}`, which nothing else does")
                    pending.append(user)


def _lines(facts: PythonFacts, item: Unused) -> int:
    return facts.table.locate(item.definition.end).line - facts.table.locate(item.definition.at).line


def _copies(files: Iterable[list[_Dead]]) -> Iterable[list[list[_Dead]]]:
    """Return what was found in files, each with the files in which there is nothing but copies of it: of the same names, with the same parameters."""
    groups: dict[frozenset[tuple[str, ...]], list[list[_Dead]]] = {}
    for found in sorted(files, key=lambda found: -len(found)):  # (stable: of equal ones the first file leads)
        several = len({dead.item.path for dead in found}) > 1
        found.sort(key=lambda dead: (bool(dead.item.users), -dead.lines if several else 0))
        names = frozenset((dead.item.definition.qualname, *(param.name for param in dead.item.definition.params)) for dead in found)
        groups.setdefault(next((other for other in groups if names <= other), names), []).append(found)
    return groups.values()


def _match(found: list[_Dead], copies: list[Unused], spec: UnusedSpec) -> Match:
    first = found[0].item
    names = tuple(dead.item.definition.qualname for dead in found)
    verb, them = ("is", "it") if len(set(names)) == 1 else ("are", "them")
    files = len({dead.item.path for dead in found})
    steps = (found[0].proof, *(Step(_place(item), f"`{item.definition.qualname}` is {_used(item)}") for item, _, _ in found[1:MOST]),
             *(Step(_place(item), f"the same in `{item.path}`") for item in copies[:MOST]))
    return Match(_place(first), f"{listed(tuple(dict.fromkeys(names)))}{f' in {files} files' * (files > 1)} {verb} never used: no program reaches {them} and "
                 f"{_unused_elsewhere([dead.item for dead in found], them)}", steps, " ".join(names), first.id,
                 spec.confidence if first.package is None else "medium",
                 covers=tuple(Place(item.path, item.definition.at, item.definition.end) for item in (*(dead.item for dead in found), *copies)))


def _used(item: Unused) -> str:
    """Return in words who uses a dead definition: nobody, or others that nobody uses."""
    return f"used by {listed(item.users)} alone" if item.users else "never used either"


def _unused_elsewhere(found: list[Unused], them: str) -> str:
    """Return in words what other files do with dead names: a package may pass them on, and others may have the same names."""
    packages = tuple(dict.fromkeys(item.passed_on for item in found if item.passed_on))
    if packages:
        return f"no other file uses {them}: {listed(packages)} only pass{'es' * (len(packages) == 1)} {them} on"
    return f"no other file {'uses' if any(item.namesake for item in found) else 'refers to'} {them}"


def _place(item: Unused) -> Place:
    return Place(item.path, item.definition.name_at, item.definition.name_at + len(item.definition.name))
