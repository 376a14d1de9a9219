"""How names of artefacts compare: words, numbers, versions, typing errors."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

_PARTS = re.compile(r"\d+|[a-z]+")
_SHORT = 5
_NUMBERED = re.compile(r"(?<![a-z])([a-z]+)(\d+)(?![a-z\d])")


def split_name(artifact: str) -> tuple[str, str, str]:
    """Return folder (or database), stem and extension of an artefact's key."""
    path, found, table = artifact.partition("#")
    if found:
        return path, table, "#"
    folder, _, name = path.rpartition("/")
    stem, _, end = name.partition(".") if not name.startswith(".") else (name, "", "")
    return folder, stem, end.lower()


def words_of(stem: str) -> tuple[str, ...]:
    """Return the lower-case words and numbers of a name."""
    return tuple(_PARTS.findall(stem.lower()))


def letters(stem: str, versions: Collection[str]) -> tuple[str, ...]:
    """Return the words that tell a name: numbers and words that mark a version left out."""
    return tuple(word for word in words_of(stem) if not word.isdigit() and word not in versions)


def identifiers(stem: str, versions: Collection[str]) -> frozenset[str]:
    """Return the words with a number of their own in a name that states its version apart: numbers of a catalogue, which name another thing."""
    found = [(match[1], match[0]) for match in _NUMBERED.finditer(stem.lower())]
    return frozenset(whole for word, whole in found if word not in versions) if any(word in versions for word, _ in found) else frozenset()


def numbers(stem: str) -> tuple[str, ...]:
    """Return the numbers of a name."""
    return tuple(word for word in words_of(stem) if word.isdigit())


class Name(NamedTuple):
    """What is compared of an artefact's name: only names of one `series` (folder, extension, words of a role and of a catalogue) can be near each other."""

    series: tuple[str, str, frozenset[str]]
    stem: str
    words: tuple[str, ...]
    letters: tuple[str, ...]

    @property
    def family(self) -> object:
        """Return what artefacts have in common whose names differ in numbers and versions alone."""
        return *self.series[:2], self.letters


def named(artifact: str, roles: Collection[str], versions: Collection[str]) -> Name:
    """Return the name of an artefact; `roles` are words that say which part or stage of the data it is, `versions` those that mark a version."""
    folder, stem, end = split_name(artifact)
    words = words_of(stem)
    telling = frozenset(word for word in words if word in roles) | identifiers(stem, versions)
    return Name((folder, end, telling), stem, words, letters(stem, versions))


def is_part(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Return whether `whole` is `part` with one or more words added in front or behind; one short word alone is too little to tell."""
    if not part or len(part) >= len(whole) or sum(map(len, part)) < 6:
        return False
    return whole[: len(part)] == part or whole[-len(part):] == part


def misspelt(left: tuple[str, ...], right: tuple[str, ...], least: int, edits: int) -> bool:
    """Return whether two names, as words, differ by a typing error in a stem of at least `least` letters.

    That is a separator left out, letters of one word in another order or an `s` at its end, or at most `edits` edits of one word that is as long itself.
    """
    whole = min(sum(map(len, left)), sum(map(len, right)))
    if len(left) != len(right):
        return whole >= least and "".join(left) == "".join(right)
    pairs = [(one, other) for one, other in zip(left, right) if one != other]
    if len(pairs) != 1:
        return False
    one, other = pairs[0]
    if one.isalpha() and other.isalpha() and min(len(one), len(other)) >= _SHORT and whole >= least and (
            sorted(one) == sorted(other) and distance(one, other) <= edits or one.rstrip("s") == other.rstrip("s")):
        return True
    return one.isalpha() and other.isalpha() and min(len(one), len(other)) >= least and distance(one, other) <= edits


def distance(left: str, right: str) -> int:
    """Return the edit distance of two texts (Levenshtein 1966)."""
    previous = list(range(len(right) + 1))
    for row, one in enumerate(left, 1):
        current = [row]
        for column, other in enumerate(right, 1):
            current.append(min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (one != other)))
        previous = current
    return previous[-1]
