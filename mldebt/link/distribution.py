"""Which folders hold a distribution that is offered to others: any public name there may be used by code that nobody here can see."""

from __future__ import annotations

from collections.abc import Iterator

from mldebt.model import ir
from mldebt.model.facts import DataFacts, PythonFacts, decode_body
from mldebt.model.project import Project

_SET_UP = "setup.py"
_MANIFESTS = ("pyproject.toml", "setup.cfg")
_TABLES = (("project",), ("tool", "poetry"), ("metadata",))
_WORDS = ("description", "long_description", "readme")


def offered_folders(project: Project) -> tuple[str, ...]:
    """Return the folders whose set-up file describes what it offers, each with a closing slash (the root: empty).

    A set-up file without any description only makes the code importable for its own authors.
    """
    described = [path for path, module in project.modules.items() if path.rpartition("/")[2] == _SET_UP and any(_described(module.facts))]
    described += [path for path, facts in project.data.items() if path.rpartition("/")[2] in _MANIFESTS and _says(facts)]
    return tuple(sorted({path.rpartition("/")[0] + "/" if "/" in path else "" for path in described}))


def set_up_folders(project: Project) -> tuple[str, ...]:
    """Return the folders with a set-up file, described or not, each with a closing slash (the root: empty)."""
    found = [path for path in (*project.modules, *project.data) if path.rpartition("/")[2] in (_SET_UP, *_MANIFESTS)]
    found = [path for path in found if path in project.modules or any(item.keys[:-1] in _TABLES for item in project.data[path].settings)]
    return tuple(sorted({path.rpartition("/")[0] + "/" if "/" in path else "" for path in found}))


def _described(facts: PythonFacts) -> Iterator[bool]:
    """Yield for each description that a set-up script gives, or may unpack, whether it may say something."""
    for node in decode_body(facts.bodies[0]) if facts.bodies else ():
        for statement in (node, *getattr(node, "body", ())):
            if isinstance(statement, ir.ExprStmt) and isinstance(statement.value, ir.Call):
                yield from (not isinstance(argument.value, ir.Const) or bool(argument.value.value)
                            for argument in statement.value.args if argument.keyword in _WORDS or argument.star == 2)


def _says(facts: DataFacts) -> bool:
    return any(item.keys[:-1] in _TABLES and item.keys[-1] in _WORDS and bool(item.value) for item in facts.settings)
