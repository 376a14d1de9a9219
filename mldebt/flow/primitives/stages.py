"""What a stage tells its programs: the names that the build file gives its inputs and outputs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import count, takewhile
from posixpath import normpath
from typing import TYPE_CHECKING

from mldebt.flow.effects import Bound
from mldebt.flow.heap import Object
from mldebt.flow.value import NOTHING, ROOT, Value, join_all, text
from mldebt.model.facts import Item, Target
from mldebt.model.pattern import Hole, Part, pattern
from mldebt.model.project import EntryPoint
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter

_WILDCARD = re.compile(r"\{([^{}]*)\}")


def _inputs(run: Interpreter, call: Bound) -> Value:
    return _told(run, "inputs", lambda target: target.inputs)


def _outputs(run: Interpreter, call: Bound) -> Value:
    return _told(run, "outputs", lambda target: target.outputs)


def _told(run: Interpreter, word: str, items: Callable[[Target], Iterable[Item]]) -> Value:
    """Return the names of the stages that run the program, by place and by keyword; with several stages they are those of any."""
    entry = run.entry
    found: dict[str | int, list[Value]] = {}
    for number, (target, path) in enumerate(_stages(run, entry)):
        for key, values in _by_key(run, items(target), path).items():
            found.setdefault(key, []).append(_one(run, (word, entry, number, key), values))
    if not found:
        return NOTHING
    known = {key: join_all(values) for key, values in found.items()}
    listed = tuple(known[place] for place in takewhile(known.__contains__, count()))
    address = run.heap.address((word, entry))
    run.heap.put(address, Object("namespace", listed, {key: value for key, value in known.items() if isinstance(key, str)}, NOTHING))
    return Value(ref=address)


def _stages(run: Interpreter, entry: EntryPoint | None) -> Iterator[tuple[Target, str]]:
    """Yield the rules whose commands run an entry point, each with its file."""
    for item in entry.invocations if entry is not None else ():
        path = item.place.path
        for target in run.project.data[path].targets if item.stage else ():
            if any(command.at == item.place.at for command in target.commands):
                yield target, path


def _by_key(run: Interpreter, items: Iterable[Item], path: str) -> dict[str | int, list[Value]]:
    found: dict[str | int, list[Value]] = {}
    for item in items:
        for key in (item.position, item.name):
            if key not in (-1, ""):
                found.setdefault(key, []).append(_path(run, item, path))
    return found


def _one(run: Interpreter, site: object, values: list[Value]) -> Value:
    """Return the value of a key: its only name, or the list of several."""
    if len(values) == 1:
        return values[0]
    address = run.heap.address(("several", site))
    run.heap.put(address, Object("list", tuple(values)))
    return Value(type=run.catalogue.literal("list"), ref=address)


def _path(run: Interpreter, item: Item, manifest: str) -> Value:
    """Return a name as a path of the project; wildcards are holes."""
    own, fixed = manifest.rpartition("/")[0], item.text.startswith(("/", "~", "{")) or "://" in item.text or "…" in item.text
    whole = item.text if fixed else normpath(f"{own}/{item.text}" if own else item.text)
    parts: list[Part] = [] if fixed else [ROOT]
    for number, piece in enumerate(_WILDCARD.split(whole)):
        parts.append(Hole("parameter", piece) if number % 2 else piece)
    return text(pattern(*parts), shared=Place(manifest, item.at, item.end), home=manifest, type=run.catalogue.literal("text"))


PRIMITIVES: dict[str, Callable[..., Value]] = {"stage.inputs": _inputs, "stage.outputs": _outputs}
