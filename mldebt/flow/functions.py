"""Calls of project functions: arguments bound, summaries remembered by what went in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mldebt.flow.expressions import evaluate
from mldebt.flow.frame import Frame
from mldebt.flow.heap import Object
from mldebt.flow.interface import escaped
from mldebt.flow.statements import execute
from mldebt.flow.trace import Trace
from mldebt.flow.value import NOTHING, ClassTarget, FunctionTarget, Value, hole, join_all, lineage
from mldebt.model.facts import Definition, decode_body
from mldebt.model.ir import Body
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter

MAX_CONTEXTS = 8
CHEAP_STEPS = 4_000
"""Abstract steps a function may cost in all before the limit on its contexts counts: small helpers that read and write are called with many paths."""
MAX_DEPTH = 24


class Summary:
    """What one call did: the value it returned, the objects it wrote, its trace."""

    __slots__ = ("trace", "value", "writes")

    def __init__(self, value: Value, writes: dict[int, Object], trace: Trace) -> None:
        """Keep the parts."""
        self.value, self.writes, self.trace = value, writes, trace


class Functions:
    """Evaluates project functions, at most `MAX_CONTEXTS` times each unless they are cheap; later contexts share one call with unknown arguments."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run
        self._memo: dict[tuple[str, int], dict[object, Summary]] = {}
        self._bodies: dict[tuple[str, int], Body] = {}
        self._spent: dict[tuple[str, int], int] = {}
        self._active: list[tuple[str, int]] = []
        self.reached: set[tuple[str, int]] = set()
        self.hits = self.cut = 0

    def call(self, target: FunctionTarget, args: tuple[Value, ...], keywords: dict[str, Value], place: Place, frame: Frame) -> Value:
        """Return the value of a call; what it does is noted in `frame` at `place`."""
        key = (target.path, target.index)
        self.reached.add(key)
        if key in self._active or len(self._active) >= MAX_DEPTH:
            self.cut += key not in self._active
            escaped(self._run, (*args, *keywords.values()), place, frame)
            return Value(sources=lineage(*args, *keywords.values()))
        self._run.modules.load(target.path)
        definition = self._run.definition(*key)
        bound = self._bind(definition, args, keywords, target)
        known = self._memo.setdefault(key, {})
        context: object = (target.frame, tuple((name, value, self._version(value)) for name, value in bound.items()))
        if context not in known and len(known) >= MAX_CONTEXTS and self._spent.get(key, 0) > CHEAP_STEPS:
            bound = {name: Value(type=value.type, ref=value.ref if name in ("self", "cls") else 0, target=value.target) for name, value in bound.items()}
            context = "any"
        summary = known.get(context)
        if summary is None:
            before = self._run.steps
            summary = known[context] = self._evaluate(target, definition, bound, frame)
            self._spent[key] = self._spent.get(key, 0) + self._run.steps - before
        else:
            self.hits += 1
            for address, written in summary.writes.items():
                self._run.heap.put(address, written)
        frame.trace.call(place, summary.trace)
        return summary.value

    def _version(self, value: Value) -> int:
        known = self._run.heap.get(value.ref)
        return known.version if known is not None else 0

    def _evaluate(self, target: FunctionTarget, definition: Definition, bound: dict[str, Value], caller: Frame) -> Summary:
        frame = self._frame(target, definition, caller.depth + 1)
        frame.names.update(bound)
        heap = self._run.heap
        heap.written.append(set())
        self._active.append((target.path, target.index))
        execute(self._run, self._body(target, definition), frame)
        self._active.pop()
        written = heap.written.pop()
        for seen in heap.written[-1:]:
            seen |= written
        writes = {address: found for address in sorted(written) if (found := heap.get(address)) is not None}
        return Summary(frame.returns if frame.returns is not None else Value(const=(None,)), writes, frame.trace)

    def _frame(self, target: FunctionTarget, definition: Definition, depth: int) -> Frame:
        outer = self._run.frames[target.frame - 1] if target.frame else None
        module = self._run.modules.load(target.path)
        frame = Frame(target.path, target.index, f"{target.path}::{definition.qualname}", Trace(), module, outer, depth)
        if definition.parent >= 0 and self._run.definition(target.path, definition.parent).kind == "class":
            frame.cls = ClassTarget(target.path, definition.parent)
        return frame

    def _body(self, target: FunctionTarget, definition: Definition) -> Body:
        key = (target.path, target.index)
        if key not in self._bodies:
            self._bodies[key] = decode_body(self._run.project.modules[target.path].facts.bodies[definition.body])
        return self._bodies[key]

    def _bind(self, definition: Definition, args: tuple[Value, ...], keywords: dict[str, Value], target: FunctionTarget) -> dict[str, Value]:
        """Return the value of every parameter: given, default, or unknown."""
        frame = self._run.modules.load(target.path)
        rest = list(args)
        left = dict(keywords)
        bound: dict[str, Value] = {}
        for param in definition.params:
            if param.kind in (0, 1) and rest:
                bound[param.name] = rest.pop(0)
            elif param.kind == 2:
                bound[param.name] = Value(sources=lineage(*rest))
            elif param.kind == 4:
                bound[param.name] = Value(sources=lineage(*left.values()))
            elif param.name in left:
                bound[param.name] = left.pop(param.name)
            else:
                bound[param.name] = evaluate(self._run, param.default, frame) if param.default is not None else hole("parameter", param.name)
        return bound

    def run_alone(self, target: FunctionTarget, cls: ClassTarget | None) -> Trace:
        """Run a function that nothing reached, with unknown arguments (defaults where there are some)."""
        trace = Trace()
        frame = Frame(target.path, -1, f"{target.path}::", trace)
        receiver: tuple[Value, ...] = ()
        if cls is not None and not self._run.attributes.marker(target):
            receiver = (self._run.calls.instance(cls, Place(target.path, -target.index - 2, 1)),)
        self.call(target, receiver, {}, Place(target.path, 0, 0), frame)
        return trace

    def call_lambda(self, key: int, args: tuple[Value, ...], place: Place) -> Value:
        """Return the value of a lambda for some arguments."""
        node, frame = self._run.lambdas[key]
        shadow: dict[str, Value] = {}
        with frame.branch(shadow):
            for position, param in enumerate(node.params):
                frame.set(param.name, args[position] if position < len(args) else NOTHING)
            return evaluate(self._run, node.body, frame)

    def joined(self, values: list[Value]) -> Value:
        """Return the join of several results."""
        return join_all(values)
