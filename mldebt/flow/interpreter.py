"""The run over a project: entry points first, then every function that none of them reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import msgspec

from mldebt.flow.attributes import Attributes
from mldebt.flow.calls import Calls
from mldebt.flow.choosing import Choosing
from mldebt.flow.chronology import Ahead
from mldebt.flow.columns import Layout
from mldebt.flow.conversions import CONTAINERS, Conversions
from mldebt.flow.decisions import Decisions
from mldebt.flow.frame import Frame
from mldebt.flow.functions import Functions
from mldebt.flow.heap import Heap, Object, key_value
from mldebt.flow.hooks import Hooks
from mldebt.flow.layouts import Layouts
from mldebt.flow.learning import Learning
from mldebt.flow.ledger import Ledger
from mldebt.flow.modules import Entered, Modules
from mldebt.flow.nodes import Nodes
from mldebt.flow.observer import Observer
from mldebt.flow.options import start_flags
from mldebt.flow.provenance import Provenance
from mldebt.flow.texts import Texts
from mldebt.flow.trace import RawEvent, Tables, Trace, replay
from mldebt.flow.value import NO_SOURCES, NOTHING, Chain, ClassTarget, FunctionTarget, Value, constant, depending, join, join_all, lineage, opened, settable
from mldebt.flow.working_folder import followed
from mldebt.knowledge.libraries import Catalogue
from mldebt.link.modules import ModuleIndex
from mldebt.link.project import is_test, subproject, working_folders
from mldebt.model import ir
from mldebt.model.deeds import Deeds
from mldebt.model.events import Access, CallSite, Event, Kind, Loaded
from mldebt.model.facts import Definition
from mldebt.model.observed import Observations
from mldebt.model.project import EntryKind, EntryPoint, Project
from mldebt.model.source import Place
from mldebt.stack import uncollected

_FLOW, _REQUESTED = "flow", ("route", "handler")
_STATEMENTS = ".sql"
MAX_HELD = 2


class Flow(msgspec.Struct, frozen=True):
    """What interpretation found: events, the project with the entry points that decorators make, counters, call sites of libraries, what definitions do,
    what it noticed.

    Counters are `steps`, `nodes`, `cut-offs` and `memo hits`.
    """

    events: tuple[Event, ...]
    project: Project
    counters: tuple[tuple[str, int], ...]
    calls: tuple[CallSite, ...]
    deeds: Deeds = Deeds()
    observed: Observations = Observations()


class Interpreter:
    """Shared state of one run, and the small services every evaluator needs."""

    def __init__(self, project: Project, index: ModuleIndex, catalogue: Catalogue) -> None:
        """Prepare a run; nothing is evaluated yet."""
        self.project, self.index, self.catalogue = project, index, catalogue
        ahead = catalogue.looking_ahead()
        looks = any(not ahead.isdisjoint(module.facts.attrs) for module in project.modules.values())
        self.heap, self.texts, self.provenance = Heap(catalogue.common), Texts(), Provenance(by_column=looks)
        self.columns = self.provenance.columns
        self.modules, self.attributes, self.calls, self.functions = Modules(self), Attributes(self), Calls(self), Functions(self)
        self.hooks, self.nodes, self.conversions, self.ledger = Hooks(self), Nodes(self), Conversions(self), Ledger(self)
        self.learning, self.choosing, self.layouts = Learning(self), Choosing(self), Layouts(self)
        self.decisions, self.observer = Decisions(self), Observer()
        self.class_types: dict[str, ClassTarget] = {}
        self.steps = 0
        self._entry_point: EntryPoint | None = None
        self.frames: list[Frame] = []
        self.lambdas: list[tuple[ir.Lambda, Frame]] = []
        self._kept: dict[int, int] = {}
        self._raw = 0
        self._places: list[Place] = [Place("", 0, 0)]
        self.passed: set[Place] = set()
        self.reads: list[int] = []
        self.statements: dict[int, str] = {}
        self.loads: dict[int, Loaded] = {}
        self.flags: dict[str, dict[str, Value]] = {}
        self._literals: dict[tuple[type, object, str], Value] = {}

    @property
    def entry(self) -> EntryPoint | None:
        """Return the entry point that is running; a call that asks holds for this one only."""
        self.heap.running.entered = True
        return self._entry_point

    @property
    def under(self) -> str:
        """Return the id of the entry point that is running, for those whose answer does not depend on it."""
        return self._entry_point.id if self._entry_point is not None else ""

    def place(self, frame: Frame, node: ir.Node) -> Place:
        """Return where a node stands."""
        return Place(frame.path, node.at, node.end)

    def definition(self, path: str, index: int) -> Definition:
        """Return a definition of a project file."""
        return self.project.modules[path].facts.definitions[index]

    def keep_frame(self, frame: Frame) -> int:
        """Return a number under which a closure finds its frame again."""
        if id(frame) not in self._kept:
            self.frames.append(frame)
            self._kept[id(frame)] = len(self.frames)
        return self._kept[id(frame)]

    def keep_lambda(self, node: ir.Lambda, frame: Frame) -> int:
        """Return a number under which a lambda is found again."""
        self.lambdas.append((node, frame))
        return len(self.lambdas) - 1

    def literal(self, value: str | bool | int | float | None, path: str) -> Value:
        """Return the value of a literal in a file: the same object every time."""
        key = (type(value), value, path if isinstance(value, str) else "")
        known = self._literals.get(key)
        if known is None:
            kind = "text" if isinstance(value, str) else "none" if value is None else "number"
            known = self._literals[key] = msgspec.structs.replace(constant(value), type=self.catalogue.literal(kind), home=key[2])
        return known

    def new(self, site: Place, value: Object, kind: str = "", sources: frozenset[int] = NO_SOURCES, passed: Chain = ()) -> Value:
        """Return a reference to an object allocated at `site`."""
        address = self.heap.address(site)
        self.heap.put(address, value)
        return Value(type=kind, ref=address, sources=sources, passed=passed)

    def held(self, *values: Value) -> frozenset[int]:
        """Return the provenance of the data that some values are or hold: of a container also what was put into it."""
        found = lineage(*values)
        for value in values:
            if value.ref > 0 and (inner := self._inside(value.ref, 0)):
                found |= inner
        return found

    def _inside(self, address: int, depth: int) -> frozenset[int]:
        known = self.heap.get(address)
        if known is None or known.kind not in CONTAINERS or depth > MAX_HELD:
            return NO_SOURCES
        items = (*(known.items or ()), *known.fields.values(), *(() if known.rest is None else (known.rest,)))
        inner = [self._inside(item.ref, depth + 1) for item in items if item.ref > 0]
        return lineage(*items).union(*inner)

    def unheld(self, sources: frozenset[int], place: Place) -> frozenset[int]:
        """Return the provenance of what code that is not followed gives: that of the data it was given, else data of its own."""
        return self.provenance.unmarked(self.provenance.without(sources, Ahead)) or self.provenance.origin(place)

    def gather(self, kind: str, site: object, content: Object) -> Value:
        """Return what a parameter that takes the rest of the arguments is bound to."""
        address = self.heap.address(("rest", site))
        self.heap.put(address, content)
        return Value(type=self.catalogue.literal(kind), ref=address, sources=content.element().sources)

    def truth(self, value: Value) -> bool | None:
        """Return the truth of a constant, None when it is open."""
        if not value.known:
            return None
        return bool(value.text) if value.texts else bool(value.const[0])

    def key(self, value: Value) -> str | None:
        """Return the dict key a value is, when it is one constant."""
        if value.text is not None and not value.const:
            return value.text
        return f"#{value.const[0]}" if len(value.const) == 1 and not value.texts else None

    def label(self, node: ir.Expr) -> str:
        """Return a short name for what fills a hole."""
        return node.id if isinstance(node, ir.Name) else node.attr if isinstance(node, ir.Attr) else ""

    def any_item(self, known: Object) -> Value:
        """Return what a key that is not known may give; whether that is what a model gave is not known where a mapping has other items, too."""
        found = self.heap.element(known)
        mixed = found.sources and not all(map(self.provenance.tells, [value.sources for value in known.fields.values()]))
        sources = self.provenance.unmarked(found.sources) if mixed and len(known.fields) > 1 else found.sources
        return found if sources is found.sources else msgspec.structs.replace(found, sources=sources)

    def element(self, value: Value) -> Value:
        """Return what iterating over a value gives."""
        known = self.heap.get(value.ref)
        if known is None or known.kind == "handle":
            row = self.catalogue.type(value.type) if value.type else None
            kind = "" if row is None else value.type if row.element == "self" else row.element
            sources = value.sources if kind == value.type else self.provenance.unordered(value.sources)
            return Value(type=kind, sources=sources, passed=self.conversions.kept(kind, value.passed))
        if known.kind == "dict":
            return join_all([*(key_value(name) for name in known.fields), *([NOTHING] if known.rest is not None else [])])
        return depending(self.heap.element(known), settable(value.choices)) if value.choices else self.heap.element(known)

    def bind(self, target: ir.Expr, value: Value, frame: Frame) -> None:
        """Assign to a name, attribute, item or sequence of targets."""
        if isinstance(target, ir.Name):
            frame.set(target.id, self._of_module(target, value, frame) if frame.index < 0 else value)
        elif isinstance(target, ir.Attr | ir.Subscript):
            self.attributes.assign(target, value, frame)
        elif isinstance(target, ir.Starred):
            self.bind(target.value, Value(sources=value.sources), frame)
        elif isinstance(target, ir.Sequence):
            known = self.heap.get(value.ref)
            items = known.items if known is not None else None
            for position, part in enumerate(target.elements):
                exact = items is not None and len(items) == len(target.elements)
                found = items[position] if exact and items is not None else self._piece(value, target, position, frame)
                self.bind(part, depending(found, value.choices) if value.choices else found, frame)

    def _of_module(self, target: ir.Name, value: Value, frame: Frame) -> Value:
        """Return what a name of a module is given: texts of programs are shared there, and a default that a runner replaces may be something else."""
        facts = self.project.modules[frame.path].facts
        if any(start <= target.at < end for start, end in facts.injected):
            value = opened(value)
        return msgspec.structs.replace(value, shared=self.place(frame, target)) if value.texts and not facts.notebook else value

    def _piece(self, value: Value, target: ir.Sequence, position: int, frame: Frame) -> Value:
        """Return what one of several targets gets of a value whose items are not known: rows of its own, as the others do."""
        item = self.element(value)
        if item.ref or not self.provenance.is_one(item.sources):
            return item
        return msgspec.structs.replace(item, sources=self.provenance.part(item.sources, self.place(frame, target), str(position)))

    def yielded(self, frame: Frame, value: Value, delegated: bool) -> None:
        """Collect what a generator yields."""
        inner = self.element(value) if delegated else value
        earlier = self.heap.get(frame.returned[0].ref) if frame.returned else None
        if earlier is not None:
            inner = join(earlier.element(), inner)
        made = self.new(Place(frame.path, -frame.index - 2, 0), Object("list", rest=inner), self.catalogue.literal("list"), inner.sources)
        frame.returned = [made]

    def emit(
        self, frame: Frame, kind: Kind, place: Place, *, access: Access | None = None, sources: frozenset[int] = NO_SOURCES, api: str = "",
        passed: tuple[Chain, ...] = (), detail: tuple[tuple[str, str], ...] = (), must: bool = True, model: frozenset[int] = NO_SOURCES,
        data: frozenset[int] = NO_SOURCES, loaded: bool = False, columns: tuple[Layout, ...] = (),
    ) -> int:
        """Note an event in the running activation; return its id."""
        self._raw += 1
        self._places.append(place)
        if kind == "read":
            self.reads.append(self._raw)
        if kind == "read" and access is not None and access.path.parts and str(access.path.parts[-1]).endswith(_STATEMENTS):
            self.statements[self._raw] = str(access.path.parts[-1])
        frame.trace.items.append(RawEvent(self._raw, kind, place, frame.owner, access, sources, must, api, passed, detail, model, data, loaded, columns))
        return self._raw

    def _tables(self) -> Tables:
        return Tables(self.conversions.table, self.provenance, self._places.__getitem__, self.loads)

    def run(self, watch: Callable[[int, int], None]) -> Flow:
        """Interpret the whole project; `watch` is told how many of how many entry points are done."""
        events: list[Event] = []
        for number, entry in enumerate(self.project.entries):
            watch(number, len(self.project.entries))
            self._entry_point = entry
            events.extend(followed(replay(self._started(entry), entry.id, len(events), self._tables())))
        self._entry_point, self.modules.main = None, ""
        imported = [self.modules.load(path).trace for path in self.project.modules if path not in self.modules.executed]
        entries: list[EntryPoint] = []
        for entry, trace in self._found():
            entries.append(entry)
            events.extend(followed(replay(trace, entry.id, len(events), self._tables())))
        self._entry_point, reached = None, self.ledger.reached()
        for trace in (*imported, *self._unreached()):
            events.extend(replay(trace, "", len(events), self._tables()))
        nodes = sum(module.facts.nodes for module in self.project.modules.values())
        counters = (("steps", self.steps), ("nodes", nodes), ("cut-offs", self.functions.cut), ("memo hits", self.functions.hits))
        project = replace(self.project, entries=(*self.project.entries, *entries), reached=reached)
        sites = sorted(self.calls.seen.values(), key=lambda site: (site.place.path, site.place.at, site.place.end))
        observed = self.observer.observations(lambda path, index: self.definition(path, index).qualname)
        return Flow(tuple(events), project, counters, tuple(sites), self.ledger.deeds(observed), observed)

    def _started(self, entry: EntryPoint) -> Trace:
        """Return what a program does: its file as the main program, or the import of its file and a call of its function."""
        start_flags(self, entry.path)
        if entry.definition < 0:
            return self.modules.run_main(entry.path)
        self.modules.main, trace = "", Trace()
        here = Place(entry.path, 0, 0)
        trace.call(here, self.modules.load(entry.path).trace)
        trace.call(here, self.functions.run_alone(FunctionTarget(entry.path, entry.definition), None))
        return trace

    def _found(self) -> Iterator[tuple[EntryPoint, Trace]]:
        """Yield the entry points that libraries start, with what they do: modules that make what a library finds, flows, and the tasks that are left."""
        programs = {entry.path: entry for entry in self.project.entries if entry.definition < 0}
        known = {(entry.path, entry.definition) for entry in self.project.entries}
        carried: dict[tuple[str, int], str] = {}
        for path, kind in self.modules.started.items():
            if path not in programs and not is_test(path, self.project.modules[path].facts):
                entry = self._entry_point = programs[path] = self._program(path, kind)
                yield entry, self._carrying(entry, carried, partial(self.modules.run_main, path))
        self.modules.main = ""
        for how in sorted(self.modules.entered.values(), key=lambda how: how.kind != _FLOW):
            key = (how.target.path, how.target.index)
            if key not in known:
                alone = how.program == how.target.path and how.program not in programs
                entry = self._entry_point = self._entry(how, programs, carried.get(key, "") if alone else "")
                start = partial(self.functions.run_alone, how.target, how.cls, by_library=True, requested=how.kind in _REQUESTED, takes=how.takes)
                yield entry, self._carrying(entry, carried if how.kind == _FLOW else {}, start)

    def _carrying(self, entry: EntryPoint, carried: dict[tuple[str, int], str], start: Callable[[], Trace]) -> Trace:
        """Return what an entry point does; functions that it is the first to reach are `carried` by its program."""
        outer, self.functions.reached = self.functions.reached, set()
        trace = start()
        for key in sorted(self.functions.reached):
            carried.setdefault(key, entry.program)
        self.functions.reached |= outer
        return trace

    def _program(self, path: str, kind: str) -> EntryPoint:
        """Return a module as a program of its own, run by whoever finds it."""
        base = subproject(path, self.project.tracked)
        return EntryPoint(path, msgspec.convert(kind, EntryKind), path, -1, path, working_folders(path.rpartition("/")[0], (), base), (), base)

    def _entry(self, how: Entered, programs: Mapping[str, EntryPoint], carrier: str) -> EntryPoint:
        """Return a function that a library starts as an entry point: of the program that carries it, else of the one that defines it.

        A test that imports it does not make it its own.
        """
        target = how.target
        program = carrier or (target.path if how.program in programs and programs[how.program].kind == "test" else how.program)
        known = programs.get(program) or self._program(program, how.kind)
        kind = "test" if known.kind == "test" else how.kind
        place, index = (how.cls.path, how.cls.index) if how.cls is not None else (target.path, target.index)
        member = f".{self.definition(target.path, target.index).name}" if how.cls is not None else ""
        name = f"{place}::{self.definition(place, index).qualname}{member}"
        return EntryPoint(name, msgspec.convert(kind, EntryKind), target.path, target.index, known.program, known.folders, known.invocations, known.base)

    def _unreached(self) -> Iterator[Trace]:
        for path, module in self.project.modules.items():
            for index, definition in enumerate(module.facts.definitions):
                parent = module.facts.definitions[definition.parent] if definition.parent >= 0 else None
                if definition.kind == "function" and (path, index) not in self.functions.reached and (parent is None or parent.kind == "class"):
                    yield self.functions.run_alone(FunctionTarget(path, index), None if parent is None else ClassTarget(path, definition.parent))


def interpret(project: Project, index: ModuleIndex, catalogue: Catalogue, watch: Callable[[int, int], None] = lambda done, total: None) -> Flow:
    """Return the events of a linked project; pure in its arguments. `watch` is told how many of how many entry points are done."""
    with uncollected():
        return Interpreter(project, index, catalogue).run(watch)

