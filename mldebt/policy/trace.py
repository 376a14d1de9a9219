"""What a finding is known by from run to run, and which of two runs' findings are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence

import msgspec

from mldebt.model.finding import Finding
from mldebt.policy.tokens import tokens

_SIZE = 6


class Trace(msgspec.Struct, frozen=True, order=True, gc=False):
    """A finding without its place in the file: `code` is a digest of the tokens it stands on, `about` one of what it is about."""

    path: str
    rule: str
    place: str
    code: str
    about: str


def traced(item: Finding, text: str) -> Trace:
    """Return the trace of a finding that stands on the code `text`."""
    return Trace(item.path, item.code, item.mark.place, _digest(tokens(text, item.path)), _digest([item.mark.key]))


def _digest(words: Iterable[str]) -> str:
    return hashlib.blake2b("\0".join(words).encode("utf-8", "surrogatepass"), digest_size=_SIZE).hexdigest()


def paired(known: Sequence[Trace], seen: Sequence[Trace], gone: Callable[[str], bool]) -> list[int | None]:
    """Return for every trace seen the index of the known one that it is, each of them used once at most, or None for a new one.

    The nearest pairs are made first: unchanged; elsewhere in its file; in another file (a renamed one, or a function moved there); written otherwise, but about
    the same in the same file; and, for code whose paths mean something else where it lies now, in a file of the same name where the old one is `gone`.
    """
    pairs: list[int | None] = [None] * len(seen)
    left = dict(enumerate(known))
    for alike in (_unchanged, _in_file, _in_place, _anywhere, _rewritten):
        _pair(left, seen, pairs, alike)
    moved = {number: trace for number, trace in left.items() if gone(trace.path)}
    _pair(moved, seen, pairs, _in_namesake)
    return pairs


def _pair(left: dict[int, Trace], seen: Sequence[Trace], pairs: list[int | None], alike: Callable[[Trace], Hashable]) -> None:
    """Pair what is not yet paired and is alike, in order; take from `left` what is used."""
    waiting: dict[Hashable, list[int]] = {}
    for number in sorted(left, key=lambda number: left[number], reverse=True):
        waiting.setdefault(alike(left[number]), []).append(number)
    for index, trace in enumerate(seen):
        if pairs[index] is None and (numbers := waiting.get(alike(trace))):
            pairs[index] = number = numbers.pop()
            del left[number]


def _unchanged(trace: Trace) -> Hashable:
    return trace


def _in_file(trace: Trace) -> Hashable:
    return trace.rule, trace.path, trace.code, trace.about


def _in_place(trace: Trace) -> Hashable:
    return trace.rule, trace.place, trace.code, trace.about


def _anywhere(trace: Trace) -> Hashable:
    return trace.rule, trace.code, trace.about


def _rewritten(trace: Trace) -> Hashable:
    return trace.rule, trace.path, trace.about


def _in_namesake(trace: Trace) -> Hashable:
    return trace.rule, trace.path.rpartition("/")[2], trace.place, trace.code
