"""Shape `declared-output`: a recipe names no output it declares, but one other file of that kind that is no dependency."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.declared_names import plain
from mldebt.detect.names import split_name
from mldebt.model.facts import Target
from mldebt.model.finding import Match, Step
from mldebt.model.source import Place

_PATH = re.compile(r"[\w./${}-]*\w\.[A-Za-z]\w*(?:\.[A-Za-z]\w*)?")


class DeclaredOutputSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`form` names the match."""

    kind: str
    form: str


def declared_output(context: Context, spec: DeclaredOutputSpec) -> Iterator[Match]:
    """Yield one match for each rule whose commands are told to make another file."""
    for path, facts in context.graph.project.data.items():
        for target in facts.targets:
            other = other_output(target)
            if other is not None:
                item = target.outputs[0]
                yield Match(Place(path, item.at, item.end), f"the recipe of `{item.text}` makes `{other}` instead",
                            (Step(Place(path, target.commands[0].at, target.commands[0].end), f"`{other}` is made here"),), f"{path} declares {item.text}")


def other_output(target: Target) -> str | None:
    """Return the one file that the words of a recipe name in place of the declared output."""
    if target.phony or not target.commands or not all(plain(item.text) for item in target.outputs):
        return None
    words = " ".join(word for command in target.commands for word in (*command.words, command.redirect_out))
    named = {found.rpartition("/")[2] for found in _PATH.findall(words)}
    declared = {item.text.rpartition("/")[2] for item in target.outputs}
    needed = {item.text.rpartition("/")[2] for item in (*target.inputs, *target.order_only)}
    if named & declared or not any("=" in word or command.redirect_out for command in target.commands for word in command.words):
        return None
    ending = split_name(next(iter(sorted(declared))))[2]
    others = [name for name in sorted(named - needed) if split_name(name)[2] == ending]
    return others[0] if len(others) == 1 and len(declared) == 1 else None
