"""One activation of a scope: its names, the scopes around it, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from mldebt.flow.activation import Activation
from mldebt.flow.heap import Object
from mldebt.flow.trace import Trace
from mldebt.flow.value import NOTHING, ClassTarget, Value, join


class Loop:
    """A running loop: how many branches were open when it began, and the states in which `break` and `continue` left its body."""

    __slots__ = ("heap_depth", "left", "name_depth")

    def __init__(self, name_depth: int, heap_depth: int) -> None:
        """Start with nothing left behind."""
        self.name_depth, self.heap_depth = name_depth, heap_depth
        self.left: list[tuple[dict[str, Value], dict[int, Object]]] = []


class Frame:
    """Names of a running scope.

    `outer` is the enclosing function's frame; `names` of a module frame are its globals; `activation` is the footprint of the call that runs here (None: a
    module). `elsewhere` are the names that `global` and `nonlocal` bind in other scopes, each with the dict that holds it. `nesting` counts the branches, loops
    and `try` blocks around the running statement, `loops` what `break` and `continue` left behind, `returned` the values of every return.
    """

    __slots__ = ("_logs", "activation", "cls", "depth", "elsewhere", "ended", "index", "loops", "module_names", "names", "nesting", "outer", "owner", "path",
                 "receiver", "returned", "trace")

    def __init__(self, path: str, index: int, owner: str, trace: Trace, module: Frame | None = None, outer: Frame | None = None, depth: int = 0) -> None:
        """Start a frame of definition `index` (-1: module) in file `path`."""
        self.path, self.index, self.owner, self.trace, self.depth = path, index, owner, trace, depth
        self.names: dict[str, Value] = {}
        self.module_names: dict[str, Value] = module.names if module else self.names
        self.outer = outer
        self.elsewhere: dict[str, dict[str, Value]] = {}
        self.returned: list[Value] = []
        self.receiver: Value | None = None
        self.cls: ClassTarget | None = None
        self.activation: Activation | None = None
        self.nesting = 0
        self.ended = False
        self.loops: list[Loop] = []
        self._logs: list[dict[str, Value | None]] = []

    def get(self, name: str) -> Value | None:
        """Return the value of a name in this scope, the enclosing ones or the module; None when unbound."""
        value = self.names.get(name)
        if value is not None:
            return value
        outer = self.outer
        while outer is not None:
            value = outer.names.get(name)
            if value is not None:
                return self._outside(outer.names, name, value)
            outer = outer.outer
        return self._outside(self.module_names, name, self.module_names.get(name))

    def _outside(self, names: dict[str, Value], name: str, value: Value | None) -> Value | None:
        """Note that a call read a binding it does not own."""
        if self.activation is not None:
            self.activation.read_name(names, name, value)
        return value

    def set(self, name: str, value: Value) -> None:
        """Bind a name here, or where `declare` says: there it may still be what it was."""
        names = self.elsewhere.get(name)
        if names is not None:
            names[name] = join(names[name], value) if name in names else value
            if self.activation is not None:
                self.activation.bind_name(names, name)
            return
        if self._logs:
            self._logs[-1].setdefault(name, self.names.get(name))
        self.names[name] = value

    def declare(self, name: str, *, nonlocal_: bool) -> None:
        """Bind a name in the module from here on, or in the nearest enclosing function that has it."""
        outer = self.outer if nonlocal_ else None
        while outer is not None and name not in outer.names:
            outer = outer.outer
        names = outer.names if outer is not None else self.module_names if not nonlocal_ else self.names
        if names is not self.names:
            self.elsewhere[name] = names

    def branches(self) -> int:
        """Return how many branches are open."""
        return len(self._logs)

    def since(self, depth: int) -> dict[str, Value]:
        """Return the present value of every name bound in the branches opened since `depth`."""
        return {name: self.names[name] for log in self._logs[depth:] for name in log if name in self.names}

    def open_branch(self) -> None:
        """Begin to collect the bindings of a branch."""
        self._logs.append({})

    def close_branch(self) -> dict[str, Value]:
        """Take back the bindings of the innermost branch and return them."""
        log, names = self._logs.pop(), self.names
        changes = {name: names[name] for name in log}
        for name, old in log.items():
            if old is None:
                del names[name]
            else:
                names[name] = old
        return changes

    def merge(self, branches: Sequence[dict[str, Value]], one_of: Callable[[Sequence[Value]], Value]) -> None:
        """Join the bindings of branches that can all fall through; `one_of` joins values."""
        for name in dict.fromkeys(chain.from_iterable(branches)):
            old = self.names.get(name)
            present = [value for value in (changes.get(name, old) for changes in branches) if value is not None]
            self.set(name, one_of(present) if present else NOTHING)
