"""The report of a run: the kept one where nothing has changed since, else of a run that is kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mldebt.cli.job import Job, Site, Wanted, with_rules
from mldebt.config import SHARED_FILE
from mldebt.extract.cache.facts import PASSING
from mldebt.extract.cache.results import Inputs, Result, content_of, fired, open_results, result_key
from mldebt.model.card import Card
from mldebt.model.facts import FileFacts
from mldebt.model.finding import Report

if TYPE_CHECKING:
    from mldebt.discover.files import Discovery
    from mldebt.pipeline import Survey

_OF_THE_MACHINE = (*PASSING, "memory")


@dataclass(frozen=True, slots=True)
class Answer:
    """A report before a baseline is compared, the codes of the rules that were run to their end, and the cards of those that found something at least."""

    report: Report
    rules: frozenset[str]
    cards: Sequence[Card]


def answer_of(site: Site, wanted: Wanted, watch: Callable[[str, int, int], None], kept: bool = True) -> Answer:
    """Return the report of a run; `kept`: an earlier one will do. Raises `Faults` for rules that cannot be."""
    root = site.root.path
    results = open_results(root, wanted.cache)
    key = result_key(root, site.settings, site.scopes) if results else b""
    if results and kept and (found := results.known(key, root)) is not None:
        return Answer(found.report, frozenset(found.rules), found.cards)
    job = with_rules(site, wanted)
    done = _surveyed(job, wanted, watch)
    answer = Answer(done.report, rules_run(job, done.report), job.rulebook.cards)
    if results and _lasting(done) and result_key(root, site.settings, site.scopes) == key:  # nothing around the project changed meanwhile
        results.keep(key, _result(root, done, answer))
    return answer


def report_then(site: Site, wanted: Wanted, watch: Callable[[str, int, int], None], found: Discovery, contents: bytes, lasting: Callable[[], bool]) -> Report:
    """Return the report of a run on other files than those on the disk; raises as `answer_of` does.

    `contents` is a digest of them under which the report is kept (empty: it is not), `lasting` tells after the run whether it is of them.
    """
    root = site.root.path
    results = open_results(root, wanted.cache) if contents else None
    key = b"then" + result_key(root, site.settings, site.scopes) + contents
    if results and (kept := results.known(key, root)) is not None:
        return kept.report
    done = _surveyed(with_rules(site, wanted), wanted, watch, found)
    if results and _lasting(done) and lasting():
        results.keep(key, Result(Inputs((), ()), msgspec.structs.replace(done.report, timings=(), counters=()), (), ()))
    return done.report


def rules_run(job: Job, report: Report) -> frozenset[str]:
    """Return the codes of the rules that were run to their end."""
    from mldebt.policy.select import select

    return frozenset(card.code for card in select(job.rulebook.cards, job.settings)) - {error.rule for error in report.errors}


def _surveyed(job: Job, wanted: Wanted, watch: Callable[[str, int, int], None], found: Discovery | None = None) -> Survey:
    from mldebt.pipeline import survey

    return survey(job.root.path, job.settings, scopes=job.scopes, jobs=wanted.jobs, rulebook=job.rulebook, watch=watch, cache=wanted.cache, found=found)


def _lasting(done: Survey) -> bool:
    """Return whether the next run on the same files would find the same: nothing crashed, and no file failed for the moment or for want of memory."""
    return not done.report.errors and not any(problem.kind in _OF_THE_MACHINE for facts in _facts(done).values() for problem in facts.problems)


def _facts(done: Survey) -> dict[str, FileFacts]:
    project = done.analysis.project
    return {**{path: module.facts for path, module in project.modules.items()}, **project.data}


def _result(root: Path, done: Survey, answer: Answer) -> Result:
    report = msgspec.structs.replace(done.report, timings=(), counters=())
    codes = {item.code for item in (*report.findings, *report.elsewhere)}
    folders = tuple((os.fsencode(prefix), digest) for prefix, digest in done.analysis.found.folders)
    return Result(Inputs(folders, tuple(_files(root, done))), report, tuple(sorted(answer.rules)), fired(answer.cards, codes))


def _files(root: Path, done: Survey) -> Iterator[tuple[bytes, str | None]]:
    """Yield the files that were read with the digest of what was read; of those that no facts are of, with that of what they hold now."""
    found, facts = done.analysis.found, _facts(done)
    base = root.resolve()
    for file in found.files:
        known = facts.get(file.path)
        yield os.fsencode(os.path.relpath(file.absolute, base)), known.digest if known and known.digest else content_of(str(file.absolute))
    for name in sorted(found.names - {file.path for file in found.files}):
        if name.endswith(f"/{SHARED_FILE}"):  # it may hold settings, which a note tells of, though nothing else of it counts
            yield os.fsencode(name), content_of(f"{root}/{name}")
