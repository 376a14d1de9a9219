"""Entry points and the linked project."""

from __future__ import annotations

from collections.abc import Mapping

from mldebt.link.modules import ModuleIndex
from mldebt.model import ir
from mldebt.model.facts import PythonFacts, decode_body
from mldebt.model.project import EntryPoint, Folder, Module, Project


def link(root: str, facts: Mapping[str, PythonFacts], names: frozenset[str]) -> tuple[Project, ModuleIndex]:
    """Return the project as one program, and its module index."""
    index = ModuleIndex(facts)
    modules = {path: Module(path, (), item) for path, item in facts.items()}
    entries = tuple(entry for path, item in facts.items() if (entry := _entry(path, item, index)) is not None)
    return Project(root, modules, {}, entries, (), names), index


def _entry(path: str, facts: PythonFacts, index: ModuleIndex) -> EntryPoint | None:
    """Return the file as a program: a notebook, a file with a main block, or a file that acts and that nothing imports."""
    own = path.rpartition("/")[0]
    if facts.notebook:
        return EntryPoint(path, "notebook", path, -1, path, (Folder(own, True),))
    if not facts.bodies:
        return None
    body = decode_body(facts.bodies[0])
    if not (any(_main(node) for node in body) or (_acts(body) and not index.imported(path))):
        return None
    name = path.rpartition("/")[2]
    kind = "test" if name.startswith("test_") or name == "conftest.py" else "script"
    folders = (Folder(own, False), Folder("", False)) if own else (Folder("", False),)
    return EntryPoint(path, "test" if kind == "test" else "script", path, -1, path, folders)


def _main(node: ir.Stmt) -> bool:
    return isinstance(node, ir.If) and isinstance(node.test, ir.Compare) and isinstance(node.test.left, ir.Name) and node.test.left.id == "__name__"


def _acts(body: ir.Body) -> bool:
    return any(isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Call) or isinstance(node, ir.Loop | ir.With | ir.If) for node in body) or any(
        isinstance(node, ir.Assign) and isinstance(node.value, ir.Call) for node in body)
