"""Summaries of calls and when they hold again: up to the names of objects and of the data that flows through.

A summary is polymorphic in both: what a call does with an argument's data does not depend on which reads the data came from, so while a function runs its
parameters carry *tokens* (negative source numbers), which every use of the summary replaces; and an object argument only matters by what the call read
of it, so a summary holds for any other object of the same content. (Canonical names of addresses as in Chatterjee, Ryder, Landi 1999, "Relevant context
inference", applied to memo tables.)
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from mldebt.flow.activation import Activation, Names
from mldebt.flow.columns import Layout
from mldebt.flow.heap import Heap, Object
from mldebt.flow.trace import Tokens, Trace, lay, resolve, resolve_chain
from mldebt.flow.value import Alternatives, ClassTarget, FunctionTarget, LambdaTarget, LibraryMethod, MethodTarget, PartialTarget, SuperTarget, Target, Value
from mldebt.model.source import Place

_REPLACE = msgspec.structs.replace


class Summary:
    """What one call did: its value, the objects it wrote, the outer names it bound, its trace; and what it looked at, which says when that holds again.

    `born` are the reads it did, `tables` those it made. `exact`: a closure outlives the call, so the summary only holds for the very same arguments.
    """

    __slots__ = ("args", "born", "bound", "chain", "entry", "exact", "fresh", "names", "reads", "tables", "trace", "value", "writes")

    def __init__(self, args: tuple[Value, ...], value: Value, seen: Activation, trace: Trace, entry: str | None) -> None:
        """Keep the parts; `args` as the call saw them, with tokens."""
        self.args, self.value, self.trace, self.chain = args, value, trace, seen.chain
        self.entry = entry if seen.entered else None
        self.reads, self.names = seen.reads, seen.names
        self.fresh: tuple[int, ...] = ()
        self.writes: dict[int, Object] = {}
        self.bound: list[tuple[Names, str, Value]] = []
        self.exact: tuple[Value, ...] | None = None
        self.born: frozenset[int] = frozenset()
        self.tables: frozenset[int] = frozenset()


class Renaming:
    """Addresses and tokens of a summary as they are called where it is used."""

    __slots__ = ("_done", "_laid", "back", "born", "place", "refs", "tables", "tokens")

    def __init__(self, tokens: Tokens, summary: Summary, place: Place) -> None:
        """Start with no address renamed; the call of the summary stands at `place`."""
        self.tokens, self.born, self.tables, self.place = tokens, summary.born, summary.tables, place
        self._done: dict[int | frozenset[int], frozenset[int]] = {}
        self._laid: dict[int, Layout] = {}
        self.refs: dict[int, int] = {}
        self.back: dict[int, int] = {}

    @property
    def idle(self) -> bool:
        """Return whether everything keeps its name."""
        return self.tokens.idle and not self.born and not self.tables and all(old == new for old, new in self.refs.items())

    def pair(self, old: int, new: int) -> bool:
        """Call `old` by the name `new`; return whether that agrees with what is known: names stay one to one."""
        if old <= 0 or new <= 0:
            return old == new
        return self.refs.setdefault(old, new) == new and self.back.setdefault(new, old) == old

    def sources(self, found: frozenset[int]) -> frozenset[int]:
        """Return reads with tokens replaced, those of the call itself as this call gets them."""
        found = resolve(found, self.tokens)
        return self.tokens.book.called(found, self.born, self.place, self._done) if self.born else found

    def layout(self, found: Layout) -> Layout:
        """Return columns with tokens replaced, those of tables that the call made as this call gets them."""
        return self.tokens.book.columns.called(lay(found, self.tokens), self.tables, self.place, self._laid)

    def value(self, found: Value) -> Value:
        """Return a value as it is called here."""
        if not (found.ref or found.sources or found.target or found.columns or found.passed or found.layout):
            return found
        ref = self.refs.get(found.ref, found.ref)
        sources, columns, target = self.sources(found.sources), resolve(found.columns, self.tokens), found.target and self._target(found.target)
        passed, layout = resolve_chain(found.passed, self.tokens), self.layout(found.layout)
        same = sources is found.sources and columns is found.columns and target is found.target and passed is found.passed
        if same and ref == found.ref and layout == found.layout:
            return found
        return _REPLACE(found, ref=ref, sources=sources, columns=columns, target=target, passed=passed, layout=layout)

    def _target(self, target: Target) -> Target:
        if isinstance(target, MethodTarget | LibraryMethod | SuperTarget):
            receiver = self.value(target.receiver)
            return target if receiver is target.receiver else _REPLACE(target, receiver=receiver)
        if isinstance(target, Alternatives):
            return Alternatives(tuple(map(self._target, target.targets)))
        if isinstance(target, PartialTarget):
            keywords = tuple((name, self.value(item)) for name, item in target.keywords)
            return PartialTarget(self.value(target.function), tuple(map(self.value, target.args)), keywords)
        return target

    def object(self, found: Object) -> Object:
        """Return an object as it is called here."""
        value = self.value
        items = None if found.items is None else tuple(map(value, found.items))
        fields = {name: value(item) for name, item in found.fields.items()}
        return Object(found.kind, items, fields, None if found.rest is None else value(found.rest))


def shape(value: Value) -> object:
    """Return what is left of an argument when the names of objects and data are taken away: equal shapes may share a summary."""
    target = None if value.target is None else _target_shape(value.target)
    return (value.type, value.texts, value.const, target, not value.ref, not value.sources, not value.columns, not value.passed, not value.layout, value.shared,
            value.home, value.choices)


def _target_shape(target: Target) -> object:
    if isinstance(target, Alternatives):
        return tuple(map(_target_shape, target.targets))
    if isinstance(target, PartialTarget):
        return shape(target.function), tuple(map(shape, target.args)), tuple((name, shape(item)) for name, item in target.keywords)
    if not isinstance(target, MethodTarget | LibraryMethod | SuperTarget):
        return target
    rest = target.function if isinstance(target, MethodTarget) else (target.path, target.name) if isinstance(target, LibraryMethod) else target.cls
    return type(target).__name__, shape(target.receiver), rest


def applies(summary: Summary, args: tuple[Value, ...], tokens: Tokens, heap: Heap, entry: str, place: Place) -> Renaming | None:
    """Return how a summary is called for these arguments (of the same shapes), None where it read something that is different now."""
    if summary.exact is not None and summary.exact != args or summary.entry not in (None, entry):
        return None
    renaming = Renaming(tokens, summary, place)
    if not all(_same(old, new, renaming, argument=True) for old, new in zip(summary.args, args)):
        return None
    for address, old_object in summary.reads.items():
        new = renaming.refs.setdefault(address, address)
        if renaming.back.setdefault(new, address) != address or not _same_object(old_object, heap.peek(new), renaming):
            return None
    for (_, name), (names, old_value) in summary.names.items():
        found = names.get(name)
        if found is not old_value and (found is None or old_value is None or not _same(old_value, found, renaming, argument=False)):
            return None
    return renaming


def _same(old: Value, new: Value, renaming: Renaming, *, argument: bool) -> bool:
    """Return whether two values differ by the names of objects alone (of arguments: and of data)."""
    if old.type != new.type or old.texts != new.texts or old.const != new.const or old.shared != new.shared or old.home != new.home:
        return False
    if old.choices != new.choices:
        return False
    if not argument and (old.sources != new.sources or old.columns != new.columns or old.passed != new.passed or old.layout != new.layout):
        return False
    return renaming.pair(old.ref, new.ref) and (old.target is new.target or _same_target(old.target, new.target, renaming))


def _same_target(old: Target | None, new: Target | None, renaming: Renaming) -> bool:
    if isinstance(old, MethodTarget) and isinstance(new, MethodTarget):
        return old.function == new.function and _same(old.receiver, new.receiver, renaming, argument=False)
    if isinstance(old, LibraryMethod) and isinstance(new, LibraryMethod):
        return (old.path, old.name) == (new.path, new.name) and _same(old.receiver, new.receiver, renaming, argument=False)
    if isinstance(old, Alternatives) and isinstance(new, Alternatives):
        return len(old.targets) == len(new.targets) and all(_same_target(one, other, renaming) for one, other in zip(old.targets, new.targets))
    if isinstance(old, SuperTarget) and isinstance(new, SuperTarget):
        return old.cls == new.cls and _same(old.receiver, new.receiver, renaming, argument=False)
    return old == new


def _same_object(old: Object | None, new: Object | None, renaming: Renaming) -> bool:
    if old is new:
        return all(renaming.pair(item.ref, item.ref) for item in _values(old) if item.ref)
    if old is None or new is None or old.kind != new.kind or (old.items is None) != (new.items is None) or (old.rest is None) != (new.rest is None):
        return False
    if len(old.items or ()) != len(new.items or ()) or old.fields.keys() != new.fields.keys():
        return False
    pairs = [*zip(old.items or (), new.items or ()), *((item, new.fields[name]) for name, item in old.fields.items())]
    if old.rest is not None and new.rest is not None:
        pairs.append((old.rest, new.rest))
    return all(_same(one, other, renaming, argument=False) for one, other in pairs)


def _values(found: Object | None) -> list[Value]:
    if found is None:
        return []
    return [*(found.items or ()), *found.fields.values(), *(() if found.rest is None else (found.rest,))]


def survivors(heap: Heap, seen: Activation, values: Iterable[Value], addresses: Iterable[int], first_kept: int) -> tuple[set[int], bool]:
    """Return the objects a call wrote that are reachable from some values and objects, and whether a closure over a frame kept since `first_kept` is, too.

    What the call did not write cannot lead to what it made.
    """
    live: set[int] = set()
    pending = list(addresses)
    closures = _note(values, pending, first_kept)
    while pending:
        address = pending.pop()
        if address in seen.before and address not in live:
            live.add(address)
            closures |= _note(_values(heap.peek(address)), pending, first_kept)
    return live, closures


def _note(values: Iterable[Value], pending: list[int], first_kept: int) -> bool:
    """Add the addresses some values name; return whether one is a closure over a frame kept since `first_kept`."""
    closures = False
    for value in values:
        if value.ref:
            pending.append(value.ref)
        if value.target is not None:
            closures |= _note_target(value.target, pending, first_kept)
    return closures


def _note_target(target: Target, pending: list[int], first_kept: int) -> bool:
    if isinstance(target, Alternatives):
        return sum(_note_target(item, pending, first_kept) for item in target.targets) > 0
    if isinstance(target, MethodTarget | LibraryMethod | SuperTarget):
        return _note((target.receiver,), pending, first_kept)
    if isinstance(target, PartialTarget):
        return _note((target.function, *target.args, *(item for _, item in target.keywords)), pending, first_kept)
    return isinstance(target, FunctionTarget | ClassTarget | LambdaTarget) and target.frame > first_kept
