"""`mldebt check`: root, settings, run, output, exit code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from mldebt.cli.accepted import baseline_file, entries_of, with_baseline, without_file
from mldebt.cli.answer import Answer, answer_of
from mldebt.cli.formats import Page, put, targets_of
from mldebt.cli.job import Site, Wanted, located, with_rules
from mldebt.cli.progress import Watcher
from mldebt.cli.screen import canvas_of, say, say_errors, write
from mldebt.cli.since import Then
from mldebt.config import Settings
from mldebt.model.finding import SEVERITIES, Report, Severity
from mldebt.policy.findings import in_scopes
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
    site = located(options)
    if options.show_settings or options.show_files or not site.scopes:
        with_rules(site, options)  # wrong rules are told, whatever is asked for
    if options.show_settings:
        write(f"root: {site.root.path} ({site.root.reason})\nsettings: {site.source or 'defaults'}\n{_as_json(site.settings)}\n")
        return 0
    if options.show_files:
        write(_file_list(site))
        return 0
    if not site.scopes:
        return 0
    answer = _answer(site, options)
    put(answer.report, targets, Page(site.root.path, answer.cards, canvas_of(options.color), options.quiet, site.settings.fail_on), options.statistics)
    _say_more(answer, site, options)
    return exit_code(answer.report, site.settings.fail_on, options.exit_zero)


def _answer(site: Site, options: Options) -> Answer:
    """Return the report of a run with its baseline, and of a revision, which are read first: wrong ones are told before the run.

    Who asks how a run went gets one.
    """
    path = baseline_file(site, options.baseline)
    entries = None if options.no_baseline else entries_of(path, named=options.baseline is not None)
    site = without_file(site, path)
    then = None if options.since is None else Then.of(site, options.since)
    kept = not (options.verbose or options.show_timings)
    with Watcher(not options.quiet) as watch:
        answer = answer_of(site, options, watch, kept)
        if entries is not None:
            answer = replace(answer, report=with_baseline(answer.report, site, answer.rules, path, entries))
        return answer if then is None else replace(answer, report=then.new(answer.report, options, watch, kept))


def _file_list(site: Site) -> str:
    """Return the files that would be analysed below the paths, one a line, each with its kind."""
    from mldebt.pipeline import found_files

    files = [file for file in found_files(site.root.path, site.settings).files if in_scopes(file.path, site.scopes)]
    return "".join(f"{file.kind:10}{safe(file.path)}\n" for file in files)


def _as_json(settings: Settings) -> str:
    return msgspec.json.format(msgspec.json.encode(settings)).decode()


def _say_more(answer: Answer, site: Site, options: Options) -> None:
    """Print to standard error what is no finding: notes, internal errors, and what `--verbose` and `--show-timings` ask for."""
    report = answer.report
    if options.verbose:
        from mldebt.pipeline import found_files

        rules = sorted(answer.rules | {error.rule for error in report.errors})
        kinds = Counter(file.kind for file in found_files(site.root.path, site.settings).files)
        say(f"root: {site.root.path} ({site.root.reason})\nsettings: {site.source or 'defaults'}\nrules: {', '.join(rules)}\n"
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
