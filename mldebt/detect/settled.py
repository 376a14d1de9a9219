"""Shape `settled`: a branch on a value that files and commands set, where every one of them selects the same side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from mldebt.detect.base import Context, spoken
from mldebt.detect.blocks import Block, blocks, touches
from mldebt.link.names import mentions
from mldebt.model import ir
from mldebt.model.facts import DataFacts
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.observed import Choice, Settled
from mldebt.model.source import Place

_MOST = 4
_EMPTY = (None, "")


class SettledSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`by`: the kind of what may be set (`config`, `bare-option`). `roles`, `drawing` and `moving` as of `unreachable`, `guards` as of `unbound-name`.

    `documents`: formats of the files in which the name of a documented switch stands.
    """

    kind: str
    form: str
    by: str
    roles: tuple[str, ...]
    drawing: tuple[str, ...]
    moving: tuple[str, ...]
    guards: tuple[str, ...]
    documents: tuple[str, ...]
    confidence: Confidence = "medium"


def settled(context: Context, spec: SettledSpec) -> Iterator[Match]:
    """Yield one match for each switch that everything in the project sets to one side, where the other side touches something."""
    known = {item.place: item for item in context.observed.settled if all(choice.kind == spec.by for choice in item.choices)}
    wanted = {place.path for place, item in known.items() if all(_alone(context, choice, spec) for choice in item.choices)}
    acting = context.observed.acting(spec.roles) if wanted else frozenset()
    groups: dict[tuple[str, ...], list[tuple[Block, Settled, tuple[tuple[Place, str], ...]]]] = {}
    for path in sorted(wanted):
        for block in blocks(context.names, path, context.graph.project.modules[path].facts):
            for node in block.body:
                found = known.get(Place(path, node.test.at, node.test.end)) if isinstance(node, ir.If) else None
                if found is None or not isinstance(node, ir.If) or mentions((node.test,), spec.guards):
                    continue
                acts = touches(context, path, node.orelse if found.truth else node.body, spec.roles, acting, spec.drawing, spec.moving)
                if acts and all(_alone(context, choice, spec) for choice in found.choices):
                    groups.setdefault(tuple(choice.name for choice in found.choices), []).append((block, found, acts))
    for names, group in groups.items():
        yield _match(names, group, spec)


def _alone(context: Context, choice: Choice, spec: SettledSpec) -> bool:
    """Return whether nothing in the project sets a switch to another value, and no document speaks of it; what files leave empty is for its user to fill in."""
    key = choice.name.lstrip("-").rpartition(".")[2]
    if not key or key.isdigit() or key.replace("-", "_") in context.names.stored():
        return False
    if choice.name.startswith("-") and any(word.partition("=")[0] == choice.name for item in context.graph.project.invocations for word in item.words):
        return False
    values: set[object] = set()
    for facts in context.graph.project.data.values():
        if facts.format in spec.documents:
            if _speaks_of(facts, key):
                return False
        else:
            values.update(setting.value for setting in facts.settings if setting.keys and str(setting.keys[-1]) == key)
    return not values or len(values) == 1 and values.isdisjoint(_EMPTY)


def _speaks_of(facts: DataFacts, key: str) -> bool:
    """Return whether a document has a word, or all the words that hyphens join."""
    parts = [part for part in key.split("-") if len(part) > 2]
    return any(word == key or word.endswith(f".{key}") for word in facts.words) or len(parts) > 1 and all(part in facts.words for part in parts)


def _match(names: Sequence[str], group: Sequence[tuple[Block, Settled, tuple[tuple[Place, str], ...]]], spec: SettledSpec) -> Match:
    block, first, acts = group[0]
    steps = [Step(choice.place, f"`{choice.name}` is set here, and nowhere to another value") for choice in first.choices if choice.place is not None]
    steps.append(Step(acts[0][0], "this does not run"))
    steps.extend(Step(other.place, "decided by the same value") for _, other, _ in group[1:_MOST])
    switch = ", ".join(f"`{name}`" for name in names)
    message = f"every value of {switch} in the project selects the other side: the code that calls `{spoken(acts[0][1])}` does not run"
    return Match(first.place, message, tuple(steps), f"settled {names[0]}", f"{block.path}::{block.owner}", spec.confidence)
