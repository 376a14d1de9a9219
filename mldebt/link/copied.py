"""Which files of a project are copies of other people's work: they are kept whole as they came, whatever of them is used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from mldebt.knowledge.libraries import Catalogue
from mldebt.model.project import Project

_LICENCES = ("LICENSE", "LICENCE", "COPYING")
_END = re.compile(r"(?i)(licen[sc]e|copying)[-_.](?!txt$|md$|rst$)")
"""The start of a licence file that goes on with whose it is."""
_VERSIONS = ("__version__.py", "_version.py")
_VERSION, _SOURCES = "__version__", "src"
_SET_UP = ("setup.py", "setup.cfg", "pyproject.toml")
_FEW = 10
"""One file in so many may speak of a licence and still be said to be the exception."""


class Copied:
    """Answers for one project which files were copied into it."""

    def __init__(self, project: Project, catalogue: Catalogue, folders: Collection[str], marks: Collection[str] = ()) -> None:
        """`folders` are names of folders for such code, `marks` words of notes on rights."""
        self._folders = frozenset(folders)
        words = frozenset(marks)
        marked = frozenset(path for path, module in project.modules.items() if not module.facts.notebook and not words.isdisjoint(module.facts.strings))
        self._marked = marked if len(marked) * _FEW <= len(project.modules) else _of_others(project)
        held = project.tracked | project.present
        licensed = {name.rpartition("/")[0] for name in held if name.rpartition("/")[2].upper().startswith(_LICENCES)}
        self._licensed = licensed - {""} if "" in licensed else set[str]()
        self._named = {_END.sub("", name).lower() for name in held if "/" not in name and _END.match(name)}
        self._released = {name.rpartition("/")[0] for name in held if name.rpartition("/")[2] in _VERSIONS}
        self._set_up = {name.rpartition("/")[0] for name in held if name.rpartition("/")[2] in _SET_UP}
        self._libraries = {folder for path, module in project.modules.items() if path.endswith("/__init__.py") and _VERSION in module.facts.names
                           for folder in (path.rpartition("/")[0],) if catalogue.library(folder.rpartition("/")[2]) and folder.partition("/")[2]
                           and folder.rpartition("/")[0] != _SOURCES}
        self._packages = {path.rpartition("/")[0] for path in project.modules if path.endswith("/__init__.py")}

    def holds(self, path: str) -> bool:
        """Return whether a file was copied: alone, for it says whose it is where hardly any other does or names somebody else than most, or with its folder."""
        return path in self._marked or self.within(path)

    def within(self, path: str) -> bool:
        """Return whether a file stands in a folder that was copied: one for such code, of its own rights, or of a package that is released elsewhere."""
        steps = path.split("/")[:-1]
        around = ["/".join(steps[:count]) for count in range(1, len(steps) + 1)]
        return not self._libraries.isdisjoint(around) or not self._folders.isdisjoint(steps) or any(
            folder in self._licensed or folder.rpartition("/")[2].lower() in self._named or self._is_released(folder) for folder in around)

    def _is_released(self, folder: str) -> bool:
        """Return whether a package tells its version, and nothing around it sets it up."""
        outer = folder.rpartition("/")[0]
        return folder in self._packages and folder in self._released and outer not in self._packages and "" not in self._set_up and not any(
            folder == base or folder.startswith(f"{base}/") for base in self._set_up)


def _of_others(project: Project) -> frozenset[str]:
    """Return the files that name somebody else than the project's own author, alone or beside that one: who holds the rights in more files than anybody."""
    scripts = {path: module.facts.holders for path, module in project.modules.items() if not module.facts.notebook}
    count = Counter(holder for holders in scripts.values() for holder in holders)
    own = max(count, key=lambda holder: (count[holder], holder), default="")
    return frozenset(path for path, holders in scripts.items() if set(holders) - {own}) if count[own] * _FEW > len(scripts) else frozenset()
