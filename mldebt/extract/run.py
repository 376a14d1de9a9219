"""Extraction of a whole project: what the cache knows, then worker processes for the rest, results in path order."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence

import msgspec

from mldebt.discover.files import SourceFile
from mldebt.extract.cache.facts import FactCache
from mldebt.extract.configuration_files import is_much, mentioned
from mldebt.extract.crew import Crew
from mldebt.extract.messages import Ticket
from mldebt.model.facts import DataFacts, Problem, PythonFacts
from mldebt.model.source import LineTable

WORTH = 150_000  # bytes of source that repay the start of one more worker
_IN = msgspec.msgpack.Decoder(PythonFacts)


def extract(
    files: Sequence[SourceFile], *, jobs: int = 0, limit: int = 1 << 20, cache: FactCache | None = None,
    watch: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, PythonFacts]:
    """Return the facts of every Python file and notebook by path. `jobs` 0 means one worker a core; neither it nor the cache changes the result.

    `watch` is told how many of how many files are done. Raises `InternalError` when no worker process can be started.
    """
    every = [file for file in files if file.kind in ("python", "notebook")]
    wanted = {file.path: file for file in every if not file.problem}
    result = cache.known(list(wanted.values()), PythonFacts, limit) if cache else {}
    missing = sorted((file for path, file in wanted.items() if path not in result), key=lambda file: -file.size)  # the long ones first: an even end
    tickets = [Ticket(file.path, os.fsencode(file.absolute), file.kind == "notebook", limit) for file in missing]
    result.update((file.path, _unread(file.path, file.kind == "notebook", Problem("name", file.problem))) for file in every if file.problem)
    with Crew(tickets, _workers(jobs, missing)) as crew:
        for ticket, answer in crew.answers():
            facts = _unread(ticket.path, ticket.notebook, answer) if isinstance(answer, Problem) else _IN.decode(answer)
            result[ticket.path] = facts
            watch(len(result), len(every))
            if cache and isinstance(answer, bytes):
                cache.keep(wanted[ticket.path], facts, answer, limit)
    if cache:
        cache.flush()
    return dict(sorted(result.items()))


def extract_data_files(
    files: Sequence[SourceFile], limit: int = 1 << 20, *, cache: FactCache | None = None, code: Mapping[str, PythonFacts] | None = None,
) -> dict[str, DataFacts]:
    """Return the facts of every file that is not Python, by path; files above `limit` bytes are left out, unreadable ones hold their problem.

    Where there is more JSON than configuration, what neither `code` nor the other files mention is data and left out.
    """
    wanted = [file for file in files if file.kind not in ("python", "notebook") and file.size <= limit]
    if code is None or not is_much(wanted):
        return _extracted(wanted, limit, cache)
    result = _extracted([file for file in wanted if file.kind != "json"], limit, cache)
    more = mentioned([file for file in wanted if file.kind == "json"], code, result)
    return dict(sorted((result | _extracted(more, limit, cache)).items()))


def _extracted(wanted: Sequence[SourceFile], limit: int, cache: FactCache | None) -> dict[str, DataFacts]:
    result = cache.known(wanted, DataFacts, limit) if cache else {}
    for file in wanted:
        if file.path not in result:
            result[file.path] = facts = _data(file)
            if cache:
                cache.keep(file, facts, msgspec.msgpack.encode(facts), limit)
    if cache:
        cache.flush()
    return dict(sorted(result.items()))


def _data(file: SourceFile) -> DataFacts:
    from mldebt.extract.data.formats import extract_data

    try:
        return extract_data(file.path, file.absolute.read_bytes(), file.kind)
    except OSError as error:
        problem = Problem("io", f"the file cannot be read: {error.strerror}")
        return DataFacts(file.path, "", file.kind, LineTable((0,)), 0, problems=(problem,))


def _unread(path: str, notebook: bool, problem: Problem) -> PythonFacts:
    return PythonFacts(path, "", notebook, LineTable((0,)), 0, problems=(problem,))


def _workers(jobs: int, files: Sequence[SourceFile]) -> int:
    """Return how many workers pay: as many as asked for, or one a core that this process may use, but none without enough to do."""
    if sys.platform == "linux":
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return min(jobs or cores, 1 + sum(file.size for file in files) // WORTH)
