"""Shape `missing-member`: a module of the project is asked for a name it does not have, or is itself not there."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

import msgspec

from mldebt.detect.base import Context, listed
from mldebt.detect.names import distance
from mldebt.link.bindings import Names
from mldebt.link.names import mentions
from mldebt.model import ir
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place
from mldebt.model.walk import inside

_EDITS = 2


class MissingMemberSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`guards` as of `unbound-name`; `generated`: expressions for the last part of names of modules that tools write.

    `searching`: calls that change where modules are searched: in a file with one, an absolute name may mean what lies outside the project.
    """

    kind: str
    form: str
    guards: tuple[str, ...]
    generated: str
    searching: tuple[str, ...] = ()
    confidence: Confidence = "high"


class _Wanted(msgspec.Struct, frozen=True, order=True):
    """What is missing: a name of a module (`name` empty: the module itself)."""

    module: str
    name: str


def missing_member(context: Context, spec: MissingMemberSpec) -> Iterator[Match]:
    """Yield one match for each name that a module of the project lacks, and for each module that is not there, at the first place that needs it.

    A file that cannot be imported for the want of one is told of as a whole: nothing else of it matters as long as that is so.
    """
    found: dict[_Wanted, list[tuple[Place, bool]]] = {}
    for path, module in sorted(context.graph.project.modules.items()):
        if not module.facts.problems:
            missing = list(_of_file(context, path, context.names.of(path), spec))
            fatal = min((item for item in missing if item[2] and not module.facts.notebook), key=lambda item: item[1], default=None)
            for wanted, place, stops in missing if fatal is None else (fatal,):
                found.setdefault(wanted, []).append((place, stops and fatal is not None))
    for wanted, places in sorted(found.items()):
        whole = tuple(Place(place.path, 0, sys.maxsize) for place, stops in places if stops)
        yield _match(context, wanted, sorted(place for place, _ in places), whole, spec)


def _of_file(context: Context, path: str, names: Names, spec: MissingMemberSpec) -> Iterator[tuple[_Wanted, Place, bool]]:
    """Yield what a file wants and does not get, where, and whether it is an import that every import of the file makes."""
    for stretch in names.stretches:
        if stretch.guarded or not (stretch.imports or stretch.members) or mentions(stretch.tests, spec.guards):
            continue
        for brought in stretch.imports:
            for wanted, place in _of_import(context, path, brought, spec):
                yield wanted, place, stretch.scope.kind == "module" and not stretch.tests
        for node in stretch.members:
            module = context.names.meant(node.value, stretch.scope, path)
            if module is not None and not mentions(stretch.tests, (node.attr,)) and _lacks(context, module, node.attr, path):
                yield _Wanted(module, node.attr), Place(path, node.at, node.end), False


def _of_import(context: Context, path: str, node: ir.Import, spec: MissingMemberSpec) -> Iterator[tuple[_Wanted, Place]]:
    if node.module is None and not node.level:
        return
    place = Place(path, node.at, node.end)
    module = context.names.certain(node.module or "", path, node.level)
    if module is None:
        stems = _beside(path, node) if node.level else _in_package(context, path, node, spec)
        if stems and not any(_may_be_made(context, path, stem, spec) for stem in stems):
            yield _Wanted("." * node.level + (node.module or ""), ""), place
        return
    for alias in node.aliases:
        meant = f"{node.module}.{alias.name}"
        if not node.level and (context.catalogue.call(meant) is not None or context.catalogue.type(meant) is not None):
            return  # a library has that name: whoever runs this file may well have no folder with the other one on the way
        if alias.name != "*" and _lacks(context, module, alias.name, path, node):
            package = module.rpartition("/")[0]
            if not module.endswith(("/", "__init__.py")) or not _may_be_made(context, path, f"{package}/{alias.name}".lstrip("/"), spec):
                yield _Wanted(module, alias.name), Place(path, alias.name_ats[0], alias.name_ats[0] + len(alias.name)) if alias.name_ats else place
                return  # the statement raises at the first name that is missing


def _beside(path: str, node: ir.Import) -> list[str]:
    """Return the modules and packages on the way of a relative import, as paths without suffix."""
    folder = path.rpartition("/")[0]
    for _ in range(node.level - 1):
        folder = folder.rpartition("/")[0]
    steps = (node.module or "").split(".") if node.module else []
    return [f"{folder}/{'/'.join(steps[:count])}".lstrip("/") for count in range(1, len(steps) + 1)]


