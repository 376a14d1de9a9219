"""Shape `unresolved`: an artefact is read that nothing writes, while a near match is written."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, one_each, shown, site, written_here
from mldebt.detect.guards import guarded
from mldebt.detect.names import Name, is_part, misspelt, named, numbers, split_name
from mldebt.detect.retired import retired_files
from mldebt.detect.spelling import given_here
from mldebt.graph.identity import literal
from mldebt.graph.project_graph import ProjectGraph, Use
from mldebt.graph.wildcards import matching
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match
from mldebt.model.source import Place


class UnresolvedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`relation` is `spelling` (case, separators, numbers, versions, typing errors) or `word` (whole words were added in front or behind).

    `edits`: most edits of a typing error, in words of at least `stem` letters; `roles`: words whose difference is meant; `versions`: words that mark one.
    """

    kind: str
    form: str
    relation: str
    roles: tuple[str, ...]
    versions: tuple[str, ...]
    edits: int = 0
    stem: int = 0
    confidence: Confidence = "high"


def unresolved(context: Context, spec: UnresolvedSpec) -> Iterator[Match]:
    """Yield one match for each program and place that reads what nothing writes, while a near match is written."""
    graph, retired = context.graph, retired_files(context)
    known = {artifact: named(artifact, spec.roles, spec.versions) for artifact in graph.artifacts()}
    written: dict[object, list[str]] = {}
    users: dict[str, frozenset[str]] = {}
    families: dict[object, set[tuple[str, ...]]] = {}
    for artifact, name in known.items():
        families.setdefault(name.family, set()).add(numbers(name.stem))
        if literal(artifact) and "$" not in _last(artifact) and any(use.program not in retired for use in graph.writers(artifact)):
            written.setdefault(name.series, []).append(artifact)
            users[artifact] = frozenset(use.program for use in (*graph.readers(artifact), *graph.writers(artifact)))
    made = {last for event in context.events if event.kind in ("write", "append") and (last := _written_name(event))}
    found: dict[tuple[str, Place], list[tuple[Use, list[str]]]] = {}
    seen: set[tuple[str, str]] = set()
    for artifact, name in known.items():
        use = _dangling(context, artifact, spec, retired)
        if use is None or _last(artifact) in made:
            continue
        after = graph.made_after(use.program)
        exists = artifact in graph.project.tracked
        near = [other for other in written.get(name.series, ())  # a program that touches both means both
                if other not in after and use.program not in users[other] and _relates(name, known[other], spec, exists)
                and not (spec.relation == "word" and _both_meant(context, artifact, other))]
        near = [other for other in _plausible(context, name, near, spec, len(families[name.family]), exists) if _one_kind(graph, use, other)]
        if near and not guarded(context, use, True) and (use.program, near[0]) not in seen:
            seen.add((use.program, near[0]))
            found.setdefault((use.program, site(use)), []).append((use, near))
    for (_, place), uses in sorted(found.items()):
        yield _match(context, spec, place, uses)


def _match(context: Context, spec: UnresolvedSpec, place: Place, uses: list[tuple[Use, list[str]]]) -> Match:
    (use, near), count = uses[0], len(uses) - 1
    names = f"`{shown(use.artifact)}` and {count} more are" if count else f"`{shown(use.artifact)}` is"
    written = [context.graph.writers(other)[0] for _, found in uses for other in found]
    shown_here = (step for writer in written for step in (*given_here(context, writer), written_here(writer)))
    return Match(place, f"{names} read here but never written; the near match `{shown(near[0])}` is",
                 one_each((*given_here(context, use), *shown_here)), f"{use.artifact} ~ {near[0]}",
                 use.event.owner, spec.confidence, artifacts=tuple(dict.fromkeys(item.artifact for item, _ in uses)))


def _last(artifact: str) -> str:
    """Return the name of a file or table without its folder or database."""
    path, found, table = artifact.partition("#")
    return table if found else path.rpartition("/")[2]


def _written_name(event: Event) -> str:
    """Return the name under which an event writes, wherever that is: people carry files from folder to folder."""
    access = event.access
    if access is None:
        return ""
    parts = (access.table or access.path).parts
    last = parts[-1] if parts else ""
    if not isinstance(last, str) or (len(parts) > 1 and "/" not in last):
        return ""
    return last.rpartition("/")[2]


