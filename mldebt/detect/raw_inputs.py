"""Whether an artefact is a raw input that the project makes of nothing: bytes as they came from an address, or data drawn by chance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mldebt.detect.base import Context
from mldebt.detect.touch import Touch
from mldebt.graph.project_graph import Use
from mldebt.model.events import Event

_WORK = ("fit", "predict", "train-step", "transform", "search")
_FILLS = ("write", "append", "fill")


def is_raw(context: Context, writers: Sequence[Use], touch: Touch, chance: Sequence[str]) -> bool:
    """Return whether what some writes make is a raw input; `chance` are the roles of calls that make data of nothing."""
    if all(_as_it_came(context, use) for use in writers):
        return True
    programs = {use.program for use in writers}
    entries = context.graph.entries(programs.pop()) if len(programs) == 1 else ()
    events = [event for entry in entries for event in context.under.get(entry.id, ())]
    if not events:
        return False
    stores = {event.access.store for event in events if event.kind == "read" and event.access is not None}
    if stores == {"url"} and not any(event.kind in _WORK for event in events):
        return not any(use.event.access is None or use.event.access.format for use in writers)
    starts = [entry.id if entry.definition >= 0 else f"{entry.path}::" for entry in entries]
    return _is_made(context, starts, events, touch, chance) or all(
        not use.event.sources and _is_made(context, [use.event.owner], _of(events, touch.reach(use.event.owner)), touch, chance) for use in writers)


def _as_it_came(context: Context, use: Use) -> bool:
    """Return whether all that a file of no format is filled with comes from addresses, whatever else its program does."""
    access = use.event.access
    if access is None or access.format:
        return False
    filled = [event for event in context.under.get(use.event.entry, ()) if event.kind in _FILLS and event.access and event.access.path == access.path]
    reads = [context.events[number].access for event in filled for number in event.sources]
    return bool(reads) and all(read is not None and read.store == "url" for read in reads)


def _of(events: Sequence[Event], owners: Iterable[str]) -> list[Event]:
    known = frozenset(owners)
    return [event for event in events if event.owner in known]


def _is_made(context: Context, starts: Sequence[str], events: Sequence[Event], touch: Touch, chance: Sequence[str]) -> bool:
    """Return whether definitions, with what they call, draw data by chance, and neither read any nor learn; `events` are theirs."""
    if any(event.kind in (*_WORK, "read") or event.kind == "fill" and event.sources for event in events) or any(map(touch.known, starts)):
        return False
    acts = (act for start in starts for owner in touch.reach(start) for act in context.deeds.acts.get(owner, ()))
    return any(act.role in chance for act in acts)
