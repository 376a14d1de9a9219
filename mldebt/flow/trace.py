"""What running code did: raw events and calls, replayed under every entry point that reaches them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

import msgspec

from mldebt.flow.columns import LOST, Layout
from mldebt.flow.features import Features
from mldebt.flow.provenance import Meaning, Provenance
from mldebt.flow.told import Teller
from mldebt.flow.value import NO_SOURCES, Chain
from mldebt.model.columns import NO_COLUMNS
from mldebt.model.events import NO_LINEAGE, Access, Conversion, Event, Kind, Loaded
from mldebt.model.lineage import Lineage, Scored
from mldebt.model.source import Place

MAX_CHAIN = 6
_CUT, _DECIDE, _SCORE, _WRITE = "cut", "decide", "score", "write"
_TELLING = (_DECIDE, _CUT)
"""Kinds of events that are none where their data holds no verdict after all."""


class RawEvent(msgspec.Struct, frozen=True, gc=False):
    """An event before it is placed under an entry point; `sources` is the provenance of all it touches, `data` that of the rows it works on, `model` that of
    the model it asks, `passed` sequences of conversions by number. `loaded`: it happens only where that model turns out to be loaded from somewhere.
    `columns` is what is known of those of features and answers.
    """

    id: int
    kind: Kind
    place: Place
    owner: str
    access: Access | None
    sources: frozenset[int]
    must: bool
    api: str
    passed: tuple[Chain, ...]
    detail: tuple[tuple[str, str], ...]
    model: frozenset[int] = NO_SOURCES
    data: frozenset[int] = NO_SOURCES
    loaded: bool = False
    columns: tuple[Layout, ...] = ()


class Tokens:
    """What tokens (negative numbers) stand for: provenance, and conversions passed; `book` works out the terms over them."""

    __slots__ = ("book", "chains", "laid", "layouts", "meant", "reads")

    def __init__(
        self, reads: Mapping[int, frozenset[int]], chains: Mapping[int, Chain], book: Provenance, layouts: Mapping[int, Layout] = {},
    ) -> None:
        """Keep what each token stands for; `laid` is what was worked out of `layouts`."""
        self.reads, self.chains, self.book, self.layouts = reads, chains, book, layouts
        self.laid: dict[int, Layout] = {}
        self.meant = Meaning(reads)

    @property
    def idle(self) -> bool:
        """Return whether there are none."""
        return not self.reads and not self.chains and not self.layouts


NO_TOKENS = Tokens({}, {}, Provenance())


class Call(NamedTuple):
    """A call: where, what it did, what its tokens stand for in the terms of the caller, whether code that is not followed or a scheduler makes it."""

    site: Place
    trace: Trace
    tokens: Tokens
    handed: bool = False


class Trace:
    """The doings of one activation, in order: raw events and calls."""

    __slots__ = ("items",)

    def __init__(self) -> None:
        """Start with nothing done."""
        self.items: list[RawEvent | Call] = []

    def call(self, site: Place, trace: Trace, tokens: Tokens | None = None, *, handed: bool = False) -> None:
        """Note that a call at `site` did what `trace` says; calls that did nothing are dropped."""
        if trace.items:
            self.items.append(Call(site, trace, tokens or NO_TOKENS, handed))

    def hand_over(self, first: int) -> None:
        """Note that the calls from item `first` on are made by code that is not followed, or by a scheduler."""
        if first < len(self.items):
            self.items[first:] = [item._replace(handed=True) if isinstance(item, Call) else item for item in self.items[first:]]


class Tables(NamedTuple):
    """What the numbers of a run stand for: conversions (by number less one), provenance, where each raw event stands, what is loaded by those that load."""

    conversions: Sequence[Conversion]
    book: Provenance
    place_of: Callable[[int], Place]
    loads: Mapping[int, Loaded]


def replay(trace: Trace, entry: str, first: int, tables: Tables) -> Iterator[Event]:
    """Yield the events of a trace under one entry point, numbered from `first`; each raw event once for each call site above it and each data it is given."""
    conversions, book, place_of, loads = tables
    seen: set[object] = set()
    visited: set[object] = set()
    asking: dict[int, bool] = {}
    numbers: dict[int, int] = {}
    open_in: dict[int, frozenset[int]] = {}
    stack: list[tuple[Iterator[RawEvent | Call], tuple[Place, ...], Tokens, int]] = [(iter(trace.items), (), NO_TOKENS, 0)]
    pending: list[tuple[RawEvent, tuple[Place, ...], frozenset[int], frozenset[int], frozenset[int], tuple[Chain, ...], int, tuple[Layout, ...]]] = []
    handovers = count(1)
    while stack:
        items, chain, tokens, handed = stack[-1]
        item = next(items, None)
        if item is None:
            stack.pop()
        elif isinstance(item, RawEvent):
            sources, passed = resolve(item.sources, tokens), tuple(resolve_chain(found, tokens) for found in item.passed)
            model, data = resolve(item.model, tokens), resolve(item.data, tokens)
            columns = tuple(lay(found, tokens) for found in item.columns)
            mark = (item.id, chain[-1] if chain else None, sources, model, data, passed, columns)
            loaded = not item.loaded or any(book.origin_of(one) in loads for one in model)
            if mark not in seen and loaded and (item.kind not in _TELLING or book.tells(data)):
                seen.add(mark)
                numbers.setdefault(item.id, first + len(pending))
                pending.append((item, chain, sources, model, data, passed, handed, columns))
        elif len(chain) < MAX_CHAIN * 4:
            inner = _translated(item, tokens, _open_tokens(item.trace, open_in, book), book)
            if (item.tokens.layouts or tokens.layouts) and _asks(item.trace, asking):
                inner.layouts = {**tokens.layouts, **{token: lay(found, tokens) for token, found in item.tokens.layouts.items()}}
            call = (id(item.trace), item.site, frozenset(inner.reads.items()), frozenset(inner.chains.items()), frozenset(inner.layouts.items()))
            if call not in visited:
                visited.add(call)
                stack.append((iter(item.trace.items), (*chain, item.site), inner, next(handovers) if item.handed else handed))
    told = Teller(book, numbers, place_of, loads)
    features = Features(book.columns, [columns for raw, *_, columns in pending if raw.kind == LOST])
    for offset, (raw, chain, found, model, data, passed, handed, columns) in enumerate(pending):
        sources_here = tuple(sorted({numbers[source] for source in book.reads(found) if source in numbers}))
        yield Event(first + offset, raw.kind, raw.place, entry, raw.owner, chain[-MAX_CHAIN:], raw.access, sources_here, raw.must, raw.api,
                    tuple(tuple(conversions[number - 1] for number in one if number > 0) for one in passed), raw.detail, handed,
                    _lineage(raw.kind, data, model, told), told.fits(model) if model else (), _by(raw.kind, data, told), told.loads(model) if model else (),
                    features.told(columns) if any(columns) else NO_COLUMNS)


def _lineage(kind: Kind, data: frozenset[int], model: frozenset[int], told: Teller) -> Lineage:
    """Return the lineage that an event tells of."""
    if kind == _WRITE and (data or model):
        return told.written(data, model)
    return told.lineage(data) if data else NO_LINEAGE


def _by(kind: Kind, data: frozenset[int], told: Teller) -> tuple[Scored, ...]:
    """Return the scores that tell of an event beside its rows."""
    return told.scores(data) if data and kind in (_DECIDE, _SCORE) else told.chances(data) if kind == _CUT else ()


def _asks(trace: Trace, known: dict[int, bool]) -> bool:
    """Return whether a trace has an event that asks for columns; `known` are the answers so far by the id of the trace."""
    if id(trace) not in known:
        known[id(trace)] = False
        known[id(trace)] = any(bool(item.columns) if isinstance(item, RawEvent) else _asks(item.trace, known) for item in trace.items)
    return known[id(trace)]


def _translated(call: Call, tokens: Tokens, wanted: frozenset[int], book: Provenance) -> Tokens:
    """Return what the tokens that a call's trace leaves open stand for in the terms of the entry point."""
    reads, chains = {}, {}
    for token in wanted:
        if token in call.tokens.chains or token in tokens.chains:
            chains[token] = resolve_chain(call.tokens.chains.get(token, (token,)), tokens)
        else:
            reads[token] = resolve(call.tokens.reads.get(token, frozenset((token,))), tokens)
    return Tokens(reads, chains, book)


