"""Programs that other programs start: what interpretation found, as invocations of the entry points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from mldebt.extract.data.shell import join_folder, parse_shell
from mldebt.link.commands import Resolve, joined, parents, program_of
from mldebt.link.project import working_folders
from mldebt.model.events import Event
from mldebt.model.facts import PythonFacts
from mldebt.model.project import EntryPoint, Invocation, Project


def with_launches(project: Project, events: Iterable[Event], resolve: Resolve) -> Project:
    """Return the project with the entry points that launch events start: each knows who starts it, and where; `resolve` as in `invocations`."""
    modules = {path: module.facts for path, module in project.modules.items()}
    entries = {entry.id: entry for entry in project.entries}
    images = sorted({path.rpartition("/")[0] for path, facts in project.data.items() if facts.format == "docker"})
    found: dict[str, dict[Invocation, None]] = {}
    for event in events:
        if event.kind == "launch" and event.entry in entries:
            for program, invocation in _started(event, entries[event.entry], modules, resolve, images):
                found.setdefault(program, {}).setdefault(invocation)
    return replace(project, entries=tuple(_started_by(entry, tuple(found.get(entry.id, ()))) for entry in project.entries))


def _started(
    event: Event, starter: EntryPoint, modules: Mapping[str, PythonFacts], resolve: Resolve, images: Sequence[str]
) -> Iterable[tuple[str, Invocation]]:
    """Yield the programs of a launch: files that a command names as seen from a folder its starter may run in, or beside the recipe of an image."""
    detail = dict(event.detail)
    for command in parse_shell(detail["command"]):
        folder = join_folder(detail["folder"], command.folder)
        for where in (*_places(folder, starter), *(_image(command.words, starter, modules, resolve, images) if "image" in detail else ())):
            program = program_of(command.words, where, modules, resolve)
            if program is not None:
                words, direct = program[1:]
                yield program[0], Invocation(words, event.place, where, detail["checked"] == "yes", "", "launch", command.environment, direct)
                break


def _places(folder: str, starter: EntryPoint) -> Iterator[str]:
    """Yield where in the project a launch may run: in its folder seen from those of its starter; one of another machine may be any above these."""
    away = folder.startswith(("/", "~", "$"))
    for base in starter.folders:
        yield from (base.path, *parents(base.path)) if away else (joined(base.path, folder),)


def _image(words: tuple[str, ...], starter: EntryPoint, modules: Mapping[str, PythonFacts], resolve: Resolve, images: Sequence[str]) -> Sequence[str]:
    """Return the folder of the image that a command runs in: of those below the starter's own folder, or else below one above it, the only one to hold it."""
    own = starter.path.rpartition("/")[0]
    for base in (own, *parents(own)):
        below = [folder for folder in images if folder == base or folder.startswith(f"{base}/" if base else "")]
        if holding := [folder for folder in below if program_of(words, folder, modules, resolve) is not None]:
            return holding if len(holding) == 1 else ()
    return ()


def _started_by(entry: EntryPoint, invocations: tuple[Invocation, ...]) -> EntryPoint:
    if not invocations:
        return entry
    known = (*entry.invocations, *invocations)
    if entry.kind == "notebook":  # it runs in its own folder, whoever starts it
        return replace(entry, invocations=known)
    return replace(entry, invocations=known, folders=working_folders(entry.path.rpartition("/")[0], known, entry.base))
