"""Python files that are data of the project: a program of it lists their folder and looks at what lies there, and no code of it imports or runs one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from mldebt.graph.identity import inside
from mldebt.graph.project_graph import ProjectGraph
from mldebt.model.events import Access, Event
from mldebt.model.pattern import Hole

MANY = 10
"""So many Python files are a set of samples; a few are scripts that lie beside data."""


def samples(graph: ProjectGraph, events: Iterable[Event]) -> Mapping[str, int]:
    """Return the folders, with a slash at the end, whose Python files are data, each with how many of them lie in it."""
    events, project = tuple(events), graph.project
    starting = {event.entry for event in events if event.kind == "launch"}
    entries = {entry.id: entry for entry in project.entries if entry.id not in starting}
    listed: set[str] = set()
    for event in events:
        entry, below = entries.get(event.entry), _listed(event.access) if event.access is not None and event.kind in ("read", "probe") else ""
        if entry is not None and below and event.access is not None:
            folders = (found for folder in entry.folders if (found := inside("" if event.access.anchor == "file" else folder.path, below)))
            listed.update(f"{folder}/" for folder in folders if not event.place.path.startswith(f"{folder}/") and not entry.path.startswith(f"{folder}/"))
    held = Counter(folder for folder in listed for path in project.modules if path.startswith(folder))
    return {folder: count for folder, count in sorted(held.items()) if count >= MANY and not _used(graph, folder)}


def _listed(access: Access) -> str:
    """Return the folder whose files an access goes through, whatever their names; empty where it is not known, and where one kind of file is asked for."""
    head, *rest = access.path.parts or ("",)
    if not isinstance(head, str) or access.store != "file" or access.anchor not in ("cwd", "file"):
        return ""
    every = bool(rest) and all(part == "/" or isinstance(part, Hole) and part.kind == "list" for part in rest)
    return head.removesuffix("/") if every and head.endswith("/") else ""


def _used(graph: ProjectGraph, folder: str) -> bool:
    """Return whether code outside of a folder imports a Python file inside, or a command out there starts one."""
    for path in graph.project.modules:
        if path.startswith(folder):
            users = {place.path for place in graph.project.importers.get(path, ())} | graph.starters(path)
            if any(not user.startswith(folder) for user in users):
                return True
    return False
