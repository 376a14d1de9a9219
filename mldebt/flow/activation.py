"""One running call as the store sees it: what it read of the world around it, what it wrote, what it made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mldebt.flow.heap import Object
    from mldebt.flow.value import Value

Names = dict[str, "Value"]


class Activation:
    """The footprint of one call.

    `chain` numbers the stack of call sites above it: objects made at one place under different chains are different objects. `reads` are the objects it
    found (None: nothing there) at addresses it had not written, `before` the state of each written address before its first write, `fresh` the addresses
    it made. `names` are the outer bindings it read, by the dict that holds them and the name; `bound` those it changed. `entered` says whether it asked
    under which entry point it runs. `exits` are the states of its written objects at early returns.
    """

    __slots__ = ("before", "bound", "chain", "entered", "exits", "fresh", "names", "reads")

    def __init__(self, chain: int) -> None:
        """Start with an empty footprint."""
        self.chain = chain
        self.reads: dict[int, Object | None] = {}
        self.before: dict[int, Object | None] = {}
        self.fresh: set[int] = set()
        self.names: dict[tuple[int, str], tuple[Names, Value | None]] = {}
        self.bound: dict[tuple[int, str], Names] = {}
        self.entered = False
        self.exits: list[dict[int, Object]] = []

    def read_name(self, names: Names, name: str, value: Value | None) -> None:
        """Note that an outer binding was read."""
        key = (id(names), name)
        if key not in self.names:
            self.names[key] = (names, value)

    def bind_name(self, names: Names, name: str) -> None:
        """Note that an outer binding was changed."""
        self.bound[id(names), name] = names

    def absorb(self, inner: Activation) -> None:
        """Take over the footprint of a call that this one made: what it read is read here too, unless it was written here first."""
        for address, state in inner.reads.items():
            if address not in self.before and address not in self.reads:
                self.reads[address] = state
        for key, read in inner.names.items():
            if key not in self.names:
                self.names[key] = read
        self.bound.update(inner.bound)
        for address, state in inner.before.items():
            self.before.setdefault(address, state)
        self.fresh |= inner.fresh
        self.entered = self.entered or inner.entered
