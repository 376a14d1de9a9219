"""Shape `unapplied`: what was learned before the fit of a model shaped the rows of that fit, and a program that asks the saved model does not have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from mldebt.detect.base import Context, listed, own_site, shown
from mldebt.detect.serving import Serving, Training, loaded_unknown, servings, uses_of
from mldebt.graph.project_graph import Use
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import Fitted, How, Seen
from mldebt.model.source import Place


class UnappliedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`how`: in which ways it was learned. `saved`: whether the fits asked for are those that some program saves, or those that none does. `objects`: formats
    of files that may hold any object.
    """

    kind: str
    form: str
    how: tuple[How, ...]
    saved: bool
    objects: tuple[str, ...] = ()
    confidence: Confidence = "high"


def unapplied(context: Context, spec: UnappliedSpec) -> Iterator[Match]:
    """Yield one match for each place where a program asks models on rows which lack what the rows of their fits went through."""
    done: set[Place] = set()
    found = servings(context)
    models = {(serving.program, serving.load.artifact) for serving in found}
    for serving in found:
        place = serving.predictions[0].place
        if place not in done and not _prepared(context, serving) and not loaded_unknown(context, serving, models, spec.objects):
            told = next(((training, fit, lacking) for training in serving.trainings for fit in _models(training)[:1]
                         if (lacking := _lacking(context, serving, training, fit, spec))), None)
            if told is not None:
                done.add(place)
                yield _match(context, spec, serving, *told)


def _models(training: Training) -> list[Fitted]:
    """Return the fits of what is saved that are no fits of what shapes the rows of another one."""
    shaping = {seen.place for fit in training.fits for seen in fit.data.seen}
    return [fit for fit in training.fits if fit.place not in shaping]


def _prepared(context: Context, serving: Serving) -> bool:
    """Return whether what a program predicts on was written by the project: then whoever wrote it prepared it."""
    sources = (context.graph.sources.get(number) for event in serving.predictions for number in event.sources)
    return any(context.graph.writers(use.artifact) and not _loads(serving, use) for use in sources if use is not None)


def _loads(serving: Serving, use: Use) -> bool:
    return any(load.place == use.event.place for event in serving.predictions for load in event.loads) or use.artifact == serving.load.artifact


def _lacking(context: Context, serving: Serving, training: Training, fit: Fitted, spec: UnappliedSpec) -> list[tuple[Seen, list[Use]]]:
    """Return what shaped the rows of a fit and that a serving program does not have, each with the writes that save it."""
    own = {event.api.rpartition(".")[0] for event in uses_of(context, serving) if event.kind == "fit"}
    given = {seen.place for event in serving.predictions for seen in event.rows.seen}
    lacking = []
    for seen in set(fit.data.seen).intersection(*(other.data.seen for other in _models(training))):
        if seen.how not in spec.how or not _learns(context, seen) or seen.place in given or seen.api in own:
            continue
        keepers = _keepers(context, seen)
        if bool(keepers) is spec.saved and not _holds(training, seen) and not any(_reads(context, serving, keeper) for keeper in keepers):
            lacking.append((seen, keepers))
    return sorted(lacking, key=lambda item: item[0].place)


def _learns(context: Context, seen: Seen) -> bool:
    """Return whether what learned is an object that could have been kept."""
    kind = context.catalogue.type(seen.api)
    return kind is not None and kind.role in ("transformer", "pipeline")


def _holds(training: Training, seen: Seen) -> bool:
    return any(one.place == seen.place for one in training.save.event.rows.seen)


def _keepers(context: Context, seen: Seen) -> list[Use]:
    """Return the writes that save what was learned at a place."""
    graph = context.graph
    return [use for artifact in graph.artifacts() for use in graph.writers(artifact) if any(one.place == seen.place for one in use.event.rows.seen)]


def _reads(context: Context, serving: Serving, keeper: Use) -> bool:
    """Return whether a serving program reads what a write saves."""
    return keeper.artifact == serving.load.artifact or any(use.program == serving.program for use in context.graph.readers(keeper.artifact))


def _match(
    context: Context, spec: UnappliedSpec, serving: Serving, training: Training, fit: Fitted, lacking: Sequence[tuple[Seen, list[Use]]],
) -> Match:
    event: Event = serving.predictions[0]
    names = listed(list(dict.fromkeys(seen.api.rpartition(".")[2] for seen, _ in lacking)))
    model = fit.api.rpartition(".")[2]
    kept = [Step(own_site(keeper), f"it is saved as `{shown(keeper.artifact)}` here, which `{serving.program}` does not load")
            for _, keepers in lacking for keeper in keepers[:1]]
    steps = (*(Step(seen.place, f"`{seen.api.rpartition('.')[2]}` learns from the rows of the fit here") for seen, _ in lacking[:3]),
             Step(fit.place, f"`{model}` is fitted on what it made of them here"),
             Step(own_site(training.save), f"the model is saved {_under(training.save)} here" + ("" if spec.saved else f", and no program saves {names}")),
             *kept, Step(own_site(serving.load), f"`{shown(serving.load.artifact)}` is loaded here"), Step(event.place, "it predicts on other rows here"))
    message = f"`{model}` of `{training.save.program}` is fitted on rows that went through {names}, which {_why(spec, serving)}"
    return Match(event.place, message, tuple(dict.fromkeys(steps)), f"{serving.load.artifact} {lacking[0][0].api}", event.owner, spec.confidence,
                 artifacts=(serving.load.artifact,))


def _under(save: Use) -> str:
    return f"as `{shown(save.artifact)}`" if save.artifact else "under a path that is given to the program"


def _why(spec: UnappliedSpec, serving: Serving) -> str:
    return f"`{serving.program}` does not load" if spec.saved else "is never saved"