def _open_tokens(trace: Trace, known: dict[int, frozenset[int]], book: Provenance) -> frozenset[int]:
    """Return the tokens that a trace leaves to its callers: those of its own parameters, and of functions above it whose data lies in objects, outer names.

    `known` are the answers so far by the id of the trace; modules that import each other are left out: what they do holds no tokens.
    """
    if id(trace) not in known:
        known[id(trace)] = NO_SOURCES
        found: set[int] = set()
        for item in trace.items:
            if isinstance(item, RawEvent):
                found.update(book.tokens(item.sources))
                found.update(book.tokens(item.model))
                found.update(book.tokens(item.data))
                found.update(chain[0] for chain in item.passed)
            else:
                for token in _open_tokens(item.trace, known, book):
                    found.update(item.tokens.chains.get(token, ())[:1] or book.tokens(item.tokens.reads.get(token, frozenset((token,)))))
        known[id(trace)] = frozenset(token for token in found if token < 0)
    return known[id(trace)]


def resolve(found: frozenset[int], tokens: Tokens) -> frozenset[int]:
    """Return sources with every token that is known replaced by what it stands for."""
    return tokens.book.resolve(found, tokens.meant) if found and tokens.reads and min(found) < 0 else found


def lay(found: Layout, tokens: Tokens) -> Layout:
    """Return columns with every token that is known replaced by what it stands for."""
    return tokens.book.columns.resolve(found, tokens.layouts, tokens.laid) if found and tokens.layouts and min(found) < 0 else found


def resolve_chain(passed: Chain, tokens: Tokens) -> Chain:
    """Return conversions passed with the token in front replaced by what it stands for."""
    if not passed or passed[0] > 0 or passed[0] not in tokens.chains:
        return passed
    return (*tokens.chains[passed[0]], *passed[1:])
