"""Shape `watched`: the rows that steer a fit are those whose score is told of it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, one_each
from mldebt.detect.held_out import came_from, divided, held_for_good, other_judge
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import Fitted, Rows
from mldebt.model.source import Place


class WatchedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing is asked but the shape."""

    kind: str
    form: str
    confidence: Confidence = "high"


def watched(context: Context, spec: WatchedSpec) -> Iterator[Match]:
    """Yield one match for each fit that is steered by held-out rows on which it is then scored, where it is judged on no others, at the fit."""
    done: set[Place] = set()
    for tune in context.events:
        if tune.kind != "tune" or tune.place in done:
            continue
        for score, fit in _scores(context, tune):
            held = tuple(one for one in held_for_good(tune.rows.rows, fit) if any(other.inside(one) for other in score.rows.rows))
            if held and other_judge(context, tune.entry, fit, held) is None:
                done.add(tune.place)
                yield _match(context, spec, tune, score, fit, held[0])
                break


def _scores(context: Context, tune: Event) -> Iterator[tuple[Event, Fitted]]:
    """Yield the scores of the model that a steered fit makes."""
    for event in context.under.get(tune.entry, ()):
        for fit in event.fits if event.kind == "score" else ():
            if fit.place == tune.place and fit.data.rows:
                yield event, fit


def _match(context: Context, spec: WatchedSpec, tune: Event, score: Event, fit: Fitted, held: Rows) -> Match:
    name, by = fit.api.rpartition(".")[2], dict(tune.detail)["by"]
    steps = (came_from(context, held), *divided(fit, held), Step(tune.place, f"`{by}` steers the fit of `{name}` by held-out rows here"),
             Step(score.place, "the score that is told is of the same rows here"))
    return Match(tune.place, f"`{by}` steers the fit by the rows that `{name}` is then scored on", one_each(steps), f"{name}@{by}", tune.owner, spec.confidence)
