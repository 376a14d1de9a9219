"""Shape `retired`: scripts lie in a folder of retired code, and nothing outside imports, runs or names them."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.names import words_of
from mldebt.model.facts import PythonFacts
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.places import Places
from mldebt.model.project import Project
from mldebt.model.source import Place

MOST = 24


class RetiredSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`form` names the match."""

    kind: str
    form: str
    confidence: Confidence = "medium"


def retired(context: Context, spec: RetiredSpec) -> Iterator[Match]:
    """Yield one match for each folder of retired code that nothing uses, its longest file first."""
    project = context.graph.project
    folders: dict[str, list[PythonFacts]] = {}
    for path, module in project.modules.items():
        folder = retired_folder(path, context.places)
        if folder and module.facts.lines:
            folders.setdefault(folder, []).append(module.facts)
    for folder, files in folders.items():
        used = _used(context.graph.project, folder)
        kept = sorted((facts for facts in files if facts.path not in used), key=lambda facts: (-facts.lines, facts.path))
        if kept:
            yield _match(folder, kept, spec)


def retired_folder(path: str, places: Places) -> str:
    """Return the outermost folder around a file whose name has a word for retired code and besides only plain words; the empty text when there is none."""
    parts = path.split("/")[:-1]
    for number, part in enumerate(parts):
        words = words_of(part)
        if any(word in places.retired for word in words) and all(word in (*places.retired, *places.plain) or word.isdigit() for word in words):
            return "/".join(parts[: number + 1])
    return ""


def retired_files(context: Context) -> frozenset[str]:
    """Return the files of code in folders of retired code that nothing outside of these uses."""
    folders: dict[str, set[str]] = {}
    for path in context.graph.project.modules:
        if folder := retired_folder(path, context.places):
            folders.setdefault(folder, set()).add(path)
    return frozenset(path for folder, paths in folders.items() for path in paths - _used(context.graph.project, folder))


def _used(project: Project, folder: str) -> frozenset[str]:
    """Return the files of a folder that something outside of it imports or runs, with those that these import."""
    front = folder + "/"
    run = {entry.path for entry in project.entries if any(not item.place.path.startswith(front) for item in entry.invocations)}
    imports: dict[str, set[str]] = {}
    for path, places in project.importers.items():
        for place in places:
            imports.setdefault(place.path if place.path.startswith(front) else "", set()).add(path)
    used, pending = set[str](), list(run | imports.get("", set()))
    while pending:
        path = pending.pop()
        if path.startswith(front) and path not in used:
            used.add(path)
            pending.extend(imports.get(path, ()))
    return frozenset(used)


def _match(folder: str, files: list[PythonFacts], spec: RetiredSpec) -> Match:
    lines, first = sum(facts.lines for facts in files), files[0]
    what = f"`{first.path}` ({lines} lines) is" if len(files) == 1 else f"{len(files)} scripts in `{folder}` ({lines} lines) are"
    steps = tuple(Step(Place(facts.path, 0, 0), f"{facts.lines} lines that nothing runs") for facts in files[1:MOST]) or (
        Step(Place(first.path, 0, 0), "nothing outside of the folder imports or runs it"),)
    return Match(Place(first.path, 0, 0), f"{what} kept as retired code: nothing outside of the folder imports or runs {'it' if len(files) == 1 else 'them'}",
                 steps, folder, f"{first.path}::", spec.confidence, covers=tuple(Place(facts.path, 0, sys.maxsize) for facts in files))
