"""Shape `unobserved`: an application answers with predictions, and nothing logs, counts or keeps what it is asked or answers."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from mldebt.detect.base import Context, listed, one_each
from mldebt.detect.models import calls_model
from mldebt.detect.requests import Handler, Requests
from mldebt.model import ir
from mldebt.model.facts import decode_body
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place
from mldebt.model.walk import inside, statements

_KEEPS = ("write", "append", "fill")
_PREDICT = "predict"


class UnobservedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`kinds` are those of entry points that run at each request, `around` of those that run around each; `asks` are the roles of calls that ask a model,
    `observes` of those that log, count or hand on; `observers` are modules whose import says that an application is watched, `plain` those that only
    serve and compute."""

    kind: str
    form: str
    kinds: tuple[str, ...]
    around: tuple[str, ...]
    asks: tuple[str, ...]
    observes: tuple[str, ...]
    observers: tuple[str, ...]
    plain: tuple[str, ...]
    confidence: Confidence = "medium"


def unobserved(context: Context, spec: UnobservedSpec) -> Iterator[Match]:
    """Yield one match for each application with such handlers, at the first; the others are evidence."""
    watch = _Watch(context, spec)
    groups = _applications(context, list(watch.requests.handlers(spec.kinds)))
    for handlers in groups.values():
        if not watch.is_watched(handlers):
            blind = [(handler, step) for handler in handlers if (step := watch.predicts(handler)) is not None and not watch.may_observe(handler)]
            if blind:
                yield _match(blind)


def _match(blind: Sequence[tuple[Handler, Step]]) -> Match:
    first = blind[0][0]
    steps = [step for handler, asked in blind for step in (Step(handler.place, f"`{handler.name}` neither logs, counts nor keeps anything"), asked)]
    return Match(first.place, f"`{first.entry.path}` answers with predictions that nothing records: {listed([handler.name for handler, _ in blind])}",
                 one_each(steps), f"{first.entry.program} unobserved", first.id)


def _applications(context: Context, handlers: Sequence[Handler]) -> dict[str, list[Handler]]:
    """Return handlers by application: those of one program, and those of files that one file imports."""
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    for handler in handlers:
        importers = (place.path for place in context.graph.project.importers.get(handler.entry.path, ()))
        for other in (handler.entry.path, *importers):
            leader[find(other)] = find(handler.entry.program)
    groups: dict[str, list[Handler]] = {}
    for handler in handlers:
        groups.setdefault(find(handler.entry.program), []).append(handler)
    return groups


