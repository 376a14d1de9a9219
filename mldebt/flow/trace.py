"""What running code did: raw events and calls, replayed under every entry point that reaches them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

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


class Trace:
    """The doings of one activation, in order: raw events, and traces of calls with their call sites."""

    __slots__ = ("items",)

    def __init__(self) -> None:
        """Start with nothing done."""
        self.items: list[RawEvent | tuple[Place, Trace]] = []

    def call(self, site: Place, trace: Trace) -> None:
        """Note that a call at `site` did what `trace` says; calls that did nothing are dropped."""
        if trace.items:
            self.items.append((site, trace))


def replay(trace: Trace, entry: str, first: int) -> Iterator[Event]:
    """Yield the events of a trace under one entry point, numbered from `first`; each raw event once for each call site above it."""
    seen: set[tuple[int, Place | None]] = set()
    visited: set[tuple[int, Place | None]] = set()
    numbers: dict[int, int] = {}
    stack: list[tuple[Trace, int, tuple[Place, ...]]] = [(trace, 0, ())]
    pending: list[tuple[RawEvent, tuple[Place, ...]]] = []
    while stack:
        current, position, chain = stack.pop()
        if position >= len(current.items):
            continue
        stack.append((current, position + 1, chain))
        item = current.items[position]
        site = chain[-1] if chain else None
        if isinstance(item, RawEvent):
            if (item.id, site) not in seen:
                seen.add((item.id, site))
                numbers.setdefault(item.id, first + len(pending))
                pending.append((item, chain))
        elif len(chain) < MAX_CHAIN * 4 and (id(item[1]), item[0]) not in visited:
            visited.add((id(item[1]), item[0]))
            stack.append((item[1], 0, (*chain, item[0])))
    for offset, (raw, chain) in enumerate(pending):
        sources = tuple(sorted(numbers[source] for source in raw.sources if source in numbers))
        yield Event(first + offset, raw.kind, raw.place, entry, raw.owner, chain[-MAX_CHAIN:], raw.access, sources, raw.must, raw.api,
                    raw.representation, raw.detail)
