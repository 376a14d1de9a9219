"""Calls of project functions: arguments bound, summaries remembered by what the call looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from mldebt.flow.activation import Activation
from mldebt.flow.arguments import Arguments
from mldebt.flow.decorated import given
from mldebt.flow.expressions import evaluate
from mldebt.flow.frame import Frame
from mldebt.flow.heap import Object
from mldebt.flow.interface import escaped
from mldebt.flow.memo import Renaming, Summary, applies, shape, survivors
from mldebt.flow.statements import execute
from mldebt.flow.tokens import TokenBook
from mldebt.flow.trace import Tokens, Trace
from mldebt.flow.value import NOTHING, ClassTarget, FunctionTarget, Value, hole, join, join_all, lineage, opened
from mldebt.model.facts import Definition, decode_body
from mldebt.model.ir import Body, Parameter
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter

MAX_CONTEXTS = 8
CHEAP_STEPS = 4_000
"""Abstract steps a function may cost in all before the limit on its contexts counts: small helpers that read and write are called with many paths."""
DEAR_STEPS = 16_000
"""Abstract steps from which on half of the limit counts."""
MAX_DEPTH = 24


class Functions:
    """Evaluates project functions, at most `MAX_CONTEXTS` times each unless they are cheap, half as often where they are dear.

    Later contexts share calls with unknown arguments.
    """

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run
        self._memo: dict[tuple[str, int], dict[object, list[Summary]]] = {}
        self._bodies: dict[tuple[str, int], Body] = {}
        self._spent: dict[tuple[str, int], int] = {}
        self._contexts: dict[tuple[str, int], int] = {}
        self._active: list[FunctionTarget] = []
        self._tokens = TokenBook(run.provenance)
        self._receivers: dict[ClassTarget, Value] = {}
        self.reached: set[tuple[str, int]] = set()
        self.hits = self.cut = 0

    def call(self, target: FunctionTarget, args: Arguments, place: Place, frame: Frame) -> Value:
        """Return the value of a call; what it does is noted in `frame` at `place`."""
        key = (target.path, target.index)
        self.reached.add(key)
        definition = self._run.definition(*key)
        self._run.observer.visit(place, frame.owner, *key)
        if target in self._active or len(self._active) >= MAX_DEPTH:
            self.cut += target not in self._active
            escaped(self._run, (*args.args, *args.keywords.values()), place, frame)
            return Value(sources=args.lineage())
        self._run.modules.load(target.path)
        handed = key in self._run.modules.scheduled
        bound = self._bind(definition, args, target)
        tokens, known = self._tokens.stand_for(target, bound), self._alike(key, target, bound)
        found = self._known(known, bound, tokens, place)
        if found is None and self._is_spent(key):
            bound = self._generalised(key, bound)
            tokens, known = self._tokens.stand_for(target, bound), self._alike(key, target, bound)
            found = self._known(known, bound, tokens, place)
        if found is not None:
            self.hits += 1
            summary, renaming = found
            frame.trace.call(place, summary.trace, tokens, handed=handed)
            return self._reuse(summary, renaming, place)
        before = self._run.steps
        summary = self._evaluate(target, definition, bound, tokens, place, frame)
        known.append(summary)
        self._spent[key] = self._spent.get(key, 0) + self._run.steps - before
        self._contexts[key] = self._contexts.get(key, 0) + 1
        frame.trace.call(place, summary.trace, tokens, handed=handed)
        return Renaming(tokens, summary, place).value(summary.value)

    def _alike(self, key: tuple[str, int], target: FunctionTarget, bound: dict[str, Value]) -> list[Summary]:
        """Return the summaries of calls with arguments of the same shapes; those to come belong there, too."""
        return self._memo.setdefault(key, {}).setdefault((target.frame, tuple(map(shape, bound.values()))), [])

    def _known(self, summaries: list[Summary], bound: dict[str, Value], tokens: Tokens, place: Place) -> tuple[Summary, Renaming] | None:
        """Return a summary that holds for these arguments, with what its names are called here."""
        args = tuple(bound.values())
        for summary in summaries:
            renaming = applies(summary, args, tokens, self._run.heap, self._run.under, place)
            if renaming is not None:
                return summary, renaming
        return None

    def _is_spent(self, key: tuple[str, int]) -> bool:
        """Return whether a function has been evaluated often enough: half as often where that was dear."""
        contexts, spent = self._contexts.get(key, 0), self._spent.get(key, 0)
        return contexts >= MAX_CONTEXTS and spent > CHEAP_STEPS or contexts >= MAX_CONTEXTS // 2 and spent > DEAR_STEPS

    def _generalised(self, key: tuple[str, int], bound: dict[str, Value]) -> dict[str, Value]:
        """Return arguments of which only types and receiver are kept; after as many contexts again the receiver's content is given up, too."""
        few = self._contexts[key] < 2 * MAX_CONTEXTS
        return {name: Value(type=value.type, ref=value.ref if few and name in ("self", "cls") else 0, target=value.target, sources=value.sources)
                for name, value in bound.items()}

    def _reuse(self, summary: Summary, renaming: Renaming, place: Place) -> Value:
        """Do to the store what a summary says, under the names of this call; return its value."""
        heap = self._run.heap
        heap.recall(summary.reads, renaming.refs)
        for (_, name), (names, _) in summary.names.items():
            heap.running.read_name(names, name, names.get(name))
        heap.running.entered = heap.running.entered or summary.entry is not None
        renaming.refs.update(heap.copies(summary.fresh, summary.chain, place))
        same = renaming.idle
        for address, written in summary.writes.items():
            heap.put(renaming.refs.get(address, address), written if same else renaming.object(written))
        for names, name, value in summary.bound:
            made = renaming.value(value)
            names[name] = join(names[name], made) if name in names else made
            heap.running.bind_name(names, name)
        return summary.value if same else renaming.value(summary.value)

    def _evaluate(
        self, target: FunctionTarget, definition: Definition, bound: dict[str, Value], tokens: Tokens, place: Place, caller: Frame
    ) -> Summary:
        run = self._run
        frame = self._frame(target, definition, caller.depth + 1)
        first_kept, first_read, first_table = len(run.frames), len(run.reads), len(run.columns.made)
        with run.heap.call(place) as seen:
            frame.activation = seen
            given = self._tokens.hide(target, bound)
            frame.names.update(given)
            self._active.append(target)
            alive = execute(run, self._body(target, definition), frame)
            self._active.pop()
            run.heap.rejoin(falls=alive or frame.ended)
            value = run.heap.one_of(frame.returned) if frame.returned else Value(const=(None,))
            summary = Summary(tuple(given.values()), value, seen, frame.trace, run.under)
            summary.born, summary.tables = frozenset(run.reads[first_read:]), frozenset(run.columns.made[first_table:])
            self._close(summary, seen, tuple(bound.values()), Renaming(tokens, summary, place), first_kept)
        return summary

    def _close(self, summary: Summary, seen: Activation, args: tuple[Value, ...], here: Renaming, first_kept: int) -> None:
        """Complete a summary with what outlives the call, forget the rest, and put what the call's tokens stand for where its objects stay."""
        run = self._run
        summary.bound = [(names, name, names[name]) for (_, name), names in seen.bound.items() if name in names]
        kept = {address for address in seen.before if address not in seen.fresh}
        live, closures = survivors(run.heap, seen, [summary.value, *(value for _, _, value in summary.bound)], kept, first_kept)
        frames = run.frames[first_kept:] if closures else []
        if frames:
            summary.exact = args
            live |= survivors(run.heap, seen, [value for frame in frames for value in frame.names.values()], live, first_kept)[0]
        summary.writes = {address: found for address in sorted(seen.before) if address in live and (found := run.heap.peek(address)) is not None}
        summary.fresh = tuple(sorted(seen.fresh & live))
        seen.before = {address: state for address, state in seen.before.items() if address in live}
        seen.fresh &= live
        if here.tokens.idle and not here.born and not here.tables:
            return
        for address, written in summary.writes.items():
            run.heap.put(address, here.object(written))
        for names, name, value in summary.bound:
            names[name] = here.value(value)
        for frame in frames:
            frame.names.update([(name, here.value(value)) for name, value in frame.names.items()])

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

    def _bind(self, definition: Definition, args: Arguments, target: FunctionTarget) -> dict[str, Value]:
        """Return the value of every parameter: given, default, or unknown; one that the body never mentions is nothing."""
        frame = self._run.modules.load(target.path)
        rest, left = list(args.args), dict(args.keywords)
        declared = given(self._run, definition, frame) if definition.decorators and not args.args and not args.keywords else {}
        bound: dict[str, Value] = {}
        for param in definition.params:
            used = param.name in definition.names or param.name in ("self", "cls")
            if param.kind in (0, 1) and rest:
                value = rest.pop(0)
            elif param.name in left and param.kind not in (2, 4):
                value = left.pop(param.name)
            elif param.name in declared:
                value = declared[param.name]
            else:
                scope = self._run.frames[target.frame - 1] if target.frame else frame
                value = self._filled(param, rest, left, args.open, scope) if used else NOTHING
                value = opened(value) if used and args.assumed else value
                value = self._brought(value, definition, target.path) if used and args.requested else value
            bound[param.name] = value if used else NOTHING
        return bound

    def _brought(self, value: Value, definition: Definition, path: str) -> Value:
        """Return a parameter that a request fills: rows that come with it; what a default already fetched stays that."""
        if value.sources:
            return value
        here = Place(path, definition.name_at, definition.name_at + len(definition.name))
        return msgspec.structs.replace(value, sources=self._run.provenance.origin(here))

    def _filled(self, param: Parameter, rest: list[Value], left: dict[str, Value], may_be_given: bool, frame: Frame) -> Value:
        """Return a parameter that no argument names: what is left over, or its default, unless unpacked arguments may give it after all."""
        if param.kind == 2:
            content = Object("tuple", rest=join_all(rest)) if may_be_given else Object("tuple", tuple(rest))
            return self._run.gather("tuple", (frame.path, param), content)
        if param.kind == 4:
            return self._run.gather("dict", (frame.path, param), Object("dict", None, dict(left), NOTHING if may_be_given else None))
        unknown = hole("parameter", param.name)
        if param.default is None:
            return unknown
        default = evaluate(self._run, param.default, frame)
        return join(default, unknown) if may_be_given else default

    def run_alone(self, target: FunctionTarget, cls: ClassTarget | None, *, by_library: bool = False, requested: bool = False,
                  takes: Sequence[str] = ()) -> Trace:
        """Run a function that nothing reached, with unknown arguments (defaults where there are some); a method on an instance made the same way.

        `by_library`: a library calls it, and calls the hooks of what it returns; `requested`: with what a request brings, or with what the functions
        of its module give that `takes` names.
        """
        trace = Trace()
        frame = Frame(target.path, -1, f"{target.path}::", trace)
        receiver: tuple[Value, ...] = ()
        if cls is not None and not self._run.attributes.marker(target):
            receiver = (self._receiver(cls, frame),)
        taken = tuple(self._taken(target, name, frame) for name in takes)
        made = self.call(target, Arguments((*receiver, *taken), assumed=True, requested=requested), Place(target.path, 0, 0), frame)
        if by_library and made.ref:
            self._run.hooks.run(made, Place(target.path, 0, 0), frame)
        return trace

    def _taken(self, target: FunctionTarget, name: str, frame: Frame) -> Value:
        """Return what a function of a module gives that the library calls first; where there is none, what the request brings."""
        place = Place(target.path, 0, 0)
        found = self._run.modules.load(target.path).names.get(name)
        if found is None or not isinstance(found.target, FunctionTarget):
            return Value(sources=self._run.provenance.origin(place))
        return self.call(found.target, Arguments(assumed=True, requested=True), place, frame)

    def _receiver(self, cls: ClassTarget, frame: Frame) -> Value:
        """Return an instance of a class whose constructor ran with unknown arguments."""
        if cls not in self._receivers:
            made = self._receivers[cls] = self._run.calls.instance(cls, Place(cls.path, -cls.index - 2, 1))
            init = self._run.attributes.method(made, "__init__")
            if init is not None:
                self.call(init, Arguments((made,), assumed=True), Place(cls.path, 0, 0), frame)
        return self._receivers[cls]

    def call_lambda(self, key: int, args: tuple[Value, ...], place: Place, caller: Frame) -> Value:
        """Return the value of a lambda for some arguments; what it does is noted in `caller` at `place`."""
        node, outer = self._run.lambdas[key]
        frame = Frame(outer.path, max(outer.index, 0), outer.owner, Trace(), self._run.modules.module_frame(outer), outer, caller.depth + 1)
        frame.activation, frame.cls = self._run.heap.running, outer.cls
        if frame.depth < MAX_DEPTH:
            for position, param in enumerate(node.params):
                frame.names[param.name] = args[position] if position < len(args) else evaluate(self._run, param.default, outer)
            value = evaluate(self._run, node.body, frame)
            caller.trace.call(place, frame.trace)
            return value
        self.cut += 1
        return Value(sources=lineage(*args))
