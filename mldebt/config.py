"""Settings: `[tool.mldebt]` of pyproject.toml, or mldebt.toml; strict, every fault reported at once."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import tomli

from mldebt.errors import ConfigError, Faults, MldebtError, spotted

OWN_FILE, SHARED_FILE, BASELINE_FILE = "mldebt.toml", "pyproject.toml", ".mldebt-baseline.json"
_SIZE = re.compile(r"(\d+)\s*(B|KiB|MiB|GiB)?$")
_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[tool.mldebt.artifacts]]` row: a path (or pattern) of the project that owner and consumers agreed on."""

    path: str
    owner: str = ""
    consumers: tuple[str, ...] = ()


class Settings(msgspec.Struct, frozen=True, rename="kebab"):
    """What a user may choose. `max_source_size` is in bytes; paths are relative to the project's root.

    `entry_points` are patterns (syntax of ignore files) of Python files that are programs although nothing in the project says so. `thresholds` maps a
    rule's code or name to the numbers of its card.
    """

    select: tuple[str, ...] = ("default",)
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    respect_gitignore: bool = True
    entry_points: tuple[str, ...] = ()
    rule_paths: tuple[str, ...] = ()
    max_source_size: int = 1 << 20
    fail_on: Literal["info", "warning", "error"] = "warning"
    thresholds: dict[str, dict[str, int | float]] = {}
    artifacts: tuple[Declared, ...] = ()


def load_settings(root: Path) -> tuple[Settings, str]:
    """Return the settings of a project and the file they come from (empty: none); raises `Faults` of `ConfigError` with file and key."""
    for path in (root / OWN_FILE, root / SHARED_FILE):
        if path.is_file() and (table := table_of(path, path.name)) is not None:
            return settings_of(table, path.name), path.name
    return Settings(), ""


def table_of(path: Path, shown: str) -> dict[str, Any] | None:
    """Return the table of settings in a file: its `[tool.mldebt]` if it is a `pyproject.toml` (None: it has none), else the whole of it."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"not valid TOML: {error}", shown) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", shown) from None
    return table_in(text, path.name, shown)


def table_in(text: str, name: str, shown: str) -> dict[str, Any] | None:
    """Return the table of settings in the text of a file called `name`, as `table_of` does."""
    try:
        table = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"not valid TOML: {error}", shown) from None
    if name != SHARED_FILE:
        return table
    tools = table.get("tool")
    own = tools.get("mldebt") if isinstance(tools, dict) else None
    if own is not None and not isinstance(own, dict):
        raise ConfigError(f"expected a table, got {own!r}", shown, "tool.mldebt")
    return own


def settings_of(table: dict[str, Any], file: str) -> Settings:
    """Return a table of settings checked key by key; raises `Faults` listing every unknown key and wrong value."""
    names = {name.replace("_", "-"): (name, kind) for name, kind in get_type_hints(Settings).items()}
    values: dict[str, Any] = {}
    faults: list[MldebtError] = []
    for key, value in table.items():
        if key not in names:
            near = get_close_matches(key, names, 1)
            faults.append(ConfigError(f"unknown key; {f'did you mean `{near[0]}`?' if near else 'known: ' + ', '.join(sorted(names))}", file, key))
            continue
        name, kind = names[key]
        values[name] = _checked(value, size_of if name == "max_source_size" else kind, file, key, faults)
    if faults:
        raise Faults(faults)
    return Settings(**values)


def _checked(value: Any, kind: Any, file: str, key: str, faults: list[MldebtError]) -> Any:
    """Return a value as its type (or the function that reads it) wants it; what is wrong is added to the faults, of a table entry by entry."""
    if get_origin(kind) is dict and isinstance(value, dict):
        return {name: _checked(item, get_args(kind)[1], file, f"{key}.{name}", faults) for name, item in value.items()}
    try:
        if get_origin(kind) is Literal and value not in get_args(kind):
            raise ValueError(f"expected one of {', '.join(get_args(kind))}, got {value!r}")
        return kind(value) if kind is size_of else msgspec.convert(value, kind)
    except (msgspec.ValidationError, ValueError) as error:
        message, spot = spotted(error)
        faults.append(ConfigError(message, file, f"{key}{' ' if spot[:1].isdigit() else '.' if spot else ''}{spot}"))


def size_of(value: object) -> int:
    """Return bytes from a number or a text such as `1MiB`; raises ValueError for anything else."""
    found = _SIZE.match(value) if isinstance(value, str) else None
    if found is not None:
        return int(found[1]) * _UNITS[found[2] or "B"]
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise ValueError(f"expected a size such as 500000 or \"1MiB\", got {value!r}")
