"""Where pipeline tools declare stages, inputs, outputs and commands: `rules/manifests/<tool>.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import tomli

from mldebt.errors import CatalogueError, Faults, MldebtError


class ManifestRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """One kind of manifest.

    `files` are patterns of file names in the syntax of ignore files. Key paths are dotted, `*` stands for any key or index, and a last `{}` for the key
    itself of a mapping (`deps: [{path: …}]`). `stages` leads to each stage; `commands`, `inputs`, `outputs` and `folder` (the working directory) start there.
    `start` says where commands and paths start: `file` (the manifest's folder) or `root`. `declared-only`: entries are names without commands.
    `programs` lead to commands that the installed project offers: each value is `module:function`, named by the key at the `*`, or holds lines
    `name = module:function`.
    """

    tool: str
    files: tuple[str, ...]
    stages: str = ""
    commands: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    folder: str = ""
    start: str = "file"
    declared_only: bool = False
    programs: tuple[str, ...] = ()


def load_manifests(folders: Iterable[Path]) -> tuple[ManifestRow, ...]:
    """Read every manifest file of the folders; raises `Faults` naming file and key."""
    rows: list[ManifestRow] = []
    faults: list[MldebtError] = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
        try:
            rows.append(msgspec.convert(tomli.loads(path.read_text("utf-8")), ManifestRow))
        except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(CatalogueError(f"not valid TOML: {error}", path.name))
        except msgspec.ValidationError as error:
            faults.append(CatalogueError(str(error), path.name))
    if faults:
        raise Faults(faults)
    return tuple(rows)
