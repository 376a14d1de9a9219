"""Shape `declared-option`: a command passes an option that the program it runs does not take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.names import distance
from mldebt.model.finding import Match, Step
from mldebt.model.project import EntryPoint, Invocation
from mldebt.model.source import Place

_LONG = re.compile(r"--[A-Za-z][\w.-]*")
_SHORT = re.compile(r"-[A-Za-z][\w.-]*")


class DeclaredOptionSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`always`: options that every parser takes; `sources`: kinds of files whose commands declare nothing; `edits` bound the typing error of a near match."""

    kind: str
    form: str
    always: tuple[str, ...]
    sources: tuple[str, ...]
    edits: int = 2


@dataclass(slots=True)
class _CommandLine:
    """What a program takes: the flags with their places, where they are parsed, and whether they are all."""

    flags: dict[str, Place] = field(default_factory=dict)
    parsed: Place | None = None
    complete: bool = True


def declared_option(context: Context, spec: DeclaredOptionSpec) -> Iterator[Match]:
    """Yield one match for the options that the commands of one file pass to a program whose parser does not take them, at the first such command."""
    known = _command_lines(context)
    found: dict[tuple[str, str, tuple[str, ...]], list[Invocation]] = {}
    lines: dict[str, tuple[EntryPoint, _CommandLine]] = {}
    for entry in context.graph.project.entries:
        line = known.get(entry.id)
        if entry.kind != "script" or line is None or line.parsed is None or not line.complete:
            continue
        for item in (item for item in entry.invocations if item.direct and item.tool not in spec.sources):
            flags = tuple(dict.fromkeys(_unknown(item, line, spec)))
            if flags:
                lines.setdefault(entry.path, (entry, line))
                found.setdefault((item.place.path, entry.path, flags), []).append(item)
    for (_, path, flags), items in found.items():
        yield _match(*lines[path], items, flags, spec)


def _command_lines(context: Context) -> dict[str, _CommandLine]:
    """Return what each entry point takes, from the events under it."""
    found: dict[str, _CommandLine] = {}
    for event in context.events:
        if event.kind not in ("option", "parse") or not event.entry:
            continue
        line = found.setdefault(event.entry, _CommandLine())
        if event.kind == "option":
            for _, flag in event.detail:
                line.flags.setdefault(flag, event.place)
        elif ("complete", "yes") in event.detail:
            line.parsed = line.parsed or event.place
        else:
            line.complete = False
    return found


def _unknown(item: Invocation, line: _CommandLine, spec: DeclaredOptionSpec) -> Iterator[str]:
    """Yield the options of a command that are none of the parser's, nor short for one."""
    taken = {*line.flags, *spec.always}
    for word in item.words:
        if word == "--":
            return
        flag = word.partition("=")[0]
        if flag in taken or not (_LONG.fullmatch(flag) or _SHORT.fullmatch(flag)):
            continue
        short_for = any(name.startswith(flag) for name in taken) or flag.startswith("--no-") and f"--{flag[5:]}" in taken
        if not short_for and (flag.startswith("--") or not any(name[:2] == flag[:2] for name in taken)):
            yield flag


def _match(entry: EntryPoint, line: _CommandLine, items: Sequence[Invocation], flags: tuple[str, ...], spec: DeclaredOptionSpec) -> Match:
    item, taken = items[0], _listed(list(line.flags)) or "no option"
    steps = [Step(line.parsed or item.place, f"the command line is parsed here; it takes {taken}")]
    for flag in flags:
        near = min(line.flags, key=lambda name: (distance(name.strip("-"), flag.strip("-")), name), default="")
        if near and distance(near.strip("-"), flag.strip("-")) <= spec.edits:
            steps.append(Step(line.flags[near], f"the near match `{near}` is declared here"))
    steps.extend(Step(place, "and here") for place in dict.fromkeys(other.place for other in items[1:]) if place != item.place)
    return Match(item.place, f"the command passes {_listed(flags)} to `{entry.path}`, which takes no such option", tuple(steps),
                 f"{item.place.path} passes {' '.join(flags)} to {entry.path}", item.stage)


def _listed(flags: Sequence[str]) -> str:
    return ", ".join(f"`{flag}`" for flag in flags[:6]) + (f" and {len(flags) - 6} more" if len(flags) > 6 else "")
