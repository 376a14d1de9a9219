"""Where pipeline tools declare stages, inputs, outputs and commands: `rules/manifests/<tool>.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from mldebt.errors import CatalogueError, Faults
from mldebt.knowledge.files import below, read_files


class ManifestRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """One kind of manifest.

    `files` are patterns of file names in the syntax of ignore files. Key paths are dotted, `*` stands for any key or index, and a last `{}` for the key
    itself of a mapping (`deps: [{path: …}]`). `when` are key paths with patterns of their values: only a file that holds each is a manifest of this kind.
    `stages` leads to each stage (empty: the whole file is one); `commands`, `words` (lists whose items, in this order, are the words of one command),
    `inputs`, `outputs` and `folder` (the working directory) start there.
    `parameters` lead to keys of the configuration file `parameter-file`, `file-parameters` (a `{}` in them is the file's name) to keys of others.
    `one-flow`: the stages hand on what they make through the tool, which starts them as one program. `start` says where commands and paths start: `file`
    (the manifest's folder), `root`, or `unknown`. `declared-only`: entries are names without commands.
    A stage may be a template: its keys then stand below `each`, and texts name the item of its loop as `${variable}` (`loop-variables`).
    `programs` lead to commands that the installed project offers: each value is `module:function`, named by the key at the `*`, or holds lines
    `name = module:function`.
    """

    tool: str
    files: tuple[str, ...]
    stages: str = ""
    when: dict[str, str] = {}
    commands: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    folder: str = ""
    parameters: tuple[str, ...] = ()
    parameter_file: str = ""
    file_parameters: tuple[str, ...] = ()
    start: Literal["file", "root", "unknown"] = "file"
    declared_only: bool = False
    one_flow: bool = False
    each: str = ""
    loop_variables: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()


def load_manifests(folders: Iterable[Path]) -> tuple[ManifestRow, ...]:
    """Read every manifest file of the folders; raises `Faults` naming file and key."""
    rows, faults = read_files(below(folders, "*.toml"), ManifestRow, CatalogueError)
    if faults:
        raise Faults(faults)
    return tuple(row for _, row in rows)
