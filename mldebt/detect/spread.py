"""Shape `spread`: many modules of one system call the same package themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from mldebt.detect.base import Context, listed
from mldebt.detect.retired import retired_folder
from mldebt.model.events import CallSite
from mldebt.model.finding import Match, Step

_MOST = 12


class SpreadSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At least `least` modules must call a package in one of `roles`, none of which `share` of the others go through; `severity` names the lowered one."""

    kind: str
    form: str
    roles: tuple[str, ...]
    least: int
    share: float
    severity: str = ""


def spread(context: Context, spec: SpreadSpec) -> Iterator[Match]:
    """Yield one match for each package: the largest set of modules that call it and belong together, at its first call; retired code counts for none."""
    users: dict[str, dict[str, CallSite]] = {}
    for site in context.calls:
        if site.role in spec.roles and not site.method and not retired_folder(site.place.path, context.places):
            users.setdefault(site.library, {}).setdefault(site.place.path, site)
    if not any(len(modules) >= spec.least for modules in users.values()):
        return
    systems = _systems(context)
    for library, modules in sorted(users.items()):
        own = max(([path for path in modules if path in system] for system in systems), key=len, default=[])
        if len(own) >= spec.least and not _wrapped(context, own, spec.share):
            yield _match(library, [modules[path] for path in own], spec.severity)


def _systems(context: Context) -> list[set[str]]:
    """Return, for each module that several programs share, the modules behind these programs; neither tests nor notebooks are such programs."""
    programs = dict.fromkeys(entry.path for entry in context.graph.project.entries if entry.kind not in ("test", "notebook"))
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


def _wrapped(context: Context, own: Sequence[str], share: float) -> bool:
    """Return whether a share of the modules import one among them: it wraps the package."""
    modules = context.graph.project.modules
    return any(sum(path in modules[other].imports for other in own if other != path) >= share * len(own) for path in own)


def _match(library: str, sites: Sequence[CallSite], severity: str) -> Match:
    names: Mapping[str, None] = dict.fromkeys(site.api.rpartition(".")[2] for site in sites)
    steps = tuple(Step(site.place, f"`{site.api.rpartition('.')[2]}` is called here") for site in sites[:_MOST])
    message = f"{len(sites)} modules of one system call `{library}` themselves ({listed(list(names))}) and nothing wraps it"
    return Match(sites[0].place, message, steps, library, f"{sites[0].place.path}::", None, severity)