class _Watch:
    """Answers what handlers and what stands around them record."""

    def __init__(self, context: Context, spec: UnobservedSpec) -> None:
        self._context, self._spec = context, spec
        self.requests = Requests(context)
        self._owners: dict[str, bool] = {}
        self._watching: dict[str, bool] = {}
        self._handlers: dict[str, list[tuple[int, int]]] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._keeping = {event.owner for event in context.events if event.kind in _KEEPS}

    def is_watched(self, handlers: Sequence[Handler]) -> bool:
        """Return whether an application is watched as a whole: it imports what watches, or something around its requests records."""
        programs = {handler.entry.program for handler in handlers} | {handler.entry.path for handler in handlers}
        files = programs | {name for path in programs if path in self._context.graph.project.modules
                            for name in self._context.graph.project.modules[path].imports}
        around = [handler for handler in self.requests.handlers(self._spec.around) if handler.entry.program in programs or handler.entry.path in files]
        return any(map(self._imports_observer, files)) or any(map(self.may_observe, around))

    def predicts(self, handler: Handler) -> Step | None:
        """Return the evidence that a handler asks a model, None when nothing tells."""
        reach = self.requests.reach(handler, once=True)
        asked = [event.place for event in self._context.under.get(handler.entry.id, ()) if event.kind == _PREDICT and event.owner in reach]
        asked += [place for owner in reach for place, act in self.requests.acts(owner) if act.role in self._spec.asks]
        if asked:
            return Step(asked[0], "a model is asked here")
        return Step(handler.place, "it calls a model") if calls_model(self._context, reach) else None

    def may_observe(self, handler: Handler) -> bool:
        """Return whether a handler, what it calls, or what decorates it records something, or may do so in code that nobody knows."""
        if handler.id in self._context.deeds.kept:
            return True
        around = [visit.callee for place, visits in self._context.observed.visits.items() if place.path == handler.entry.path and self._heads(handler, place)
                  for visit in visits]
        owners = dict.fromkeys((*self.requests.reach(handler, once=True), *(inner for owner in around for inner in self._with_inner(owner))))
        return any(map(self._records, owners))

    def _with_inner(self, owner: str) -> Iterator[str]:
        """Yield a definition and those inside it: what a decorator makes is called in the place of the handler."""
        path, _, name = owner.partition("::")
        for definition in self._context.graph.project.modules[path].facts.definitions:
            if definition.qualname == name or definition.qualname.startswith(f"{name}."):
                yield f"{path}::{definition.qualname}"

    def _heads(self, handler: Handler, place: Place) -> bool:
        """Return whether a place stands in the decorators or parameters of a handler."""
        definition = self._context.graph.project.modules[handler.entry.path].facts.definitions[handler.entry.definition]
        defaults = (param.default for param in definition.params if param.default is not None)
        return any(node.at <= place.at < node.end for node in (*definition.decorators, *defaults))

    def _records(self, owner: str) -> bool:
        if owner not in self._owners:
            acts = self.requests.acts(owner)
            records = any(act.role in self._spec.observes and not self._fails(place) for place, act in acts)
            known = {place for place, _ in acts} | self.requests.calls(owner)
            self._owners[owner] = records or owner in self._keeping or any(self._may_record(owner, call) for call in self._unknown(owner, known))
        return self._owners[owner]

    def _unknown(self, owner: str, known: Iterable[Place]) -> Iterator[ir.Call]:
        """Yield the calls of a definition, and of those inside it, of which interpretation does not know what they do."""
        path, _, name = owner.partition("::")
        module = self._context.graph.project.modules.get(path)
        places = {(place.at, place.end) for place in known if place.path == path}
        for definition in module.facts.definitions if module is not None else ():
            if definition.qualname == name:
                for node in inside(decode_body(module.facts.bodies[definition.body]) if module is not None else ()):
                    if isinstance(node, ir.Call) and (node.at, node.end) not in places and not self._fails(Place(path, node.at, node.end)):
                        yield node

    def _fails(self, place: Place) -> bool:
        """Return whether a place stands in a handler of exceptions: what is recorded there is no answer."""
        if place.path not in self._handlers:
            tried = (node for node in statements(self._context.graph.project.modules[place.path].facts) if isinstance(node, ir.Try))
            self._handlers[place.path] = [(part.body[0].at, part.body[-1].end) for node in tried for part in node.handlers if part.body]
        return any(start <= place.at < end for start, end in self._handlers[place.path])

    def _may_record(self, owner: str, call: ir.Call) -> bool:
        """Return whether an unknown call may record what it is given: it is given something, and neither its name nor where it comes from speaks against it."""
        path = owner.partition("::")[0]
        head = call.func
        while isinstance(head, ir.Attr | ir.Subscript | ir.Call):
            head = head.func if isinstance(head, ir.Call) else head.value
        source = self._brought(path).get(head.id, "") if isinstance(head, ir.Name) else ""
        if isinstance(call.func, ir.Attr) and (roles := self._context.catalogue.member_roles(call.func.attr)):
            return bool(roles & set(self._spec.observes)) and not source.startswith(self._spec.plain)
        if not call.args:
            return False
        if isinstance(call.func, ir.Name) and not source:
            return self._named_may_record(path, call.func.id)
        return not self._is_plain(source)

    def _named_may_record(self, path: str, name: str) -> bool:
        """Return whether something by a name that no import brings may record: a built-in that does, or what a function was handed; no class of the file."""
        if hasattr(builtins, name):
            built_in = self._context.catalogue.call(self._context.catalogue.implicit(name))
            return built_in is not None and built_in.role in self._spec.observes
        return name not in self._context.names.of(path).module.bound

    def _is_plain(self, source: str) -> bool:
        head = source.partition(".")[0]
        return bool(source) and (head in sys.stdlib_module_names or head in self._spec.plain or self._context.catalogue.library(source) is not None)

    def _brought(self, path: str) -> Mapping[str, str]:
        """Return the names that a file's imports bind, each with its library path."""
        if path not in self._names:
            found = self._names[path] = {}
            for node in statements(self._context.graph.project.modules[path].facts):
                if isinstance(node, ir.Import) and not node.level and self._context.names.module(node, path) is None:
                    for alias in node.aliases:
                        bound = alias.bound.partition(".")[0]
                        found[bound] = f"{node.module}.{alias.name}" if node.module else alias.name if alias.bound_at >= 0 else bound
        return self._names[path]

    def _imports_observer(self, path: str) -> bool:
        if path not in self._watching:
            known = path in self._context.graph.project.modules
            self._watching[path] = known and any(source.partition(".")[0] in self._spec.observers for source in self._brought(path).values())
        return self._watching[path]
