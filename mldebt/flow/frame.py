"""One activation of a scope: its names, the scopes around it, and what it did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mldebt.flow.trace import Trace
from mldebt.flow.value import NOTHING, ClassTarget, Value, join


class Frame:
    """Names of a running scope. `outer` is the enclosing function's frame; `names` of a module frame are its globals."""

    __slots__ = ("_logs", "cls", "depth", "globals", "index", "module_names", "names", "outer", "owner", "path", "receiver", "returns", "trace")

    def __init__(self, path: str, index: int, owner: str, trace: Trace, module: Frame | None = None, outer: Frame | None = None, depth: int = 0) -> None:
        """Start a frame of definition `index` (-1: module) in file `path`."""
        self.path, self.index, self.owner, self.trace, self.depth = path, index, owner, trace, depth
        self.names: dict[str, Value] = {}
        self.module_names: dict[str, Value] = module.names if module else self.names
        self.outer = outer
        self.globals: set[str] = set()
        self.returns: Value | None = None
        self.receiver: Value | None = None
        self.cls: ClassTarget | None = None
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
                return value
            outer = outer.outer
        return self.module_names.get(name)

    def set(self, name: str, value: Value) -> None:
        """Bind a name here, or in the module after `global name`."""
        if name in self.globals:
            old = self.module_names.get(name)
            self.module_names[name] = value if old is None else join(old, value)
            return
        if self._logs:
            self._logs[-1].setdefault(name, self.names.get(name))
        self.names[name] = value

    @contextmanager
    def branch(self, changes: dict[str, Value]) -> Iterator[None]:
        """Collect the bindings of one branch into `changes` and take them back at the end."""
        log: dict[str, Value | None] = {}
        self._logs.append(log)
        try:
            yield
        finally:
            self._logs.pop()
            for name, old in log.items():
                changes[name] = self.names[name]
                if old is None:
                    del self.names[name]
                else:
                    self.names[name] = old

    def merge(self, branches: list[dict[str, Value]]) -> None:
        """Join the bindings of branches that can all fall through."""
        for name in dict.fromkeys(key for changes in branches for key in changes):
            old = self.names.get(name)
            values = [changes.get(name, old) for changes in branches]
            present = [value for value in values if value is not None]
            result = present[0] if present else NOTHING
            for value in present[1:]:
                result = join(result, value)
            self.set(name, result)
