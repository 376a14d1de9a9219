"""Shape `unused`: a function or class that nothing reaches or names touches data, models or training."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, listed
from mldebt.detect.retired import retired_folder
from mldebt.detect.touch import Touch
from mldebt.graph.liveness import Liveness, Unused
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place

MOST = 24


class UnusedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`roles`: roles of library rows that matter; `called-by-name`: names under which platforms find functions; `interfaces`: files of such names only.
    Folders of retired code are debts as a whole."""

    kind: str
    form: str
    roles: tuple[str, ...]
    called_by_name: tuple[str, ...] = msgspec.field(name="called-by-name", default=())
    interfaces: tuple[str, ...] = ()
    confidence: Confidence = "high"


def unused(context: Context, spec: UnusedSpec) -> Iterator[Match]:
    """Yield one match for each file that defines what nothing uses; copies of a file are one."""
    touch = Touch(context, spec.roles)
    files: dict[str, list[tuple[Unused, Step]]] = {}
    for item in Liveness(context.graph.project, context.deeds, context.catalogue, spec.called_by_name).unused():
        apart = item.path.rpartition("/")[2] in spec.interfaces or retired_folder(item.path, context.places)
        step = touch.step(item.path, item.definition) if not apart else None
        if step is not None:
            files.setdefault(item.path, []).append((item, step))
    copies: dict[tuple[str, ...], list[list[tuple[Unused, Step]]]] = {}
    for found in files.values():
        found.sort(key=lambda pair: pair[0].helper)
        copies.setdefault(tuple(item.definition.qualname for item, _ in found), []).append(found)
    for names, same in copies.items():
        yield _match(names, same[0], [found[0][0] for found in same[1:]], spec)


def _match(names: tuple[str, ...], found: list[tuple[Unused, Step]], copies: list[Unused], spec: UnusedSpec) -> Match:
    first, proof = found[0]
    verb, them = ("is", "it") if len(found) == 1 else ("are", "them")
    steps = (proof, *(Step(_place(item), f"`{item.definition.qualname}` is {'used only by such' if item.helper else 'never used either'}")
                      for item, _ in found[1:MOST]),
             *(Step(_place(item), f"the same in `{item.path}`") for item in copies[:MOST]))
    return Match(_place(first), f"{listed(names)} {verb} never used: no program reaches {them} and no other file refers to {them}",
                 steps, " ".join(names), first.id, spec.confidence,
                 covers=tuple(Place(item.path, item.definition.at, item.definition.end) for item in (*(item for item, _ in found), *copies)))


def _place(item: Unused) -> Place:
    return Place(item.path, item.definition.name_at, item.definition.name_at + len(item.definition.name))
