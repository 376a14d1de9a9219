"""Methods that libraries call: hooks of project classes whose bases are library types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mldebt.flow.arguments import Arguments
from mldebt.flow.heap import Object
from mldebt.flow.modules import ClassInfo, Entered
from mldebt.flow.value import NOTHING, ClassTarget, FunctionTarget, Value
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

_CONTAINERS = ("list", "tuple", "dict")
MAX_ITEMS = 16
MAX_NESTING = 2


class Hooks:
    """Finds and runs the hooks of project classes."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run
        self._found: dict[ClassTarget, tuple[FunctionTarget, ...]] = {}
        self._running: set[ClassTarget] = set()

    def of(self, cls: ClassTarget) -> tuple[FunctionTarget, ...]:
        """Return the project methods of a class that its library bases call."""
        if cls not in self._found:
            line = self._run.modules.linearised(cls)
            names = dict.fromkeys(name for item in self._libraries(cls) for name in self._run.catalogue.hooks(item))
            made = [next((item.names[name].target for item in line if isinstance(item, ClassInfo) and name in item.names), None) for name in names]
            self._found[cls] = tuple(target for target in made if isinstance(target, FunctionTarget))
        return self._found[cls]

    def _libraries(self, cls: ClassTarget) -> list[str]:
        """Return the library types that call a class: its bases, and what decorators make of it and of its bases."""
        line = self._run.modules.linearised(cls)
        return [item if isinstance(item, str) else item.made for item in line if isinstance(item, str) or item.made]

    def enter(self, cls: ClassTarget, program: str) -> None:
        """Keep the hooks of a class that are entry points: requests, tasks."""
        kind = next((kind for item in self._libraries(cls) if (kind := self._run.catalogue.hook_entry(item))), "")
        for target in self.of(cls) if kind else ():
            self._run.modules.keep_entry(Entered(target, cls, kind, program))

    def called(self, value: Value) -> FunctionTarget | None:
        """Return the method that calling an instance runs because a library base says so."""
        cls = self._run.modules.class_named(value.type)
        for item in self._run.modules.linearised(cls) if cls is not None else ():
            name = self._run.catalogue.called(item) if isinstance(item, str) else ""
            if name:
                return self._run.attributes.method(value, name)
        return None

    def role(self, value: Value) -> str:
        """Return the role of the nearest library base of an instance of a project class."""
        cls = self._run.modules.class_named(value.type)
        line = self._run.modules.linearised(cls) if cls is not None else ()
        return next((row.role for item in line if isinstance(item, str) and (row := self._run.catalogue.type(item)) is not None), "")

    def run(self, value: Value, place: Place, frame: Frame, depth: int = 0) -> None:
        """Run the hooks of an instance that library code is given, by itself or in a container; what a hook returns is given to the library, too."""
        cls = self._run.modules.class_named(value.type)
        if cls is not None and cls not in self._running:
            self._running.add(cls)
            for target in self.of(cls):
                made = self._run.functions.call(target, Arguments((value,)), place, frame)
                if made.ref:
                    self.run(made, place, frame)
            self._running.discard(cls)
        elif cls is None and value.ref and depth < MAX_NESTING and (known := self._run.heap.get(value.ref)) is not None:
            for item in self._inside(known):
                self.run(item, place, frame, depth + 1)

    def _inside(self, known: Object) -> list[Value]:
        """Return what a container holds."""
        return [*(known.items or ()), *known.fields.values(), *(() if known.rest is None else (known.rest,))][:MAX_ITEMS] if known.kind in _CONTAINERS else []

    def through(self, value: Value, names: Sequence[str], place: Place, frame: Frame, depth: int = 0) -> Value:
        """Return what a method gives, and for each object in that what the next method gives, and so on; containers keep their form."""
        method = self._run.attributes.method(value, names[0]) if names else None
        if method is not None:
            made = self._run.functions.call(method, Arguments((value,)), place, frame)
            return self.through(made, names[1:], place, frame) if len(names) > 1 else made
        known = self._run.heap.get(value.ref)
        if known is None or not self._inside(known) or depth >= MAX_NESTING:
            return NOTHING
        items = None if known.items is None else tuple(self.through(item, names, place, frame, depth + 1) for item in known.items)
        fields = {name: self.through(item, names, place, frame, depth + 1) for name, item in known.fields.items()}
        rest = None if known.rest is None else self.through(known.rest, names, place, frame, depth + 1)
        address = self._run.heap.address(("through", place, depth, value.ref))
        self._run.heap.put(address, Object(known.kind, items, fields, rest))
        return Value(type=value.type, ref=address)
