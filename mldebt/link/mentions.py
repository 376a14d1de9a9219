"""Where the names of a project's definitions stand: which files mention a name that another file defines."""

from __future__ import annotations

from collections.abc import Collection

from mldebt.link.modules import imports
from mldebt.model.facts import decode_body
from mldebt.model.project import Project
from mldebt.model.scopes import used_beyond_imports

_INIT = "__init__.py"


class Mentions:
    """Answers whether some other file mentions a name that a file defines: in code, texts, comments, configuration, commands, documents."""

    def __init__(self, project: Project) -> None:
        """Index every name that the project defines by the files that mention it: one pass over the words of all files."""
        modules = {path: module.facts for path, module in project.modules.items()}
        wanted = {definition.name for facts in modules.values() for definition in facts.definitions}
        self._modules = modules
        self._files: dict[str, list[str]] = {}
        self._defined: dict[str, list[str]] = {}
        self._beyond: dict[str, frozenset[str]] = {}
        self._imported: dict[str, frozenset[str]] = {}
        for path, facts in modules.items():
            own = {definition.name for definition in facts.definitions if definition.parent < 0}
            self._add(self._files, path, wanted & (set(facts.names) - own).union(facts.attrs, facts.strings))
            self._add(self._defined, path, own)
        for path, data in project.data.items():
            self._add(self._files, path, wanted.intersection(data.words))

    def _add(self, index: dict[str, list[str]], path: str, words: Collection[str]) -> None:
        for word in words:
            index.setdefault(word, []).append(path)

    def elsewhere(self, name: str, path: str) -> bool:
        """Return whether a file other than `path` mentions a name.

        What the `__init__` of a package around it only passes on does not count; in a file that defines the name itself at top level, only an import does.
        """
        if any(other != path and not (_around(other, path) and name not in self._used(other)) for other in self._files.get(name, ())):
            return True
        return any(other != path and name in self._imports(other) for other in self._defined.get(name, ()))

    def passing_on(self, name: str, path: str) -> str:
        """Return the `__init__` around a file that passes a name of it on, empty when none does."""
        return next((other for other in self._files.get(name, ()) if other != path and _around(other, path)), "")

    def namesake(self, name: str, path: str) -> bool:
        """Return whether another file defines the name, too."""
        return any(other != path for other in self._defined.get(name, ()))

    def _imports(self, path: str) -> frozenset[str]:
        if path not in self._imported:
            nodes = [node for body in self._modules[path].bodies for node in imports(decode_body(body))]
            self._imported[path] = frozenset(alias.name for node in nodes for alias in node.aliases)
        return self._imported[path]

    def _used(self, path: str) -> frozenset[str]:
        if path not in self._beyond:
            self._beyond[path] = used_beyond_imports(self._modules[path])
        return self._beyond[path]


def _around(init: str, path: str) -> bool:
    """Return whether a file is the `__init__` of a package that `path` lies in."""
    folder, _, name = init.rpartition("/")
    return name == _INIT and (not folder or path.startswith(folder + "/"))
