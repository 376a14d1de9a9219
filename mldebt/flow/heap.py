"""The store: mutable objects at abstract addresses, with undo logs for branches and footprints for calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain

import msgspec

from mldebt.flow.activation import Activation
from mldebt.flow.value import MANY, NOTHING, Value, constant, join, join_all
from mldebt.model.source import Place

MAX_NESTING = 4
LEARNER = "learner"
"""The kind of an object of a library that learns from data."""
FIRST = "#0"
"""The first place of a sequence as subscripts spell it."""


class Object(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A snapshot of one object; whoever makes it gives up `fields`.

    `kind`: `list tuple set dict instance namespace handle learner`. `items` are the elements of a sequence of known length. `fields` are attributes, or the
    values of known dict keys. `rest` is what unknown keys or positions may hold.
    """

    kind: str
    items: tuple[Value, ...] | None = None
    fields: dict[str, Value] = {}
    rest: Value | None = None

    def element(self) -> Value:
        """Return what iterating or an unknown subscript may give."""
        result = self.rest
        for value in (*(self.items or ()), *self.fields.values()):
            result = value if result is None else join(result, value)
        return NOTHING if result is None else result


class Heap:
    """Objects by address; writes inside `branch()` are kept apart until the branches are joined, those inside `call()` are noted in its footprint."""

    def __init__(self, common: Callable[[Sequence[str]], str] = lambda types: "") -> None:
        """Start empty: address 0 is no object. `common` says what objects of several library types have in common, empty when nothing."""
        self._common = common
        self._objects: dict[int, Object] = {}
        self._sites: dict[object, int] = {}
        self._chains: dict[tuple[int, Place], int] = {}
        self._logs: list[dict[int, Object | None]] = []
        self._parts: dict[int, tuple[int, ...]] = {}
        self.running = Activation(0)

    def address(self, site: object) -> int:
        """Return the address that stands for an allocation site under the running chain of calls (the same one every time)."""
        address = self._sites.setdefault((site, self.running.chain), len(self._sites) + 1)
        self.running.fresh.add(address)
        return address

    def shared(self, site: object) -> int:
        """Return the address of an object that the whole run shares, whatever calls lead to it."""
        return self._sites.setdefault((site, None), len(self._sites) + 1)

    def get(self, address: int) -> Object | None:
        """Return the object at an address, None for 0 or one never written."""
        if address <= 0:
            return None
        found, running = self._objects.get(address), self.running
        if address not in running.before and address not in running.reads:
            running.reads[address] = found
        return found

    def one_of(self, values: Sequence[Value], depth: int = 0) -> Value:
        """Return what is known of a value that is any of some; several objects of one kind (instances: of one class) are stood for by one that joins them."""
        first = values[0]
        for value in values:
            if value is not first:
                break
        else:
            return first
        result = join_all(list(values))
        objects = [self.get(value.ref) for value in values if value.ref] if result.ref == MANY and depth < MAX_NESTING else []
        known = [item for item in objects if item is not None]
        kinds = {item.kind for item in known}
        if not known or len(known) < len(objects) or len(kinds) > 1 or "handle" in kinds or ("instance" in kinds and not result.type):
            return result
        if not result.type and kinds == {LEARNER}:
            result = msgspec.structs.replace(result, type=self._common([value.type for value in values if value.ref]))
        refs = tuple(value.ref for value in values)
        address = self.address(("one of", refs))
        self._parts[address] = tuple(dict.fromkeys(part for ref in refs for part in self._parts.get(ref, (ref,)) if part > 0))
        self.put(address, self._joined(known, depth))
        return msgspec.structs.replace(result, ref=address)

    def parts(self, address: int) -> tuple[int, ...]:
        """Return the objects that one which joins several stands for."""
        return self._parts.get(address, ())

    def _joined(self, objects: Sequence[Object], depth: int) -> Object:
        first = objects[0]
        if first.items is not None and all(item.items is not None and len(item.items) == len(first.items) for item in objects):
            columns = zip(*(item.items or () for item in objects))
            return Object(first.kind, tuple(self.one_of(column, depth + 1) for column in columns))
        result = first
        for item in objects[1:]:
            result = join_objects(result, item)
        return result

    def element(self, known: Object) -> Value:
        """Return what iterating over an object or subscribing it with something unknown may give."""
        values = [*(known.items or ()), *known.fields.values(), *(() if known.rest is None else (known.rest,))]
        return self.one_of(values) if values else NOTHING

    def spelled(self, value: Value, depth: int = 0) -> bool:
        """Return whether a value is spelled in the code: a constant, or a display of such."""
        known = self._objects.get(value.ref) if value.ref > 0 and depth < MAX_NESTING else None
        if known is None:
            return value.known and not value.sources
        return known.items is not None and all(self.spelled(item, depth + 1) for item in known.items)

    def peek(self, address: int) -> Object | None:
        """Return the object at an address without counting as a read."""
        return self._objects.get(address)

    def put(self, address: int, value: Object) -> None:
        """Write an object (a strong update); 0 and `MANY` are none."""
        if address <= 0:
            return
        old = self._objects.get(address)
        if self._logs:
            self._logs[-1].setdefault(address, old)
        self.running.before.setdefault(address, old)
        self._objects[address] = value

    def set_field(self, address: int, name: str, value: Value) -> None:
        """Set one attribute or key."""
        known = self.get(address) or Object("instance")
        self.put(address, Object(known.kind, known.items, {**known.fields, name: value}, known.rest))

    def chain(self, site: Place) -> int:
        """Return the number of the running chain of calls continued by a call at `site`."""
        return self._chains.setdefault((self.running.chain, site), len(self._chains) + 1)

    @contextmanager
    def call(self, site: Place) -> Iterator[Activation]:
        """Run a call: its footprint is noted apart, and absorbed by the caller's at the end."""
        outer = self.running
        inner = self.running = Activation(self.chain(site))
        try:
            yield inner
        finally:
            self.running = outer
            outer.absorb(inner)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Run what happens once whoever asks first (the body of a module): none of it belongs to the running call or goes with the branch it runs in."""
        outer, logs = self.running, self._logs
        self.running, self._logs = Activation(0), []
        try:
            yield
        finally:
            self.running, self._logs = outer, logs

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Run what does not happen: its reads are nobody's, and its writes, which the branch it runs in takes back, are neither."""
        outer = self.running
        self.running = Activation(outer.chain)
        try:
            yield
        finally:
            self.running = outer

    def recall(self, reads: Iterable[int], names: Mapping[int, int]) -> None:
        """Count what a remembered call read as read by the running one, under the names that the addresses have here."""
        running = self.running
        for old in reads:
            address = names.get(old, old)
            if address not in running.before and address not in running.reads:
                running.reads[address] = self._objects.get(address)

    def copies(self, addresses: Iterable[int], chain: int, site: Place) -> dict[int, int]:
        """Return the addresses that stand for objects which a call under `chain` made, when the same call happens at `site`."""
        here = self.chain(site)
        made = {address: address if here == chain else self._sites.setdefault((address, here), len(self._sites) + 1) for address in addresses}
        self.running.fresh.update(made.values())
        return made

    def leave(self) -> None:
        """Keep the running call's writes at an early return."""
        running = self.running
        running.exits.append(self._present(running.before))

    def rejoin(self, *, falls: bool) -> None:
        """Join the states of the running call's early returns with its end (`falls`: control reaches it)."""
        exits = self.running.exits
        for address, old in list(self.running.before.items()) if exits else ():
            states = [left.get(address, old) for left in exits]
            if falls:
                states.append(self._objects.get(address))
            self._put_join(address, states)

    def branches(self) -> int:
        """Return how many branches are open."""
        return len(self._logs)

    def since(self, depth: int) -> dict[int, Object]:
        """Return the present state of every object written in the branches opened since `depth`."""
        return self._present(address for log in self._logs[depth:] for address in log)

    def _present(self, addresses: Iterable[int]) -> dict[int, Object]:
        return {address: found for address in addresses if (found := self._objects.get(address)) is not None}

    def open_branch(self) -> None:
        """Begin to collect the writes of a branch."""
        self._logs.append({})

    def close_branch(self) -> dict[int, Object]:
        """Take back the writes of the innermost branch and return them."""
        log, objects = self._logs.pop(), self._objects
        changes = {address: objects[address] for address in log}
        for address, old in log.items():
            if old is None:
                del objects[address]
            else:
                objects[address] = old
        return changes

    def merge(self, branches: Sequence[dict[int, Object]]) -> None:
        """Join the writes of branches that can all be taken; an object a branch left alone keeps its old state there."""
        for address in dict.fromkeys(chain.from_iterable(branches)):
            old = self._objects.get(address)
            self._put_join(address, [changes.get(address, old) for changes in branches])

    def _put_join(self, address: int, states: Iterable[Object | None]) -> None:
        present = [state for state in states if state is not None]
        result = present[0] if present else None
        for state in present[1:]:
            result = join_objects(result, state) if result is not None else state
        if result is not None:
            self.put(address, result)


