"""Shape `shuffled`: rows that have an order in time are divided by chance into what a model learns from and what it is judged on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.held_out import came_from, uses
from mldebt.detect.time_order import Ordering, ordering
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import Lineage, OrderHow, Rows
from mldebt.model.source import Place

_MAX_PLACES = 5


class ShuffledSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`how`: what the rows have their order in time from."""

    kind: str
    form: str
    how: tuple[OrderHow, ...]
    confidence: Confidence = "high"


class Division(msgspec.Struct, frozen=True):
    """Rows divided by chance: where, by which call, which rows, under which owner."""

    place: Place
    api: str
    rows: Lineage
    owner: str


def shuffled(context: Context, spec: ShuffledSpec) -> Iterator[Match]:
    """Yield one match for all divisions in a file of rows that have their order in time from one place, at the first."""
    found: dict[tuple[str, Place], list[tuple[Division, Ordering]]] = defaultdict(list)
    for division in _divisions(context):
        known = ordering(context, division.rows)
        if known is not None and known.order.how in spec.how:
            found[division.place.path, known.order.place].append((division, known))
    fits = _fits(context) if found else {}
    for told in found.values():
        yield _match(context, spec, min(told, key=lambda one: one[0].place), sorted({one.place for one, _ in told})[1:], fits)


def _divisions(context: Context) -> Iterator[Division]:
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


def _fits(context: Context) -> dict[Place, Place]:
    """Return where a model is fitted on a part of each division."""
    fits: dict[Place, Place] = {}
    for event in context.events:
        for rows in event.rows.rows if event.kind == "fit" else ():
            for part in rows.parts:
                fits.setdefault(part.site, event.place)
    return fits


def _match(context: Context, spec: ShuffledSpec, first: tuple[Division, Ordering], more: list[Place], fits: dict[Place, Place]) -> Match:
    division, known = first
    name = division.api.rpartition(".")[2]
    deed = "they are divided by chance here" if name else "they are shuffled here"
    steps = [came_from(context, division.rows.rows[0]), *known.steps, Step(division.place, deed)]
    steps.extend(Step(place, "they are divided by chance here, too") for place in more[:_MAX_PLACES])
    if division.place in fits:
        steps.append(Step(fits[division.place], "a model is fitted on one part here"))
    message = f"`{name}` divides rows by chance that have an order in time" if name else "rows that have an order in time are shuffled before they are divided"
    return Match(division.place, message, tuple(steps), f"{name} in {division.owner}", division.owner, spec.confidence)
