"""Importable names of the files of a project."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from mldebt.model import ir
from mldebt.model.facts import PythonFacts, decode_body
from mldebt.model.source import Place

_SOURCES = "src"  # where packages lie that are installed and not run from their folder


class ModuleIndex:
    """Finds the file an import means: beside the importer first, then at the root, then in the nearest folder above or below.

    What lies in a folder that is set up on its own is found from outside only where it can be installed: two such folders may well have modules of one name.
    """

    def __init__(self, files: Mapping[str, PythonFacts], homes: Mapping[str, bool] | None = None) -> None:
        """Index every dotted suffix of every module path; `homes` are the folders that are set up on their own, and whether they can be installed."""
        self._names: dict[str, list[str]] = {}
        self._files = files
        self._homes = homes or {}
        folders: set[str] = set()
        for path, facts in files.items():
            if facts.notebook:
                continue
            self._index(path.removesuffix("/__init__.py").removesuffix(".py"), path)
            parts = path.split("/")[:-1]
            folders.update("/".join(parts[: size + 1]) for size in range(len(parts)))
        for folder in sorted(folders):
            if f"{folder}/__init__.py" not in files:
                self._index(folder, folder + "/")
        self._imports: dict[str, tuple[tuple[str, Place], ...]] = {}
        self._importers: dict[str, list[Place]] | None = None
        self._names_taken: dict[str, frozenset[str]] = {}

    def _index(self, stem: str, path: str) -> None:
        parts = stem.split("/")
        for size in range(1, len(parts) + 1):
            self._names.setdefault(".".join(parts[-size:]), []).append(path)

    def resolve(self, dotted: str, importer: str, level: int) -> str | None:
        """Return the project file (or `folder/` of a namespace package) that `dotted` names in `importer`; None for a library."""
        folder = importer.rpartition("/")[0]
        if level:
            for _ in range(level - 1):
                folder = folder.rpartition("/")[0]
            return self._exact(folder, dotted)
        if dotted.partition(".")[0] in sys.stdlib_module_names:
            return self._shadowing(folder, dotted, importer)
        for base in _ancestors(folder):
            found = self._exact(base, dotted)
            if found is not None and found != importer and (not found.endswith("/") or self._lends(base, dotted, importer)):
                return found  # (a module that imports its own name means a library, or another module of that name)
        candidates = self._names.get(dotted, ()) if "." in dotted else [name for name in self._names.get(dotted, ()) if not name.endswith("/")]
        plausible = [path for path in candidates if path != importer and self._seen_from(folder, path, dotted)]
        return max(plausible, key=lambda path: (_shared(path, importer), -len(path)), default=None) if len(plausible) < 6 else None

    def _lends(self, base: str, dotted: str, importer: str) -> bool:
        """Return whether a folder that is no package holds something that the importer takes from it: else a library of that name comes before it."""
        names = self._taken(importer) if importer in self._files else None
        return names is None or any(name.startswith(f"{dotted}.") and self._exact(base, name) is not None for name in names)

    def _taken(self, importer: str) -> frozenset[str]:
        """Return the dotted names that the imports of a file give, relative ones apart."""
        if importer not in self._names_taken:
            nodes = (node for body in self._files[importer].bodies if body for node in imports(decode_body(body)) if not node.level)
            self._names_taken[importer] = frozenset(name for node in nodes for name in _names_of(node))
        return self._names_taken[importer]

    def _shadowing(self, folder: str, dotted: str, importer: str) -> str | None:
        """Return the file that stands before a module of the standard library: one in a folder around the importer where a program may start."""
        home = self._home(folder)
        bases = [base for base in _ancestors(folder) if len(base) >= len(home) and f"{base}/__init__.py".lstrip("/") not in self._files]
        return next((found for base in bases if (found := self._exact(base, dotted)) not in (None, importer) and not f"{found}".endswith("/")), None)

    def _seen_from(self, folder: str, path: str, dotted: str) -> bool:
        """Return whether a program that starts around `folder` may find a file by a dotted name: both belong together, or an installed package holds it."""
        home = self._home(path.rstrip("/").rpartition("/")[0])
        if not home or f"{folder}/".startswith(f"{home}/"):
            return True
        base = path.removesuffix("/").removesuffix("/__init__.py").removesuffix(".py").removesuffix(dotted.replace(".", "/")).rstrip("/")
        return self._homes[home] and base in (home, f"{home}/{_SOURCES}")

    def _home(self, folder: str) -> str:
        """Return the nearest folder around one, itself too, that is set up on its own; the root is none."""
        return next((base for base in _ancestors(folder) if base in self._homes), "")

    def _exact(self, base: str, dotted: str) -> str | None:
        stem = "/".join(part for part in (base, dotted.replace(".", "/")) if part)
        for path in (f"{stem}.py", f"{stem}/__init__.py"):
            if path in self._files:
                return path
        return f"{stem}/" if stem and stem + "/" in self._names.get(stem.rpartition("/")[2], ()) else None

    def certain(self, dotted: str, importer: str, level: int) -> str | None:
        """Return the project file that `dotted` names wherever its program starts, None when a library or another file may be meant.

        The folder of a package is not searched for absolute names.
        """
        folder = importer.rpartition("/")[0]
        if level:
            return self.resolve(dotted, importer, level)
        if dotted.partition(".")[0] in sys.stdlib_module_names:
            return None
        bases = [base for base in _ancestors(folder) if f"{base}/__init__.py".lstrip("/") not in self._files]
        return next((found for base in bases if (found := self._exact(base, dotted)) is not None and found != importer), None)

    def candidates(self, dotted: str, importer: str) -> list[str]:
        """Return every project file (or `folder/`) whose path ends in a dotted name."""
        return [path for path in self._names.get(dotted, ()) if path != importer]

    def at(self, folder: str, dotted: str) -> str | None:
        """Return the module that `dotted` names when a program starts in `folder`."""
        return self._exact(folder, dotted)

    def submodule(self, folder: str, name: str) -> str | None:
        """Return the module `name` inside a package folder (ending in `/`)."""
        return self._exact(folder.rstrip("/"), name)

    def imported(self, path: str) -> bool:
        """Return whether another file of the project imports this one."""
        return path in self.importers()

    def importers(self) -> Mapping[str, list[Place]]:
        """Return for each file that others import the import statements that do."""
        if self._importers is None:
            self._importers = {}
            for importer in self._files:
                for found, place in self._statements(importer):
                    if found != importer:
                        self._importers.setdefault(found, []).append(place)
        return self._importers

    def imports(self, importer: str) -> tuple[str, ...]:
        """Return the files of the project that a file imports, those inside functions too."""
        return tuple(dict.fromkeys(found for found, _ in self._statements(importer)))

    def reached(self, path: str) -> tuple[str, ...]:
        """Return a file with all that it imports, and what these import, nearest first."""
        found, pending = dict.fromkeys((path,)), [path]
        while pending:
            for other in self.imports(pending.pop(0)):
                if other not in found and other in self._files:
                    found[other] = None
                    pending.append(other)
        return tuple(found)

    def _statements(self, importer: str) -> tuple[tuple[str, Place], ...]:
        """Return the files that a file imports, each with the statement."""
        if importer not in self._imports:
            self._imports[importer] = tuple(self._imported_by(importer, self._files[importer]))
        return self._imports[importer]

    def _imported_by(self, importer: str, facts: PythonFacts) -> Iterator[tuple[str, Place]]:
        for body in facts.bodies:
            for node in imports(decode_body(body)) if body else ():
                for name in _names_of(node):
                    if name and (path := self.resolve(name, importer, node.level)):
                        yield path, Place(importer, node.at, node.end)


def _names_of(node: ir.Import) -> list[str]:
    """Return the dotted names that an import may give: modules, and what is taken from one."""
    if node.module is None and not node.level:
        return [alias.name for alias in node.aliases]
    return [node.module or "", *(f"{node.module}.{alias.name}" if node.module else alias.name for alias in node.aliases)]


def imports(body: ir.Body) -> list[ir.Import]:
    """Return the import statements of a body, those inside blocks too."""
    found: list[ir.Import] = []
    for node in body:
        if isinstance(node, ir.Import):
            found.append(node)
        elif isinstance(node, _BLOCKS):
            for block in _blocks(node):
                found.extend(imports(block))
    return found


_BLOCKS = (ir.If, ir.Loop, ir.With, ir.Try, ir.Match)


def _blocks(node: ir.If | ir.Loop | ir.With | ir.Try | ir.Match) -> list[ir.Body]:
    """Return the statements inside a statement, block by block."""
    if isinstance(node, ir.With):
        return [node.body]
    if isinstance(node, ir.Match):
        return [case.body for case in node.cases]
    if isinstance(node, ir.Try):
        return [node.body, node.orelse, node.final, *(handler.body for handler in node.handlers)]
    return [node.body, node.orelse]


def _ancestors(folder: str) -> list[str]:
    result = [folder]
    while folder:
        folder = folder.rpartition("/")[0]
        result.append(folder)
    return result


def _shared(left: str, right: str) -> int:
    count = 0
    for one, other in zip(left.split("/"), right.split("/")):
        if one != other:
            break
        count += 1
    return count
