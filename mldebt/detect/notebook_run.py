"""Shape `notebook-run`: a script or a program runs notebooks that no stage declares."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.names import words_of
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.project import EntryPoint, Invocation
from mldebt.model.source import Place

MOST = 12


class NotebookRunSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`runners`: words of commands that run a notebook, `calls`: calls that do; `tools`: kinds of files of which the commands count.

    `apart`: words of paths of which they do not.
    """

    kind: str
    form: str
    runners: tuple[str, ...]
    tools: tuple[str, ...]
    calls: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    confidence: Confidence = "high"


def notebook_run(context: Context, spec: NotebookRunSpec) -> Iterator[Match]:
    """Yield one match for each file that runs notebooks."""
    runs: dict[str, dict[Place, EntryPoint]] = {}
    for entry in context.graph.project.entries:
        for item in entry.invocations if entry.kind == "notebook" else ():
            path = item.place.path
            if item.tool in spec.tools and not item.stage and not set(spec.apart) & set(words_of(path)) and _runs(context, item, spec):
                runs.setdefault(path, {}).setdefault(item.place, entry)
    for path, found in runs.items():
        first, *others = sorted(found)
        more = f" and {len(others)} more notebook{'s' * (len(others) > 1)}" if others else ""
        steps = (Step(Place(found[first].path, 0, 0), "it is a notebook that no stage declares"),
                 *(Step(place, f"`{found[place].path}` is run here") for place in others[:MOST]))
        yield Match(first, f"`{path}` runs `{found[first].path}`{more}", steps, f"run {found[first].path}", f"{path}::", spec.confidence)


def _runs(context: Context, item: Invocation, spec: NotebookRunSpec) -> bool:
    """Return whether the command of an invocation runs a notebook, and not only opens or converts it."""
    data = context.graph.project.data.get(item.place.path)
    words = [word for command in (data.commands if data is not None else ()) if command.at == item.place.at for word in command.words]
    for event in context.events if data is None else ():
        if event.kind == "launch" and event.place == item.place:
            if event.api in spec.calls:
                return True
            words.extend(dict(event.detail)["command"].split())
    return any(word.rpartition("/")[2] in spec.runners for word in words)
