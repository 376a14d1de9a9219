"""`mldebt check --since REV`: the project is analysed as it is and as it was, and what it had already is left out."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from mldebt.cli.chosen import keys_of
from mldebt.cli.job import Job, Wanted
from mldebt.cli.progress import Watcher
from mldebt.config import OWN_FILE, SHARED_FILE, Settings, settings_of, table_in
from mldebt.discover.files import Discovery
from mldebt.discover.past import Past, past
from mldebt.errors import ConfigError, MldebtError
from mldebt.model.finding import Report, RunError
from mldebt.pipeline import check, found_files
from mldebt.policy.difference import left_to, new_findings
from mldebt.report.sources import Sources

_DECLARED = ("artifacts", "entry_points")
"""The settings that say how the project is, where all others say what is wanted of mldebt."""


def past_of(job: Job, revision: str) -> tuple[str, Past]:
    """Return a revision with the project as it was; raises `ConfigError` where there is no such one, or it cannot be read."""
    try:
        return revision, past(job.root.path, revision)
    except ConfigError as error:
        raise ConfigError(str(error), f"--since {revision}") from None


def new_of(report: Report, job: Job, then: tuple[str, Past], wanted: Wanted, watched: bool) -> Report:
    """Return a report with what it did not have to say of the project as it was.

    Where nothing is live, or nothing differs, that is known without an analysis. An internal error of the other analysis is one of this report.
    """
    revision, was = then
    notes = tuple(f"note: submodule {path}: its commit of {revision} is not in this clone; it is taken as it is now" for path in was.unknown)
    report = msgspec.structs.replace(report, notes=(*report.notes, *notes))
    if not report.live:
        return left_to(report, (), revision)
    with TemporaryDirectory(prefix="mldebt-") as folder, Watcher(watched) as watch:
        now, settings = found_files(job.root.path, job.settings), _settings_then(job, was, wanted)
        found = was.discovery(Path(folder), now, (*settings.exclude, *settings.extend_exclude))
        if settings == job.settings and _same(found, now):
            return left_to(report, (), revision)
        old = check(job.root.path, settings, scopes=job.scopes, jobs=wanted.jobs, rulebook=job.rulebook, watch=watch, cache=wanted.cache, found=found)
        places = {file.path: file.absolute for file in found.files}
        new = new_findings(report, Sources(job.root.path).span, old, Sources(job.root.path, places).span, lambda path: path not in now.present)
    errors = (RunError(error.path, error.kind, error.rule, f"{error.message} (as of {revision})") for error in old.errors)
    timings = ((f"{phase} as of {revision}", seconds) for phase, seconds in old.timings)
    return msgspec.structs.replace(left_to(report, new, revision), errors=(*report.errors, *errors), timings=(*report.timings, *timings))


def _same(one: Discovery, other: Discovery) -> bool:
    """Return whether two discoveries are of the same contents: what did not change is read from the disk."""
    return one.files == other.files and one.names == other.names and one.present == other.present


def _settings_then(job: Job, was: Past, wanted: Wanted) -> Settings:
    """Return the settings in force, with what the project's own file declared then of the project; where that was wrong, what it declares now."""
    if job.source not in (OWN_FILE, SHARED_FILE):
        return job.settings
    given = {name for name in _DECLARED if name.replace("_", "-") in keys_of(wanted.config)}
    try:
        old = _own_settings(was)
    except MldebtError:
        return job.settings
    return msgspec.structs.replace(job.settings, **{name: getattr(old, name) for name in _DECLARED if name not in given})


def _own_settings(was: Past) -> Settings:
    for name in (OWN_FILE, SHARED_FILE):
        if (text := was.text(name)) is not None and (table := table_in(text, name, name)) is not None:
            return settings_of(table, name)
    return Settings()
