"""Shape `unlike-types`: on the way to a model, text that somebody puts in is compared with numbers, which it never equals."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, own_site, shown
from mldebt.detect.serving import Serving, servings
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step


class UnlikeTypesSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to choose but how sure it is."""

    kind: str
    form: str
    confidence: Confidence = "high"


def unlike_types(context: Context, spec: UnlikeTypesSpec) -> Iterator[Match]:
    """Yield one match for each definition of a serving program that compares text with numbers before it asks the model, at the first comparison."""
    done: set[str] = set()
    for serving in servings(context):
        for predict in serving.predictions:
            found: dict[str, list[Event]] = {}
            for event in context.under.get(predict.entry, ()):
                if event.kind == "compare" and event.must and event.owner not in done:
                    found.setdefault(event.owner, []).append(event)
            for owner, events in found.items():
                done.add(owner)
                yield _match(serving, predict, events, spec)


def _match(serving: Serving, predict: Event, events: list[Event], spec: UnlikeTypesSpec) -> Match:
    first, *others = sorted({event.place: event for event in events}.values(), key=lambda event: event.place)
    more = f", nor in {len(others)} more comparison{'s' * (len(others) > 1)} here" if others else ""
    steps = (*(Step(rows.origin, "the text is put in here") for rows in first.rows.rows[:1] if not first.place.at <= rows.origin.at < first.place.end),
             *(Step(event.place, f"it is compared with the number {dict(event.detail)['number']} here") for event in (first, *others)[:8]),
             Step(predict.place, f"`{shown(serving.load.artifact)}` is asked about what comes of it here"),
             *(Step(training.fits[-1].place, "it was fitted on the other values, too, here") for training in serving.trainings[:1]),
             Step(own_site(serving.load), f"`{shown(serving.load.artifact)}` is loaded here"))
    message = f"text that a request brings never equals the number {dict(first.detail)['number']}{more}: the features keep their default"
    return Match(first.place, message, tuple(dict.fromkeys(steps)), f"{serving.load.artifact} {first.owner}", first.owner, spec.confidence,
                 artifacts=(serving.load.artifact,))
