"""Shape `fitted-while-serving`: a program that asks a loaded model fits a transformer on what it asks about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from mldebt.detect.base import Context, own_site, shown
from mldebt.detect.serving import Serving, servings, uses_of
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import How, Seen
from mldebt.model.source import Place

_MANY = 5


class FittedWhileServingSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`how`: in which ways it is fitted; `online`: methods that say that an object goes on learning while it serves. `own`: the model is not loaded, but was
    fitted in the same program before.
    """

    kind: str
    form: str
    how: tuple[How, ...]
    own: bool = False
    online: tuple[str, ...] = ()
    confidence: Confidence = "high"


class _Fit(NamedTuple):
    """A fit on a serving path: where, of what, from where that was loaded (nowhere: it is new), and the prediction on what it shaped."""

    event: Event
    name: str
    loaded: Place | None
    predict: Event


def fitted_while_serving(context: Context, spec: FittedWhileServingSpec) -> Iterator[Match]:
    """Yield one match for each place where a program that asks a model fits a transformer on the rows it asks about, or one it has loaded, at that place;
    from `_MANY` on, those that say the same in the files of one folder are one: copies of one program.
    """
    found: dict[Place, Match] = {}
    for fit, match in (_own if spec.own else _served)(context, spec):
        found.setdefault(fit.event.place, match)
    copies: dict[tuple[str, str], list[Match]] = {}
    for match in found.values():
        copies.setdefault((match.place.path.rpartition("/")[0], match.message), []).append(match)
    for alike in copies.values():
        first, *others = alike
        steps = tuple(Step(match.place, "so it is in this copy") for match in others)
        yield from alike if len(alike) < _MANY else (msgspec.structs.replace(first, evidence=(*first.evidence, *steps)),)


def _served(context: Context, spec: FittedWhileServingSpec) -> Iterator[tuple[_Fit, Match]]:
    for serving in servings(context):
        for fit in _fits(context, serving, spec):
            yield fit, _match(serving, fit, spec)


def _own(context: Context, spec: FittedWhileServingSpec) -> Iterator[tuple[_Fit, Match]]:
    """Yield the fits of an object that was fitted elsewhere before, whose model is asked about rows that only the later one shaped."""
    fits = {(event.entry, event.place): event for event in context.events if event.kind == "fit" and event.fits}
    for predict in context.events if fits else ():
        for seen in predict.rows.seen if predict.kind == "predict" else ():
            event = fits.get((predict.entry, seen.place))
            if event is not None and seen.how in spec.how and event.api.rpartition(".")[2] not in spec.online and _apart(predict, event, seen):
                fit = _Fit(event, seen.api.rpartition(".")[2], None, predict)
                yield fit, _own_match(fit, spec)


def _apart(predict: Event, again: Event, seen: Seen) -> bool:
    """Return whether a model was fitted on rows that no fit of a kind of transformer shaped, and is asked about others that a second fit of it shapes."""
    if not predict.fits or any(fit.place == again.place for fit in again.fits):
        return False
    mine = {rows.source for fit in (*predict.fits, *again.fits) for rows in fit.data.rows}
    learned = {one.api for fit in predict.fits for one in fit.data.seen}
    return seen.api not in learned and bool(seen.rows) and not any(rows.source in mine for rows in seen.rows)


def _own_match(fit: _Fit, spec: FittedWhileServingSpec) -> Match:
    model = fit.predict.fits[0].api.rpartition(".")[2]
    steps = (Step(fit.event.fits[0].place, f"`{fit.name}` is fitted here"), Step(fit.predict.fits[0].place, f"`{model}` is fitted here"),
             Step(fit.event.place, f"`{fit.name}` is fitted again on other rows here"), Step(fit.predict.place, f"`{model}` is asked about them here"))
    return Match(fit.event.place, f"`{fit.name}` is fitted again on the rows that `{model}` is asked about", steps, fit.name, fit.event.owner, spec.confidence)


def _fits(context: Context, serving: Serving, spec: FittedWhileServingSpec) -> Iterator[_Fit]:
    """Yield the fits of a serving program that shape what it asks about, but for those on data that training reads."""
    known = _read_by_training(context, serving)
    for event in uses_of(context, serving):
        if event.kind != "fit" or event.api.rpartition(".")[2] in spec.online or known.intersection(_artifacts(context, event)):
            continue
        if event.loads and _transforms(context, event):
            yield from _again(serving, event)
        else:
            yield from _anew(serving, event, spec)


def _transforms(context: Context, event: Event) -> bool:
    """Return whether a fit gives back what it makes of the rows: what does is no model that goes on learning."""
    row = context.catalogue.calls.get(event.api)
    return row is not None and row.returns != "self"


def _anew(serving: Serving, event: Event, spec: FittedWhileServingSpec) -> Iterator[_Fit]:
    """Yield a fit of a new transformer on rows that the model is then asked about."""
    for predict in serving.predictions:
        for seen in predict.rows.seen:
            if seen.place == event.place and seen.how in spec.how and any(rows.touches(one) for rows in seen.rows for one in predict.rows.rows):
                yield _Fit(event, seen.api.rpartition(".")[2], None, predict)


def _again(serving: Serving, event: Event) -> Iterator[_Fit]:
    """Yield a fit of an object that was loaded, where the same rows are what the model is asked about."""
    for predict in serving.predictions:
        if any(rows.touches(one) for rows in event.rows.rows for one in predict.rows.rows):
            yield _Fit(event, event.api.rpartition(".")[2], event.loads[0].place, predict)


def _read_by_training(context: Context, serving: Serving) -> set[str]:
    """Return the artefacts that the trainings of a model read."""
    graph = context.graph
    programs = {training.save.program for training in serving.trainings}
    return {artifact for artifact in graph.artifacts() if any(use.program in programs for use in graph.readers(artifact))}


def _artifacts(context: Context, event: Event) -> set[str]:
    return {context.graph.sources[number].artifact for number in event.sources if number in context.graph.sources}


def _match(serving: Serving, fit: _Fit, spec: FittedWhileServingSpec) -> Match:
    model = shown(serving.load.artifact)
    what = "a transformer that was loaded is fitted anew" if fit.loaded is not None else f"`{fit.name}` is fitted"
    steps = (Step(own_site(serving.load), f"`{model}` is loaded here"), *([Step(fit.loaded, "the transformer is loaded here")] if fit.loaded else ()),
             Step(fit.event.place, f"{what} on the rows to predict here"), Step(fit.predict.place, f"`{model}` is asked about them here"))
    return Match(fit.event.place, f"{what} on the rows that `{model}` is asked about", steps, f"{serving.load.artifact} {fit.name}", fit.event.owner,
                 spec.confidence, artifacts=(serving.load.artifact,))
