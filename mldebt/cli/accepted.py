"""The baseline of a run: which file it is, what it accepts, and `mldebt baseline`, which writes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from mldebt.cli.answer import rules_run
from mldebt.cli.job import Job, Site, Wanted, prepared
from mldebt.cli.progress import Watcher
from mldebt.cli.screen import put_whole, say, write
from mldebt.config import BASELINE_FILE
from mldebt.errors import ConfigError
from mldebt.model.finding import Report
from mldebt.policy.baseline import Comparison, Entry, compare
from mldebt.policy.baseline_file import baseline_text, read_baseline
from mldebt.report.sources import Sources
from mldebt.report.summary import counted

_SHOWN = 3
Placed = TypeVar("Placed", Site, Job)


@dataclass(frozen=True, slots=True)
class BaselineOptions(Wanted):
    """What the command line of `baseline` says."""

    baseline: Path | None = None
    prune: bool = False
    quiet: bool = False


def baseline_file(site: Site, named: Path | None) -> Path:
    """Return the file of a run's baseline: the one that is named, else the one at the project's root."""
    return named if named is not None else site.root.path / BASELINE_FILE


def entries_of(path: Path, named: bool) -> tuple[Entry, ...] | None:
    """Return the entries of a baseline file, None without one; raises `ConfigError` where one that was named is absent, and `Faults` for a wrong one."""
    if not path.exists():
        if named:
            raise ConfigError("no such file; `mldebt baseline --baseline FILE` writes one", f"--baseline {path}")
        return None
    return read_baseline(path, str(path) if named else path.name)


def without_file(job: Placed, path: Path) -> Placed:
    """Return a run that does not analyse its own baseline: the names in it are no code and no configuration."""
    try:
        inner = path.resolve().relative_to(job.root.path.resolve()).as_posix()
    except ValueError:
        return job
    pattern = "/" + "".join(f"\\{sign}" if sign in "*?[]\\ " else sign for sign in inner)
    return replace(job, settings=msgspec.structs.replace(job.settings, extend_exclude=(*job.settings.extend_exclude, pattern)))


def compared(report: Report, site: Site, entries: tuple[Entry, ...]) -> Comparison:
    """Return a report beside the entries of its baseline."""
    root = site.root.path
    return compare(report, entries, Sources(root).span, lambda path: not (root / path).exists(), date.today().isoformat())


def with_baseline(report: Report, site: Site, rules: frozenset[str], path: Path, entries: tuple[Entry, ...]) -> Report:
    """Return a report of `rules` with the findings marked that a baseline accepts, and with notes on entries that accept nothing any more."""
    beside = compared(report, site, entries)
    notes = [f"note: {path.name}: expired on {entry.expires}: {_named(entry)}" for entry in beside.expired()]
    whole = all(scope in ("", ".") for scope in site.scopes)
    if whole and (stale := beside.stale(rules)):
        named = ", ".join(_named(entry) for entry in stale[:_SHOWN]) + (", …" if len(stale) > _SHOWN else "")
        many = counted(sum(entry.count for entry in stale), "accepted finding")
        notes.append(f"note: {path.name}: {many} not found any more ({named}): `mldebt baseline --prune` takes them out")
    return msgspec.structs.replace(beside.accepted(), notes=(*report.notes, *notes))


def _named(entry: Entry) -> str:
    return f"{entry.trace.rule} in {entry.trace.path}" + (f" ({entry.reason})" if entry.reason else "")


def run_baseline(options: BaselineOptions) -> int:
    """Write the baseline and return the exit code: 0, or 3 after an internal error; raises `ConfigError` or `Faults` for wrong input."""
    from mldebt.pipeline import check

    job = prepared(options)
    path = baseline_file(job, options.baseline)
    job = without_file(job, path)
    old = entries_of(path, named=options.baseline is not None and options.prune) or ()
    if options.prune and not path.exists():
        raise ConfigError("there is no baseline to shrink; `mldebt baseline` writes one", path.name)
    with Watcher(not options.quiet) as watch:
        report = check(job.root.path, job.settings, scopes=job.scopes, jobs=options.jobs, rulebook=job.rulebook, watch=watch, cache=options.cache)
    new = compared(report, job, old).written(rules_run(job, report), job.scopes, options.prune)
    if new or path.exists():
        _keep(new, path)
    if not options.quiet:
        write(_told(path.name, old, new, options.prune))
        for note in report.notes:
            say(note)
    for error in report.errors:
        say(f"internal error in {error.rule}: {error.message}; its entries stay as they were")
    return 3 if report.errors else 0


def _keep(entries: list[Entry], path: Path) -> None:
    try:
        put_whole(baseline_text(entries), path)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", str(path)) from None


def _told(name: str, old: tuple[Entry, ...], new: list[Entry], prune: bool) -> str:
    """Return what became of a baseline file."""
    before, after = sum(entry.count for entry in old), sum(entry.count for entry in new)
    if not before and not after:
        return "No findings: nothing to accept.\n"
    change = f", {before} before" if before else ""
    hint = "" if prune or before else "Commit the file: from now on `mldebt check` reports what is new. Let it shrink with `mldebt baseline --prune`.\n"
    return f"{name}: {counted(after, 'finding')} accepted{change}.\n{hint}"
