"""The commands that a notebook's magics run: `!command`, `%run`, cells of shell text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from mldebt.extract.data.shell import join_folder, parse_shell
from mldebt.model import ir
from mldebt.model.facts import Command

_SHELL_CELLS = frozenset({"bash", "sh", "script", "system", "sx", "!"})


def magic_commands(magics: Iterable[ir.Magic]) -> Iterator[Command]:
    """Yield the commands of a notebook in order, each at its magic; `%cd` moves those that follow. A failing `!command` passes unseen."""
    folder = ""
    for magic in magics:
        if magic.kind == "line" and magic.name == "cd":
            folder = join_folder(folder, magic.text.strip().strip("'\""))
        elif magic.kind == "line" and magic.name in ("run", "system", "sx"):
            yield from _at(magic, magic.text, folder, magic.name == "run")
        elif magic.kind == "shell":
            yield from _at(magic, magic.text, folder, False)
        elif magic.kind == "cell" and magic.name in _SHELL_CELLS:
            yield from _at(magic, magic.text.partition("\n")[2], folder, True)


def run_target(magic: ir.Magic) -> str:
    """Return the file that `%run` executes, as written; a bare name is a script. Empty when it is a module or nothing."""
    words = [word for command in parse_shell(magic.text)[:1] for word in command.words]
    while words and words[0].startswith("-"):
        if words.pop(0) == "-m":
            return ""
    if not words:
        return ""
    return words[0] if words[0].endswith((".py", ".ipynb", ".ipy")) else f"{words[0]}.py"


def _at(magic: ir.Magic, text: str, folder: str, checked: bool) -> Iterator[Command]:
    for command in parse_shell(text, folder=folder):
        words = command.words
        if magic.name == "run" and (target := run_target(magic)):
            bare = target.removesuffix(".py")
            words = tuple(target if word == bare else word for word in words)
        yield msgspec.structs.replace(command, words=words, at=magic.at, end=magic.end, checked=checked and command.checked)
