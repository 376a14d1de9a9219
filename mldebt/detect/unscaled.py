"""Shape `unscaled`: a model that compares columns by the size of their numbers is fitted on columns as a table has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from mldebt.detect.base import Context, listed, shown
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place


class UnscaledSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`least`: how many columns must be known by name; `formats`: formats of tables whose columns somebody named."""

    kind: str
    form: str
    least: int
    formats: tuple[str, ...]
    confidence: Confidence = "medium"


def unscaled(context: Context, spec: UnscaledSpec) -> Iterator[Match]:
    """Yield one match for each type of model and table in a program, at the first fit; a type that is also fitted on scaled columns is left alone."""
    reads: dict[Place | None, Event] = {
        event.place: event for event in context.events if event.kind == "read" and event.access is not None and event.access.format in spec.formats}
    found: dict[tuple[str, str], list[Event]] = {}
    scaled: set[tuple[str, str]] = set()
    for event in context.events:
        kind = _compares(context, event) if event.kind in ("fit", "score") else ""
        if kind and event.columns.table in reads and len(event.columns.untouched) >= spec.least and not _prepared(context, event):
            found.setdefault((event.place.path, kind), []).append(event)
        elif kind:
            scaled.add((event.place.path, kind))
    for key, events in found.items():
        if key not in scaled:
            yield _match(min(events, key=lambda event: event.place), key[1], reads, spec)


def _held(event: Event) -> list[str]:
    return [kind for key, kind in event.detail if key == "holds"]


def _compares(context: Context, event: Event) -> str:
    """Return the type of the model in a fit that compares columns by size."""
    return next((kind for kind in _held(event) if (row := context.catalogue.layout(kind)) is not None and row.does == "compares"), "")


def _prepared(context: Context, event: Event) -> bool:
    """Return whether a part of the model may scale or pick columns first: one of a library that does, of the project, or one that is not known."""
    rows = [(context.catalogue.type(kind), context.catalogue.layout(kind)) for kind in _held(event)]
    return any(known is None or row is not None and row.does in ("scales", "selects") for known, row in rows)


def _match(event: Event, kind: str, reads: Mapping[Place | None, Event], spec: UnscaledSpec) -> Match:
    name, read = kind.rpartition(".")[2], reads[event.columns.table]
    path = shown(read.access.path.show()) if read.access is not None else ""
    steps = (Step(read.place, f"`{path}` is read here"), Step(event.place, f"`{name}` is fitted on its columns as they are here"))
    message = f"`{name}` compares columns by the size of their numbers, and nothing scaled {listed(event.columns.untouched)}"
    return Match(event.place, message, steps, f"{name} {path}", event.owner, spec.confidence)
