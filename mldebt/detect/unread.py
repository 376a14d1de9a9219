"""Shape `unread`: a program writes artefacts that nothing in the project reads, declares or looks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from mldebt.detect.base import Context, listed, one_each, shown, site
from mldebt.graph.identity import either, may_be
from mldebt.graph.project_graph import Use
from mldebt.model.finding import Confidence, Match, Step


class UnreadSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`results` are formats, `extensions` endings and `words` parts of a name that say a person or a service is meant to read it."""

    kind: str
    form: str
    results: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    confidence: Confidence = "medium"


def unread(context: Context, spec: UnreadSpec) -> Iterator[Match]:
    """Yield one match for each program that writes such artefacts, at the first write."""
    looked_for = _looked_for(context)
    found: dict[str, dict[str, Use]] = {}
    for artifact in context.graph.artifacts():
        writers = context.graph.writers(artifact)
        if writers and not context.graph.readers(artifact) and not context.graph.is_declared(artifact) and not (
                _result(artifact, writers, spec) or looked_for.fullmatch(artifact)):
            found.setdefault(writers[0].program, {})[artifact] = writers[0]
    for program, uses in sorted(found.items()):
        first = next(iter(uses.values()))
        steps = one_each(Step(site(use), f"`{shown(name)}` is written here") for name, use in uses.items())
        yield Match(site(first), f"`{program}` writes {listed([shown(name) for name in uses])}, which nothing in the project reads or declares", steps,
                    next(iter(uses)), first.event.owner, spec.confidence, artifacts=tuple(uses))


def _looked_for(context: Context) -> re.Pattern[str]:
    """Return what reads, probes and moves whose path is known in part may mean: it may be one of the artefacts."""
    entries = {entry.id: entry for entry in context.graph.project.entries}
    return either({form for event in context.events if event.kind in ("read", "probe", "move") and event.access is not None and event.entry in entries
                   for form in may_be(event.access, entries[event.entry].folders)})


def _result(artifact: str, writers: Sequence[Use], spec: UnreadSpec) -> bool:
    """Return whether an artefact is for people or services: by its format, its ending or its name."""
    path = artifact.partition("#")[0].lower()
    formats = {use.event.access.format for use in writers if use.event.access is not None}
    words = set(re.findall(r"[a-z]+", path))
    return bool(formats & set(spec.results)) or path.endswith(spec.extensions) or bool(words & set(spec.words)) or formats == {""}
