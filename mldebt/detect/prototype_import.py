"""Shape `prototype-import`: a program that is meant to last imports a prototype: a scratch or experimental module, a stray copy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.names import words_of
from mldebt.link.commands import parents
from mldebt.link.modules import imports
from mldebt.link.project import is_test
from mldebt.model.facts import decode_body
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.project import Project
from mldebt.model.source import Place

MOST = 12
_VERSION = re.compile(r"_[vV]\d+$")


class PrototypeImportSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`scratch`: names of folders and modules of throw-away code; `experiments`: names that say so of a folder outside of packages only, those of
    `subjects` only of one that is no package itself (what it is about may be experiments); `copies`: last words of a module's name that make it a copy
    where the plain name stands beside it."""

    kind: str
    form: str
    scratch: tuple[str, ...]
    experiments: tuple[str, ...]
    copies: tuple[str, ...]
    subjects: tuple[str, ...] = ()
    confidence: Confidence = "high"


def prototype_import(context: Context, spec: PrototypeImportSpec) -> Iterator[Match]:
    """Yield one match for each prototype, or folder of prototypes, that code beside notebooks, tests and experiments imports."""
    project = context.graph.project
    used: dict[str, dict[Place, tuple[str, str]]] = {}
    for path, places in project.importers.items():
        if not path.endswith("/") and (what := _prototype(path, project, spec)) is not None:
            for place in places:
                inside = place.path.startswith(what[0] + "/")
                if _lasts(place.path, project, spec) and not inside and _surely(project, place, path):
                    used.setdefault(what[0], {}).setdefault(place, (path, what[1]))
    for name, found in used.items():
        first, *others = sorted(found)
        path, said = found[first]
        more = f", as {len(others)} other imports do" if len(others) > 1 else ", as another import does" if others else ""
        steps = (Step(Place(path, 0, 0), said), *(Step(place, f"`{found[place][0]}` is imported here too") for place in others[:MOST]))
        yield Match(first, f"`{first.path}` imports `{path}`, {said}{more}", steps, f"import {name}", f"{first.path}::", spec.confidence)


def _surely(project: Project, place: Place, path: str) -> bool:
    """Return whether an import means a file for certain: a relative one, or one that names the path from a folder above the importer on."""
    folder = place.path.rpartition("/")[0]
    stem = path.removesuffix(".py").removesuffix("/__init__")
    starts = {f"{base}/" if base else "" for base in (folder, *parents(folder))}
    for body in project.modules[place.path].facts.bodies:
        for node in imports(decode_body(body)):
            if node.at == place.at:
                names = [alias.name for alias in node.aliases] if not node.module else [node.module, *(f"{node.module}.{alias.name}" for alias in node.aliases)]
                return bool(node.level) or any(start + name.replace(".", "/") == stem for start in starts for name in names)
    return False


def _prototype(path: str, project: Project, spec: PrototypeImportSpec) -> tuple[str, str] | None:
    """Return the folder or module that makes a file a prototype and why it is one, None when none does."""
    *folders, name = path.split("/")
    stem = name.removesuffix(".py")
    for number, part in enumerate(folders, 1):
        folder = "/".join(folders[:number])
        if part.lower() in spec.scratch or part.lower() in spec.experiments and not _is_part(path, folders, number, project, spec.subjects):
            return folder, f"which lies among the prototypes of `{folder}`"
    if stem.lower() in spec.scratch:
        return path, "which its name calls a scratch file"
    plain = _plain(stem, spec.copies)
    original = "/".join((*folders, f"{plain}.py"))
    return (f"copies in {'/'.join(folders) or '.'}", f"which its name calls a copy of `{original}`") if plain and original in project.modules else None


def _is_part(path: str, folders: list[str], number: int, project: Project, subjects: Collection[str]) -> bool:
    """Return whether a folder of experiments is a part of the system: it lies in a package, or is one by an own word and the file no program of its own."""
    if "/".join((*folders[: number - 1], "__init__.py")) in project.modules:
        return True
    own = folders[number - 1].lower() in subjects and "/".join((*folders[:number], "__init__.py")) in project.modules
    return own and all(entry.path != path for entry in project.entries)


def _plain(stem: str, copies: Collection[str]) -> str:
    """Return a module's name without the words that mark a copy at its end, the empty text when there are none."""
    head, _, last = stem.rpartition("_")
    if not head or last.lower() not in copies:
        return ""
    return _plain(head, copies) or _VERSION.sub("", head)


def _lasts(path: str, project: Project, spec: PrototypeImportSpec) -> bool:
    """Return whether a file is neither notebook, test, experiment nor prototype itself."""
    module = project.modules.get(path)
    if module is None or module.facts.notebook or is_test(path, module.facts) or _prototype(path, project, spec) is not None:
        return False
    return {*spec.scratch, *spec.experiments}.isdisjoint(words_of(path))
