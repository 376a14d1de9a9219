"""The project as one program: modules, entry points, working directories, stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mldebt.model.facts import DataFacts, FileFacts, PythonFacts
from mldebt.model.source import Place
from mldebt.model.stage import Stage

EntryKind = Literal["script", "notebook", "console", "command", "route", "task", "flow", "test", "handler", "middleware", "callback", "stage"]


@dataclass(frozen=True, slots=True)
class Folder:
    """A working directory a program may run in: project-relative, how certain, and the command that says so."""

    path: str
    certain: bool
    evidence: Place | None = None


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command found in the project that runs an entry point: its words after the program, and where it stands.

    `direct`: the interpreter runs the file itself, so that all words are the program's own. `checked` says whether a failure would be seen;
    `arms` are the choices of its file that it stands in. `stage` is the id of a declared stage (`dvc:train`), if any; `tool` the manifest's tool or
    `shell`, `readme`.
    """

    words: tuple[str, ...]
    place: Place
    folder: str
    checked: bool = True
    stage: str = ""
    tool: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    direct: bool = False
    arms: tuple[tuple[int, int], ...] = ()

    def excludes(self, other: Invocation) -> bool:
        """Return whether one run of their file runs at most one of two commands."""
        mine = dict(self.arms)
        return any(number in mine and mine[number] != arm for number, arm in other.arms)


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """Where execution starts: `id` is `path` for scripts and notebooks, `path::qualname` for functions.

    `definition` is the index in the file's definitions (-1: the module body). `program` is the component it belongs to before the graph joins
    programs: the file of a script, the application of a route, the DAG of a task. `base` is the folder of the subproject it belongs to.
    """

    id: str
    kind: EntryKind
    path: str
    definition: int
    program: str
    folders: tuple[Folder, ...] = ()
    invocations: tuple[Invocation, ...] = ()
    base: str = ""


@dataclass(frozen=True, slots=True)
class Module:
    """A Python file by its importable names (a script run from its own folder has a bare name as well)."""

    path: str
    names: tuple[str, ...]
    facts: PythonFacts
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """Everything link knows: modules and data files by path, entry points, stages, names that exist.

    `reached` are the ids (`path::qualname`) of the definitions that interpretation reached from entry points; `importers` are the import statements by the
    file they import. `tracked` are the names of the git index where there is one, else of the disk; `present` those of the disk, folders that were not
    entered ending in `/`. `exports` are the scripts that are exports of notebooks, with the notebook of each.
    """

    root: str
    modules: dict[str, Module]
    data: dict[str, DataFacts]
    entries: tuple[EntryPoint, ...]
    stages: tuple[Stage, ...]
    tracked: frozenset[str]
    invocations: tuple[Invocation, ...] = ()
    reached: frozenset[str] = field(default_factory=frozenset)
    present: frozenset[str] = field(default_factory=frozenset)
    importers: Mapping[str, Sequence[Place]] = field(default_factory=dict)
    exports: dict[str, str] = field(default_factory=dict)

    def holds_folder(self, path: str) -> bool:
        """Return whether the index or the disk holds something in a folder (empty: the root)."""
        return not path or any(name.startswith(path + "/") for names in (self.tracked, self.present) for name in names)

    def may_exist(self, path: str) -> bool:
        """Return whether the index or the disk holds a file, or cannot be asked because it would lie in a folder that was not entered."""
        if path in self.tracked or path in self.present or path in self.modules:
            return True
        steps = path.split("/")
        return any("/".join(steps[:count]) + "/" in self.present for count in range(1, len(steps)))

    def facts(self, path: str) -> FileFacts:
        """Return the facts of one file; raises KeyError for a path outside the project."""
        module = self.modules.get(path)
        return module.facts if module else self.data[path]
