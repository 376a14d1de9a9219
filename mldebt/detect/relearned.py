"""Shape `relearned`: what was learned from the rows of the fit is learned anew from the rows that the model is judged on."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.held_out import came_from, judgements
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import How, any_inside


class RelearnedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`how`: in which ways it was learned."""

    kind: str
    form: str
    how: tuple[How, ...]
    confidence: Confidence = "high"


def relearned(context: Context, spec: RelearnedSpec) -> Iterator[Match]:
    """Yield one match for each place where something is learned from held-out rows alone that had been learned from the rows of the fit, at that place."""
    done: set[object] = set()
    for judgement in judgements(context):
        before = {seen.api: seen for seen in judgement.seen if seen.how in spec.how}
        for seen in judgement.event.rows.seen:
            first = before.get(seen.api)
            if first is None or seen.place in done or seen.place == first.place or any(rows.touches(one) for rows in seen.rows for one in judgement.fitted):
                continue
            if not all(any_inside(rows, judgement.held_out) for rows in seen.rows):
                continue
            done.add(seen.place)
            name = seen.api.rpartition(".")[2]
            steps = (came_from(context, seen.rows[0]), Step(first.place, f"`{name}` learns from the rows of the fit here"),
                     Step(seen.place, f"`{name}` learns anew from held-out rows here"), Step(judgement.event.place, "the model is judged on them here"))
            yield Match(seen.place, f"`{name}` learns anew from rows that the model is judged on", steps, name, judgement.event.owner, spec.confidence)
