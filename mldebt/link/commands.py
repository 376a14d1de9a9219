"""Commands of the project's other files: which program they run, where, with which words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from posixpath import normpath
from typing import TypeAlias

from mldebt.extract.data.shell import parse_shell
from mldebt.model.facts import Command, DataFacts, PythonFacts
from mldebt.model.project import Invocation, Project
from mldebt.model.source import Place

_INTERPRETER = re.compile(r"(?:.*/)?python[\d.]*w?$")
_APPLICATION = re.compile(r"([\w.]+):\w+$")
_DOCUMENTS = ("markdown", "text")
_HANDLER = re.compile(  # what handles files and runs none
    r"(?:.*/)?(?:\[|awk|basename|cat|chgrp|chmod|chown|cksum|cmp|cp|curl|cut|diff|dirname|du|echo|find|git|grep|gzip|head|install|less|ln|ls|md5sum|mkdir|more|mv"
    r"|nano|od|printf|pwd|readlink|rm|rmdir|rsync|scp|sed|sha256sum|sort|split|stat|tail|tar|tee|test|touch|tr|truncate|unzip|vi|vim|wc|wget|zip)$")
_FLAGS = ("-u", "-O", "-OO", "-B", "-s", "-S", "-E", "-I")
Resolve: TypeAlias = Callable[[str, str], "str | None"]
"""Finds the file of a dotted module name seen from a folder."""


def invocations(data: Mapping[str, DataFacts], modules: Mapping[str, PythonFacts], resolve: Resolve) -> Iterator[tuple[str, Invocation]]:
    """Yield every command that runs a file of the project, with that file's path.

    The program of a command is its first word that names a Python file or notebook of the project under the command's folder, or the module after `-m`;
    `resolve` finds a dotted module name seen from a folder. So no runner needs to be known by name.
    """
    for path, tool, stage, command in commands_of(data):
        for folder in (*_ends(command), *folders_of(command, path.rpartition("/")[0])):
            found = program_of(command.words, folder, modules, resolve)
            if found is not None:
                program, words, direct = found
                place = Place(path, command.at, command.end)
                yield program, Invocation(words, place, folder, command.checked, stage, tool, command.environment, direct, command.arms)
                break


def magic_invocations(modules: Mapping[str, PythonFacts], resolve: Resolve) -> Iterator[tuple[str, Invocation]]:
    """Yield what the magics of notebooks run, as `invocations` does: a notebook runs in its own folder."""
    for path, facts in modules.items():
        own = path.rpartition("/")[0]
        for command in facts.commands:
            folder = joined(own, command.folder)
            found = program_of(command.words, folder, modules, resolve)
            if found is not None:
                program, words, direct = found
                place = Place(path, command.at, command.end)
                yield program, Invocation(words, place, folder, command.checked, "", "notebook", command.environment, direct)


def missing_scripts(project: Project) -> Iterator[tuple[str, Place, str]]:
    """Yield scripts that a command hands to a Python interpreter and that do not exist: word, place of the command, stage.

    A command in a folder that the project does not hold runs what something else put there, and which one a variable names nobody knows.
    """
    for path, facts in project.data.items():
        if facts.format in _DOCUMENTS:
            continue
        for stage, command in _commands(facts):
            word = _script_word(command.words)
            if word is None or "$" in word or "{" in word or word.startswith(("/", "~")) or command.start == "unknown" or "$" in command.folder:
                continue
            folders = folders_of(command, path.rpartition("/")[0])
            wanted = [normpath(f"{folder}/{word}" if folder else word) for folder in folders]
            outside = any("$" in folder or folder.startswith(("/", "..")) for folder in wanted) or not wanted
            if not outside and any(map(project.holds_folder, folders)) and not any(map(project.may_exist, wanted)):
                yield word, Place(path, command.at, command.end), stage


def commands_of(data: Mapping[str, DataFacts]) -> Iterator[tuple[str, str, str, Command]]:
    """Yield every command of the project's files: file, its format (`document` for prose), stage, command."""
    for path, facts in data.items():
        for stage, command in _commands(facts):
            yield path, "document" if facts.format in _DOCUMENTS or command.start == "unknown" else facts.format, stage, command


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


def folders_of(command: Command, own: str) -> list[str]:
    """Return the folders a command may start in, best first: the one its file states, then the project's root. A container's own folder is none."""
    if command.start == "container":
        return []
    if command.folder.startswith(("/", "~", "$")):
        return [own, *parents(own)]
    starts = [""] if command.start == "root" else [own, *parents(own)]
    return list(dict.fromkeys(folder for start in starts if not (folder := joined(start, command.folder)).startswith("..")))


def _ends(command: Command) -> list[str]:
    """Return what a folder of some machine may be called in the project, longest first: where the checkout lies there nobody knows, but in no container."""
    parts = command.folder.split("/")
    outside = command.start != "container" and command.folder.startswith(("/", "~", "$")) and ".." not in parts
    return ["/".join(parts[at:]) for at in range(1, len(parts)) if parts[at] and not parts[at].startswith("$")] if outside else []


def joined(base: str, folder: str) -> str:
    """Return `folder` as seen from `base`, both project-relative (empty: the root)."""
    path = normpath(f"{base}/{folder}" if base else folder or ".")
    return "" if path == "." else path


def program_of(
    words: tuple[str, ...], folder: str, modules: Mapping[str, PythonFacts], resolve: Resolve
) -> tuple[str, tuple[str, ...], bool] | None:
    """Return the project file that a command in `folder` runs, the words it is given, whether these are all that follow; None when it runs none."""
    if words and _HANDLER.match(words[0]):
        return None
    script = _script_word(words)
    if script is not None and "$" not in script and normpath(f"{folder}/{script}" if folder else script) not in modules:
        return None  # a program from elsewhere: files of the project behind it are what it is given
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


def runs_unknown(line: str) -> bool:
    """Return whether a shell line hands an interpreter a script whose name nobody knows before."""
    return any(_given_word(command.words).startswith("{") for command in parse_shell(line))


def script_of(line: str) -> str:
    """Return the Python file, holes in braces, that a shell line runs itself or hands to an interpreter, known or not; empty when it does neither."""
    for command in parse_shell(line):
        first, rest = command.words[:1], command.words[1:]
        words = (*first, *((_given_word(command.words),) if first and _INTERPRETER.match(first[0]) else rest[:1] if first and first[0].startswith("{") else ()))
        found = next((word for word in words if word.endswith(".py")), "")
        if found:
            return found
    return ""


def _given_word(words: tuple[str, ...]) -> str:
    """Return the first word after an interpreter at the head of a command and its flags, empty when there is none."""
    if not words or not _INTERPRETER.match(words[0]):
        return ""
    rest = words[1:]
    while rest and rest[0] in ("-W", *_FLAGS):
        rest = rest[2:] if rest[0] == "-W" else rest[1:]
    return rest[0] if rest else ""


def _script_word(words: tuple[str, ...]) -> str | None:
    """Return the script that an interpreter at the head of a command is given."""
    start = next((position for position, word in enumerate(words) if _INTERPRETER.match(word)), len(words))
    word = _given_word(words[start:])
    return word if word.endswith(".py") else None
