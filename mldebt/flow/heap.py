"""The store: mutable objects at abstract addresses, with undo logs for branches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mldebt.flow.value import NOTHING, Value, join


class Object:
    """A snapshot of one object; never changed in place, `version` is new for every snapshot.

    `kind`: `list tuple set dict instance frame`. `items` are the elements of a sequence of known length. `fields` are
    attributes, or the values of known dict keys. `rest` is what unknown keys or positions may hold.
    """

    __slots__ = ("fields", "items", "kind", "rest", "version")
    count = 0

    def __init__(self, kind: str, items: tuple[Value, ...] | None = None, fields: dict[str, Value] | None = None, rest: Value | None = None) -> None:
        """Make a snapshot; the caller gives up `fields`."""
        self.kind, self.items, self.fields, self.rest = kind, items, fields or {}, rest
        Object.count += 1
        self.version = Object.count

    def element(self) -> Value:
        """Return what iterating or an unknown subscript may give."""
        result = self.rest
        for value in (*(self.items or ()), *self.fields.values()):
            result = value if result is None else join(result, value)
        return NOTHING if result is None else result


class Heap:
    """Objects by address; writes inside `branch()` are kept apart until the branches are joined."""

    def __init__(self) -> None:
        """Start empty: address 0 is no object."""
        self._objects: dict[int, Object] = {}
        self._sites: dict[object, int] = {}
        self._logs: list[dict[int, Object | None]] = []
        self.written: list[set[int]] = []

    def address(self, site: object) -> int:
        """Return the address that stands for an allocation site (the same one every time)."""
        return self._sites.setdefault(site, len(self._sites) + 1)

    def get(self, address: int) -> Object | None:
        """Return the object at an address, None for 0 or one never written."""
        return self._objects.get(address)

    def put(self, address: int, value: Object) -> None:
        """Write an object (a strong update); address 0 is none."""
        if not address:
            return
        if self._logs:
            self._logs[-1].setdefault(address, self._objects.get(address))
        for seen in self.written[-1:]:
            seen.add(address)
        self._objects[address] = value

    def set_field(self, address: int, name: str, value: Value) -> None:
        """Set one attribute or key."""
        known = self._objects.get(address) or Object("instance")
        self.put(address, Object(known.kind, known.items, {**known.fields, name: value}, known.rest))

    @contextmanager
    def branch(self, changes: dict[int, Object]) -> Iterator[None]:
        """Collect the writes of one branch into `changes` and take them back at the end."""
        log: dict[int, Object | None] = {}
        self._logs.append(log)
        try:
            yield
        finally:
            self._logs.pop()
            for address, old in log.items():
                changes[address] = self._objects[address]
                if old is None:
                    del self._objects[address]
                else:
                    self._objects[address] = old

    def merge(self, branches: list[dict[int, Object]]) -> None:
        """Join the writes of branches that can all be taken; an object a branch left alone keeps its old state there."""
        for address in dict.fromkeys(key for changes in branches for key in changes):
            states = [changes.get(address) or self._objects.get(address) for changes in branches]
            present = [state for state in states if state is not None]
            result = present[0]
            for state in present[1:]:
                result = join_objects(result, state)
            self.put(address, result)


def join_objects(left: Object, right: Object) -> Object:
    """Return the join of two snapshots: known items stay known when the lengths agree."""
    if left is right:
        return left
    fields = {name: join(left.fields[name], right.fields[name]) if name in left.fields and name in right.fields
              else left.fields.get(name) or right.fields[name] for name in {**left.fields, **right.fields}}
    if left.items is not None and right.items is not None and len(left.items) == len(right.items):
        items: tuple[Value, ...] | None = tuple(join(a, b) for a, b in zip(left.items, right.items))
        rest = left.rest if right.rest is None else right.rest if left.rest is None else join(left.rest, right.rest)
        return Object(left.kind, items, fields, rest)
    if left.items is None and right.items is None:
        rest = left.rest if right.rest is None else right.rest if left.rest is None else join(left.rest, right.rest)
        return Object(left.kind, None, fields, rest)
    return Object(left.kind, None, fields, join(left.element(), right.element()))
