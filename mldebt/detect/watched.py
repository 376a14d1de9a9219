"""Shape `watched`: the rows that steer a fit are those whose score is told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from mldebt.detect.base import Context, one_each
from mldebt.detect.held_out import came_from, divided, held_for_good, other_judge, said_to_choose
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import Fitted, Rows
from mldebt.model.source import Place


class WatchedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`labels` are words by which a statement that scores says that its rows are there to choose by."""

    kind: str
    form: str
    labels: tuple[str, ...] = ()
    confidence: Confidence = "high"


class _Steered(NamedTuple):
    """A fit that is steered by held-out rows on which it is then scored."""

    tune: Event
    score: Event
    fit: Fitted
    held: Rows


def watched(context: Context, spec: WatchedSpec) -> Iterator[Match]:
    """Yield one match for each held-out part that steers fits which are scored on it and judged on no other, at the first of them in its file."""
    found: dict[tuple[str, Rows], dict[Place, _Steered]] = defaultdict(dict)
    done: set[Place] = set()
    for tune in context.events:
        steered = _steered(context, spec, tune) if tune.kind == "tune" and tune.place not in done else None
        if steered is not None:
            done.add(tune.place)
            found[tune.place.path, steered.held][tune.place] = steered
    for fits in found.values():
        yield _match(context, spec, [fits[place] for place in sorted(fits)])


def _steered(context: Context, spec: WatchedSpec, tune: Event) -> _Steered | None:
    for score, fit in _scores(context, tune):
        held = tuple(one for one in held_for_good(tune.rows.rows, fit) if any(other.inside(one) for other in score.rows.rows))
        if held and not said_to_choose(context, score, spec.labels) and other_judge(context, tune.entry, fit, held) is None:
            return _Steered(tune, score, fit, held[0])
    return None


def _scores(context: Context, tune: Event) -> Iterator[tuple[Event, Fitted]]:
    """Yield the scores of the model that a steered fit makes."""
    for event in context.under.get(tune.entry, ()):
        for fit in event.fits if event.kind == "score" else ():
            if fit.place == tune.place and fit.data.rows:
                yield event, fit


def _match(context: Context, spec: WatchedSpec, fits: list[_Steered]) -> Match:
    tune, score, fit, held = fits[0]
    name, by = fit.api.rpartition(".")[2], dict(tune.detail)["by"]
    steps = [came_from(context, held), *divided(fit, held), Step(tune.place, f"`{by}` steers the fit of `{name}` by held-out rows here"),
             Step(score.place, "the score that is told is of the same rows here")]
    steps += [Step(other.tune.place, "they steer another fit here") for other in fits[1:]]
    return Match(tune.place, f"`{by}` steers the fit by the rows that `{name}` is then scored on", one_each(steps), f"{name}@{by}", tune.owner, spec.confidence)
