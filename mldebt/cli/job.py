"""What a command that reports is asked to look at: root, settings, paths, rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mldebt.cli.chosen import chosen_settings, keys_of
from mldebt.config import Settings
from mldebt.discover.root import Root, find_root
from mldebt.errors import ConfigError, Faults

if TYPE_CHECKING:
    from mldebt.policy.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says; `settings` are the values of `Settings` that it gives, by field."""

    paths: tuple[Path, ...]
    settings: dict[str, Any]
    project: Path | None
    isolated: bool
    config: tuple[str, ...]
    force_exclude: bool
    jobs: int = 0
    cache: Path | bool = True


@dataclass(frozen=True, slots=True)
class Site:
    """Where a run takes place and what it reports on: paths and settings checked, but for the rules that settings name."""

    root: Root
    settings: Settings
    source: str
    scopes: list[str]


@dataclass(frozen=True, slots=True)
class Job(Site):
    """A run as it was asked for, everything checked: nothing was analysed yet."""

    rulebook: Rulebook


def prepared(wanted: Wanted) -> Job:
    """Return the run that the options ask for; raises `ConfigError` or `Faults` for paths, settings and rules that cannot be."""
    return with_rules(located(wanted), wanted)


def located(wanted: Wanted) -> Site:
    """Return where the run that the options ask for takes place; raises `ConfigError` or `Faults` for paths and settings that cannot be."""
    missing = [str(path) for path in (*wanted.paths, *([wanted.project] if wanted.project else [])) if not path.exists()]
    if missing:
        raise ConfigError(f"no such path: {', '.join(missing)}")
    root = find_root(wanted.paths or [Path(".")], wanted.project)
    settings, source = chosen_settings(root.path, wanted.config, wanted.isolated, wanted.settings)
    scopes = [_relative(path, root.path) for path in wanted.paths] or [""]
    return Site(root, settings, source, _not_excluded(scopes, settings) if wanted.force_exclude else scopes)


def with_rules(site: Site, wanted: Wanted) -> Job:
    """Return the run with its rules; raises `Faults` for rules, and for settings about them, that cannot be."""
    from mldebt.policy.rulebook import load_rulebook

    try:
        return Job(site.root, site.settings, site.source, site.scopes, load_rulebook(site.root.path, site.settings, site.source))
    except Faults as faults:
        raise _by_option(faults, wanted) from None


def _not_excluded(scopes: list[str], settings: Settings) -> list[str]:
    from pathspec import GitIgnoreSpec

    from mldebt.discover.files import DEFAULT_EXCLUDES

    spec = GitIgnoreSpec.from_lines([*DEFAULT_EXCLUDES, *settings.exclude, *settings.extend_exclude])
    return [scope for scope in scopes if not spec.match_file(scope)]


def _by_option(faults: Faults, wanted: Wanted) -> Faults:
    """Return faults that name the option, not the settings file, where an option gave the value."""
    pairs = keys_of(wanted.config)
    for fault in faults.faults:
        name, _, rest = fault.key.partition(".")
        if isinstance(fault, ConfigError) and name.replace("-", "_") in wanted.settings:
            fault.file, fault.key = f"--{name}", rest
        elif isinstance(fault, ConfigError) and name in pairs:
            fault.file = "--config"
    return Faults(faults.faults)


def _relative(path: Path, root: Path) -> str:
    """Return a path relative to the root; raises `ConfigError` outside of it."""
    try:
        relative = path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        raise ConfigError(f"{path} lies outside the project {root}") from None
    return "" if relative == "." else relative
