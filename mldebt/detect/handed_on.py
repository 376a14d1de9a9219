"""Judgements of models across files: one component divides rows and writes both sides, another one reads them, fits a model and judges it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from mldebt.detect.base import Context
from mldebt.detect.held_out import Judgement, uses
from mldebt.model.events import Event
from mldebt.model.finding import Step
from mldebt.model.lineage import FOLDS, Rows, Seen
from mldebt.model.source import Place

_LEARNS = "train"
_KEPT = "handed on"
_TELLING = 4
"""So many letters of a name tell files apart whose folder is whatever a component is given."""


class _Half(NamedTuple):
    """What a file holds of divisions: the write, and the rows of one side or of several."""

    write: Event
    rows: tuple[Rows, ...]


def handed_on(context: Context) -> list[Judgement]:
    """Return the judgements of models that are fitted on one side and judged on another of rows that the project divided and wrote. Computed once a run."""
    if _KEPT not in context.once:
        context.once[_KEPT] = list(_judgements(context))
    found: list[Judgement] = context.once[_KEPT]
    return found


def _judgements(context: Context) -> Iterator[Judgement]:
    divisions = {(event.entry, event.place): event for event in context.events if event.kind == "split" and event.rows.seen}
    halves = _halves(context, frozenset(site for _, site in divisions)) if divisions else {}
    for event, fit in uses(context) if halves else ():
        learned, judged = _read(context, fit.data.rows, halves), _read(context, event.rows.rows, halves)
        entries = {half.write.entry for half in (*learned.values(), *judged.values())}
        for (entry, site), division in divisions.items() if learned and judged else ():
            if entries == {entry} and (sides := _sides(learned, judged, site)) is not None:
                seen = tuple(one for one in division.rows.seen if _of_all(one, division.rows.rows))
                yield Judgement(event, fit, *sides, seen, _steps(context, learned, judged, fit.data.rows))


def _halves(context: Context, divisions: Collection[Place]) -> dict[str, _Half]:
    """Return what files hold of some divisions, of those that are written at one place only."""
    writes: dict[str, list[Event]] = {}
    graph = context.graph
    known = {use.event.id: artifact for artifact in graph.artifacts() for use in graph.writers(artifact)}
    for event in context.events:
        if event.kind == "write" and event.sources and (key := known.get(event.id) or _within_program(event)):
            writes.setdefault(key, []).append(event)
    found = {}
    for key, events in writes.items():
        rows = tuple(one for one in events[0].rows.rows if any(part.site in divisions for part in one.parts))
        if rows and len({event.place for event in events}) == 1:
            found[key] = _Half(events[0], rows)
    return found


def _within_program(event: Event) -> str:
    """Return a key for a file in a folder that is given to a function: functions of one file mean the same by one name; empty where it tells too little."""
    parts = event.access.path.parts if event.access is not None and event.access.store == "file" else ()
    if len(parts) != 2 or isinstance(parts[0], str) or not isinstance(parts[1], str):
        return ""
    name = parts[1].rpartition("/")[2].partition(".")[0]
    return f"{event.place.path}:{parts[1]}" if parts[1].startswith("/") and len(name) > _TELLING else ""


def _read(context: Context, rows: Sequence[Rows], halves: Mapping[str, _Half]) -> dict[str, _Half]:
    """Return the files among `halves` that rows were read from, nothing where some rows come from elsewhere."""
    found: dict[str, _Half] = {}
    for one in rows:
        use = context.graph.sources.get(one.read)
        key = use.artifact if use is not None else _within_program(context.events[one.read]) if one.read >= 0 else ""
        if key not in halves:
            return {}
        found[key] = halves[key]
    return found


def _sides(learned: Mapping[str, _Half], judged: Mapping[str, _Half], site: Place) -> tuple[tuple[Rows, ...], tuple[Rows, ...]] | None:
    """Return the rows of the side of a division that a model is fitted on and of those it is judged on; None where both may be the same."""
    own, others = _by_side(learned, site), _by_side(judged, site)
    first = next(iter(sorted(own, key=lambda side: side != _LEARNS)), "")
    held = tuple(rows for side, some in others.items() if side != first for rows in some)
    both_in_one = learned.keys() == judged.keys() and len(own) > 1
    if not held or first in FOLDS or not (both_in_one or own.keys().isdisjoint(others)):
        return None
    return (tuple(own[first]), held) if own else None


def _by_side(halves: Mapping[str, _Half], site: Place) -> dict[str, list[Rows]]:
    """Return the rows in files by their side of a division."""
    found: dict[str, list[Rows]] = {}
    for rows in (rows for half in halves.values() for rows in half.rows):
        for side in (part.side for part in rows.parts if part.site == site):
            found.setdefault(side, []).append(rows)
    return found


def _of_all(seen: Seen, divided: Sequence[Rows]) -> bool:
    """Return whether something was learned from rows before they were divided."""
    return any(rows.inside(one) for rows in divided for one in seen.rows)


def _steps(context: Context, learned: Mapping[str, _Half], judged: Mapping[str, _Half], rows: Sequence[Rows]) -> tuple[Step, ...]:
    """Return the evidence steps of how rows get from one component to the other."""
    writes = dict.fromkeys(half.write.place for half in (*learned.values(), *judged.values()))
    reads = dict.fromkeys(context.events[one.read].place for one in rows)
    return (*(Step(place, "the sides are written here") for place in writes), *(Step(place, "what was written is read here") for place in list(reads)[-1:]))