def _in_package(context: Context, path: str, node: ir.Import, spec: MissingMemberSpec) -> list[str]:
    """Return the module that an absolute import asks a package of the project for and that no file of it is; nothing where a library may be meant."""
    steps = (node.module or "").split(".")
    known = [context.names.certain(".".join(steps[:count]), path) for count in range(1, len(steps))]
    package = next((found for found in reversed(known) if found is not None), "")
    if known.count(None) or not package.endswith("/__init__.py") or context.names.modules(node.module or "", path) or context.catalogue.library(steps[0]):
        return []
    if any(call.place.path == path and call.api in spec.searching for call in context.calls):
        return []
    exported = context.names.exported(package)
    if exported is None or steps[-1] in exported or "__path__" in context.graph.project.modules[package].facts.names:
        return []
    return [f"{package.rpartition('/')[0]}/{steps[-1]}"]


def _may_be_made(context: Context, path: str, stem: str, spec: MissingMemberSpec) -> bool:
    """Return whether a module that is no Python file of the project may be there all the same: compiled, ignored, or written or named by another file."""
    if stem.rpartition("/")[2].startswith("_"):
        return True  # the name of a compiled extension, by custom: what builds it need not stand here
    project = context.graph.project
    if any(_names(facts.words, stem) for facts in project.data.values()) or any(
            _names(module.facts.strings, stem) for other, module in project.modules.items() if other != path):
        return True
    if re.fullmatch(spec.generated, stem.rpartition("/")[2]) or project.may_exist(f"{stem}.py") or project.may_exist(f"{stem}/__init__.py"):
        return True
    return any(name.startswith((f"{stem}.", f"{stem}/")) for names in (project.tracked, project.present) for name in names)


def _names(words: Iterable[str], stem: str) -> bool:
    """Return whether some words name the module at a path, alone or behind dots."""
    last = stem.rpartition("/")[2]
    return any(word == last or word.endswith(f".{last}") for word in words)


def _lacks(context: Context, module: str, name: str, path: str, node: ir.Import | None = None) -> bool:
    """Return whether a module has no such name, and no other module that may be meant has it either."""
    if module == path or module.endswith("/") or name.startswith("__") or name in context.names.stored():
        return False
    others = context.names.modules(node.module, path) if node is not None and node.module and not node.level else []
    for candidate in (module, *others):
        exported = context.names.exported(candidate)
        if exported is None or name in exported or context.names.submodule(candidate, name) is not None or _made_by_decorator(context, candidate, name):
            return False
    folder = module.rpartition("/")[0]
    return not module.endswith("__init__.py") or not any(
        found.startswith((f"{folder}/{name}.", f"{folder}/{name}/")) for found in context.graph.project.present | context.graph.project.tracked)


def _made_by_decorator(context: Context, module: str, name: str) -> bool:
    """Return whether a text that some decorator of a module is given spells a name: what is decorated may go by it."""
    facts = context.graph.project.modules[module].facts if module in context.graph.project.modules else None
    texts = (node.value for definition in (facts.definitions if facts is not None else ()) for node in inside(definition.decorators)
             if isinstance(node, ir.Const) and isinstance(node.value, str))
    return any(name in re.findall(r"\w+", text) for text in texts)


def _match(context: Context, wanted: _Wanted, places: list[Place], whole: tuple[Place, ...], spec: MissingMemberSpec) -> Match:
    steps = [Step(place, "and needed here") for place in places[1:9]]
    if not wanted.name:
        message = f"the module `{wanted.module}` is not there: this raises whenever it is reached"
        return Match(places[0], message, tuple(steps), f"no module {wanted.module}", places[0].path, spec.confidence, covers=whole)
    exported = sorted(context.names.exported(wanted.module) or ())
    near = [name for name in exported if distance(name, wanted.name) <= _EDITS]
    told = f"; it has {listed(near)}" if near else ""
    steps.insert(0, Step(Place(wanted.module, 0, 0), f"this module has no `{wanted.name}`{told}"))
    return Match(places[0], f"`{wanted.module}` has no `{wanted.name}`: this raises whenever it is reached", tuple(steps),
                 f"{wanted.module} lacks {wanted.name}", places[0].path, spec.confidence, covers=whole)
