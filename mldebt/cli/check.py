"""`mldebt check`: root, settings, run, output, exit code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mldebt.cli.accepted import baseline_file, entries_of, with_baseline, without_file
from mldebt.cli.formats import Page, put, targets_of
from mldebt.cli.job import Job, Wanted, prepared
from mldebt.cli.progress import Watcher
from mldebt.cli.screen import canvas_of, say, say_errors, write
from mldebt.cli.since import new_of, past_of
from mldebt.config import Settings
from mldebt.model.finding import SEVERITIES, Report, Severity
from mldebt.pipeline import check, found_files
from mldebt.policy.findings import in_scopes
from mldebt.policy.select import select
from mldebt.report.escape import safe


@dataclass(frozen=True, slots=True)
class Options(Wanted):
    """What the command line of `check` says."""

    output_formats: tuple[str, ...] = ()
    output_file: str = ""
    color: str = "auto"
    exit_zero: bool = False
    statistics: bool = False
    show_files: bool = False
    show_settings: bool = False
    show_timings: bool = False
    quiet: bool = False
    verbose: bool = False
    baseline: Path | None = None
    no_baseline: bool = False
    since: str | None = None


def run_check(options: Options) -> int:
    """Print the report and return the exit code: 0 clean, 1 findings, 3 internal error; raises `ConfigError` for wrong input."""
    targets = targets_of(options.output_formats, options.output_file)
    job = prepared(options)
    if options.show_settings:
        write(f"root: {job.root.path} ({job.root.reason})\nsettings: {job.source or 'defaults'}\n{_as_json(job.settings)}\n")
        return 0
    if options.show_files:
        write(_file_list(job))
        return 0
    if not job.scopes:
        return 0
    report = _report(job, options)
    put(report, targets, Page(job.root.path, job.rulebook.cards, canvas_of(options.color), options.quiet, job.settings.fail_on),
        options.statistics)
    _say_more(report, job, options)
    return exit_code(report, job.settings.fail_on, options.exit_zero)


def _report(job: Job, options: Options) -> Report:
    """Return the report of a run with its baseline, and of a revision, which are read first: wrong ones are told before the run."""
    path = baseline_file(job, options.baseline)
    entries = None if options.no_baseline else entries_of(path, named=options.baseline is not None)
    job = without_file(job, path)
    then = None if options.since is None else past_of(job, options.since)
    with Watcher(not options.quiet) as watch:
        report = check(job.root.path, job.settings, scopes=job.scopes, jobs=options.jobs, rulebook=job.rulebook, watch=watch, cache=options.cache)
    report = report if entries is None else with_baseline(report, job, path, entries)
    return report if then is None else new_of(report, job, then, options, not options.quiet)


def _file_list(job: Job) -> str:
    """Return the files that would be analysed below the paths, one a line, each with its kind."""
    files = [file for file in found_files(job.root.path, job.settings).files if in_scopes(file.path, job.scopes)]
    return "".join(f"{file.kind:10}{safe(file.path)}\n" for file in files)


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
    say_errors(report)
    if options.show_timings:
        say("\n".join(f"{label}: {value}" for label, value in (*report.timings, *report.counters)))


def exit_code(report: Report, fail_on: Severity, exit_zero: bool) -> int:
    """Return 3 after an internal error, 1 for a live finding at or above `fail_on` (unless `exit_zero`), else 0."""
    if report.errors:
        return 3
    worst = max((SEVERITIES.index(item.severity) for item in report.live), default=-1)
    return int(worst >= SEVERITIES.index(fail_on) and not exit_zero)