def _dangling(context: Context, artifact: str, spec: UnresolvedSpec, retired: frozenset[str]) -> Use | None:
    """Return a read of an artefact that nothing can write; none for a path that a command or a person gives."""
    graph = context.graph
    if graph.writers(artifact) or not literal(artifact) or "$" in _last(artifact):
        return None
    if (spec.relation == "word" and artifact in graph.project.tracked) or graph.may_be_written(artifact) or matching(artifact, graph.project.tracked):
        return None
    return next((use for use in graph.readers(artifact) if not any(context.events[number].kind == "config-read" for number in use.event.sources)
                 and use.program not in retired and not _has_way_out(context, use)), None)


def _has_way_out(context: Context, use: Use) -> bool:
    """Return whether another of the paths that this read may take can be had."""
    graph, event = context.graph, use.event
    if event.must:
        return False
    others = {item.artifact for item in graph.reads_at(event.place) if item.program == use.program and not item.event.must} - {use.artifact}
    return any(graph.writers(other) or other in graph.project.tracked or graph.may_be_written(other) for other in others)


def _one_kind(graph: ProjectGraph, use: Use, other: str) -> bool:
    """Return whether two artefacts are of one kind: by extension, as tables, or, for names in a folder without extension, by the format of both accesses."""
    if split_name(use.artifact)[2]:
        return True
    own = use.event.access.format if use.event.access is not None else ""
    return "/" in other and bool(own) and any(item.event.access is not None and item.event.access.format == own for item in graph.writers(other))


def _relates(left: Name, right: Name, spec: UnresolvedSpec, exists: bool) -> bool:
    """Return whether two names of one series are near each other."""
    if left.stem == right.stem:
        return False
    same = left.letters == right.letters
    if spec.relation == "word":
        return not same and (_adds(left.words, right.words) or _adds(right.words, left.words))
    return not exists and same or misspelt(left.words, right.words, spec.stem, spec.edits)


def _both_meant(context: Context, artifact: str, other: str) -> bool:
    """Return whether two names, one with words added, are two things by design: who writes the one reads the other, or a setting or document names both.

    With words behind, a document may tell of the old name and the new one.
    """
    graph, pair = context.graph, (_last(artifact), _last(other))
    if not {use.program for use in graph.readers(artifact)}.isdisjoint(use.program for use in graph.writers(other)):
        return True
    return pair[1].endswith(pair[0]) and any(all(name in facts.words for name in pair) for facts in graph.project.data.values())


def _adds(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Return whether a name is another with words added; one word to which numbers are added (a date, an epoch) is too little to tell."""
    return is_part(part, whole) and (len(part) > 1 or not numbers("_".join(whole)))


def _plausible(context: Context, name: Name, near: list[str], spec: UnresolvedSpec, siblings: int, exists: bool) -> list[str]:
    """Drop near matches that are siblings rather than the missing half: what is written must have no reader of its own, or another version of one name.

    A series means its numbers, and an added word needs one near match alone. `siblings` is the size of the series: under how many numbers artefacts of the
    same name, place and extension are known; `exists`: what is read is in the repository.
    """
    if spec.relation == "word" and len(near) > 1:
        return []
    own = numbers(name.stem)
    if own and siblings > 2 and any(numbers(split_name(other)[1]) not in ((), own) for other in near):
        return []
    return [other for other in near if _is_other_half(context, name, other, spec, exists)]


def _is_other_half(context: Context, name: Name, other: str, spec: UnresolvedSpec, exists: bool) -> bool:
    """Return whether what is written is what was meant to be read: by its spelling, or because nobody else reads it and no run can give it another name.

    A name with a typing error that is the name of a file (it `exists`) may be meant.
    """
    right, unread = named(other, spec.roles, spec.versions), not context.graph.readers(other)
    if spec.relation != "word" and name.words == right.words:
        return True
    if spec.relation != "word" and misspelt(name.words, right.words, spec.stem, spec.edits):
        return unread or not exists
    return not _chosen(context, other) and (unread or spec.relation != "word" and _versions(name, right, spec))


def _chosen(context: Context, artifact: str) -> bool:
    """Return whether whoever starts the writers chooses the name: what is written is only their default."""
    return all(use.event.access is not None and use.event.access.chosen for use in context.graph.writers(artifact))


def _versions(left: Name, right: Name, spec: UnresolvedSpec) -> bool:
    """Return whether two names say themselves that they are versions of one thing: they differ in numbers and words that mark one, and have such a word."""
    return left.letters == right.letters and not frozenset(spec.versions).isdisjoint((*left.words, *right.words))
