"""The output formats by name, and where each output goes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mldebt import __version__
from mldebt.cli.screen import write
from mldebt.errors import ConfigError
from mldebt.model.card import Card
from mldebt.model.finding import Report, Severity
from mldebt.report.canvas import Canvas
from mldebt.report.concise import concise
from mldebt.report.full import full
from mldebt.report.gitlab import code_quality
from mldebt.report.json_document import document
from mldebt.report.junit import junit
from mldebt.report.lines import json_lines, workflow_commands
from mldebt.report.sarif import sarif
from mldebt.report.summary import statistics, statistics_document


@dataclass(frozen=True, slots=True)
class Page:
    """What a format may need beside the report; `quiet`: findings and nothing else."""

    root: Path
    cards: Sequence[Card]
    canvas: Canvas
    quiet: bool = False
    fail_on: Severity = "warning"


@dataclass(frozen=True, slots=True)
class Target:
    """One output that is wanted: a format, and a file (empty: standard output)."""

    form: str
    file: str = ""


Format = Callable[[Report, Page], str]
_TEXT: dict[str, Format] = {
    "full": lambda report, page: full(report, page.root, page.canvas, page.quiet), "concise": lambda report, page: concise(report, page.canvas, page.quiet)}
FORMATS: dict[str, Format] = {
    **_TEXT, "json": lambda report, _: document(report, __version__), "jsonl": lambda report, _: json_lines(report),
    "sarif": lambda report, page: sarif(report, __version__, page.cards), "github": lambda report, _: workflow_commands(report),
    "gitlab": lambda report, _: code_quality(report), "junit": lambda report, page: junit(report, page.fail_on),
    "html": lambda report, page: _html(report, page), "markdown": lambda report, page: _markdown(report, page)}
_COUNTS: dict[str, Format] = {
    **dict.fromkeys(_TEXT, lambda report, page: statistics(report, page.canvas)), "json": lambda report, _: statistics_document(report)}


def _html(report: Report, page: Page) -> str:
    from mldebt.report.html.findings import findings_page

    return findings_page(report, page.root, page.cards)


def _markdown(report: Report, page: Page) -> str:
    from mldebt.report.markdown import markdown

    return markdown(report, page.root)


def targets_of(wanted: Sequence[str], output_file: str, known: Collection[str] = FORMATS) -> list[Target]:
    """Return the outputs that `--output-format FORMAT[:FILE]` and `--output-file` ask for, by default the first one `known`.

    Raises `ConfigError` for what cannot be.
    """
    targets = []
    for item in wanted or tuple(known)[:1]:
        form, colon, file = item.partition(":")
        if form not in known:
            raise ConfigError(f"no output format `{form}`; known: {', '.join(known)}", "--output-format")
        if colon and not file:
            raise ConfigError(f"expected FORMAT:FILE, got `{item}`", "--output-format")
        targets.append(Target(form, file))
    open_ones = [target for target in targets if not target.file]
    if output_file and len(open_ones) != 1:
        raise ConfigError(f"needs one format that names no file, got {len(open_ones)}", "--output-file")
    targets = [replace(target, file=target.file or output_file) for target in targets]
    for folder in (Path(target.file).parent for target in targets if target.file):
        if not folder.is_dir():  # known before the run rather than after it
            raise ConfigError(f"no such folder: {folder}", "--output-file" if output_file else "--output-format")
    return targets


def put(report: Report, targets: Sequence[Target], page: Page, counts: bool) -> None:
    """Write a report to every target; with `counts`, the number of findings of each rule in their place. Raises `ConfigError` when a file cannot be written."""
    for target in targets:
        formats = _COUNTS if counts and not target.file else FORMATS
        if target.form not in formats:
            raise ConfigError(f"counts can be shown as {', '.join(_COUNTS)}, not as {target.form}", "--statistics")
        own = replace(page, canvas=Canvas()) if target.file else page
        write(formats[target.form](report, own), target.file, exact=target.form not in _TEXT)
