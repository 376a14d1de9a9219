"""`mldebt check`: root, run, output, exit code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from mldebt import __version__
from mldebt.discover.root import find_root
from mldebt.errors import ConfigError
from mldebt.model.finding import SEVERITIES, Report
from mldebt.pipeline import check
from mldebt.report.concise import concise, full
from mldebt.report.json_document import document


def run_check(
    paths: Sequence[Path], chosen: str, ignored: str, exclude: Sequence[str], project: Path | None, output_format: str, fail_on: str, exit_zero: bool,
    show_timings: bool, jobs: int,
) -> int:
    """Print the report and return the exit code: 0 clean, 1 findings, 3 internal error; raises `ConfigError` for wrong input."""
    missing = [str(path) for path in (*paths, *([project] if project else [])) if not path.exists()]
    if missing:
        raise ConfigError(f"no such path: {', '.join(missing)}")
    root = find_root(paths or [Path(".")], project)
    scopes = [_relative(path, root) for path in paths or [root]]
    report = check(root, chosen=_words(chosen), ignored=_words(ignored), exclude=exclude, scopes=scopes, jobs=jobs)
    output = {"json": lambda: document(report, __version__), "concise": lambda: concise(report), "full": lambda: full(report)}[output_format]()
    click.echo(output, nl=False)
    for error in report.errors:
        click.echo(f"mldebt: internal error in {error.rule}: {error.message}", err=True)
    if show_timings:
        for name, value in (*report.timings, *report.counters):
            click.echo(f"{name}: {value}", err=True)
    return exit_code(report, fail_on, exit_zero)


def exit_code(report: Report, fail_on: str, exit_zero: bool) -> int:
    """Return 3 after an internal error, 1 for a live finding at or above `fail_on` (unless `exit_zero`), else 0."""
    if report.errors:
        return 3
    worst = max((SEVERITIES.index(item.severity) for item in report.findings if item.suppressed is None), default=-1)
    threshold = next(rank for rank, name in enumerate(SEVERITIES) if name == fail_on)
    return int(worst >= threshold and not exit_zero)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _relative(path: Path, root: Path) -> str:
    """Return a path relative to the root; raises `ConfigError` outside of it."""
    try:
        relative = path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        raise ConfigError(f"{path} lies outside the project {root}") from None
    return "" if relative == "." else relative