def key_value(name: str) -> Value:
    """Return the value of a dict key as objects spell it (`#` marks what is no text)."""
    return NOTHING if name.startswith("#") else constant(name)


def join_objects(left: Object, right: Object) -> Object:
    """Return the join of two snapshots: known items stay known when the lengths agree."""
    if left is right:
        return left
    fields = {name: join(left.fields[name], right.fields[name]) if name in left.fields and name in right.fields
              else left.fields.get(name) or right.fields[name] for name in {**left.fields, **right.fields}}
    if left.items is not None and right.items is not None and len(left.items) == len(right.items):
        items: tuple[Value, ...] | None = tuple(join(a, b) for a, b in zip(left.items, right.items))
        return Object(left.kind, items, fields, _both(left.rest, right.rest))
    if left.items is None and right.items is None:
        return Object(left.kind, None, fields, _both(left.rest, right.rest))
    first = front(common(left.items, right.items)) if left.kind == right.kind == "list" else {}
    return Object(left.kind, None, {**fields, **first}, join(left.element(), right.element()))


def front(items: Iterable[Value]) -> dict[str, Value]:
    """Return the first elements of a list whose length is not known, by their places as subscripts spell them."""
    return {f"#{number}": item for number, item in enumerate(items)}


def common(left: Sequence[Value] | None, right: Sequence[Value] | None) -> Iterator[Value]:
    """Yield the first elements that two sequences have in common."""
    for one, other in zip(left or (), right or ()):
        if one != other:
            return
        yield one


def _both(left: Value | None, right: Value | None) -> Value | None:
    return left if right is None else right if left is None else join(left, right)
