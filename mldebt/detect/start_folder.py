"""Shape `start-folder`: programs of one folder whose paths are right only from different working directories."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

import msgspec

from mldebt.detect.base import Context, listed
from mldebt.model.events import Event
from mldebt.model.finding import Match, Step
from mldebt.model.project import EntryPoint

_KINDS = ("read", "write", "append")


class StartFolderSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`moves` are the calls that change the working directory or make folders: programs that do so are left out."""

    kind: str
    form: str
    moves: tuple[str, ...] = ()


def start_folder(context: Context, spec: StartFolderSpec) -> Iterator[Match]:
    """Yield one match for each folder whose programs cannot all run from one place, at the path of the program that needs the rarer one."""
    needs: dict[str, dict[str, list[tuple[str, Event]]]] = {}
    moving = {site.place.path for site in context.calls if site.api in spec.moves}
    events: dict[str, list[Event]] = {}
    for event in context.events:
        events.setdefault(event.entry, []).append(event)
    for entry in context.graph.project.entries:
        own = events.get(entry.id, [])
        moves = entry.path in moving or any(event.place.path in moving for event in own)
        found = _needed(context, entry, own) if entry.kind == "script" and not moves else None
        if found is not None:
            needs.setdefault(entry.path.rpartition("/")[0], {}).setdefault(found[0], []).append((entry.program, found[1]))
    for home, by_folder in sorted(needs.items()):
        if len(by_folder) > 1:
            yield _match(context, home, sorted(by_folder.items(), key=lambda item: (len(item[1]), item[0])))


def _needed(context: Context, entry: EntryPoint, events: list[Event]) -> tuple[str, Event] | None:
    """Return the one folder of those a program may run in where its paths lead somewhere, and an access that leads nowhere from the others."""
    if len(entry.folders) < 2 or any(folder.certain for folder in entry.folders):
        return None
    paths = [(event, path) for event in events if event.kind in _KINDS and (path := _relative(event))]
    fits = [folder.path for folder in entry.folders if all(_leads(context, folder.path, path) for _, path in paths)]
    others = [folder.path for folder in entry.folders if folder.path not in fits]
    if len(fits) != 1 or not others:
        return None
    return next(((fits[0], event) for event, path in paths if not any(_leads(context, folder, path) for folder in others)), None)


def _relative(event: Event) -> str:
    """Return the literal path of an access with a folder in it, seen from the working directory; else the empty text."""
    access = event.access
    path = access.path.literal if access is not None and access.anchor == "cwd" and access.store in ("file", "table") and event.must else None
    return path if path and "/" in path else ""


def _leads(context: Context, folder: str, path: str) -> bool:
    """Return whether a path from a folder ends in a folder of the project."""
    target = normpath(f"{folder}/{path}" if folder else path)
    return not target.startswith("..") and context.graph.project.holds_folder(target.rpartition("/")[0])


def _match(context: Context, home: str, groups: list[tuple[str, list[tuple[str, Event]]]]) -> Match:
    first = groups[0][1][0]
    steps = tuple(Step(event.place, f"`{program}` must start in `{folder or '.'}`") for folder, members in groups for program, event in members)
    says = "; ".join(f"{listed([program for program, _ in members])} start{'s' * (len(members) == 1)} in `{folder or '.'}`" for folder, members in groups)
    return Match(first[1].place, f"programs of `{home or '.'}` need different working directories: {says}", steps, home, first[1].owner,
                 components=tuple(context.graph.component(program) for _, members in groups for program, _ in members))
