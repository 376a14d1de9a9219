"""Shape `declared-product`: the programs of a recipe write other files, and none that the recipe declares."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, shown
from mldebt.detect.declared_names import literal, place_of, places_of
from mldebt.detect.declared_output import other_output
from mldebt.graph.identity import candidates
from mldebt.model.events import Event
from mldebt.model.facts import Command, DataFacts, Item, Target
from mldebt.model.finding import Match, Step
from mldebt.model.project import EntryPoint, Invocation
from mldebt.model.source import Place

_MAKES = ("write", "append", "escape")


class DeclaredProductSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`inert`: commands of a shell that write no file; any other command that is no program of the project may make the output."""

    kind: str
    form: str
    inert: tuple[str, ...]


class _Doings:
    """What the programs of a project do, by file: events that may make something, and what stands against a judgement."""

    def __init__(self, context: Context) -> None:
        """Collect the events by program; those that no entry point reaches count for their own file."""
        project = context.graph.project
        self.entries = {entry.id: entry for entry in project.entries}
        self.events: dict[str, list[Event]] = {}
        self.open = {path for path, module in project.modules.items() if module.facts.problems}
        self.runs: dict[Place, list[tuple[EntryPoint, Invocation]]] = {}
        for event in context.events:
            program = self.entries[event.entry].program if event.entry else event.place.path
            if event.kind == "launch" or event.kind in _MAKES and event.access is None:
                self.open.add(program)
            elif event.kind in _MAKES:
                self.events.setdefault(program, []).append(event)
        for entry in project.entries:
            if entry.kind == "script":
                for item in entry.invocations:
                    self.runs.setdefault(item.place, []).append((entry, item))

    def program(self, path: str, command: Command) -> EntryPoint | None:
        """Return the project's program that a command runs by itself."""
        for entry, item in self.runs.get(Place(path, command.at, command.end), ()):
            head = command.words[: len(command.words) - len(item.words)]
            named = bool(head) and (head[-1].rpartition("/")[2] == entry.path.rpartition("/")[2] or head[-2:-1] == ("-m",))
            if item.direct and named and command.words[len(head):] == item.words:
                return entry
        return None


def declared_product(context: Context, spec: DeclaredProductSpec) -> Iterator[Match]:
    """Yield one match for each declared stage whose programs are known to write only something else."""
    doings = _Doings(context)
    for path, facts in context.graph.project.data.items():
        for target in facts.targets:
            programs = _programs(doings, path, target, spec) if _judged(target) and not _task(context, facts, target) else None
            written = _written(doings, programs, [name for item in target.outputs for name in places_of(facts, item)]) if programs else None
            if written:
                yield _match(path, target.outputs, written)


def _judged(target: Target) -> bool:
    return bool(target.outputs) and not target.phony and all(literal(item.text) for item in target.outputs) and other_output(target) is None


def _task(context: Context, facts: DataFacts, target: Target) -> bool:
    """Return whether targets are commands that were left out of the list of phony ones: bare words that no file has and no program reads."""
    if facts.format != "make" or not any(item.phony for item in facts.targets):
        return False
    names = [(item.text, place_of(facts.path, item)) for item in target.outputs]
    return not any("." in text or "/" in text or key in context.graph.project.tracked or context.graph.readers(key) for text, key in names)


def _programs(doings: _Doings, path: str, target: Target, spec: DeclaredProductSpec) -> list[EntryPoint] | None:
    """Return the programs that a recipe runs; None when it runs anything else that may write."""
    programs: list[EntryPoint] = []
    for command in target.commands:
        if command.redirect_out:
            return None
        if not command.words or command.words[0] in spec.inert:
            continue
        program = doings.program(path, command)
        if program is None or program.program in doings.open:
            return None
        programs.append(program)
    return programs


def _written(doings: _Doings, programs: list[EntryPoint], declared: list[str]) -> list[tuple[str, Event]] | None:
    """Return what the programs write for certain; None when one of the declared files may be among it, or a write is open."""
    found: dict[str, Event] = {}
    for program in programs:
        for event in doings.events.get(program.program, ()):
            keys = [shown(key) for key, _ in candidates(event.access, program.folders, program.base)] if event.access is not None else []
            if any(_may_be(event, keys, name) for name in declared):
                return None
            if event.kind != "escape" and event.must and keys and event.access is not None and event.access.path.literal is not None:
                found.setdefault(keys[0], event)
    return list(found.items())


def _may_be(event: Event, keys: list[str], declared: str) -> bool:
    """Return whether an access may make a declared name: the same path, one above or below it; where it is not known whole, the last name decides."""
    access = event.access
    assert access is not None
    if access.path.literal is not None and access.anchor in ("cwd", "file") and keys:
        paths = [key.partition("#")[0].partition(" table ")[0] for key in keys]
        return any(path == declared or declared.startswith(path + "/") or path.startswith((declared + "/", declared + ".")) for path in paths)
    text = "".join(part if isinstance(part, str) else "\0" for part in access.path.parts)
    segments = ["[^/]*".join(map(re.escape, segment.split("\0"))) for segment in text.rstrip("/").split("/")]
    names = declared.split("/")
    return any(re.fullmatch(segment, names[-1]) for segment in segments) or any(re.fullmatch(segments[-1], name) for name in names) or text.endswith("\0")


def _match(path: str, outputs: tuple[Item, ...], written: list[tuple[str, Event]]) -> Match:
    item = outputs[0]
    others = f" nor {len(outputs) - 1} more that it declares" if len(outputs) > 1 else ""
    names = ", ".join(f"`{key}`" for key, _ in written[:3]) + (f" and {len(written) - 3} more" if len(written) > 3 else "")
    return Match(Place(path, item.at, item.end), f"the recipe never writes `{item.text}`{others}: its program writes {names}",
                 tuple(Step(event.place, f"`{key}` is written here") for key, event in written[:4]), f"{path} declares {item.text}")
