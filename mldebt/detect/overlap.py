"""Shape `overlap`: a model is judged on the held-out side of a division after it was fitted on that side, too."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.guards import in_loop
from mldebt.detect.held_out import came_from, uses
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import Part, Rows


class OverlapSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`sides`: the sides of a division that are held out."""

    kind: str
    form: str
    sides: tuple[str, ...] = ("test",)
    confidence: Confidence = "high"


def overlap(context: Context, spec: OverlapSpec) -> Iterator[Match]:
    """Yield one match for each fit of a model on rows it is then judged on as if they were held out, at the fit."""
    done: set[object] = set()
    for event, fit in uses(context):
        found = next(((rows, part) for rows in event.rows.rows for part in _taken(rows, fit.data.rows, spec)), None)
        if found is None or fit.place in done or event.place == fit.place:
            continue
        if _of_many(context, found[0]):
            continue
        done.add(fit.place)
        name = fit.api.rpartition(".")[2]
        steps = (came_from(context, found[0]), Step(found[1].site, "the rows are divided here"), Step(fit.place, f"`{name}` is fitted on both sides here"),
                 Step(event.place, "it is judged on the held-out side here"))
        message = f"`{name}` is fitted on rows that it is then judged on as held out"
        yield Match(fit.place, message, steps, f"{name}@{event.owner}", event.owner, spec.confidence)


def _of_many(context: Context, rows: Rows) -> bool:
    """Return whether rows are of one of several files that a loop reads: those of one are not those of another."""
    access = context.events[rows.read].access if rows.read >= 0 else None
    return access is not None and access.path.literal is None and in_loop(context, rows.origin)


def _taken(rows: Rows, fitted: tuple[Rows, ...], spec: OverlapSpec) -> Iterator[Part]:
    """Yield the part that makes rows held out where a fit took the whole that was divided, or both of its sides."""
    for number, part in enumerate(rows.parts):
        if part.side in spec.sides and part.site.path:
            whole = msgspec.structs.replace(rows, parts=rows.parts[:number])
            if any(whole.inside(one) for one in fitted) or _both(whole, part, fitted):
                yield part


def _both(whole: Rows, part: Part, fitted: tuple[Rows, ...]) -> bool:
    """Return whether a fit took this side of a division and another one."""
    sides = {one.parts[len(whole.parts)].side for one in fitted if len(one.parts) == len(whole.parts) + 1 and one.inside(whole)
             and one.parts[-1].site == part.site}
    return part.side in sides and len(sides) > 1
