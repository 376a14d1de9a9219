"""Files that commands of the project make without one of its programs: what they redirect to, copy to, or name as output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import normpath
from urllib.parse import urlsplit

from mldebt.link.commands import commands_of, folders_of, joined
from mldebt.model.facts import Command
from mldebt.model.project import Project
from mldebt.model.source import Place

_OPTION = re.compile(r"-o|-O|--?out(?:put)?(?:[-_]?\w+)*", re.IGNORECASE)
_ASSIGNED = re.compile(r"(?:--?out(?:put)?[\w-]*|of)=(.+)", re.IGNORECASE)
_FETCHER = re.compile(r"(?:.*/)?(?:aria2c|curl|gdown|wget)$")
_CARRIER = re.compile(r"(?:.*/)?(?:cp|mv|ln|scp|rsync|install|tee|touch)$")


def command_outputs(project: Project) -> Iterator[str]:
    """Yield project-relative paths that commands make; what is not known of them stands as `${NAME}`."""
    yield from (path for made in notebook_outputs(project).values() for path in made)
    programs = {item.place for item in project.invocations}
    for path, tool, _, command in commands_of(project.data):
        if tool == "document":
            continue
        names = [command.redirect_out] if Place(path, command.at, command.end) in programs else _outputs(command)
        for folder in folders_of(command, path.rpartition("/")[0]) if any(names) else ():
            yield from (normpath(f"{folder}/{name}" if folder else name) for name in names if name and not name.startswith(("/", "~")))


def notebook_outputs(project: Project) -> dict[str, frozenset[str]]:
    """Return the project-relative paths that the commands of each notebook make, of notebooks that have some."""
    found: dict[str, frozenset[str]] = {}
    for path, module in project.modules.items():
        if module.facts.notebook and module.facts.commands:
            own = path.rpartition("/")[0]
            found[path] = frozenset(joined(joined(own, command.folder), name) for command in module.facts.commands for name in _outputs(command)
                                    if name and not name.startswith(("/", "~")))
    return found


def _outputs(command: Command) -> list[str]:
    """Return the names that a command gives to what it makes."""
    words = command.words
    found = [command.redirect_out, *(after for word, after in zip(words, words[1:]) if _OPTION.fullmatch(word))]
    found.extend(match[1] for word in words if (match := _ASSIGNED.fullmatch(word)))
    if words and _FETCHER.match(words[0]):
        found.extend(name for word in words[1:] if "://" in word and (name := urlsplit(word).path.rpartition("/")[2]))
    if words and _CARRIER.match(words[0]) and len(words) > 1:
        found.append(words[-1])
    return found
