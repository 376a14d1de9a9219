"""`mldebt check`: root, run, output, exit code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from mldebt import __version__
from mldebt.discover.root import find_root
from mldebt.errors import ConfigError
from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.locate import rules_folder
from mldebt.model.finding import SEVERITIES, Report
from mldebt.pipeline import check
from mldebt.report.concise import concise, full
from mldebt.report.json_document import document
from mldebt.report.lines import json_lines, workflow_commands
from mldebt.report.sarif import sarif

FORMATS: dict[str, Callable[[Report], str]] = {
    "full": full, "concise": concise, "json": lambda report: document(report, __version__), "jsonl": json_lines,
    "sarif": lambda report: sarif(report, __version__, load_cards([rules_folder() / "cards"])), "github": workflow_commands,
}


def run_check(
    paths: Sequence[Path], chosen: str, ignored: str, exclude: Sequence[str], project: Path | None, output_formats: Sequence[str], fail_on: str,
    exit_zero: bool,
    show_timings: bool, jobs: int,
) -> int:
    """Print the report and return the exit code: 0 clean, 1 findings, 3 internal error; raises `ConfigError` for wrong input."""
    check_formats(output_formats)
    missing = [str(path) for path in (*paths, *([project] if project else [])) if not path.exists()]
    if missing:
        raise ConfigError(f"no such path: {', '.join(missing)}")
    root = find_root(paths or [Path(".")], project)
    scopes = [_relative(path, root) for path in paths or [root]]
    report = check(root, chosen=_words(chosen), ignored=_words(ignored), exclude=exclude, scopes=scopes, jobs=jobs)
    for wanted in output_formats or ["full"]:
        name, _, target = wanted.partition(":")
        _write(FORMATS[name](report), target)
    for error in report.errors:
        click.echo(f"mldebt: internal error in {error.rule}: {error.message}", err=True)
    if show_timings:
        for name, value in (*report.timings, *report.counters):
            click.echo(f"{name}: {value}", err=True)
    return exit_code(report, fail_on, exit_zero)


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


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _relative(path: Path, root: Path) -> str:
    """Return a path relative to the root; raises `ConfigError` outside of it."""
    try:
        relative = path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        raise ConfigError(f"{path} lies outside the project {root}") from None
    return "" if relative == "." else relative
