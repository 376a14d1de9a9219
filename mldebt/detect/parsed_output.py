"""Shape `parsed-output`: what one program prints or logs is taken apart by another."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import msgspec

from mldebt.detect.base import Context, listed, one_each, shown, site, written_here
from mldebt.detect.copies import with_copies
from mldebt.extract.data.shell import parse_shell
from mldebt.graph.project_graph import Use
from mldebt.link.commands import runs_unknown, script_of
from mldebt.link.project import is_test
from mldebt.model.events import Event
from mldebt.model.facts import PythonFacts
from mldebt.model.finding import Match, Step
from mldebt.model.source import Place

_MOST, _HELPER = 6, 3


class ParsedOutputSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`of` is `output` (of a program of the project that is started here), `foreign` (of a Python file from elsewhere that is, known before or not,
    or of one of `tools`: commands of libraries that can be called) or `log`.

    A log is an artefact of one of `formats`, or one whose name has one of `suffixes`.
    """

    kind: str
    form: str
    of: str
    formats: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


def parsed_output(context: Context, spec: ParsedOutputSpec) -> Iterator[Match]:
    """Yield one match for each start of a program whose output is taken apart, or for each log that is, at the first place that does so."""
    scans: dict[int, list[Event]] = {}
    for event in context.events:
        for number in event.sources if event.kind == "scan" else ():
            scans.setdefault(number, []).append(event)
    yield from {"output": _outputs, "foreign": _foreign, "log": _logs}[spec.of](context, spec, scans)


def _outputs(context: Context, spec: ParsedOutputSpec, scans: dict[int, list[Event]]) -> Iterator[Match]:
    """Yield the outputs of programs of the project that the program which starts them takes apart."""
    seen = set()
    for number, found in sorted(scans.items()):
        launch = context.events[number]
        programs = _started(context, launch) if launch.kind == "launch" and launch.place not in seen else {}
        printed = [event for event in context.events if event.kind == "log" and event.entry in programs] if programs else []
        if printed:
            seen.add(launch.place)
            program = programs[printed[0].entry]
            steps = [Step(launch.place, f"`{program}` is started here and its output kept"), *_parsing(found),
                     *_printing(printed, f"`{program}` prints this")]
            yield Match(found[0].place, f"what `{program}` prints is taken apart again by pattern or separator", one_each(steps), program, found[0].owner)


def _foreign(context: Context, spec: ParsedOutputSpec, scans: dict[int, list[Event]]) -> Iterator[Match]:
    """Yield the outputs of programs that the project does not hold, taken apart by the program that starts them; copies of one function are one cause."""
    names = [path.rpartition("/")[2] for path in context.graph.project.modules]
    seen = set()
    copies: dict[tuple[str, str], list[Match]] = {}
    for number, found in sorted(scans.items()):
        launch = context.events[number]
        command = dict(launch.detail)["command"] if launch.kind == "launch" else ""
        name = _elsewhere(command, names, spec.tools) if command else ""
        if name and launch.place not in seen and not _tested(context, launch.place):
            seen.add(launch.place)
            steps = [Step(launch.place, f"{name} is started here and its output kept"), *_parsing(found)]
            match = Match(found[0].place, f"what {name}, a program from elsewhere, prints is taken apart again by pattern or separator",
                          one_each(steps), name.strip("`"), found[0].owner)
            function = launch.owner.partition("::")[2]
            copies.setdefault((function or launch.owner, command), []).append(match)
    for first, *others in copies.values():
        yield with_copies(first, [other.place for other in others])


def _elsewhere(command: str, names: Sequence[str], tools: Collection[str]) -> str:
    """Return how to call the program from elsewhere that a command starts, empty where it starts none, or may start one of `names`."""
    name = script_of(command).rpartition("/")[2]
    if runs_unknown(command) and not name.removesuffix(".py").strip("{…}"):
        return "the script that it is given"
    if re.sub(r"\{[^{}]*\}", "", name.removesuffix(".py")):
        form = re.compile(".*".join(map(re.escape, re.split(r"\{[^{}]*\}", name))))
        return "" if any(map(form.fullmatch, names)) else f"`{shown(name)}`"
    tool = next((words.words[0] for words in parse_shell(command) if words.words and words.words[0] in tools), "")
    return f"`{tool}`" if tool else ""


def _tested(context: Context, place: Place) -> bool:
    facts = context.graph.project.facts(place.path)
    return isinstance(facts, PythonFacts) and is_test(place.path, facts)


def _started(context: Context, launch: Event) -> dict[str, str]:
    """Return the entry points that a launch starts, with the program of each."""
    return {entry.id: entry.program for entry in context.graph.project.entries if entry.kind != "test" and entry.id != launch.entry
            and any(item.tool == "launch" and item.place == launch.place for item in entry.invocations)}


def _logs(context: Context, spec: ParsedOutputSpec, scans: dict[int, list[Event]]) -> Iterator[Match]:
    """Yield the logs that a program other than the one that writes them takes apart."""
    seen: set[tuple[str, str]] = set()
    for number, found in sorted(scans.items()):
        use = context.graph.sources.get(number)
        writers = [writer for writer in context.graph.writers(use.artifact) if _is_log(writer, spec)] if use is not None else []
        if use is None or not writers or any(writer.program == use.program for writer in writers) or (use.program, use.artifact) in seen:
            continue
        seen.add((use.program, use.artifact))
        steps = [*(written_here(writer) for writer in writers[:_MOST]), Step(site(use), f"`{use.program}` reads it here"), *_parsing(found)]
        yield Match(found[0].place, f"the log `{shown(use.artifact)}` of {listed(sorted({writer.program for writer in writers}))} is taken apart by "
                                    f"`{use.program}`", one_each(steps), use.artifact, found[0].owner, None if use.certain else "medium")


def _is_log(writer: Use, spec: ParsedOutputSpec) -> bool:
    access = writer.event.access
    return access is not None and (access.format in spec.formats or writer.artifact.endswith(spec.suffixes))


def _parsing(found: Sequence[Event]) -> list[Step]:
    return _each(found, "a part of it is cut out here")


def _printing(printed: Sequence[Event], message: str) -> list[Step]:
    """Return where a program prints, data that was read first: what a helper prints for many is printed where it is called; at most two places a file."""
    callers: dict[Place, set[Place]] = {}
    for event in printed:
        callers.setdefault(event.place, set()).update(event.chain[-1:])
    ordered = sorted(printed, key=lambda event: not event.sources)
    places = dict.fromkeys(event.chain[-1] if len(callers[event.place]) > _HELPER else event.place for event in ordered)
    shown_in: dict[str, list[Place]] = {}
    for place in places:
        shown_in.setdefault(place.path, []).append(place)
    return [Step(place, message) for found in shown_in.values() for place in found[:2]][:_MOST]


def _each(events: Sequence[Event], message: str) -> list[Step]:
    return [Step(place, message) for place in list(dict.fromkeys(event.place for event in events))[:_MOST]]
