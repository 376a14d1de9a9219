"""Settings: `[tool.mldebt]` of pyproject.toml, or mldebt.toml; strict, every fault reported at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal, get_type_hints

import msgspec
import tomli

from mldebt.errors import ConfigError, Faults, MldebtError

_SIZE = re.compile(r"(\d+)\s*(B|KiB|MiB|GiB)?$")
_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[tool.mldebt.artifacts]]` row: a path (or pattern) of the project that owner and consumers agreed on."""

    path: str
    owner: str = ""
    consumers: tuple[str, ...] = ()


class Settings(msgspec.Struct, frozen=True, rename="kebab"):
    """What a user may choose. `max_source_size` is in bytes; paths are relative to the project's root."""

    select: tuple[str, ...] = ("default",)
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    respect_gitignore: bool = True
    rule_paths: tuple[str, ...] = ()
    max_source_size: int = 1 << 20
    fail_on: Literal["info", "warning", "error"] = "warning"
    artifacts: tuple[Declared, ...] = ()


def load_settings(root: Path) -> tuple[Settings, str]:
    """Return the settings of a project and the file they come from (empty: none); raises `Faults` of `ConfigError` with file and key."""
    own = root / "mldebt.toml"
    if own.is_file():
        return settings_of(_toml(own), own.name), own.name
    shared = root / "pyproject.toml"
    if shared.is_file():
        table = _toml(shared).get("tool", {}).get("mldebt")
        if table is not None:
            return settings_of(table, shared.name), shared.name
    return Settings(), ""


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomli.loads(path.read_text("utf-8"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not valid TOML: {error}", path.name) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", path.name) from None


def settings_of(table: dict[str, Any], file: str) -> Settings:
    """Return a table of settings checked key by key; raises `Faults` listing every unknown key and wrong value."""
    names = {name.replace("_", "-"): (name, kind) for name, kind in get_type_hints(Settings).items()}
    values: dict[str, Any] = {}
    faults: list[MldebtError] = []
    for key, value in table.items():
        if key not in names:
            faults.append(ConfigError(f"unknown key; known: {', '.join(sorted(names))}", file, key))
            continue
        name, kind = names[key]
        try:
            values[name] = size_of(value) if name == "max_source_size" else msgspec.convert(value, kind)
        except (msgspec.ValidationError, ValueError) as error:
            faults.append(ConfigError(str(error), file, key))
    if faults:
        raise Faults(faults)
    return Settings(**values)


def size_of(value: object) -> int:
    """Return bytes from a number or a text such as `1MiB`; raises ValueError for anything else."""
    found = _SIZE.match(value) if isinstance(value, str) else None
    if found is not None:
        return int(found[1]) * _UNITS[found[2] or "B"]
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise ValueError(f"expected a size such as 500000 or \"1MiB\", got {value!r}")
