"""Shape `parted-groups`: rows that follow one another within groups are divided by chance, so that rows of one group come to both sides."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.by_chance import Division, divisions, fits_on_parts
from mldebt.detect.held_out import came_from
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import Order
from mldebt.model.source import Place


class PartedGroupsSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No keys of its own."""

    kind: str
    form: str
    confidence: Confidence = "medium"


def parted_groups(context: Context, spec: PartedGroupsSpec) -> Iterator[Match]:
    """Yield one match for each division by chance of rows that a program works out within groups, where a model is fitted on one part."""
    fits, told = None, set[Place]()
    for division in divisions(context):
        order = next((one for one in division.rows.order if one.how == "within" and one.keys and not one.dates), None)
        fits = fits_on_parts(context) if fits is None and order is not None else fits
        if order is not None and fits and division.place in fits and division.place not in told:
            told.add(division.place)
            yield _match(context, spec, division, order, fits[division.place])


def _match(context: Context, spec: PartedGroupsSpec, division: Division, order: Order, fit: Place) -> Match:
    group, deed = ", ".join(f"`{key}`" for key in order.keys), order.api.rpartition(".")[2]
    steps = [came_from(context, division.rows.rows[0]), Step(order.place, f"`{deed}` works out each row from others of the same {group} here"),
             Step(division.place, "the rows are divided by chance here")]
    if fit != division.place:
        steps.append(Step(fit, "a model is fitted on one part here"))
    message = f"rows of one {group} come to both sides of a division by chance"
    return Match(division.place, message, tuple(steps), f"{', '.join(order.keys)} in {division.owner}", division.owner, spec.confidence)
