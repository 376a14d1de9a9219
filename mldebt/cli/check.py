"""`mldebt check`: root, run, output, exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import msgspec
import tomli
from pathspec import GitIgnoreSpec

from mldebt import __version__
from mldebt.config import Settings, load_settings, settings_of
from mldebt.discover.files import DEFAULT_EXCLUDES
from mldebt.discover.root import find_root
from mldebt.errors import ConfigError
from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.locate import rules_folder
from mldebt.model.finding import SEVERITIES, Report
from mldebt.pipeline import check
from mldebt.report.concise import concise
from mldebt.report.full import full
from mldebt.report.json_document import document
from mldebt.report.lines import json_lines, workflow_commands
from mldebt.report.sarif import sarif

FORMATS: dict[str, Callable[[Report, Path], str]] = {
    "full": full, "concise": lambda report, _: concise(report), "json": lambda report, _: document(report, __version__),
    "jsonl": lambda report, _: json_lines(report), "github": lambda report, _: workflow_commands(report),
    "sarif": lambda report, root: sarif(report, __version__, load_cards([rules_folder() / "cards"])),
}


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says; None and empty mean that the settings file decides."""

    paths: tuple[Path, ...]
    settings: dict[str, Any]
    project: Path | None
    isolated: bool
    config: tuple[str, ...]
    output_formats: tuple[str, ...]
    exit_zero: bool
    show_timings: bool
    show_settings: bool
    statistics: bool
    quiet: bool
    jobs: int
    force_exclude: bool
    cache: Path | bool = True


def run_check(options: Options) -> int:
    """Print the report and return the exit code: 0 clean, 1 findings, 3 internal error; raises `ConfigError` for wrong input."""
    check_formats(options.output_formats)
    missing = [str(path) for path in (*options.paths, *([options.project] if options.project else [])) if not path.exists()]
    if missing:
        raise ConfigError(f"no such path: {', '.join(missing)}")
    root = find_root(options.paths or [Path(".")], options.project)
    settings, source = chosen_settings(root, options)
    scopes = [_relative(path, root) for path in options.paths or [root]]
    if options.force_exclude:
        spec = GitIgnoreSpec.from_lines([*DEFAULT_EXCLUDES, *settings.exclude, *settings.extend_exclude])
        scopes = [scope for scope in scopes if not spec.match_file(scope)]
        if not scopes:
            return 0
    if options.show_settings:
        click.echo(f"root: {root}\nsettings: {source or 'defaults'}\n{msgspec.json.format(msgspec.json.encode(settings)).decode()}")
        return 0
    report = check(root, settings, scopes=scopes, jobs=options.jobs, cache=options.cache)
    for wanted in options.output_formats or (() if options.quiet else ("full",)):
        name, _, target = wanted.partition(":")
        _write(FORMATS[name](report, root), target)
    if options.statistics:
        _statistics(report)
    for error in report.errors:
        click.echo(f"mldebt: internal error in {error.rule}: {error.message}", err=True)
    if options.show_timings:
        for label, value in (*report.timings, *report.counters):
            click.echo(f"{label}: {value}", err=True)
    return exit_code(report, settings.fail_on, options.exit_zero)


def chosen_settings(root: Path, options: Options) -> tuple[Settings, str]:
    """Return the settings file's values overridden by `--config` and the command line's own options, and the file they come from."""
    settings, source = (Settings(), "") if options.isolated else load_settings(root)
    for item in options.config:
        key, equals, value = item.partition("=")
        if equals:
            table = _parsed(f"{key} = {value}", "--config")
            changed = settings_of(table, "--config")
            settings = msgspec.structs.replace(settings, **{name: getattr(changed, name) for name in (key.strip().replace("-", "_"),)})
        elif Path(item).is_file():
            settings, source = settings_of(_parsed(Path(item).read_text("utf-8"), item), item), item
        else:
            raise ConfigError(f"neither a settings file nor KEY=VALUE: {item}", "--config")
    return msgspec.structs.replace(settings, **options.settings), source


def _parsed(text: str, source: str) -> dict[str, Any]:
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"not valid TOML: {error}", source) from None


def _statistics(report: Report) -> None:
    counts = Counter((item.code, item.name) for item in report.findings if item.suppressed is None)
    for (code, name), count in counts.most_common():
        click.echo(f"{count:6}  {code}  {name}")


def _write(text: str, target: str) -> None:
    """Print a report, or write it to a file; raises `ConfigError` when that fails."""
    if not target:
        click.echo(text, nl=False)
        return
    try:
        Path(target).write_text(text, "utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write the report to {target}: {error.strerror}") from None


def check_formats(wanted: Sequence[str]) -> None:
    """Raise `ConfigError` for a format that does not exist."""
    for item in wanted:
        if item.partition(":")[0] not in FORMATS:
            raise ConfigError(f"no output format `{item.partition(':')[0]}`; known: {', '.join(FORMATS)}")


def exit_code(report: Report, fail_on: str, exit_zero: bool) -> int:
    """Return 3 after an internal error, 1 for a live finding at or above `fail_on` (unless `exit_zero`), else 0."""
    if report.errors:
        return 3
    worst = max((SEVERITIES.index(item.severity) for item in report.findings if item.suppressed is None), default=-1)
    threshold = next(rank for rank, name in enumerate(SEVERITIES) if name == fail_on)
    return int(worst >= threshold and not exit_zero)


def _relative(path: Path, root: Path) -> str:
    """Return a path relative to the root; raises `ConfigError` outside of it."""
    try:
        relative = path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        raise ConfigError(f"{path} lies outside the project {root}") from None
    return "" if relative == "." else relative
