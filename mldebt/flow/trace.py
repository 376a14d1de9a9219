"""What running code did: raw events and calls, replayed under every entry point that reaches them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

import msgspec

from mldebt.flow.value import NO_SOURCES
from mldebt.model.events import Access, Event, Kind
from mldebt.model.source import Place

MAX_CHAIN = 6


class RawEvent(msgspec.Struct, frozen=True, gc=False):
    """An event before it is placed under an entry point; `sources` are ids of raw events."""

    id: int
    kind: Kind
    place: Place
    owner: str
    access: Access | None
    sources: frozenset[int]
    must: bool
    api: str
    representation: str
    detail: tuple[tuple[str, str], ...]


Tokens: TypeAlias = Mapping[int, frozenset[int]]
"""The reads that tokens (negative source numbers) stand for."""


class Call(NamedTuple):
    """A call: where, what it did, and what its tokens stand for in the terms of the caller."""

    site: Place
    trace: Trace
    tokens: Tokens


class Trace:
    """The doings of one activation, in order: raw events and calls."""

    __slots__ = ("items",)

    def __init__(self) -> None:
        """Start with nothing done."""
        self.items: list[RawEvent | Call] = []

    def call(self, site: Place, trace: Trace, tokens: Tokens | None = None) -> None:
        """Note that a call at `site` did what `trace` says; calls that did nothing are dropped."""
        if trace.items:
            self.items.append(Call(site, trace, tokens or {}))


def replay(trace: Trace, entry: str, first: int) -> Iterator[Event]:
    """Yield the events of a trace under one entry point, numbered from `first`; each raw event once for each call site above it and each data it is given."""
    seen: set[tuple[int, Place | None, frozenset[int]]] = set()
    visited: set[tuple[int, Place, frozenset[tuple[int, frozenset[int]]]]] = set()
    numbers: dict[int, int] = {}
    open_in: dict[int, frozenset[int]] = {}
    stack: list[tuple[Iterator[RawEvent | Call], tuple[Place, ...], Tokens]] = [(iter(trace.items), (), {})]
    pending: list[tuple[RawEvent, tuple[Place, ...], frozenset[int]]] = []
    while stack:
        items, chain, tokens = stack[-1]
        item = next(items, None)
        if item is None:
            stack.pop()
        elif isinstance(item, RawEvent):
            sources = resolve(item.sources, tokens)
            mark = (item.id, chain[-1] if chain else None, sources)
            if mark not in seen:
                seen.add(mark)
                numbers.setdefault(item.id, first + len(pending))
                pending.append((item, chain, sources))
        elif len(chain) < MAX_CHAIN * 4:
            inner = {token: resolve(item.tokens.get(token, frozenset((token,))), tokens) for token in _open_tokens(item.trace, open_in)}
            call = (id(item.trace), item.site, frozenset(inner.items()))
            if call not in visited:
                visited.add(call)
                stack.append((iter(item.trace.items), (*chain, item.site), inner))
    for offset, (raw, chain, found) in enumerate(pending):
        sources_here = tuple(sorted(numbers[source] for source in found if source in numbers))
        yield Event(first + offset, raw.kind, raw.place, entry, raw.owner, chain[-MAX_CHAIN:], raw.access, sources_here, raw.must, raw.api,
                    raw.representation, raw.detail)


def _open_tokens(trace: Trace, known: dict[int, frozenset[int]]) -> frozenset[int]:
    """Return the tokens that a trace leaves to its callers: those of its own parameters, and of functions above it whose data lies in objects, outer names.

    `known` are the answers so far by the id of the trace; modules that import each other are left out: what they do holds no tokens.
    """
    if id(trace) not in known:
        known[id(trace)] = NO_SOURCES
        found: set[int] = set()
        for item in trace.items:
            if isinstance(item, RawEvent):
                found.update(item.sources)
            else:
                for token in _open_tokens(item.trace, known):
                    found.update(item.tokens.get(token, (token,)))
        known[id(trace)] = frozenset(token for token in found if token < 0)
    return known[id(trace)]


def resolve(found: frozenset[int], tokens: Tokens) -> frozenset[int]:
    """Return sources with every token that is known replaced by what it stands for."""
    if not found or not tokens or min(found) >= 0:
        return found
    return frozenset(number for item in found for number in tokens.get(item, (item,)))
