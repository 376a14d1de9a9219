"""Shape `shuffled`: rows that have an order in time are divided by chance into what a model learns from and what it is judged on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.by_chance import Division, divisions, fits_on_parts
from mldebt.detect.held_out import came_from
from mldebt.detect.time_order import Ordering, ordering
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import OrderHow
from mldebt.model.source import Place

_MAX_PLACES = 5


class ShuffledSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`how`: what the rows have their order in time from."""

    kind: str
    form: str
    how: tuple[OrderHow, ...]
    confidence: Confidence = "high"


def shuffled(context: Context, spec: ShuffledSpec) -> Iterator[Match]:
    """Yield one match for all divisions in a file of rows that have their order in time from one place, at the first."""
    found: dict[tuple[str, Place], list[tuple[Division, Ordering]]] = defaultdict(list)
    for division in divisions(context):
        known = ordering(context, division.rows)
        if known is not None and known.order.how in spec.how:
            found[division.place.path, known.order.place].append((division, known))
    fits = fits_on_parts(context) if found else {}
    for told in found.values():
        yield _match(context, spec, min(told, key=lambda one: one[0].place), sorted({one.place for one, _ in told})[1:], fits)


def _match(context: Context, spec: ShuffledSpec, first: tuple[Division, Ordering], more: list[Place], fits: dict[Place, Place]) -> Match:
    division, known = first
    name = division.api.rpartition(".")[2]
    deed = "they are divided by chance here" if name else "they are shuffled here"
    steps = [came_from(context, division.rows.rows[0]), *known.steps, Step(division.place, deed)]
    steps.extend(Step(place, "they are divided by chance here, too") for place in more[:_MAX_PLACES])
    if fits.get(division.place, division.place) != division.place:
        steps.append(Step(fits[division.place], "a model is fitted on one part here"))
    message = f"`{name}` divides rows by chance that have an order in time" if name else "rows that have an order in time are shuffled before they are divided"
    return Match(division.place, message, tuple(steps), f"{name} in {division.owner}", division.owner, spec.confidence)
