"""Commands of the project's other files: which program they run, where, with which words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from posixpath import normpath
from typing import TypeAlias

from mldebt.model.facts import Command, DataFacts, PythonFacts
from mldebt.model.project import Invocation
from mldebt.model.source import Place

_INTERPRETER = re.compile(r"(?:.*/)?python[\d.]*w?$")
_APPLICATION = re.compile(r"([\w.]+):\w+$")
_DOCUMENTS = ("markdown", "text")
_FLAGS = ("-u", "-O", "-OO", "-B", "-s", "-S", "-E", "-I")
Resolve: TypeAlias = Callable[[str, str], "str | None"]
"""Finds the file of a dotted module name seen from a folder."""


def invocations(data: Mapping[str, DataFacts], modules: Mapping[str, PythonFacts], resolve: Resolve) -> Iterator[tuple[str, Invocation]]:
    """Yield every command that runs a file of the project, with that file's path.

    The program of a command is its first word that names a Python file or notebook of the project under the command's folder, or the module after `-m`;
    `resolve` finds a dotted module name seen from a folder. So no runner needs to be known by name.
    """
    for path, facts in data.items():
        own = path.rpartition("/")[0]
        for stage, command in _commands(facts):
            for folder in _folders(command, own):
                found = _program(command.words, folder, modules, resolve)
                if found is not None:
                    program, words, direct = found
                    tool = "document" if facts.format in _DOCUMENTS else facts.format
                    place = Place(path, command.at, command.end)
                    yield program, Invocation(words, place, folder, command.checked, stage, tool, command.environment, direct)
                    break


def missing_scripts(data: Mapping[str, DataFacts], modules: Mapping[str, PythonFacts], names: frozenset[str]) -> Iterator[tuple[str, Place, str]]:
    """Yield scripts that a command hands to a Python interpreter and that the project does not hold: word, place of the command, stage."""
    for path, facts in data.items():
        if facts.format in _DOCUMENTS:
            continue
        for stage, command in _commands(facts):
            word = _script_word(command.words)
            if word is None or "$" in word or "{" in word or word.startswith(("/", "~")) or command.start == "unknown":
                continue
            wanted = [normpath(f"{folder}/{word}" if folder else word) for folder in _folders(command, path.rpartition("/")[0])]
            outside = any("$" in folder or folder.startswith(("/", "..")) for folder in wanted) or not wanted
            if not outside and not any(name in names or name in modules for name in wanted):
                yield word, Place(path, command.at, command.end), stage


def _commands(facts: DataFacts) -> Iterable[tuple[str, Command]]:
    seen: set[tuple[int, tuple[str, ...]]] = set()
    for target in facts.targets:
        label = target.name or (target.outputs[0].text if target.outputs else "")
        for command in target.commands:
            seen.add((command.at, command.words))
            yield f"{facts.path}::{label}", command
    for command in facts.commands:
        if (command.at, command.words) not in seen:
            yield "", command


def parents(folder: str) -> list[str]:
    """Return the folders above one, nearest first, down to the root."""
    above: list[str] = []
    while folder:
        folder = folder.rpartition("/")[0]
        above.append(folder)
    return above


def _folders(command: Command, own: str) -> list[str]:
    """Return the folders a command may start in, best first: the one its file states, then the project's root."""
    if command.folder.startswith(("/", "~", "$")):
        return [own, *parents(own)]
    starts = [""] if command.start == "root" else [own, *parents(own)]
    joined = [normpath(f"{start}/{command.folder}" if start else command.folder or ".") for start in starts]
    return list(dict.fromkeys("" if folder == "." else folder for folder in joined if not folder.startswith("..")))


def _program(
    words: tuple[str, ...], folder: str, modules: Mapping[str, PythonFacts], resolve: Resolve
) -> tuple[str, tuple[str, ...], bool] | None:
    for position, word in enumerate(words):
        if word == "-m" and position + 1 < len(words) and position and _INTERPRETER.match(words[position - 1]):
            found = resolve(words[position + 1], folder)
            if found is not None:
                main = f"{found.removesuffix('__init__.py').rstrip('/')}/__main__.py"
                return (main if main in modules else found), words[position + 2:], True
            continue
        path = normpath(f"{folder}/{word}" if folder else word)
        if word.endswith((".py", ".ipynb")) and path in modules:
            return path, words[position + 1:], _direct(words[:position])
        application = _APPLICATION.match(word)
        if application and position and (found := resolve(application[1], folder)) and found in modules:
            return found, words[position + 1:], False
    return None


def _direct(before: tuple[str, ...]) -> bool:
    """Return whether what stands before a file's name hands it all words that follow: nothing, or an interpreter with flags of its own."""
    while before and before[-1] in _FLAGS:
        before = before[:-1]
    return not before or _INTERPRETER.match(before[-1]) is not None


def _script_word(words: tuple[str, ...]) -> str | None:
    """Return the script that an interpreter at the head of a command is given."""
    for position, word in enumerate(words):
        if _INTERPRETER.match(word):
            rest = words[position + 1:]
            while rest and rest[0] in ("-W", *_FLAGS):
                rest = rest[2:] if rest[0] == "-W" else rest[1:]
            return rest[0] if rest and rest[0].endswith(".py") else None
    return None
