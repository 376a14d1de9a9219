"""Shape `unbound-name`: a name is read that nothing binds, so that the code raises whenever it is reached."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from mldebt.detect.base import Context, listed
from mldebt.link.bindings import Scope, Stretch
from mldebt.link.names import makes_names, mentions
from mldebt.model import ir
from mldebt.model.facts import PythonFacts
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place

_NEWER = frozenset({"BaseExceptionGroup", "EncodingWarning", "ExceptionGroup", "PythonFinalizationError", "WindowsError", "aiter", "anext"})
_MOST = 8
_KNOWN = frozenset(dir(builtins)) | _NEWER


class _Load(NamedTuple):
    """A name that is read, and the scope that reads it."""

    node: ir.Name
    scope: Scope


class UnboundNameSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`injected`: names that tools give to the scripts they run; `guards`: words of tests whose branches are for other programs, versions or checkers.

    `former`: names that Python 2 knew without an import: the project is told once.
    """

    kind: str
    form: str
    injected: tuple[str, ...]
    guards: tuple[str, ...]
    former: tuple[str, ...]
    confidence: Confidence = "high"


def unbound_name(context: Context, spec: UnboundNameSpec) -> Iterator[Match]:
    """Yield one match for each function, or module body, that reads names nothing binds; copies of it count as one, at the first."""
    given, old, copies = _KNOWN.union(spec.injected), list[tuple[str, _Load]](), dict[tuple[str, str], Match]()
    for path, module in sorted(context.graph.project.modules.items()):
        if not module.facts.notebook and not module.facts.problems and not makes_names(module.facts):
            missing = _missing(context, path, given, spec)
            old.extend((path, load) for load in missing if load.node.id in spec.former)
            for group in _causes([load for load in missing if load.node.id not in spec.former]):
                found = _match(path, module.facts, group, spec)
                key = (found.message, found.owner.partition("::")[2])
                known = copies.setdefault(key, found)
                if known is not found and len(known.evidence) < _MOST:
                    copies[key] = msgspec.structs.replace(known, evidence=(*known.evidence, Step(found.place, "and here, in the same way")))
    yield from copies.values()
    told = any(problem.kind == "python-2" for module in context.graph.project.modules.values() for problem in module.facts.problems)
    if old and not told:
        yield _former(old, spec)


def _missing(context: Context, path: str, given: frozenset[str], spec: UnboundNameSpec) -> list[_Load]:
    """Return the reads of names that nothing binds and nothing asks for before, as they stand."""
    through = context.names.starred(path)
    if through is None:
        return []
    names, known = context.names.of(path), given | through
    missing = [(node, stretch) for stretch in names.stretches if not stretch.guarded
               for node in stretch.names if node.id not in known and names.find(node.id, stretch.scope) is None]
    return sorted((_Load(node, stretch.scope) for node, stretch in missing if _raises(node.id, stretch, spec)), key=lambda load: load.node.at)


def _raises(name: str, stretch: Stretch, spec: UnboundNameSpec) -> bool:
    """Return whether a name that nothing binds is one that a file may lack, and its tests speak of other things."""
    special = name.startswith("__") and name.endswith("__")
    return not special and not mentions(stretch.tests, (*spec.guards, name)) and not any(map(_never, stretch.tests))


def _never(test: ir.Expr) -> bool:
    return isinstance(test, ir.Const) and not test.value


def _former(old: Sequence[tuple[str, _Load]], spec: UnboundNameSpec) -> Match:
    (path, first), *others = old
    names = listed(list(dict.fromkeys(load.node.id for _, load in old)))
    steps = tuple(Step(Place(where, load.node.at, load.node.end), f"`{load.node.id}` is read here, too") for where, load in others[:_MOST])
    place = Place(path, first.node.at, first.node.end)
    return Match(place, f"{names}: only Python 2 has that, so this raises whenever it is reached", steps, "python 2", f"{path}::", spec.confidence)


def _causes(missing: Sequence[_Load]) -> list[list[_Load]]:
    """Return the loads in groups of one cause: of one name, or in one body, where the first one raises."""
    groups: list[list[_Load]] = []
    for load in missing:
        bodies, name = _body(load), load.node.id
        group = next((group for group in groups if any(other.node.id == name or _body(other) is bodies for other in group)), None)
        if group is None:
            groups.append([load])
        else:
            group.append(load)
    return groups


def _body(load: _Load) -> object:
    """Return the function or module whose body reads a name."""
    scope = load.scope
    while scope.definition < 0 and scope.outer is not None:
        scope = scope.outer
    return scope


def _match(path: str, facts: PythonFacts, loads: Sequence[_Load], spec: UnboundNameSpec) -> Match:
    first = loads[0]
    names = list(dict.fromkeys(load.node.id for load in loads))
    scope = _body(first)
    index = getattr(scope, "definition", -1)
    owner = facts.definitions[index].qualname if index >= 0 else ""
    here = f"`{owner}`" if owner else "this program"
    others = f" (and {listed(names[1:])})" if len(names) > 1 else ""
    message = f"nothing defines or imports `{names[0]}`{others}: {here} raises whenever it comes here"
    steps = tuple(Step(Place(path, load.node.at, load.node.end), f"`{load.node.id}` is read here, too") for load in _once(loads[1:]))
    return Match(Place(path, first.node.at, first.node.end), message, steps, f"unbound {names[0]}", f"{path}::{owner}", spec.confidence)


def _once(loads: Sequence[_Load]) -> list[_Load]:
    """Return the first loads, none on top of another."""
    return list({load.node.at: load for load in loads}.values())[:_MOST]
