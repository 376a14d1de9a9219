"""Shape `spread`: many modules of one system call the same package themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from mldebt.detect.base import Context, listed
from mldebt.detect.retired import retired_folder
from mldebt.model.events import CallSite
from mldebt.model.finding import Match, Step

_MOST = 12


class SpreadSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At least `least` modules must call a package in one of `roles`, none of which `share` of the others go through; `severity` names the lowered one.

    `examples`: names of folders whose code shows how the system is used and is no part of it.
    """

    kind: str
    form: str
    roles: tuple[str, ...]
    least: int
    share: float
    examples: tuple[str, ...] = ()
    severity: str = ""


def spread(context: Context, spec: SpreadSpec) -> Iterator[Match]:
    """Yield one match for each package: the largest set of modules that call it and belong together, at its first call; retired code counts for none."""
    users: dict[str, dict[str, CallSite]] = {}
    for site in context.calls:
        if site.role in spec.roles and not site.method and not retired_folder(site.place.path, context.places):
            users.setdefault(site.library, {}).setdefault(site.place.path, site)
    if not any(len(modules) >= spec.least for modules in users.values()):
        return
    systems = _systems(context, spec.examples)
    for library, modules in sorted(users.items()):
        own = max((_themselves(context, [path for path in modules if path in system], system, spec.share) for system in systems), key=len, default=[])
        if len(own) >= spec.least:
            yield _match(library, [modules[path] for path in own], spec.severity)


def _systems(context: Context, examples: Sequence[str]) -> list[set[str]]:
    """Return, for each module that several programs share, the modules behind these programs; neither tests, notebooks (scripts in cells too) nor examples."""
    project = context.graph.project
    programs = dict.fromkeys(entry.path for entry in project.entries if entry.kind not in ("test", "notebook") and not project.modules[entry.path].facts.cells
                             and set(entry.path.split("/")[:-1]).isdisjoint(examples))
    behind = [_reached(context, path) for path in programs]
    sharing: dict[str, list[int]] = {}
    for number, modules in enumerate(behind):
        for module in modules:
            sharing.setdefault(module, []).append(number)
    groups = dict.fromkeys(tuple(numbers) for numbers in sharing.values() if len(numbers) > 1)
    return [set().union(*(behind[number] for number in group)) for group in groups]


def _reached(context: Context, path: str) -> set[str]:
    """Return a module and those it imports, directly or not."""
    modules, reached, pending = context.graph.project.modules, set[str](), [path]
    while pending:
        current = pending.pop()
        if current in modules and current not in reached:
            reached.add(current)
            pending.extend(modules[current].imports)
    return reached


def _themselves(context: Context, own: Sequence[str], system: Collection[str], share: float) -> list[str]:
    """Return those callers of a package that wrap it for nobody; none when a share of the modules that need it go through one wrapper.

    A wrapper is a caller, or a package of the project with several of them, that other modules import.
    """
    modules, kept = context.graph.project.modules, dict.fromkeys(own)
    for unit in _units(context, own, system):
        through = {path for path in system if path not in unit and path in modules and not unit.isdisjoint(modules[path].imports)}
        if len(through) >= share * len(through.union(own) - unit) > 0:
            return []
        if len(through.difference(own)) > 1:
            kept = {path: None for path in kept if path not in unit}
    return list(kept)


def _units(context: Context, own: Sequence[str], system: Collection[str]) -> Iterator[frozenset[str]]:
    """Yield what may wrap a package for others: each caller, and the modules of each package of the project that has several."""
    folders = Counter(path.rpartition("/")[0] for path in own)
    yield from (frozenset((path,)) for path in own)
    for folder, count in folders.items():
        if count > 1 and f"{folder}/__init__.py" in context.graph.project.modules:
            yield frozenset(path for path in system if path.startswith(f"{folder}/"))


def _match(library: str, sites: Sequence[CallSite], severity: str) -> Match:
    names: Mapping[str, None] = dict.fromkeys(site.api.rpartition(".")[2] for site in sites)
    steps = tuple(Step(site.place, f"`{site.api.rpartition('.')[2]}` is called here") for site in sites[:_MOST])
    message = f"{len(sites)} modules of one system call `{library}` themselves ({listed(list(names))}) and no module wraps it for them"
    return Match(sites[0].place, message, steps, library, f"{sites[0].place.path}::", None, severity)
