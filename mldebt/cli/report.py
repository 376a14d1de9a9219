"""`mldebt report`: the debt of a project as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mldebt.cli.formats import targets_of
from mldebt.cli.job import Job, Wanted, prepared
from mldebt.cli.progress import Watcher
from mldebt.cli.screen import canvas_of, say, say_errors, write
from mldebt.graph.kinds import model_test
from mldebt.graph.queries import whole
from mldebt.knowledge.locate import rules_folder
from mldebt.knowledge.vocabulary import Vocabulary, load_vocabulary
from mldebt.pipeline import Survey, survey
from mldebt.policy.findings import in_scopes
from mldebt.policy.select import select
from mldebt.report.canvas import Canvas
from mldebt.report.html.page import report_page
from mldebt.report.overview.build import Overview, overview
from mldebt.report.overview.debts import Atlas
from mldebt.report.overview.markdown import markdown_overview
from mldebt.report.overview.text import text_overview

FORMATS: dict[str, Callable[[Overview, Canvas], str]] = {
    "text": text_overview, "markdown": lambda made, _: markdown_overview(made), "html": lambda made, _: report_page(made)}


@dataclass(frozen=True, slots=True)
class ReportOptions(Wanted):
    """What the command line of `report` says."""

    output_formats: tuple[str, ...] = ()
    output_file: str = ""
    color: str = "auto"
    quiet: bool = False


def run_report(options: ReportOptions) -> int:
    """Print the report and return the exit code: 0, or 3 after an internal error; raises `ConfigError` or `Faults` for wrong input."""
    targets = targets_of(options.output_formats, options.output_file, FORMATS)
    job = prepared(options)
    vocabulary = load_vocabulary(rules_folder() / "vocabulary.toml", job.rulebook.cards)
    with Watcher(not options.quiet) as watch:
        done = survey(job.root.path, job.settings, scopes=job.scopes, jobs=options.jobs, rulebook=job.rulebook, watch=watch, cache=options.cache)
    made, report = _overview(job, done, vocabulary), done.report
    for target in targets:
        write(FORMATS[target.form](made, Canvas() if target.file else canvas_of(options.color)), target.file, exact=target.form != "text")
    if not options.quiet and report.notes:
        say("\n".join(report.notes))
    say_errors(report)
    return 3 if report.errors else 0


def _overview(job: Job, done: Survey, vocabulary: Vocabulary) -> Overview:
    analysis = done.analysis
    atlas = Atlas(analysis.graph, analysis.flow.events, whole(analysis.graph, model_test(analysis.catalogue)), done.subjects)
    asked = select(job.rulebook.cards, job.settings)
    lines = {path: module.facts.lines for path, module in analysis.project.modules.items() if in_scopes(path, job.scopes)}
    return overview(job.root.path.resolve().name, done.report, atlas, lines, asked, vocabulary, job.scopes)
