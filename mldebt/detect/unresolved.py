"""Shape `unresolved`: an artefact is read that nothing writes, while a near match is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context, shown, written_here
from mldebt.graph.identity import literal
from mldebt.model.finding import Match

_PARTS = re.compile(r"\d+|[a-z]+")


class UnresolvedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`edits`: most edits of a typing error, in names of at least `stem` letters; `roles`: words whose difference is meant."""

    kind: str
    form: str
    edits: int
    stem: int
    roles: tuple[str, ...]


def unresolved(context: Context, spec: UnresolvedSpec) -> Iterator[Match]:
    """Yield one match for each artefact that is only read and has a near match that is written."""
    graph = context.graph
    written = [artifact for artifact in graph.artifacts() if literal(artifact) and graph.writers(artifact)]
    for artifact in graph.artifacts():
        readers = graph.readers(artifact)
        if graph.writers(artifact) or not readers or not literal(artifact):
            continue
        exists = artifact in graph.project.tracked
        near = [other for other in written if _near(artifact, other, spec, exists) and not _reads(context, other, readers[0].program)]
        if near:
            use = readers[0]
            yield Match(use.event.place, f"`{shown(artifact)}` is read here but never written; the near match `{shown(near[0])}` is",
                        tuple(written_here(graph.writers(other)[0]) for other in near), f"{artifact} ~ {near[0]}", use.event.owner)


def _reads(context: Context, artifact: str, program: str) -> bool:
    """Return whether the program reads the near match too: then it means both."""
    return any(use.program == program for use in context.graph.readers(artifact))


def _near(left: str, right: str, spec: UnresolvedSpec, exists: bool) -> bool:
    (folder, stem, end), (other_folder, other, other_end) = _split(left), _split(right)
    if folder != other_folder or end != other_end or stem == other:
        return False
    words, others = _PARTS.findall(stem.lower()), _PARTS.findall(other.lower())
    if {word for word in words if word in spec.roles} != {word for word in others if word in spec.roles}:
        return False
    if not exists and _letters(words) == _letters(others):
        return True
    return min(len(stem), len(other)) >= spec.stem and _digits(words) == _digits(others) and _distance(stem.lower(), other.lower()) <= spec.edits


def _letters(words: list[str]) -> list[str]:
    """Return the words that tell a name: digits, versions and single letters left out."""
    return [word for word in words if not word.isdigit() and word not in ("v", "new", "final")]


def _digits(words: list[str]) -> list[str]:
    return [word for word in words if word.isdigit()]


def _split(artifact: str) -> tuple[str, str, str]:
    """Return folder (or database), stem and extension."""
    path, found, table = artifact.partition("#")
    if found:
        return path, table, "#"
    folder, _, name = path.rpartition("/")
    stem, _, end = name.partition(".") if not name.startswith(".") else (name, "", "")
    return folder, stem, end.lower()


def _distance(left: str, right: str) -> int:
    """Return the edit distance of two texts (Levenshtein 1966)."""
    previous = list(range(len(right) + 1))
    for row, one in enumerate(left, 1):
        current = [row]
        for column, other in enumerate(right, 1):
            current.append(min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (one != other)))
        previous = current
    return previous[-1]
