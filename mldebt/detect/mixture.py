"""Shape `mixture`: one function or script does what are steps of a pipeline, mixed."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, shown, site
from mldebt.graph.project_graph import Use
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place

_WORDS = {"download": "downloads", "join": "joins sources", "filter": "samples or filters", "write": "writes intermediates"}


class MixtureSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """More than `most` of the four kinds of work make a mixture: a join counts with `sources` or more, writing with more than `intermediates`."""

    kind: str
    form: str
    most: int
    sources: int
    intermediates: int
    confidence: Confidence = "medium"


def mixture(context: Context, spec: MixtureSpec) -> Iterator[Match]:
    """Yield one match for each function or script body that does several kinds of work, at its head; copies in other folders are evidence."""
    work: dict[str, dict[str, Step]] = {}
    for event in context.events:
        kind = _kind(context, event, spec)
        if event.entry and kind:
            work.setdefault(event.owner, {}).setdefault(kind, Step(event.place, f"it {_WORDS[kind]} here"))
    for owner, uses in _intermediates(context).items():
        if len({use.artifact for use in uses}) > spec.intermediates:
            names = ", ".join(f"`{shown(name)}`" for name in sorted({use.artifact for use in uses})[:3])
            work.setdefault(owner, {})["write"] = Step(site(uses[0]), f"it writes {names} here and on")
    copies: dict[tuple[str, ...], list[str]] = {}
    for owner, kinds in sorted(work.items()):
        if len(kinds) > spec.most and ("write" in kinds or not _in_notebook(context, owner)):
            copies.setdefault((owner.rpartition("/")[2], *sorted(kinds)), []).append(owner)
    for owner, *others in copies.values():
        yield _match(context, owner, others, work, spec)


def _match(context: Context, owner: str, copies: list[str], work: dict[str, dict[str, Step]], spec: MixtureSpec) -> Match:
    """Return the match of a function or script; those of its name in files of its name that do the same are its copies."""
    kinds = [kind for kind in _WORDS if kind in work[owner]]
    steps = [work[owner][kind] for kind in kinds]
    more = f", as `{copies[0].partition('::')[0]}`{f' and {len(copies) - 1} more do' if len(copies) > 1 else ' does'}" if copies else ""
    same = [Step(_head(context, other, work[other][kinds[0]].place), f"`{other.partition('::')[0]}` does the same") for other in copies]
    return Match(_head(context, owner, steps[0].place), f"{_named(owner)} {_series([_WORDS[kind] for kind in kinds])} in one piece{more}",
                 (*steps, *same), "mixture", owner, spec.confidence)


def _kind(context: Context, event: Event, spec: MixtureSpec) -> str:
    """Return which kind of work an event is, the empty text for none."""
    if event.kind == "download" or event.kind == "read" and event.access is not None and event.access.store == "url":
        return "download"
    if event.kind == "join":
        return "join" if len({context.events[number].place for number in event.sources}) >= spec.sources else ""
    return "filter" if event.kind in ("filter", "resample") and event.sources else ""


def _intermediates(context: Context) -> dict[str, list[Use]]:
    """Return the writes of datasets that another program reads, by the function or script that does them.

    What a stage or a setting declares is an output, and what nobody else reads a result: neither is an intermediate.
    """
    found: dict[str, list[Use]] = {}
    for artifact in context.graph.artifacts():
        for use in context.graph.writers(artifact) if not context.graph.is_declared(artifact) else ():
            elsewhere = any(reader.program != use.program for reader in context.graph.readers(artifact))
            if use.event.kind == "write" and use.event.sources and use.event.access is not None and use.event.access.format and elsewhere:
                found.setdefault(use.event.owner, []).append(use)
    return found


def _in_notebook(context: Context, owner: str) -> bool:
    module = context.graph.project.modules.get(owner.partition("::")[0])
    return module is not None and module.facts.notebook


def _head(context: Context, owner: str, first: Place) -> Place:
    """Return the name of the function, or where a script's first such work stands."""
    path, _, qualname = owner.partition("::")
    module = context.graph.project.modules.get(path)
    found = next((item for item in module.facts.definitions if item.qualname == qualname), None) if module and qualname else None
    return Place(path, found.name_at, found.name_at + len(found.name)) if found is not None else first


def _named(owner: str) -> str:
    path, _, qualname = owner.partition("::")
    return f"`{qualname}`" if qualname else f"`{path}`"


def _series(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"
