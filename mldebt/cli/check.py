"""`mldebt check`: root, settings, run, output, exit code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from pathspec import GitIgnoreSpec

from mldebt.cli.chosen import chosen_settings, keys_of
from mldebt.cli.formats import Page, Target, put, targets_of
from mldebt.cli.progress import Watcher
from mldebt.cli.screen import canvas_of, say, write
from mldebt.config import Settings
from mldebt.discover.files import DEFAULT_EXCLUDES
from mldebt.discover.root import Root, find_root
from mldebt.errors import ConfigError, Faults
from mldebt.model.finding import SEVERITIES, Report, Severity
from mldebt.pipeline import check, found_files
from mldebt.policy.findings import in_scopes
from mldebt.policy.rulebook import Rulebook, load_rulebook
from mldebt.policy.select import select


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says; `settings` are the values of `Settings` that it gives, by field."""

    paths: tuple[Path, ...]
    settings: dict[str, Any]
    project: Path | None
    isolated: bool
    config: tuple[str, ...]
    output_formats: tuple[str, ...]
    output_file: str
    color: str
    exit_zero: bool
    statistics: bool
    show_files: bool
    show_settings: bool
    show_timings: bool
    quiet: bool
    verbose: bool
    jobs: int
    force_exclude: bool
    cache: Path | bool = True


@dataclass(frozen=True, slots=True)
class Job:
    """A run as it was asked for, everything checked: nothing was analysed yet."""

    root: Root
    settings: Settings
    source: str
    scopes: list[str]
    targets: list[Target]
    rulebook: Rulebook


def run_check(options: Options) -> int:
    """Print the report and return the exit code: 0 clean, 1 findings, 3 internal error; raises `ConfigError` for wrong input."""
    job = prepared(options)
    if options.show_settings:
        write(f"root: {job.root.path} ({job.root.reason})\nsettings: {job.source or 'defaults'}\n{_as_json(job.settings)}\n")
        return 0
    if options.show_files:
        write(_file_list(job))
        return 0
    if not job.scopes:
        return 0
    with Watcher(not options.quiet) as watch:
        report = check(job.root.path, job.settings, scopes=job.scopes, jobs=options.jobs, rulebook=job.rulebook, watch=watch,
                       cache=options.cache)
    put(report, job.targets, Page(job.root.path, job.rulebook.cards, canvas_of(options.color), options.quiet), options.statistics)
    _say_more(report, job, options)
    return exit_code(report, job.settings.fail_on, options.exit_zero)


def prepared(options: Options) -> Job:
    """Return the run that the options ask for; raises `ConfigError` or `Faults` for paths, settings, rules and formats that cannot be."""
    targets = targets_of(options.output_formats, options.output_file)
    missing = [str(path) for path in (*options.paths, *([options.project] if options.project else [])) if not path.exists()]
    if missing:
        raise ConfigError(f"no such path: {', '.join(missing)}")
    root = find_root(options.paths or [Path(".")], options.project)
    settings, source = chosen_settings(root.path, options.config, options.isolated, options.settings)
    scopes = [_relative(path, root.path) for path in options.paths] or [""]
    if options.force_exclude:
        spec = GitIgnoreSpec.from_lines([*DEFAULT_EXCLUDES, *settings.exclude, *settings.extend_exclude])
        scopes = [scope for scope in scopes if not spec.match_file(scope)]
    try:
        return Job(root, settings, source, scopes, targets, load_rulebook(root.path, settings, source))
    except Faults as faults:
        raise _by_option(faults, options) from None


def _by_option(faults: Faults, options: Options) -> Faults:
    """Return faults that name the option, not the settings file, where an option gave the value."""
    pairs = keys_of(options.config)
    for fault in faults.faults:
        name, _, rest = fault.key.partition(".")
        if isinstance(fault, ConfigError) and name.replace("-", "_") in options.settings:
            fault.file, fault.key = f"--{name}", rest
        elif isinstance(fault, ConfigError) and name in pairs:
            fault.file = "--config"
    return Faults(faults.faults)


def _file_list(job: Job) -> str:
    """Return the files that would be analysed below the paths, one a line, each with its kind."""
    files = [file for file in found_files(job.root.path, job.settings).files if in_scopes(file.path, job.scopes)]
    return "".join(f"{file.kind:10}{file.path}\n" for file in files)


def _as_json(settings: Settings) -> str:
    return msgspec.json.format(msgspec.json.encode(settings)).decode()


def _say_more(report: Report, job: Job, options: Options) -> None:
    """Print to standard error what is no finding: notes, internal errors, and what `--verbose` and `--show-timings` ask for."""
    if options.verbose:
        rules = [card.code for card in select(job.rulebook.cards, job.settings)]
        kinds = Counter(file.kind for file in found_files(job.root.path, job.settings).files)
        say(f"root: {job.root.path} ({job.root.reason})\nsettings: {job.source or 'defaults'}\nrules: {', '.join(rules)}\n"
            f"files: {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items())) or 'none'}\n"
            f"seconds: {sum(seconds for _, seconds in report.timings):.1f}")
    if not options.quiet:
        for note in report.notes:
            say(note)
    for error in report.errors:
        say(f"internal error in {error.rule}: {error.message}")
    if options.show_timings:
        say("\n".join(f"{label}: {value}" for label, value in (*report.timings, *report.counters)))


def exit_code(report: Report, fail_on: Severity, exit_zero: bool) -> int:
    """Return 3 after an internal error, 1 for a live finding at or above `fail_on` (unless `exit_zero`), else 0."""
    if report.errors:
        return 3
    worst = max((SEVERITIES.index(item.severity) for item in report.live), default=-1)
    return int(worst >= SEVERITIES.index(fail_on) and not exit_zero)


def _relative(path: Path, root: Path) -> str:
    """Return a path relative to the root; raises `ConfigError` outside of it."""
    try:
        relative = path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        raise ConfigError(f"{path} lies outside the project {root}") from None
    return "" if relative == "." else relative
