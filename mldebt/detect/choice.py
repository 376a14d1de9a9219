"""Shape `choice`: scores of held-out rows decide what is kept, and no other rows are left to judge it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from mldebt.detect.base import Context, one_each
from mldebt.detect.held_out import came_from, divided, held_for_good, other_judge, said_to_choose
from mldebt.detect.repeated import Repeated
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import Fitted, Rows, Scored
from mldebt.model.source import Place


class ChoiceSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`between`: what is chosen: `fits` (one of several models), `searched` (what a search library tries), `cuts` (a number, for one model).

    `labels` are words by which a statement that scores says that its rows are there to choose by.
    """

    kind: str
    form: str
    between: Literal["fits", "searched", "cuts"]
    labels: tuple[str, ...] = ()
    confidence: Confidence = "high"


class _Trial(NamedTuple):
    """A score by which something is chosen: of which fit, on which held-out rows."""

    score: Scored
    fit: Fitted
    held: tuple[Rows, ...]


_SAID = {
    "fits": ("the best of several models is chosen by their scores on the rows that judge it in the end", "the score decides here"),
    "searched": ("the search chooses by scores on the rows that judge its result in the end", "the search decides by the score here"),
    "cuts": ("it is scored on the rows by whose scores a number in its decisions was chosen", "what was chosen by them is judged on them again here"),
}


def choice(context: Context, spec: ChoiceSpec) -> Iterator[Match]:
    """Yield one match for each set of scores that decide, at the first place where they do."""
    repeated = Repeated(context)
    found: dict[frozenset[Place], tuple[Event, list[_Trial]]] = {}
    for event in context.events:
        trials = _trials(event) if event.scores and _asked(event, spec) else []
        if not trials or not _fits_form(event, trials, repeated, spec) or _judged_elsewhere(context, event, trials) or not _is_used(context, event):
            continue
        if any(said_to_choose(context, one, spec.labels) for one in _scorings(context, event, trials)):
            continue
        places = frozenset(trial.score.place for trial in trials)
        if not any(places & known for known in found):
            found[places] = event, trials
    for event, trials in found.values():
        yield _match(context, spec, event, trials)


def _asked(event: Event, spec: ChoiceSpec) -> bool:
    """Return whether an event is of the kind that a form asks for."""
    if spec.between == "cuts":
        return event.kind == "score"
    return event.kind == "decide" and bool(event.api) is (spec.between == "searched") and _by(event) != "used"


def _by(event: Event) -> str:
    return dict(event.detail).get("by", "")


def _is_used(context: Context, event: Event) -> bool:
    """Return whether a model that was picked is put to use, and not only looked at."""
    if _by(event) != "picked":
        return True
    places = {score.place for score in event.scores}
    return any(_by(other) == "used" and any(score.place in places for score in other.scores) for other in context.under.get(event.entry, ())
               if other.kind == "decide")


def _trials(event: Event) -> list[_Trial]:
    """Return the scores of test rows behind a decision."""
    found = [_Trial(score, fit, held) for score in event.scores for fit in score.fits if fit.data.rows and (held := held_for_good(score.rows, fit))]
    return sorted(found, key=lambda trial: (trial.score.place, trial.fit.place))


def _fits_form(event: Event, trials: list[_Trial], repeated: Repeated, spec: ChoiceSpec) -> bool:
    several = len({trial.fit.place for trial in trials}) > 1 or any(repeated.fit(event.entry, trial.fit.place) for trial in trials)
    if spec.between != "cuts":
        return several or spec.between == "searched"
    own = {fit.place for fit in event.fits}
    same = [trial for trial in trials if trial.fit.place in own and trial.score.place != event.place]
    return not several and any(one.touches(other) for trial in same for one in trial.held for other in event.rows.rows)


def _judged_elsewhere(context: Context, event: Event, trials: list[_Trial]) -> bool:
    """Return whether rows that took no part in the choice judge a model in the end."""
    rows = [one for trial in trials for one in trial.held]
    return any(other_judge(context, event.entry, trial.fit, rows) is not None for trial in trials)


def _scorings(context: Context, event: Event, trials: list[_Trial]) -> list[Event]:
    """Return the events in which the scores behind a decision are taken, and in which it is scored itself."""
    places = {trial.score.place for trial in trials} | {event.place}
    return [one for one in context.under.get(event.entry, ()) if one.kind == "score" and one.place in places]


def _match(context: Context, spec: ChoiceSpec, event: Event, trials: list[_Trial]) -> Match:
    message, last = _SAID[spec.between]
    first = trials[0]
    steps = [came_from(context, first.held[0]), *divided(first.fit, first.held[0])]
    for trial in trials[:3]:
        steps.append(Step(trial.fit.place, f"`{trial.fit.api.rpartition('.')[2]}` is fitted here"))
        steps.append(Step(trial.score.place, f"`{trial.score.api.rpartition('.')[2]}` scores it on held-out rows here"))
    steps.append(Step(event.place, last))
    steps += [Step(one.place, "the same rows are what it is judged on here") for one in _again(context, event, trials)]
    return Match(event.place, message, one_each(steps), first.score.api.rpartition(".")[2], event.owner, spec.confidence)


def _again(context: Context, event: Event, trials: list[_Trial]) -> list[Event]:
    """Return the first score of a chosen model on the same rows at another place."""
    places, fits = {trial.score.place for trial in trials}, {trial.fit.place for trial in trials}
    rows = [one for trial in trials for one in trial.held]
    again = (other for other in context.under.get(event.entry, ()) if other.kind == "score" and other.place not in places and other.place != event.place
             and any(fit.place in fits for fit in other.fits) and any(one.inside(two) for one in other.rows.rows for two in rows))
    return list(again)[:1]
