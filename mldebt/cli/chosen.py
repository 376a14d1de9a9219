"""Which settings are in force: the project's file, `--config`, and the command line's own options, the later ones winning."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import tomli

from mldebt.config import SHARED_FILE, Settings, load_settings, settings_of, table_of
from mldebt.errors import ConfigError


def chosen_settings(root: Path, config: tuple[str, ...], isolated: bool, options: dict[str, Any]) -> tuple[Settings, str]:
    """Return the settings in force and the file they come from (empty: none).

    `config` holds a settings file in place of the project's, and `KEY=VALUE` pairs; `options` are values by field of `Settings`. Raises `ConfigError` or
    `Faults` with the file or option and the key.
    """
    files = [item for item in config if "=" not in item or Path(item).is_file()]
    pairs = [item for item in config if item not in files]
    if len(files) > 1 or (files and isolated):
        why = "only one settings file can be in force" if len(files) > 1 else "--isolated leaves every settings file out"
        raise ConfigError(why, f"--config {files[-1]}")
    settings, source = _from_file(Path(files[0])) if files else (Settings(), "") if isolated else load_settings(root)
    for pair in pairs:
        settings = _with_pair(settings, pair)
    return msgspec.structs.replace(settings, **options), source


def _from_file(path: Path) -> tuple[Settings, str]:
    if not path.is_file():
        raise ConfigError("neither a settings file nor KEY=VALUE", f"--config {path}")
    table = table_of(path, str(path))
    if table is None:
        raise ConfigError(f"this {SHARED_FILE} has no [tool.mldebt]", f"--config {path}")
    return settings_of(table, str(path)), str(path)


def _with_pair(settings: Settings, pair: str) -> Settings:
    """Return settings changed by `KEY=VALUE`; a dotted key changes one entry of a table."""
    try:
        table = tomli.loads(pair)
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"not valid TOML: {error}; texts stand in quotes: 'fail-on=\"error\"'", f"--config {pair}") from None
    changed = settings_of(table, f"--config {pair}")
    names = [key.replace("-", "_") for key in table]
    return msgspec.structs.replace(settings, **{name: _merged(getattr(settings, name), getattr(changed, name)) for name in names})


def keys_of(config: Iterable[str]) -> set[str]:
    """Return the keys that the `KEY=VALUE` pairs among the values of `--config` set."""
    return {pair.partition("=")[0].partition(".")[0].strip() for pair in config if "=" in pair}


def _merged(old: object, new: object) -> object:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
    return new


def words_of(values: Iterable[str], option: str) -> tuple[str, ...]:
    """Return the words of an option: separated by commas, the option given once or more; raises `ConfigError` where there is none."""
    words = tuple(word.strip() for value in values for word in value.split(",") if word.strip())
    if not words:
        raise ConfigError("expected words separated by commas, got none", option)
    return words


def per_file_ignores(values: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return patterns with the rules they leave out, from `PATTERN:RULE` pairs separated by commas; raises `ConfigError` for anything else."""
    found: dict[str, tuple[str, ...]] = {}
    for word in words_of(values, "--per-file-ignores"):
        pattern, colon, rule = (part.strip() for part in word.rpartition(":"))
        if not (pattern and colon and rule):
            raise ConfigError(f"expected PATTERN:RULE, got `{word}`", "--per-file-ignores")
        found[pattern] = (*found.get(pattern, ()), rule)
    return found
