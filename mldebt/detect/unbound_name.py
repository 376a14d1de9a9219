"""Shape `unbound-name`: a name is read that nothing binds, so that the code raises whenever it is reached."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from mldebt.detect.base import Context, listed
from mldebt.link.bindings import Scope, Stretch
from mldebt.link.names import makes_names, mentions
from mldebt.link.project import subproject
from mldebt.model import ir
from mldebt.model.facts import PythonFacts
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place

_NEWER = frozenset({"BaseExceptionGroup", "EncodingWarning", "ExceptionGroup", "PythonFinalizationError", "WindowsError", "aiter", "anext"})
_MOST, _SEVERAL = 8, 3
_KNOWN = frozenset(dir(builtins)) | _NEWER


class _Load(NamedTuple):
    """A name that is read, and the scope that reads it."""

    node: ir.Name
    scope: Scope


class UnboundNameSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`injected`: names that tools give to the scripts they run; `guards`: words of tests whose branches are for other programs, versions or checkers.

    `skeletons`: an expression for names of files that somebody fills in before they run. `former`: names that Python 2 knew without an import: each part of
    the project that is set up on its own is told once.
    """

    kind: str
    form: str
    injected: tuple[str, ...]
    guards: tuple[str, ...]
    former: tuple[str, ...]
    skeletons: str = "$^"
    confidence: Confidence = "high"


def unbound_name(context: Context, spec: UnboundNameSpec) -> Iterator[Match]:
    """Yield one match for each function, or module body, that reads names nothing binds; copies of it, and its like in one folder, count as one."""
    given, old, copies = _KNOWN.union(spec.injected), list[tuple[str, _Load]](), dict[tuple[str, str], list[Match]]()
    files = {path: _missing(context, path, given, spec) for path, module in sorted(context.graph.project.modules.items())
             if not module.facts.notebook and not module.facts.problems and not makes_names(module.facts)
             and not re.search(spec.skeletons, path.rpartition("/")[2])}
    handed = _handed_in(context, files)
    for path, missing in files.items():
        if any(load.node.id in handed for load in missing):
            continue  # some other program runs it and gives it names
        old.extend((path, load) for load in missing if load.node.id in spec.former)
        for group in _causes([load for load in missing if load.node.id not in spec.former]):
            found = _match(path, context.graph.project.modules[path].facts, group, spec)
            keys = [(found.message, found.owner.partition("::")[2]), (found.key, path.rpartition("/")[0])]
            same = next((copies[key] for key in keys if key in copies), [])
            same.append(found)
            copies.update((key, same) for key in keys)
    yield from (_joined(same) for same in {id(same): same for same in copies.values()}.values())
    told = any(problem.kind == "python-2" for module in context.graph.project.modules.values() for problem in module.facts.problems)
    parts: dict[str, list[tuple[str, _Load]]] = {}
    for path, load in old if not told else ():
        parts.setdefault(subproject(path, context.graph.project.tracked), []).append((path, load))
    for part in parts.values():
        yield _former(part, spec)


def _handed_in(context: Context, files: Mapping[str, Sequence[_Load]]) -> frozenset[str]:
    """Return the names that several different files read outside of functions, and that none imports."""
    readers: dict[str, set[str]] = {}
    for path, missing in files.items():
        for load in missing:
            if load.scope.outer is None:
                readers.setdefault(load.node.id, set()).add(context.graph.project.modules[path].facts.digest)
    several = {name for name, digests in readers.items() if len(digests) >= _SEVERAL}
    brought = (alias.bound for path in (files if several else ()) for stretch in context.names.of(path).stretches for node in stretch.imports
               for alias in node.aliases)
    return frozenset(several.difference(brought))


def _joined(same: Sequence[Match]) -> Match:
    first, *others = same
    return msgspec.structs.replace(first, evidence=(*first.evidence, *(Step(found.place, "and here, in the same way") for found in others))[:_MOST])


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
