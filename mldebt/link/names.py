"""Names across the files of a project: what star imports bring, which modules names mean, what a module exports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from mldebt.link.bindings import Names, Scope
from mldebt.link.modules import ModuleIndex
from mldebt.model import ir
from mldebt.model.facts import PythonFacts
from mldebt.model.walk import inside, statements

_MAKERS = frozenset({"exec", "globals", "execfile", "vars", "locals"})


def mentions(tests: Iterable[ir.Expr], words: Collection[str]) -> bool:
    """Return whether one of some tests names one of some words: as a name, an attribute or a text."""
    return any(
        isinstance(node, ir.Name) and node.id in words or isinstance(node, ir.Attr) and node.attr in words or isinstance(node, ir.Const) and node.value in words
        for node in inside(tests))


class NameIndex:
    """The names of every file of a project, read when they are asked for."""

    def __init__(self, files: Mapping[str, PythonFacts], index: ModuleIndex) -> None:
        """Belong to one project."""
        self._files, self._index = files, index
        self._known: dict[str, Names] = {}
        self._meant: dict[str, dict[str, str]] = {}
        self._starred: dict[str, frozenset[str] | None] = {}
        self._stored: frozenset[str] | None = None

    def of(self, path: str) -> Names:
        """Return the names of a file."""
        if path not in self._known:
            self._known[path] = Names(self._files[path])
        return self._known[path]

    def module(self, brought: ir.Import, importer: str) -> str | None:
        """Return the project file (or folder) that `from module import …` names, None for a library or nothing."""
        return self._index.resolve(brought.module or "", importer, brought.level)

    def certain(self, dotted: str, importer: str, level: int = 0) -> str | None:
        """Return the one project file that a dotted name means, None when something else may be meant."""
        return self._index.certain(dotted, importer, level)

    def modules(self, dotted: str, importer: str) -> list[str]:
        """Return every project file that a dotted name may mean."""
        return self._index.candidates(dotted, importer)

    def submodule(self, module: str, name: str) -> str | None:
        """Return the module `name` of a package (its `__init__.py`, or its folder with `/`)."""
        return self._index.submodule(module.rpartition("/")[0], name) if module.endswith(("/__init__.py", "/")) else None

    def stored(self) -> frozenset[str]:
        """Return the attributes that some file of the project sets on something."""
        if self._stored is None:
            self._stored = frozenset().union(*(self.of(path).stored for path in self._files))
        return self._stored

    def meant(self, node: ir.Expr, scope: Scope, path: str) -> str | None:
        """Return the project module that a name, or an attribute of a name, means through an import at module level; None when anything else may be meant."""
        name, end = (node.value, f".{node.attr}") if isinstance(node, ir.Attr) else (node, "")
        module = self._modules(path).get(name.id + end) if isinstance(name, ir.Name) else None
        names = self.of(path)
        return module if module is not None and isinstance(name, ir.Name) and names.find(name.id, scope) is names.module else None

    def _modules(self, path: str) -> Mapping[str, str]:
        """Return the names of a file, and attributes of names, that mean modules of the project: at module level nothing but imports binds them."""
        if path not in self._meant:
            bound = {name: [by for by in binders if isinstance(by, ir.Import)] for name, binders in self.of(path).module.bound.items()
                     if all(isinstance(by, ir.Import) for by in binders)}
            pairs = (pair for name, binders in bound.items() for pair in self._brought(name, binders, path))
            self._meant[path] = {name: module for name, module in pairs if module is not None}
        return self._meant[path]

    def _brought(self, name: str, binders: list[ir.Import], path: str) -> Iterator[tuple[str, str | None]]:
        """Yield the module that imports bind to a name, and those that `import name.module` makes its attributes; None where another may be meant."""
        if len(binders) == 1:
            yield name, self._bound(name, binders[0], path)
        if all(binder.module is None and not binder.level for binder in binders):
            for alias in (alias for binder in binders for alias in binder.aliases if alias.bound.startswith(f"{name}.")):
                yield alias.bound, self.certain(alias.bound, path)

    def _bound(self, name: str, node: ir.Import, path: str) -> str | None:
        """Return the module that an import binds to a name; None when it is no module, or another may be meant."""
        alias = next((alias for alias in node.aliases if alias.bound == name), None)
        if alias is None:
            return None
        if node.module is None and not node.level:
            return self.certain(alias.name, path)
        package = self.certain(node.module or "", path, node.level)
        exported = self.exported(package) if package is not None else None
        return self.submodule(package, alias.name) if package is not None and exported is not None and alias.name not in exported else None

    def starred(self, path: str) -> frozenset[str] | None:
        """Return the names that the star imports of a file may bind, None when they may be any."""
        if path not in self._starred:
            self._starred[path] = frozenset()  # modules that import each other add nothing new
            self._starred[path] = self._through_stars(path)
        return self._starred[path]

    def _through_stars(self, path: str) -> frozenset[str] | None:
        found: set[str] = set()
        for node in (node for stretch in self.of(path).stretches for node in stretch.imports):
            if node.aliases[0].name == "*":
                module = self.module(node, path)
                for each in (module, *(self.modules(node.module or "", path) if module is not None and not node.level else ())):
                    inner = self.exported(each) if each is not None else None
                    if inner is None:
                        return None
                    found |= inner
        return frozenset(found)

    def exported(self, module: str) -> frozenset[str] | None:
        """Return the names that a module has, None when code that runs there may make any."""
        if module.endswith("/"):
            return frozenset()
        names, through = self.of(module), self.starred(module)
        if through is None or "__getattr__" in names.module.bound or self._files[module].problems or makes_names(self._files[module]):
            return None
        return through | names.module.bound.keys()


def makes_names(facts: PythonFacts) -> bool:
    """Return whether a file runs code that may bind any name, or puts another module in its own place."""
    return not _MAKERS.isdisjoint(facts.names) or "__dict__" in facts.attrs or "__name__" in facts.names and "modules" in facts.attrs and any(
        isinstance(target, ir.Subscript) and isinstance(target.value, ir.Attr) and target.value.attr == "modules"
        for node in statements(facts) if isinstance(node, ir.Assign) for target in node.targets)
