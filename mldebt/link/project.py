"""Entry points and the linked project."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mldebt.link.commands import commands_of, invocations, magic_invocations
from mldebt.link.console import console_scripts, named_commands
from mldebt.link.exports import exports
from mldebt.link.modules import ModuleIndex
from mldebt.model import ir
from mldebt.model.facts import DataFacts, PythonFacts, decode_body
from mldebt.model.project import EntryPoint, Folder, Invocation, Module, Project

_SET_UP = ("requirements.txt", "setup.py", "pyproject.toml", "Dockerfile", "environment.yml", "Makefile", "Pipfile")
_INSTALLED = ("setup.py", "pyproject.toml")


def link(
    root: str, facts: Mapping[str, PythonFacts], names: frozenset[str], data: Mapping[str, DataFacts] | None = None, programs: Collection[str] = (),
    present: frozenset[str] = frozenset(),
) -> tuple[Project, ModuleIndex]:
    """Return the project as one program, and its module index.

    `names` are the paths that exist, `data` the files that are not Python, `programs` the files that are programs because the settings say so, `present` what
    the disk holds.
    """
    held = names | present
    index = ModuleIndex(facts, _homes(held))
    modules = {path: Module(path, (), item, index.imports(path)) for path, item in facts.items()}
    run: dict[str, list[Invocation]] = {}

    def resolve(dotted: str, folder: str) -> str | None:
        return index.at(folder, dotted)

    for program, invocation in (*invocations(data or {}, facts, resolve), *magic_invocations(facts, resolve)):
        run.setdefault(program, []).append(invocation)
    entries = [entry for path, item in facts.items()
               if (entry := _entry(path, item, index, run.get(path, ()), subproject(path, held), path in programs)) is not None]
    entries += _consoles(data or {}, facts, index)
    every = tuple(invocation for found in run.values() for invocation in found)
    project = Project(root, modules, dict(data or {}), tuple(entries), (), names, every, present=present, importers=index.importers(), exports=exports(facts))
    return project, index


def _homes(names: Collection[str]) -> dict[str, bool]:
    """Return the folders below the root that are set up on their own, each with whether a package in it can be installed."""
    homes: dict[str, bool] = {}
    for folder, _, name in (path.rpartition("/") for path in names):
        if folder and name in _SET_UP:
            homes[folder] = homes.get(folder, False) or name in _INSTALLED
    return homes


def subproject(path: str, names: Collection[str]) -> str:
    """Return the nearest folder above a file that is set up on its own: it holds a file that says how to install or run it."""
    folder = path.rpartition("/")[0]
    while folder and not any(f"{folder}/{name}" in names for name in _SET_UP):
        folder = folder.rpartition("/")[0]
    return folder


def _entry(path: str, facts: PythonFacts, index: ModuleIndex, run: Sequence[Invocation], base: str, stated: bool) -> EntryPoint | None:
    """Return the file as a program: a notebook, one that is stated to be one, one with a main block, that a command runs, or that acts and nothing imports."""
    own = path.rpartition("/")[0]
    if facts.notebook:
        return EntryPoint(path, "notebook", path, -1, path, (Folder(own, True),), tuple(run), base)
    if not facts.bodies:
        return None
    body = decode_body(facts.bodies[0])
    if not (run or stated or any(_main(node) for node in body) or (_acts(body) and not index.imported(path))):
        return None
    return EntryPoint(path, "test" if is_test(path, facts) else "script", path, -1, path, working_folders(own, run, base), tuple(run), base)


def is_test(path: str, facts: PythonFacts) -> bool:
    """Return whether a file belongs to the tests: by the names that test runners collect, or because it lies among them.

    A name that ends in `_test` is a test's only where the file defines tests.
    """
    *folders, name = path.split("/")
    defines = any(item.name.startswith(("test_", "Test") if item.parent < 0 else "test") for item in facts.definitions)
    return name.startswith("test_") or name == "conftest.py" or "tests" in folders or (name.endswith("_test.py") and defines)


def _consoles(data: Mapping[str, DataFacts], facts: Mapping[str, PythonFacts], index: ModuleIndex) -> list[EntryPoint]:
    """Return the functions behind console scripts as programs of their files: installed commands run anywhere, first in the folder that declares them."""
    scripts = console_scripts(data, facts, index)
    run: dict[tuple[str, int], list[Invocation]] = {}
    for script, invocation in named_commands(scripts, commands_of(data)):
        run.setdefault((script.path, script.definition), []).append(invocation)
    entries: dict[tuple[str, int], EntryPoint] = {}
    for script in scripts:
        key, home = (script.path, script.definition), script.declared_in.rpartition("/")[0]
        name = f"{script.path}::{facts[script.path].definitions[script.definition].qualname}"
        entries.setdefault(key, EntryPoint(name, "console", *key, script.path, working_folders(home, run.get(key, ()), home), tuple(run.get(key, ())), home))
    return list(entries.values())


def working_folders(own: str, run: Sequence[Invocation], base: str) -> tuple[Folder, ...]:
    """Return where a script in folder `own` may run: where commands start it, else its own folder, that of its subproject or the root.

    Documents state no folder for certain.
    """
    stated = [Folder(item.folder, True, item.place) for item in run if item.tool != "document"]
    guessed = [Folder(item.folder, False, item.place) for item in run if item.tool == "document"] if not stated else []
    default = [Folder(own, False), Folder(base, False), Folder("", False)] if not stated else []
    unique: dict[str, Folder] = {}
    for folder in (*stated, *guessed, *default):
        unique.setdefault(folder.path, folder)
    return tuple(unique.values())


def _main(node: ir.Stmt) -> bool:
    return isinstance(node, ir.If) and isinstance(node.test, ir.Compare) and isinstance(node.test.left, ir.Name) and node.test.left.id == "__name__"


def _acts(body: ir.Body) -> bool:
    return any(isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Call) or isinstance(node, ir.Loop | ir.With | ir.If) for node in body) or any(
        isinstance(node, ir.Assign) and _calls(node.value) for node in body)


def _calls(node: ir.Expr) -> bool:
    """Return whether a value is what a call gives, or a part of it."""
    while isinstance(node, ir.Attr | ir.Subscript):
        node = node.value
    return isinstance(node, ir.Call)
