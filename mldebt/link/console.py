"""Console scripts: commands that an installed project offers, each a function of one of its modules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mldebt.link.commands import folders_of
from mldebt.link.modules import ModuleIndex, imports
from mldebt.model import ir
from mldebt.model.facts import Command, DataFacts, Program, PythonFacts, decode_body
from mldebt.model.project import Invocation
from mldebt.model.source import Place

_GROUPS = ("console_scripts", "gui_scripts")
_SET_UP = "setup.py"
_LINE = re.compile(r"^[ \t]*(?P<name>[\w.-]+)[ \t]*=[ \t]*(?P<target>[\w.]+:[\w.]+)", re.MULTILINE)
_SECTION = re.compile(r"^[ \t]*\[([^\]\n]*)\]", re.MULTILINE)
_RUN = "run"
MAX_IMPORTS = 4


@dataclass(frozen=True, slots=True)
class ConsoleScript:
    """A command with the function it calls: its name, the file and definition of the function, and the file that declares it."""

    name: str
    path: str
    definition: int
    declared_in: str


def console_scripts(data: Mapping[str, DataFacts], modules: Mapping[str, PythonFacts], index: ModuleIndex) -> list[ConsoleScript]:
    """Return the console scripts whose function the project holds, one a function and name."""
    declared = [(path, program) for path, facts in data.items() for program in facts.programs]
    declared += [(path, program) for path, facts in modules.items() if path.rpartition("/")[2] == _SET_UP for program in _of_set_up(facts)]
    found: dict[ConsoleScript, None] = {}
    for path, program in declared:
        module, _, name = program.target.partition(":")
        file = index.resolve(module, path, 0)
        function = _function(file, name, modules, index) if file is not None else None
        if function is not None:
            found.setdefault(ConsoleScript(program.name, *function, path))
    return list(found)


def named_commands(scripts: Iterable[ConsoleScript], commands: Iterable[tuple[str, str, str, Command]]) -> Iterator[tuple[ConsoleScript, Invocation]]:
    """Yield the commands (file, format, stage, command) that name a console script, as a program or after a runner's `run`."""
    by_name = {script.name: script for script in scripts}
    for path, tool, stage, command in commands:
        position = 2 if command.words[1:2] == (_RUN,) else 0
        script = by_name.get(command.words[position]) if len(command.words) > position else None
        folder = next(iter(folders_of(command, path.rpartition("/")[0])), None)
        if script is not None and folder is not None:
            words, place = command.words[position + 1:], Place(path, command.at, command.end)
            yield script, Invocation(words, place, folder, command.checked, stage, tool, command.environment)


def _function(path: str, name: str, modules: Mapping[str, PythonFacts], index: ModuleIndex, depth: int = 0) -> tuple[str, int] | None:
    """Return file and definition of a module's function, which the module may have imported."""
    facts = modules.get(path)
    if facts is None or not facts.bodies or depth > MAX_IMPORTS:
        return None
    for number, definition in enumerate(facts.definitions):
        if definition.kind == "function" and definition.parent < 0 and definition.qualname == name:
            return path, number
    for node in imports(decode_body(facts.bodies[0])):
        for alias in node.aliases if node.module or node.level else ():
            if alias.bound == name and (source := index.resolve(node.module or "", path, node.level)) is not None:
                return _function(source, alias.name, modules, index, depth + 1)
    return None


def _of_set_up(facts: PythonFacts) -> Iterator[Program]:
    """Yield what a set-up script declares in a literal argument `entry_points`."""
    for node in decode_body(facts.bodies[0]) if facts.bodies else ():
        if isinstance(node, ir.ExprStmt) and isinstance(node.value, ir.Call):
            for argument in node.value.args:
                if argument.keyword == "entry_points":
                    yield from _literal(argument.value)


def _literal(node: ir.Expr) -> Iterator[Program]:
    if isinstance(node, ir.Mapping):
        for key, value in zip(node.keys, node.values):
            if isinstance(key, ir.Const) and key.value in _GROUPS:
                for item in value.elements if isinstance(value, ir.Sequence) else (value,):
                    if isinstance(item, ir.Const) and isinstance(item.value, str):
                        yield from programs_in(item.value, item.at, item.end)
    elif isinstance(node, ir.Const) and isinstance(node.value, str):
        parts: Sequence[str] = _SECTION.split(node.value)
        for section, text in zip(parts[1::2], parts[2::2]):
            if section.strip() in _GROUPS:
                yield from programs_in(text, node.at, node.end)


def programs_in(text: str, at: int, end: int) -> Iterator[Program]:
    """Yield the lines `name = module:function` of a text that stands at a place."""
    for line in _LINE.finditer(text):
        yield Program(line["name"], line["target"], at, end)
