"""What a pipeline tool declares: stages with inputs, outputs and commands."""

from __future__ import annotations

import msgspec

from mldebt.model.facts import Command, Item
from mldebt.model.source import Place


class Stage(msgspec.Struct, frozen=True, gc=False):
    """One declared stage.

    `inputs`, `outputs` and `parameters` are project-relative normalised paths (parameters: `file:key` or `key`) with spans in
    the manifest `path`; `folder` is the working directory of its commands; `phony` targets make no file of their name.
    `declared_only` marks catalogue entries: a name and a path, no commands. `guarded` names parents a command may override.
    """

    tool: str
    name: str
    path: str
    place: Place
    commands: tuple[Command, ...] = ()
    inputs: tuple[Item, ...] = ()
    outputs: tuple[Item, ...] = ()
    parameters: tuple[Item, ...] = ()
    folder: str = ""
    phony: bool = False
    declared_only: bool = False
