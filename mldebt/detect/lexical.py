"""What a dotted name in one file means, told by the file's imports, definitions and assignments alone: enough for code that is never run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from mldebt.detect.base import Context
from mldebt.detect.touch import Touch
from mldebt.model import ir
from mldebt.model.calls import called, dotted
from mldebt.model.facts import PythonFacts, decode_body
from mldebt.model.walk import inside

MAX_STEPS = 4
OWN = "own"
_ANY = -2


class Names:
    """Answers for the names of one file which library path they call, or whether they call a definition of the project that touches what matters.

    A name that is assigned means what its own scope, or one around it, assigns; attributes (`self.model`) what any scope of the file does.
    """

    def __init__(self, context: Context, facts: PythonFacts, touch: Touch, aside: Collection[str] = ()) -> None:
        """Read the imports and assignments of every scope of the file; what writes a format of `aside` means nothing."""
        self._catalogue, self._touch, self._facts, self._aside = context.catalogue, touch, facts, aside
        self._paths: dict[str, str] = {}
        self._own = {definition.qualname: f"{facts.path}::{definition.qualname}" for definition in facts.definitions}
        self._made: dict[tuple[int, str], dict[str, None]] = {}
        self._calls: list[tuple[int, ir.Call]] = []
        files = {place.at: path for path, places in context.graph.project.importers.items() for place in places if place.path == facts.path}
        for scope, number in ((-1, 0), *((index, definition.body) for index, definition in enumerate(facts.definitions))):
            for node in inside(decode_body(facts.bodies[number])) if facts.bodies else ():
                if isinstance(node, ir.Import):
                    self._bind(node, files.get(node.at, ""))
                elif isinstance(node, ir.Assign) and isinstance(node.value, ir.Call) and (path := called(node.value, {})):
                    for name in filter(None, map(dotted, node.targets)):
                        self._made.setdefault((_ANY if "." in name else scope, name), {})[f"{path}()"] = None
                elif isinstance(node, ir.Call):
                    self._calls.append((scope, node))

    def _bind(self, node: ir.Import, file: str) -> None:
        for alias in node.aliases:
            if file:
                self._own[alias.bound] = f"{file}::{alias.name}" if node.module or node.level else f"{file}::"
            elif not node.level:
                whole = f"{node.module}.{alias.name}" if node.module else alias.name if alias.bound_at >= 0 else alias.name.partition(".")[0]
                self._paths[alias.bound if node.module or alias.bound_at >= 0 else whole] = whole

    def live_calls(self, roles: frozenset[str]) -> Iterator[tuple[ir.Call, str]]:
        """Yield the calls of the file that play one of some roles, each with its library path."""
        for scope, node in self._calls:
            path, role = self.meaning(called(node, {}), scope)
            if role in roles:
                yield node, path

    def scope_at(self, offset: int) -> int:
        """Return the innermost definition around an offset, -1 for the module."""
        inside = [(definition.at, number) for number, definition in enumerate(self._facts.definitions) if definition.at <= offset < definition.end]
        return max(inside)[1] if inside else -1

    def meaning(self, call: str, scope: int, steps: int = 0) -> tuple[str, str]:
        """Return the library path that a call (as `called` writes it) means in a scope, and its role; `OWN` for a definition of the project that touches."""
        head, *behind = call.split("()")
        if call.startswith("="):
            return self._of_library(head[1:], behind)
        first = head.partition(".")[0]
        if first in self._paths:
            return self._of_library(self._paths[first] + head[len(first):], behind)
        for size in range(head.count(".") + 1, 0, -1):
            name = ".".join(head.split(".")[:size])
            rest = head[len(name):]
            for made in self._values(name, scope) if steps < MAX_STEPS else ():
                found = self.meaning("()".join((f"{made}{rest}", *behind)), scope, steps + 1)
                if found[1]:
                    return found
            if name in self._own and self._touch.known(definition := self._definition(name, rest)):
                return self._of_own(definition, head, behind)
        return "", ""

    def _of_own(self, definition: str, head: str, behind: list[str]) -> tuple[str, str]:
        """Return what a call of the project's own is, in words: of the definition, of what that gave, or of a method of it that matters by itself."""
        methods = [part.lstrip(".") for part in behind if part]
        if not methods:
            return head + "()" * bool(behind), OWN
        path = ".".join((f"{head}()", *methods))
        return (path, OWN) if self._touch.known(f"{definition}.{methods[0]}") or self._touch.may(methods[-1]) else ("", "")

    def _values(self, name: str, scope: int) -> Iterable[str]:
        """Return what a name is assigned, as far as it is what calls give."""
        if "." in name:
            return self._made.get((_ANY, name), ())
        while scope >= 0 and (scope, name) not in self._made:
            scope = self._facts.definitions[scope].parent
        return self._made.get((scope, name), ())

    def _definition(self, name: str, rest: str) -> str:
        """Return the id of what stands behind a name of the project: of a member where the name is a module."""
        found = self._own[name]
        return found + rest.lstrip(".") if found.endswith("::") else found

    def _of_library(self, path: str, behind: list[str]) -> tuple[str, str]:
        """Return the path and role of a library call, or of the last of the methods behind it: one that no row has counts as the object it is called on."""
        path = self._catalogue.canonical(path)
        row, kind = self._catalogue.call(path), self._catalogue.type(path)
        role = row.role if row is not None else kind.role if kind is not None else ""
        if row is not None and row.write is not None and row.write.format in self._aside:
            return "", ""
        made = row.returns if row is not None else path if kind is not None else ""
        for method in (part.lstrip(".") for part in behind if part):
            inner = self._catalogue.method(made, method)
            if inner is None:
                kind = self._catalogue.type(made)
                return f"{path}().{method}", kind.role if kind is not None else ""
            if inner.write is not None and inner.write.format in self._aside:
                return "", ""
            path, role = f"{made}.{method}", inner.role
            made = made if inner.returns == "self" else inner.returns
        return path, role
