"""Which files of a project are copies of other people's work: they are kept whole as they came, whatever of them is used."""

from __future__ import annotations

from collections.abc import Collection

from mldebt.knowledge.libraries import Catalogue
from mldebt.model.project import Project

_LICENCES = ("LICENSE", "LICENCE", "COPYING")
_VERSIONS = ("__version__.py", "_version.py")
_SET_UP = ("setup.py", "setup.cfg", "pyproject.toml")
_FEW = 10
"""One file in so many may speak of a licence and still be said to be the exception."""


class Copied:
    """Answers for one project which files were copied into it."""

    def __init__(self, project: Project, catalogue: Catalogue, folders: Collection[str], marks: Collection[str]) -> None:
        """`folders` are names of folders for such code, `marks` words of notes on rights."""
        self._catalogue, self._folders = catalogue, frozenset(folders)
        words = frozenset(marks)
        marked = frozenset(path for path, module in project.modules.items() if not module.facts.notebook and not words.isdisjoint(module.facts.strings))
        self._marked = marked if len(marked) * _FEW <= len(project.modules) else frozenset[str]()
        held = project.tracked | project.present
        licensed = {name.rpartition("/")[0] for name in held if name.rpartition("/")[2].upper().startswith(_LICENCES)}
        self._licensed = licensed - {""} if "" in licensed else set[str]()
        self._released = {name.rpartition("/")[0] for name in held if name.rpartition("/")[2] in _VERSIONS}
        self._set_up = {name.rpartition("/")[0] for name in held if name.rpartition("/")[2] in _SET_UP}
        self._packages = {path.rpartition("/")[0] for path in project.modules if path.endswith("/__init__.py")}

    def holds(self, path: str) -> bool:
        """Return whether a file was copied: it says whose it is where hardly any other does, or stands in a folder of such code, of its own rights, or of a
        library that is released elsewhere."""
        steps = path.split("/")[:-1]
        around = ["/".join(steps[:count]) for count in range(1, len(steps) + 1)]
        return path in self._marked or not self._folders.isdisjoint(steps) or any(folder in self._licensed or self._is_library(folder) for folder in around)

    def _is_library(self, folder: str) -> bool:
        """Return whether a package bears the name of a known library, or tells its version, and nothing around it sets it up."""
        outer, _, name = folder.rpartition("/")
        if folder not in self._packages or outer in self._packages or "" in self._set_up:
            return False
        return (folder in self._released or bool(self._catalogue.library(name))) and not any(
            folder == base or folder.startswith(f"{base}/") for base in self._set_up)
