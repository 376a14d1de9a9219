"""The folder a program works in, followed through its run: after a move relative paths start elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from mldebt.model.events import Access, Event, Kind
from mldebt.model.pattern import UNKNOWN, pattern
from mldebt.model.source import Place

MOVE: Kind = "chdir"
_STORES = ("file", "folder", "table")
_NOWHERE = Access("folder", UNKNOWN)


def followed(events: Iterable[Event]) -> Iterator[Event]:
    """Yield the events of one run with relative paths as seen from the folder it starts in: below where it moved to, below a hole where that is not known."""
    folder: Access | None = None
    moved: set[Place] = set()
    for event in events:
        access = event.access
        if access is not None and event.kind == MOVE:
            again = event.place in moved and access.anchor == "cwd" and folder is not None  # nobody knows how often
            folder = _NOWHERE if again else _entered(folder, access)
            moved.add(event.place)
        elif access is not None and folder is not None and access.anchor == "cwd" and access.store in _STORES:
            event = msgspec.structs.replace(event, access=_inside(folder, access))
        yield event


def _entered(folder: Access | None, target: Access) -> Access | None:
    """Return the folder that a program moves to; None for the one it started in, which is all that `.` can be: where it was before."""
    if target.anchor == "cwd" and target.path.literal in ("", "."):
        return None
    if target.anchor not in ("cwd", "file", "absolute", "home") or target.path.unknown:
        return _NOWHERE
    return _inside(folder, target) if folder is not None and target.anchor == "cwd" else target


def _inside(folder: Access, access: Access) -> Access:
    """Return a relative access as one of a folder."""
    parts = (*folder.path.parts, "/", *access.path.parts) if folder.path.parts else access.path.parts
    return msgspec.structs.replace(access, path=pattern(*parts), anchor=folder.anchor)
