"""Shape `unresolved`: an artefact is read that nothing writes, while a near match is written."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, shown, site, written_here
from mldebt.detect.names import is_part, letters, misspelt, numbers, role_words, split_name, words_of
from mldebt.graph.identity import literal
from mldebt.graph.project_graph import Use
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
    graph = context.graph
    written = [artifact for artifact in graph.artifacts() if literal(artifact) and graph.writers(artifact)]
    found: dict[tuple[str, Place], list[tuple[Use, list[str]]]] = {}
    seen: set[tuple[str, str]] = set()
    for artifact in graph.artifacts():
        use = _dangling(context, artifact, spec)
        if use is None:
            continue
        near = [other for other in written if _relates(artifact, other, spec, artifact in graph.project.tracked) and not _both(context, other, use)]
        near = _plausible(context, artifact, near, spec)
        if near and (use.program, near[0]) not in seen:
            seen.add((use.program, near[0]))
            found.setdefault((use.program, site(use)), []).append((use, near))
    for (_, place), uses in sorted(found.items()):
        yield _match(context, spec, place, uses)


def _match(context: Context, spec: UnresolvedSpec, place: Place, uses: list[tuple[Use, list[str]]]) -> Match:
    (use, near), count = uses[0], len(uses) - 1
    names = f"`{shown(use.artifact)}` and {count} more are" if count else f"`{shown(use.artifact)}` is"
    return Match(place, f"{names} read here but never written; the near match `{shown(near[0])}` is",
                 tuple(written_here(context.graph.writers(other)[0]) for _, found in uses for other in found), f"{use.artifact} ~ {near[0]}",
                 use.event.owner, spec.confidence)


def _dangling(context: Context, artifact: str, spec: UnresolvedSpec) -> Use | None:
    """Return a read of an artefact that nothing can write; none for a path that a command or a person gives."""
    graph = context.graph
    if graph.writers(artifact) or not literal(artifact) or (spec.relation == "word" and artifact in graph.project.tracked) or graph.may_be_written(artifact):
        return None
    return next((use for use in graph.readers(artifact) if not any(context.events[number].kind == "config-read" for number in use.event.sources)), None)


def _both(context: Context, artifact: str, use: Use) -> bool:
    """Return whether the program touches the near match too: then it means both."""
    uses = (*context.graph.readers(artifact), *context.graph.writers(artifact))
    return any(other.program == use.program for other in uses)


def _relates(left: str, right: str, spec: UnresolvedSpec, exists: bool) -> bool:
    (folder, stem, end), (other_folder, other, other_end) = split_name(left), split_name(right)
    if folder != other_folder or end != other_end or stem == other or role_words(stem, spec.roles) != role_words(other, spec.roles):
        return False
    same = letters(stem, spec.versions) == letters(other, spec.versions)
    if spec.relation == "word":
        return not same and (is_part(words_of(stem), words_of(other)) or is_part(words_of(other), words_of(stem)))
    if not exists and same:
        return True
    return misspelt(stem, other, spec.stem, spec.edits)


def _plausible(context: Context, artifact: str, near: list[str], spec: UnresolvedSpec) -> list[str]:
    """Drop near matches that are siblings rather than misspellings: a series means its numbers, and an added word must leave the written name unread."""
    if spec.relation == "word":
        return near if len(near) == 1 and not context.graph.readers(near[0]) else []
    stem = split_name(artifact)[1]
    if numbers(stem) and any(numbers(split_name(other)[1]) not in ((), numbers(stem)) for other in near):
        return near if len(_family(context, artifact, spec)) <= 2 else []
    return near


def _family(context: Context, artifact: str, spec: UnresolvedSpec) -> set[tuple[str, ...]]:
    """Return the numbers under which artefacts of the same name, place and extension are known."""
    folder, stem, end = split_name(artifact)
    parts = [split_name(other) for other in context.graph.artifacts()]
    return {numbers(name) for place, name, ending in parts
            if (place, ending) == (folder, end) and letters(name, spec.versions) == letters(stem, spec.versions)}
