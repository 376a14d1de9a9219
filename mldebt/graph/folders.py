"""Where programs run whose folder nobody states: in one folder, under which their paths meet the project's files and those of other programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mldebt.graph.identity import candidates
from mldebt.model.events import Event
from mldebt.model.project import EntryPoint, Project

Scores = Mapping[str, Counter[str]]


def scores(project: Project, held: Sequence[tuple[Event, EntryPoint]], *, bare: bool) -> dict[str, Counter[str]]:
    """Return for each program and each folder it may run in how many of its paths lie in the project: files count twice, folders once.

    `bare`: a bare name counts for the folder of its program; that one is always there, so it says little.
    """
    folders = {name.rpartition("/")[0] for name in project.tracked}
    found: dict[str, Counter[str]] = {}
    for event, entry in held:
        if event.access is not None and event.access.anchor == "cwd":
            score = found.setdefault(entry.program, Counter())
            for folder in entry.folders:
                for key, _ in candidates(event.access, [folder], entry.base):
                    path = key.partition("#")[0]
                    score[folder.path] += 2 * (path in project.tracked) + (
                        "/" in path and path.rpartition("/")[0] in folders and (bare or _in_folder(event)))
    return found


class Folders:
    """Votes on the folder of each program: `chosen` by program, where one folder has most votes. Bare names have none: they are found anywhere."""

    def __init__(self, held: Sequence[tuple[Event, EntryPoint]], likely: Scores) -> None:
        """Choose what commands state and what the project's files tell; then let programs follow those they share files with, and those beside them."""
        self.chosen: dict[str, str] = {}
        self._known: set[tuple[bool, str]] = set()
        self._keys: dict[str, dict[str, set[tuple[bool, str]]]] = {}
        stated = self._collect(held)
        self._choose({**{program: folder for program in self._keys if (folder := _lead(likely.get(program, Counter()))) is not None}, **stated})
        self._follow()
        self._choose({program: folder for program in self._open() if (folder := _beside(program, stated)) is not None})
        self._follow()
        self._choose(self._pairs())
        self._follow()

    def _collect(self, held: Iterable[tuple[Event, EntryPoint]]) -> dict[str, str]:
        """Note the keys of every path by program and folder; return the folders that are stated."""
        stated: dict[str, str] = {}
        for event, entry in held:
            access, mine = event.access, self._keys.setdefault(entry.program, {})
            if len(entry.folders) == 1:
                stated[entry.program] = entry.folders[0].path
            for folder in entry.folders if access is not None and access.anchor == "cwd" else ():
                keys = candidates(access, [folder], entry.base) if access is not None and _in_folder(event) else ()
                mine.setdefault(folder.path, set()).update((event.kind != "read", key) for key, _ in keys)
            if access is not None and access.anchor == "file":
                self._known.update((event.kind != "read", key) for key, _ in candidates(access, (), entry.base))
        return stated

    def _open(self) -> list[str]:
        return [program for program in self._keys if program not in self.chosen]

    def _choose(self, found: Mapping[str, str]) -> bool:
        for program, folder in found.items():
            self.chosen[program] = folder
            self._known.update(self._keys[program].get(folder, ()))
        return bool(found)

    def _follow(self) -> None:
        """Choose for programs that read what those write whose folder is chosen, or write what they read, and so on."""
        while self._choose({program: folder for program in self._open() if (folder := _lead(self._shared(program))) is not None}):
            pass

    def _shared(self, program: str) -> Counter[str]:
        return Counter({folder: sum((not writes, key) in self._known for writes, key in _other(keys)) for folder, keys in self._keys[program].items()})

    def _pairs(self) -> dict[str, str]:
        """Return the folders under which one program reads what another writes, of which neither is chosen yet."""
        users: dict[tuple[bool, str], set[str]] = {}
        for program in self._open():
            for keys in self._keys[program].values():
                for use in keys:
                    users.setdefault(use, set()).add(program)
        found: dict[str, str] = {}
        for program in self._open():
            score = Counter({folder: sum(bool(users.get((not writes, key), set()) - {program}) for writes, key in _other(keys))
                             for folder, keys in self._keys[program].items()})
            if (folder := _lead(score)) is not None:
                found[program] = folder
        return found


def _other(keys: Iterable[tuple[bool, str]]) -> list[tuple[bool, str]]:
    """Return the uses that need another program: not of what is written and read by one."""
    known = set(keys)
    return [(writes, key) for writes, key in known if (not writes, key) not in known]


def _in_folder(event: Event) -> bool:
    """Return whether a path names a folder before its last segment."""
    return event.access is not None and "/" in event.access.path.show()


def _lead(score: Mapping[str, int]) -> str | None:
    """Return the folder with most votes, None when there is no vote or several have as many."""
    best = max(score.values(), default=0)
    first = [folder for folder, votes in score.items() if votes == best]
    return first[0] if best and len(first) == 1 else None


def _beside(program: str, stated: Mapping[str, str]) -> str | None:
    """Return the folder in which commands start all the programs beside one that they start."""
    own = program.rpartition("/")[0]
    found = {folder for other, folder in stated.items() if other.rpartition("/")[0] == own}
    return found.pop() if len(found) == 1 else None
