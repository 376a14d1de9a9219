"""Which writes save a model that its program trained."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from mldebt.detect.base import Context
from mldebt.model.events import Access, Event
from mldebt.model.project import EntryPoint
from mldebt.model.source import Place

_HOLDS = ("holds", "model")


class Save(NamedTuple):
    """A write of a trained model: the event, what it touches, the entry point it was seen under."""

    event: Event
    access: Access
    entry: EntryPoint


def model_saves(context: Context, trains: Collection[str]) -> Iterator[Save]:
    """Yield the writes of models that were fitted, or to which code leads that makes calls of the roles `trains`; those of tests are none."""
    training = context.observed.acting(trains)
    for entry in context.graph.project.entries:
        for event in context.under.get(entry.id, ()) if entry.kind != "test" else ():
            if event.kind == "write" and event.access is not None and _HOLDS in event.detail and (event.fits or _trains(context, event, training)):
                yield Save(event, event.access, entry)


def _trains(context: Context, event: Event, training: Collection[str]) -> bool:
    """Return whether a definition on the way to a save trains, by itself or through what it calls."""
    return event.owner in training or any(_owner(context, place) in training for place in event.chain)


def _owner(context: Context, place: Place) -> str:
    """Return the id of the definition that a place stands in."""
    module = context.graph.project.modules.get(place.path)
    around = [item for item in module.facts.definitions if item.kind == "function" and item.at <= place.at < item.end] if module is not None else []
    return f"{place.path}::{max(around, key=lambda item: item.at).qualname if around else ''}"
