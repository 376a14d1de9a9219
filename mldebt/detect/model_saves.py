"""Which writes save a model that its program trained."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from mldebt.detect.base import Context
from mldebt.model.events import Access, Event
from mldebt.model.project import EntryPoint

_HOLDS = ("holds", "model")


class Save(NamedTuple):
    """A write of a trained model: the event, what it touches, the entry point it was seen under."""

    event: Event
    access: Access
    entry: EntryPoint


def model_saves(context: Context, trains: Collection[str]) -> Iterator[Save]:
    """Yield the writes of models that were fitted, or that stand in programs which make calls of the roles `trains`; those of tests are none."""
    training = context.observed.acting(trains)
    for entry in context.graph.project.entries:
        for event in context.under.get(entry.id, ()) if entry.kind != "test" else ():
            if event.kind == "write" and event.access is not None and _HOLDS in event.detail and (event.fits or _root(context, entry) in training):
                yield Save(event, event.access, entry)


def _root(context: Context, entry: EntryPoint) -> str:
    definitions = context.graph.project.modules[entry.path].facts.definitions
    return f"{entry.path}::{definitions[entry.definition].qualname if entry.definition >= 0 else ''}"
