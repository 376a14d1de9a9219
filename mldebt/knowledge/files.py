"""Knowledge files read strictly: every fault of every file is collected, with file and key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import tomli

from mldebt.errors import MldebtError, spotted

Row = TypeVar("Row")


def read_files(
    paths: Iterable[Path], kind: type[Row], error: type[MldebtError], extend: Callable[[Path, dict[str, Any]], dict[str, Any]] = lambda path, table: table,
) -> tuple[list[tuple[Path, Row]], list[MldebtError]]:
    """Return each TOML file as a row of `kind`, and the faults of those that are none; `extend` may add to a table before it is checked."""
    rows: list[tuple[Path, Row]] = []
    faults: list[MldebtError] = []
    for path in paths:
        try:
            rows.append((path, msgspec.convert(extend(path, tomli.loads(path.read_text("utf-8"))), kind)))
        except (tomli.TOMLDecodeError, UnicodeDecodeError) as wrong:
            faults.append(error(f"not valid TOML: {wrong}", str(path)))
        except OSError as wrong:
            faults.append(error(f"cannot be read: {wrong.strerror}", str(path)))
        except msgspec.ValidationError as wrong:
            message, key = spotted(wrong)
            faults.append(error(message, str(path), key))
    return rows, faults


def below(folders: Iterable[Path], pattern: str) -> list[Path]:
    """Return the files of the folders that match a pattern, each folder's sorted."""
    return [path for folder in folders for path in sorted(folder.glob(pattern))]
