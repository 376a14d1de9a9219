"""Methods that libraries call: hooks of project classes whose bases are library types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mldebt.flow.arguments import Arguments
from mldebt.flow.modules import ClassInfo, Entered
from mldebt.flow.value import ClassTarget, FunctionTarget, Value
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

MAX_ITEMS = 16
MAX_NESTING = 2


class Hooks:
    """Finds and runs the hooks of project classes."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run
        self._found: dict[ClassTarget, tuple[FunctionTarget, ...]] = {}

    def of(self, cls: ClassTarget) -> tuple[FunctionTarget, ...]:
        """Return the project methods of a class that its library bases call."""
        if cls not in self._found:
            line = self._run.modules.linearised(cls)
            names = dict.fromkeys(name for item in line if isinstance(item, str) for name in self._run.catalogue.hooks(item))
            made = [next((item.names[name].target for item in line if isinstance(item, ClassInfo) and name in item.names), None) for name in names]
            self._found[cls] = tuple(target for target in made if isinstance(target, FunctionTarget))
        return self._found[cls]

    def enter(self, cls: ClassTarget, program: str) -> None:
        """Keep the hooks of a class that are entry points: requests, tasks."""
        line = self._run.modules.linearised(cls)
        kind = next((kind for item in line if isinstance(item, str) and (kind := self._run.catalogue.hook_entry(item))), "")
        for target in self.of(cls) if kind else ():
            self._run.modules.entered[target, cls] = Entered(target, cls, kind, program)

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
        """Run the hooks of an instance that library code is given, by itself or in a container."""
        cls = self._run.modules.class_named(value.type)
        if cls is not None:
            for target in self.of(cls):
                self._run.functions.call(target, Arguments((value,)), place, frame)
        elif value.ref and depth < MAX_NESTING and (known := self._run.heap.get(value.ref)) is not None:
            for item in (*(known.items or ()), *known.fields.values())[:MAX_ITEMS] if known.kind in ("list", "tuple", "dict") else ():
                self.run(item, place, frame, depth + 1)
