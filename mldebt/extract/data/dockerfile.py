"""Dockerfiles to commands: stages, variables, working directories, and the way from container paths back to files of the project."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

import msgspec

from mldebt.extract.data.docker_copies import Copies
from mldebt.extract.data.docker_lines import Instruction, instructions
from mldebt.extract.data.lexer import tokens
from mldebt.extract.data.reading import Draft, substitute
from mldebt.extract.data.shell import parse_shell
from mldebt.model.facts import Command

_FROM = re.compile(r"(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_SHELL = re.compile(r"(?:.*/)?(?:ba|da|z|k)?sh$")
_NAMED = re.compile(r"[^-~].*(?:/.+|\.[A-Za-z]\w*)")
_CODE = (".py", ".ipynb")
_MAX_FOLDERS, _MAX_INSTRUCTIONS = 4, 1000


@dataclass(slots=True)
class _Stage:
    """A build stage: what its variables, folder, files and start command are so far."""

    folder: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    copies: Copies = field(default_factory=Copies)
    entry: Instruction | None = None
    command: Instruction | None = None
    starts: bool = False

    def clone(self) -> _Stage:
        """Return the stage as another one builds on it: arguments end with a stage."""
        return replace(self, environment=dict(self.environment), arguments={}, copies=self.copies.clone(), starts=False)

    @property
    def known(self) -> dict[str, str]:
        """Return every variable of the stage; the environment hides arguments."""
        return {**self.arguments, **self.environment}


def read_dockerfile(draft: Draft) -> None:
    """Fill commands and variables of a Dockerfile: what builds run, then what each stage starts."""
    given: dict[str, str] = {}
    stages: dict[str, _Stage] = {}
    stage: _Stage | None = None
    for item in islice(instructions(draft.text), _MAX_INSTRUCTIONS):
        if item.name == "FROM":
            _start(draft, stage)
            stage = _from(item, stages, given)
        elif stage is None:
            given.update(_pairs(item, given) if item.name == "ARG" else {})
        else:
            draft.commands.extend(_apply(item, stage, stages, given))
            draft.variables.update(stage.known)
    _start(draft, stage)


def _from(item: Instruction, stages: dict[str, _Stage], given: dict[str, str]) -> _Stage:
    found = _FROM.match(substitute(item.text.text, given))
    base, name = (found[1].lower(), (found[2] or "").lower()) if found else ("", "")
    stage = stages[base].clone() if base in stages else _Stage()
    stages[str(len({id(known) for known in stages.values()}))] = stage
    if name:
        stages[name] = stage
    return stage


def _apply(item: Instruction, stage: _Stage, stages: dict[str, _Stage], given: dict[str, str]) -> Iterator[Command]:
    """Apply one instruction to its stage; yield the commands that it runs."""
    if item.name == "WORKDIR":
        stage.folder = posixpath.normpath(posixpath.join(stage.folder, substitute(item.text.text.strip().strip("'\""), stage.known)))
    elif item.name == "ENV":
        stage.environment.update(_pairs(item, stage.known))
    elif item.name == "ARG":
        name = item.text.text.strip()
        stage.arguments.update({name: given[name]} if name in given else _pairs(item, stage.known))
    elif item.name in ("COPY", "ADD"):
        _copy(item, stage, stages)
    elif item.name == "RUN":
        for command in _run(item, stage):
            yield from _placed(command, stage, "container")
    elif item.name == "ENTRYPOINT":
        stage.entry, stage.command, stage.starts = _unless_empty(item), None, True
    elif item.name == "CMD":
        stage.command, stage.starts = _unless_empty(item), True


def _unless_empty(item: Instruction) -> Instruction | None:
    """Return an instruction, or None for the empty array, which takes back the one before."""
    return item if item.text.text.strip() != "[]" else None


def _pairs(item: Instruction, known: dict[str, str]) -> dict[str, str]:
    """Return the assignments of `ENV name=value …`, `ENV name value` or `ARG name=value`."""
    text = item.text.text.strip()
    head, _, rest = text.partition(" ")
    if "=" not in head:
        return {head: substitute(rest.strip().strip("'\""), known)} if rest.strip() else {}
    words = [token.text.partition("=") for token in tokens(text) if not token.op]
    return {name: substitute(value, known) for name, equals, value in words if equals}


def _copy(item: Instruction, stage: _Stage, stages: dict[str, _Stage]) -> None:
    words = [substitute(word, stage.known) for word in _array(item) or [token.text for token in tokens(item.text.text) if not token.op]]
    if item.heredocs:
        stage.copies.hide(posixpath.normpath(posixpath.join(stage.folder, words[-1] if words else ".")))
    elif len(words) > 1 and "from" not in item.options:
        stage.copies.add(words[:-1], words[-1], stage.folder)
    elif len(words) > 1:
        other = stages.get(substitute(item.options["from"], stage.known).lower(), _Stage())
        sources = [posixpath.normpath(posixpath.join("/", word)) for word in words[:-1]]
        stage.copies.take(other.copies, sources, posixpath.normpath(posixpath.join(stage.folder, words[-1])))


def _run(item: Instruction, stage: _Stage) -> Iterator[Command]:
    """Yield the commands of a `RUN` as they stand in the container."""
    known = stage.known
    if item.heredocs and item.text.text.lstrip().startswith("<<"):
        for text, at in item.heredocs:
            yield from parse_shell(text, at, folder=stage.folder, exported=known)
    elif words := _array(item):
        yield from _exec(words, item, stage)
    else:
        yield from item.text.commands(stage.folder, exported=known)


def _exec(words: list[str], item: Instruction, stage: _Stage) -> Iterator[Command]:
    """Yield the command of a JSON array; a shell that is given a text runs that text."""
    at, end = item.text.span(0, len(item.text.text))
    texts = [words[place + 1] for place, word in enumerate(words[:-1]) if re.fullmatch(r"-\w*c", word)]
    if _SHELL.match(words[0]) and texts:
        for command in parse_shell(texts[0], folder=stage.folder, exported=stage.environment):
            yield msgspec.structs.replace(command, at=at, end=end)
    else:
        yield Command(tuple(words), at, end, tuple(sorted(stage.environment.items())), stage.folder)


def _start(draft: Draft, stage: _Stage | None) -> None:
    """Add what containers of a finished stage start: the entry point with the arguments of the command, or the command."""
    item = (stage.entry or stage.command) if stage is not None and stage.starts else None
    if stage is None or item is None:
        return
    words = _array(item)
    if words and stage.entry and stage.command:
        words += _array(stage.command)
    found = _exec(words, item, stage) if words else item.text.commands(stage.folder, exported=stage.environment)
    for command in found:
        draft.commands.extend(_placed(command, stage, "unknown"))


def _array(item: Instruction) -> list[str]:
    """Return the words of an instruction in JSON form; empty for the shell form."""
    try:
        words = json.loads(item.text.text)
    except (ValueError, RecursionError):
        return []
    return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else []


def _placed(command: Command, stage: _Stage, otherwise: str) -> Iterator[Command]:
    """Yield a command of the container as one of the project: once for each folder that the files of its folder came from.

    Where nothing of the project came to its folder the command starts `otherwise`, but named files that it is given lead back all the same. Where only
    other files came there, a program that did not may be the base image's: then the start is unknown.
    """
    folders = stage.copies.folders(command.folder)
    code = [stage.copies.context(posixpath.join(command.folder, word)) for word in command.words if word.endswith(_CODE)]
    if not folders and any(code):
        folders = [""]
    start = "unknown" if None in code and stage.copies.context(command.folder) is None else "file"
    for folder in folders[:_MAX_FOLDERS]:
        words = tuple(_back(word, command.folder, folder, stage.copies) for word in command.words)
        yield msgspec.structs.replace(command, words=words, folder=folder, start=start)
    if not folders:
        yield msgspec.structs.replace(command, start=otherwise)


def _back(word: str, folder: str, mapped: str, copies: Copies) -> str:
    """Return a word that names a file of the container as the project's file seen from `mapped`; other words as they are."""
    flag, equals, value = word.rpartition("=")
    if "$" in value or not _NAMED.fullmatch(value):
        return word
    path = copies.context(posixpath.normpath(posixpath.join(folder, value)))
    if path is None or posixpath.normpath(posixpath.join(mapped, value)) == path or value.startswith("/") and path == value[1:] and not value.endswith(_CODE):
        return word
    return flag + equals + posixpath.relpath(path, mapped or ".")
