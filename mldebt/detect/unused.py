"""Shape `unused`: a function or class that nothing reaches or names touches data, models or training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from mldebt.detect.base import Context, listed
from mldebt.detect.lessons import handles_tables, has_blanks, shows
from mldebt.detect.retired import retired_folder
from mldebt.detect.touch import Touch
from mldebt.graph.liveness import Liveness, Unused
from mldebt.link.copied import Copied
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place

MOST = 24


class UnusedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`roles`: roles of library rows that matter; `handling`: those that matter in what a cell of a notebook shows alone;
    `called-by-name`: names under which platforms find functions; `interfaces`: files of such names only; `copied`: names of folders
    for copies of others' work; `rights`: words that stand in what says whose a file is; `collected`: types whose subclasses a runner finds; `blanks`: words
    that together say in a notebook that its reader has to write some of it. Folders of retired code are debts as a whole.
    """

    kind: str
    form: str
    roles: tuple[str, ...]
    handling: tuple[str, ...] = ()
    called_by_name: tuple[str, ...] = msgspec.field(name="called-by-name", default=())
    interfaces: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    blanks: tuple[tuple[str, ...], ...] = ()
    collected: tuple[str, ...] = ()
    confidence: Confidence = "high"


def unused(context: Context, spec: UnusedSpec) -> Iterator[Match]:
    """Yield one match for each file that defines what nothing uses; a file all of whose dead code was pasted from, or into, another one is no finding of its
    own."""
    project, copied = context.graph.project, Copied(context.graph.project, context.catalogue, spec.copied, spec.rights)
    touch, handles = Touch(context, spec.roles), Touch(context, spec.handling)
    files: dict[str, list[tuple[Unused, Step]]] = {}
    for item in Liveness(project, context.deeds, context.catalogue, spec.called_by_name).unused():
        facts = project.modules[item.path].facts
        left_alone = item.path.rpartition("/")[2] in spec.interfaces or retired_folder(item.path, context.places) or copied.holds(item.path) or not set(
            spec.collected).isdisjoint(context.deeds.bases.get(item.id, ()))
        asked = handles if shows(facts, item.definition) and not handles_tables(context.catalogue, item.definition) else touch
        step = asked.step(item.path, item.definition) if not left_alone and not has_blanks(facts, spec.blanks) else None
        if step is not None:
            files.setdefault(item.path, []).append((item, step))
    for same in _copies(files.values()):
        yield _match(tuple(item.definition.qualname for item, _ in same[0]), same[0], [item for found in same[1:] for item, _ in found], spec)


def _copies(files: Iterable[list[tuple[Unused, Step]]]) -> Iterable[list[list[tuple[Unused, Step]]]]:
    """Return what was found in files, each with the files in which there is nothing but copies of it: of the same names, with the same parameters."""
    groups: dict[frozenset[tuple[str, ...]], list[list[tuple[Unused, Step]]]] = {}
    for found in sorted(files, key=lambda found: -len(found)):  # (stable: of equal ones the first file leads)
        found.sort(key=lambda pair: pair[0].helper)
        names = frozenset((item.definition.qualname, *(param.name for param in item.definition.params)) for item, _ in found)
        groups.setdefault(next((other for other in groups if names <= other), names), []).append(found)
    return groups.values()


def _match(names: tuple[str, ...], found: list[tuple[Unused, Step]], copies: list[Unused], spec: UnusedSpec) -> Match:
    first, proof = found[0]
    verb, them = ("is", "it") if len(found) == 1 else ("are", "them")
    steps = (proof, *(Step(_place(item), f"`{item.definition.qualname}` is {'used only by such' if item.helper else 'never used either'}")
                      for item, _ in found[1:MOST]),
             *(Step(_place(item), f"the same in `{item.path}`") for item in copies[:MOST]))
    return Match(_place(first), f"{listed(names)} {verb} never used: no program reaches {them} and {_unused_elsewhere(found, them)}",
                 steps, " ".join(names), first.id, spec.confidence,
                 covers=tuple(Place(item.path, item.definition.at, item.definition.end) for item in (*(item for item, _ in found), *copies)))


def _unused_elsewhere(found: list[tuple[Unused, Step]], them: str) -> str:
    """Return in words what other files do with dead names: a package may pass them on, and others may have the same names."""
    packages = tuple(dict.fromkeys(item.passed_on for item, _ in found if item.passed_on))
    if packages:
        return f"no other file uses {them}: {listed(packages)} only pass{'es' * (len(packages) == 1)} {them} on"
    return f"no other file {'uses' if any(item.namesake for item, _ in found) else 'refers to'} {them}"


def _place(item: Unused) -> Place:
    return Place(item.path, item.definition.name_at, item.definition.name_at + len(item.definition.name))
