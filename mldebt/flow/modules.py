"""Modules, imports and definitions as the interpreter sees them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from mldebt.flow.decorated import row_of
from mldebt.flow.escapes import unknown_library
from mldebt.flow.expressions import evaluate
from mldebt.flow.frame import Frame
from mldebt.flow.interface import decorated
from mldebt.flow.statements import execute
from mldebt.flow.trace import Trace
from mldebt.flow.value import (
    NOTHING,
    ROOT,
    ClassTarget,
    FunctionTarget,
    LambdaTarget,
    LibraryMethod,
    LibraryTarget,
    MethodTarget,
    ModuleTarget,
    PartialTarget,
    Value,
    constant,
)
from mldebt.knowledge.rows import CallRow, ConventionRow
from mldebt.model import ir
from mldebt.model.facts import Definition, decode_body
from mldebt.model.pattern import pattern
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter


_SCHEDULED = ("task", "flow")
_ACCESSORS = ("setter", "getter", "deleter")


class Entered(NamedTuple):
    """A function that a library starts, the class whose instance it is a method of, the kind of entry point, the program it belongs to; `takes` are the
    functions of its module that give its arguments.
    """

    target: FunctionTarget
    cls: ClassTarget | None
    kind: str
    program: str
    takes: tuple[str, ...] = ()


@dataclass(slots=True)
class ClassInfo:
    """A project class: its definition, evaluated bases, the names of its body, and the types that decorators make of it and of its methods."""

    target: ClassTarget
    definition: Definition
    bases: tuple[Value, ...]
    names: dict[str, Value]
    made: str = ""
    members: str = ""


class Modules:
    """Executes module bodies once, resolves imports, makes functions and classes."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run
        self.frames: dict[str, Frame] = {}
        self.classes: dict[ClassTarget, ClassInfo] = {}
        self.main = ""
        self._included: dict[str, Frame] = {}
        self._names: dict[str, dict[str, Value]] = {}
        self._lines: dict[ClassTarget, tuple[ClassInfo | str, ...]] = {}
        self._libraries: dict[str, Value] = {}
        self._implicit: dict[str, Value] = {}
        self._derived: dict[ClassTarget, set[ClassTarget]] = {}
        self.executed: set[str] = set()
        self.started: dict[str, str] = {}
        self.entered: dict[tuple[FunctionTarget, ClassTarget | None], Entered] = {}
        self.scheduled: set[tuple[str, int]] = set()

    def special(self, name: str, frame: Frame) -> Value:
        """Return the value of a name bound nowhere: `__file__`, `__name__`, what needs no import, a module whose import was forgotten, else unknown."""
        if name == "__file__":
            return Value(type=self._run.catalogue.literal("text"), texts=(pattern(ROOT, frame.path),))
        if name == "__name__":
            return constant("__main__" if frame.path == self.main else frame.path.rpartition("/")[2].removesuffix(".py"))
        if name not in self._implicit:
            path = self._run.catalogue.implicit(name) or (name if self._run.catalogue.is_module(name) else "")
            self._implicit[name] = Value(target=LibraryTarget(path)) if path else NOTHING
        return self._implicit[name]

    def run_main(self, path: str) -> Trace:
        """Execute a file as the main program; return what it did. Remembered calls compare the names that the running module binds, so both share the dict."""
        if not self._run.index.imported(path):
            self.main = path
            return self._execute(path)
        self.main, known = path, self.frames.pop(path, None)
        names = dict(known.names) if known is not None else {}
        trace = self._execute(path)
        if known is None:
            del self.frames[path]  # an import executes the module anew, without its main block
        else:
            self.frames[path] = known
            known.names.clear()
            known.names.update(names)
        return trace

    def include(self, path: str) -> Frame:
        """Return the frame of a file executed as a main program inside the running one; it is run once, whoever includes it again."""
        if path not in self._included:
            known = self.frames.get(path)
            main, self.main = self.main, path
            self._included[path] = frame = self._begin(path, {})
            self._run_body(frame)
            self.main = main
            if known is not None:
                self.frames[path] = known
        return self._included[path]

    def load(self, path: str) -> Frame:
        """Return the frame of an imported module, executing it the first time; an import cycle sees the names bound so far."""
        frame = self.frames.get(path)
        if frame is None:
            main, self.main = self.main, "" if path == self.main else self.main
            self._execute(path)
            self.main = main
            frame = self.frames[path]
        return frame

    def _execute(self, path: str) -> Trace:
        names = self._names.setdefault(path, {})
        names.clear()
        frame = self._begin(path, names)
        self._run_body(frame)
        return frame.trace

    def _begin(self, path: str, names: dict[str, Value]) -> Frame:
        """Return a module's frame before its body runs: who imports it meanwhile sees the names bound so far."""
        self.frames[path] = frame = Frame(path, -1, f"{path}::", Trace())
        frame.names = frame.module_names = names
        self.executed.add(path)
        return frame

    def _run_body(self, frame: Frame) -> None:
        facts = self._run.project.modules[frame.path].facts
        if facts.bodies:
            with self._run.heap.apart():
                execute(self._run, decode_body(facts.bodies[0]), frame)

    def member(self, path: str, name: str) -> Value | None:
        """Return `module.name`: a name the module binds, or a submodule."""
        if not path.endswith("/"):
            names = self.load(path).names
            value = names.get(name)
            self._run.heap.running.read_name(names, name, value)
            if value is not None:
                return value
        folder = path if path.endswith("/") else path.removesuffix("__init__.py") if path.endswith("__init__.py") else None
        if folder is None:
            return None
        found = self._run.index.submodule(folder, name)
        return Value(target=ModuleTarget(found)) if found else None

    def execute_import(self, node: ir.Import, frame: Frame) -> None:
        """Bind what an import statement binds."""
        place = self._run.place(frame, node)
        if node.module is None and not node.level:
            for alias in node.aliases:
                self._plain(alias, place, frame)
            return
        found = self._run.index.resolve(node.module or "", frame.path, node.level)
        if found is None:
            if node.module and not node.level:
                unknown_library(self._run, node.module, place, frame)
            for alias in node.aliases:
                if alias.name != "*":
                    dotted = f"{node.module}.{alias.name}" if node.module else alias.name
                    frame.set(alias.bound, self.library(dotted) if not node.level else NOTHING)
                elif node.module:
                    self._star_library(node.module, frame)
            return
        self.enter(found, place, frame)
        for alias in node.aliases:
            if alias.name == "*":
                self._star(found, frame)
                continue
            value = self.member(found, alias.name)
            if value is not None and isinstance(value.target, ModuleTarget):
                self.enter(value.target.path, place, frame)
            frame.set(alias.bound, value if value is not None else NOTHING)

    def library(self, dotted: str) -> Value:
        """Return the value of a library path."""
        known = self._libraries.get(dotted)
        if known is not None:
            return known
        path = self._run.catalogue.canonical(dotted)
        row = self._run.catalogue.attribute(path)
        if row is not None:
            return self._run.attributes.of_row(row, NOTHING)
        self._libraries[dotted] = made = Value(target=LibraryTarget(path))
        return made

    def _plain(self, alias: ir.Alias, place: Place, frame: Frame) -> None:
        found = self._run.index.resolve(alias.name, frame.path, 0)
        head = alias.name.partition(".")[0]
        if found is not None:
            self.enter(found, place, frame)
            if alias.bound_at >= 0 or "." not in alias.name:
                frame.set(alias.bound, Value(target=ModuleTarget(found)))
                return
            top = self._run.index.resolve(head, frame.path, 0)
            frame.set(head, Value(target=ModuleTarget(top)) if top else NOTHING)
            return
        unknown_library(self._run, alias.name, place, frame)
        aliased = alias.bound_at >= 0
        frame.set(alias.bound if aliased else head, self.library(alias.name if aliased else head))

    def enter(self, path: str, place: Place, frame: Frame) -> None:
        """Note that what the module's body does happens here the first time."""
        if path.endswith("/"):
            return
        package = path.rpartition("/")[0]
        init = f"{package}/__init__.py"
        for needed in (init, path) if init != path and init in self._run.project.modules else (path,):
            frame.trace.call(place, self.load(needed).trace)

    def _star(self, path: str, frame: Frame) -> None:
        if path.endswith("/"):
            return
        for name, value in list(self.load(path).names.items()):
            if not name.startswith("_"):
                frame.set(name, value)

    def _star_library(self, module: str, frame: Frame) -> None:
        for name in self._run.catalogue.members(module):
            if frame.get(name) is None:
                frame.set(name, self.library(f"{module}.{name}"))

    def define(self, index: int, frame: Frame) -> None:
        """Bind a function or class definition."""
        definition, around = self._run.definition(frame.path, index), self._around(frame)
        outer = self._run.keep_frame(around) if around is not None else 0
        rows = [(decorator, row_of(self._run, decorator, frame)) for decorator in definition.decorators]
        if any(row.caches if row is not None else self._unknown(decorator, frame) for decorator, row in rows):
            self._run.ledger.keep(frame.path, definition)
        if definition.kind == "function":
            made = FunctionTarget(frame.path, index, outer)
            frame.set(definition.name, self._decorated(definition, Value(type=_made(rows), target=made), frame))
            self._note_entry(definition, made, rows, frame)
            return
        target = ClassTarget(frame.path, index, outer)
        bases = tuple(evaluate(self._run, arg.value, frame) for arg in definition.bases if arg.keyword is None and not arg.star)
        inner = Frame(frame.path, index, f"{frame.path}::{definition.qualname}", frame.trace, self.module_frame(frame), around)
        members = next((row.members for _, row in rows if row is not None and row.members), "")
        self._keep_class(ClassInfo(target, definition, bases, inner.names, _made(rows), members))
        frame.set(definition.name, Value(type=_made(rows), target=target))
        inner.cls = target
        execute(self._run, decode_body(self._run.project.modules[frame.path].facts.bodies[definition.body]), inner)
        self._run.hooks.enter(target, self.main or frame.path)

    def _unknown(self, decorator: ir.Expr, frame: Frame) -> bool:
        """Return whether nothing is known of what a decorator does: it is neither the project's nor Python's own, and no row describes it."""
        head = decorator.func if isinstance(decorator, ir.Call) else decorator
        known = evaluate(self._run, head, frame).target
        if known is None:
            return not (isinstance(head, ir.Attr) and head.attr in _ACCESSORS)
        if not isinstance(known, LibraryTarget | LibraryMethod) or known.path.partition(".")[0] in sys.stdlib_module_names:
            return False
        return self._run.catalogue.library(known.path) is None

    def _keep_class(self, info: ClassInfo) -> None:
        """Keep a class under its bases, in the place of what the same statement made before."""
        known = self.classes.get(info.target)
        for base in _project_bases(known) if known is not None else ():
            self._derived[base].discard(info.target)
        for base in _project_bases(info):
            self._derived.setdefault(base, set()).add(info.target)
        self.classes[info.target] = info
        self._lines.clear()

    def _around(self, frame: Frame) -> Frame | None:
        """Return the function whose names a definition in this scope sees: those of a class body are not among them."""
        around: Frame | None = frame
        while around is not None and around.index >= 0 and self._run.definition(around.path, around.index).kind == "class":
            around = around.outer
        return around if around is not None and around.index >= 0 else None

    def _decorated(self, definition: Definition, value: Value, frame: Frame) -> Value:
        """Return what the project's own decorators make of a function, last one first; those of libraries leave it as it is."""
        if not definition.decorators or self._run.attributes.marked(definition):
            return value
        for decorator in reversed(definition.decorators):
            function = evaluate(self._run, decorator, frame)
            if isinstance(function.target, FunctionTarget | MethodTarget | LambdaTarget | PartialTarget):
                made = self._run.calls.call(function, (value,), {}, self._run.place(frame, decorator), frame)
                value = made if made.target is not None or made.ref else value
        return value

    def _note_entry(self, definition: Definition, made: FunctionTarget, rows: list[tuple[ir.Expr, CallRow | None]], frame: Frame) -> None:
        """Keep a function that a library calls because of its decorator (a route, a task, a command), or because of its name."""
        for library, named in self._run.catalogue.conventions(definition.name) if frame.index < 0 else ():
            if self._follows(library, named, frame):
                self.keep_entry(Entered(made, None, named.entry, frame.path, named.takes))
        cls = frame.cls if frame.index >= 0 and self._run.definition(frame.path, frame.index).kind == "class" else None
        for _, row in rows:
            if row is not None and row.entry:
                self.keep_entry(Entered(made, cls, row.entry, self.main or frame.path))
        if rows:
            decorated(self._run, definition, rows, frame)

    def _follows(self, library: str, row: ConventionRow, frame: Frame) -> bool:
        """Return whether a module is one in which a library finds functions: it imports it, or has the others that it looks for."""
        if self._run.catalogue.is_implicit(library):
            return True
        if any(isinstance(value.target, LibraryTarget) and self._run.catalogue.library(value.target.path) == library for value in frame.names.values()):
            return True
        defined = {item.name for item in self._run.project.modules[frame.path].facts.definitions if item.kind == "function" and item.parent < 0}
        return bool(row.beside) and defined.issuperset(row.beside)

    def keep_entry(self, how: Entered) -> None:
        """Keep a function that a library starts; what a scheduler starts is a run of its own, whoever calls it."""
        self.entered[how.target, how.cls] = how
        if how.kind in _SCHEDULED:
            self.scheduled.add((how.target.path, how.target.index))

    def tasks(self, path: str) -> list[Value]:
        """Return the functions of a module, or of all modules of a package, that a library's decorator made its own."""
        folder = path.removesuffix("__init__.py") if path.endswith(("/", "__init__.py")) else ""
        paths = [name for name in self._run.project.modules if name.startswith(folder)] if folder else [path]
        found = [value for name in paths for value in self.load(name).names.values()]
        return [value for value in found if value.type and isinstance(value.target, FunctionTarget)]

    def module_frame(self, frame: Frame) -> Frame | None:
        """Return the module frame whose globals `frame` sees."""
        return frame if frame.index < 0 else self.frames.get(frame.path)

    def linearised(self, target: ClassTarget) -> tuple[ClassInfo | str, ...]:
        """Return the class and its bases, project classes as infos and library types as paths, depth first without repeats."""
        if target not in self._lines:
            found: dict[ClassTarget | str, ClassInfo | str] = {}
            pending: list[ClassTarget | str] = [target]
            while pending:
                name = pending.pop()
                info = name if isinstance(name, str) else self.classes.get(name)
                if info is not None and name not in found:
                    found[name] = info
                    bases = reversed(info.bases) if isinstance(info, ClassInfo) else ()
                    pending.extend(_class_of(base.target) for base in bases if isinstance(base.target, ClassTarget | LibraryTarget))
            self._lines[target] = tuple(found.values())
        return self._lines[target]

    def heirs(self, target: ClassTarget) -> Iterator[ClassInfo]:
        """Yield the classes below a class, in no order, each once."""
        seen, pending = {target}, [target]
        while pending:
            found = self._derived.get(pending.pop(), set()) - seen
            seen |= found
            pending.extend(found)
            yield from (self.classes[cls] for cls in found)

    def fields(self, target: ClassTarget) -> list[str]:
        """Return the annotated names of a class body and of its bases, bases first: the parameters of a generated constructor."""
        found: dict[str, None] = {}
        for info in reversed(self.linearised(target)):
            if isinstance(info, ClassInfo):
                body = decode_body(self._run.project.modules[info.target.path].facts.bodies[info.definition.body])
                found.update((node.target.id, None) for node in body if isinstance(node, ir.AnnAssign) and isinstance(node.target, ir.Name))
        return list(found)

    def class_named(self, type_name: str) -> ClassTarget | None:
        """Return the class whose instances have this type name."""
        return self._run.class_types.get(type_name)


def _made(rows: list[tuple[ir.Expr, CallRow | None]]) -> str:
    """Return the type of what the decorators of libraries make of a function or class, the outermost one's."""
    return next((row.makes for _, row in rows if row is not None and row.makes), "")


def _project_bases(info: ClassInfo) -> list[ClassTarget]:
    return [base.target for base in info.bases if isinstance(base.target, ClassTarget)]


def _class_of(target: ClassTarget | LibraryTarget) -> ClassTarget | str:
    return target.path if isinstance(target, LibraryTarget) else target
