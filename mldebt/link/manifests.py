"""Stages of pipeline manifests as targets with commands, so that they read like the rules of a build file."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec
from pathspec import GitIgnoreSpec

from mldebt.extract.data.shell import join_folder, parse_shell
from mldebt.knowledge.manifests import ManifestRow
from mldebt.link.console import programs_in
from mldebt.model.facts import Command, DataFacts, Item, Program, Setting, Target

Keys = tuple[str | int, ...]


def with_stages(data: Mapping[str, DataFacts], rows: Sequence[ManifestRow]) -> dict[str, DataFacts]:
    """Return the data files with the targets that their manifest rows describe."""
    specs = [(row, GitIgnoreSpec.from_lines(row.files)) for row in rows]
    result = dict(data)
    for path, facts in data.items():
        known = [row for row, spec in specs if facts.settings and spec.match_file(path) and _is_one(facts, row)]
        targets = [target for row in known for target in _targets(facts, row)]
        programs = [program for row in known if row.programs for program in _programs(facts, row)]
        if targets or programs:
            result[path] = msgspec.structs.replace(facts, targets=(*facts.targets, *targets), programs=tuple(programs))
    return result


def _is_one(facts: DataFacts, row: ManifestRow) -> bool:
    """Return whether a file holds what tells that it is a manifest of this kind."""
    return all(any(_matches(item.keys, path) and fnmatchcase(str(item.value), value) for item in facts.settings) for path, value in row.when.items())


def _targets(facts: DataFacts, row: ManifestRow) -> Iterator[Target]:
    depth = len(row.stages.split(".")) if row.stages else 0
    stages: dict[Keys, list[Setting]] = {}
    for setting in facts.settings:
        if len(setting.keys) > depth and (not depth or _matches(setting.keys[:depth], row.stages)):
            stages.setdefault(setting.keys[:depth], []).append(_of_template(setting, depth, row))
    for keys, settings in stages.items():
        folder = next((str(item.value) for item in settings if row.folder and _matches(item.keys[depth:], row.folder)), "")
        told = [*_at(settings, depth, row.commands), *_joined(settings, depth, row.words)]
        commands = tuple(command for item in told for command in _commands(item, folder, row.start))
        outputs, inputs = (tuple(_items(settings, depth, paths, folder)) for paths in (row.outputs, row.inputs))
        if commands or outputs or inputs:
            name = keys[:-1] if row.one_flow else keys
            yield Target(outputs, inputs, commands, phony=not outputs, name=".".join(str(key) for key in name),
                         parameters=tuple(_parameters(settings, depth, row, folder)))


def _of_template(setting: Setting, depth: int, row: ManifestRow) -> Setting:
    """Return a setting of a stage that is made for each item of a loop as one of the stage; what names the item is a wildcard."""
    if not row.each or setting.keys[depth] != row.each:
        return setting
    variable = re.compile(rf"\$\{{(?:{'|'.join(map(re.escape, row.loop_variables))})(?:\.[^}}]*)?\}}")
    value = variable.sub("{item}", setting.value) if isinstance(setting.value, str) else setting.value
    keys = tuple(variable.sub("{item}", key) if isinstance(key, str) else key for key in setting.keys[depth + 1:])
    return msgspec.structs.replace(setting, keys=(*setting.keys[:depth], *keys), value=value)


def _programs(facts: DataFacts, row: ManifestRow) -> Iterator[Program]:
    for setting in facts.settings:
        for path in row.programs if isinstance(setting.value, str) else ():
            if not fnmatchcase(".".join(str(key) for key in setting.keys), path):
                continue
            if "*" not in path:
                yield from programs_in(str(setting.value), setting.at, setting.end)
            elif len(setting.keys) == len(path.split(".")) and ":" in str(setting.value):
                name = setting.keys[path.split(".").index("*")]
                yield Program(str(name), str(setting.value).partition("[")[0].strip(), setting.at, setting.end)


def _at(settings: Sequence[Setting], depth: int, paths: Sequence[str]) -> Iterator[Setting]:
    """Yield the leaves under a stage that one of the key paths names."""
    for setting in settings:
        if any(_matches(setting.keys[depth:], path) for path in paths if not path.endswith("{}")):
            yield setting


def _joined(settings: Sequence[Setting], depth: int, paths: Sequence[str]) -> list[Setting]:
    """Return the lists of words under a stage as one setting with a command line, that of the key paths in their order."""
    words = [setting for path in paths for setting in _at(settings, depth, (f"{path}.*",)) if not setting.empty]
    return [msgspec.structs.replace(words[0], value=shlex.join(str(item.value) for item in words))] if words else []


def _items(settings: Sequence[Setting], depth: int, paths: Sequence[str], folder: str) -> Iterator[Item]:
    seen: set[str] = set()
    for setting in settings:
        rest = setting.keys[depth:]
        text = str(setting.value) if any(_matches(rest, path) for path in paths if not path.endswith("{}")) else ""
        for path in (path for path in paths if path.endswith(".{}")):
            size = len(path.split("."))
            if len(rest) >= size and _matches(rest[: size - 1], path[:-3]):
                text = str(rest[size - 1])
        if text and text not in seen:
            seen.add(text)
            at = setting.key_at if setting.key_at >= 0 and text != str(setting.value) else setting.at
            yield Item(join_folder(folder, text) if folder else text, at, at + len(text))


def _parameters(settings: Sequence[Setting], depth: int, row: ManifestRow, folder: str) -> Iterator[Item]:
    """Yield the configuration keys of a stage as `file:key`."""
    for setting in settings:
        rest = setting.keys[depth:]
        inner = next((path for path in row.file_parameters if _matches(rest, path.replace("{}", "*"))), None)
        file = str(rest[inner.split(".").index("{}")]) if inner else row.parameter_file
        if isinstance(setting.value, str) and (inner or any(_matches(rest, path) for path in row.parameters)):
            yield Item(f"{join_folder(folder, file) if folder else file}:{setting.value}", setting.at, setting.end)


def _commands(setting: Setting, folder: str, start: str) -> Iterator[Command]:
    for command in parse_shell(str(setting.value)):
        where = join_folder(folder, command.folder) if command.folder else folder
        yield msgspec.structs.replace(command, at=setting.at, end=setting.end, folder=where, start=start, checked=True)


def _matches(keys: Keys, path: str) -> bool:
    parts = path.split(".")
    return len(parts) == len(keys) and all(fnmatchcase(str(key), part) for key, part in zip(keys, parts))
