"""Where rows are divided by chance into what a model learns from and what it is judged on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.held_out import uses
from mldebt.model.events import Event
from mldebt.model.lineage import Lineage, Rows
from mldebt.model.source import Place

_BY_THEMSELVES = ("score", "search")


class Division(msgspec.Struct, frozen=True):
    """Rows divided by chance: where, by which call, which rows, under which owner."""

    place: Place
    api: str
    rows: Lineage
    owner: str


def divisions(context: Context) -> Iterator[Division]:
    """Yield the divisions of rows by chance, but those inside a part that was cut off before, while the rest is judged."""
    chances = [event for event in context.events if ("shuffled", "yes") in event.detail]
    sites = {event.place for event in chances}
    judged = [rows for event, _ in uses(context) if chances for rows in event.rows.rows if rows.parts and sites.isdisjoint(one.site for one in rows.parts)]
    sampled: dict[Place, Event] = {}
    for event in chances:
        if event.kind == "filter":
            sampled.setdefault(event.place, event)
        elif event.rows.rows and not any(_rest(_before(rows, event.place), other) for rows in event.rows.rows for other in judged):
            yield Division(event.place, event.api, event.rows, event.owner)
    for event, fit in uses(context):
        for fitted, held in product(fit.data.rows, event.rows.rows) if sampled or fit.data.shuffled else ():
            depth = next((number for number, (one, two) in enumerate(zip(fitted.parts, held.parts)) if one != two), -1)
            if fitted.source != held.source or depth < 0 or fitted.parts[depth].site != (site := held.parts[depth].site):
                continue
            if site in sampled:
                yield Division(site, sampled[site].api, fit.data, event.owner)
            elif not site.path and (place := _shuffle(fit.data, fitted, depth)) is not None:
                yield Division(place, "", fit.data, event.owner)


def _shuffle(data: Lineage, rows: Rows, depth: int) -> Place | None:
    """Return where rows were put in any order before they were cut at a part, None where they were not."""
    return next((one.place for one in data.shuffled if one.rows.source == rows.source and one.rows.parts == rows.parts[:len(one.rows.parts)]
                 and len(one.rows.parts) <= depth), None)


def _before(rows: Rows, site: Place) -> Rows:
    """Return rows as they were before a division."""
    depth = next((number for number, one in enumerate(rows.parts) if one.site == site), len(rows.parts))
    return msgspec.structs.replace(rows, parts=rows.parts[:depth])


def _rest(rows: Rows, other: Rows) -> bool:
    """Return whether other rows may be what a cut left when it took the part that some rows lie in."""
    return bool(rows.parts) and rows.source == other.source and not rows.touches(other)


def fits_on_parts(context: Context) -> dict[Place, Place]:
    """Return where a model is fitted on a part of each division: for folds that one call cuts and judges, there."""
    fits: dict[Place, Place] = {}
    for event in context.events:
        if event.kind in _BY_THEMSELVES and ("shuffled", "yes") in event.detail:
            fits.setdefault(event.place, event.place)
        for rows in event.rows.rows if event.kind == "fit" else ():
            for part in rows.parts:
                fits.setdefault(part.site, event.place)
    return fits
