"""Extraction of a whole project: worker processes that may die, results in path order."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import msgspec

from mldebt.discover.files import SourceFile
from mldebt.model.facts import DataFacts, Problem, PythonFacts
from mldebt.model.source import LineTable

BATCH_BYTES = 400_000
STACK_BYTES = 512 << 20
RECURSION = 60_000
_OUT = msgspec.msgpack.Encoder()
_IN = msgspec.msgpack.Decoder(list[PythonFacts])


def extract(files: Sequence[SourceFile], *, jobs: int = 0, limit: int = 1 << 20) -> dict[str, PythonFacts]:
    """Return the facts of every Python file and notebook by path. `jobs` 0 means one worker a core; the result does not depend on it."""
    wanted = [file for file in files if file.kind in ("python", "notebook")]
    batches = _batches(wanted)
    result: dict[str, PythonFacts] = {}
    broken: list[SourceFile] = []
    with _pool(jobs or os.cpu_count() or 1) as pool:
        pending = [(batch, pool.submit(_work, [_ticket(file) for file in batch], limit)) for batch in batches]
        for batch, future in pending:
            try:
                result.update((facts.path, facts) for facts in _IN.decode(future.result()))
            except BrokenProcessPool:
                broken.extend(batch)
    for file in broken:
        result[file.path] = _alone(file, limit)
    return dict(sorted(result.items()))


def extract_data_files(files: Sequence[SourceFile], limit: int = 1 << 20) -> dict[str, DataFacts]:
    """Return the facts of every file that is not Python, by path; files above `limit` bytes are left out, unreadable ones hold their problem."""
    from mldebt.extract.data import extract_data

    result: dict[str, DataFacts] = {}
    for file in files:
        if file.kind in ("python", "notebook") or file.size > limit:
            continue
        try:
            result[file.path] = extract_data(file.path, file.absolute.read_bytes(), file.kind)
        except OSError as error:
            result[file.path] = _unreadable(file.path, file.kind, f"the file cannot be read: {error.strerror}")
    return result


def unreadable_folders(folders: Sequence[tuple[str, str]]) -> dict[str, DataFacts]:
    """Return facts that hold nothing but the problem of each folder (path, why) that could not be listed."""
    return {path: _unreadable(path, "text", f"the folder cannot be read: {why}") for path, why in folders}


def _unreadable(path: str, kind: str, message: str) -> DataFacts:
    return DataFacts(path, "", kind, LineTable((0,)), 0, problems=(Problem("io", message),))


def _pool(jobs: int) -> ProcessPoolExecutor:
    context = get_context("forkserver" if sys.platform != "win32" else "spawn")
    if sys.platform != "win32":
        context.set_forkserver_preload(["mldebt.extract.python"])  # the parser is imported once, not in every worker
    return ProcessPoolExecutor(jobs, mp_context=context)


def _alone(file: SourceFile, limit: int) -> PythonFacts:
    """Extract one file in a worker of its own: the one that kills it is named."""
    with _pool(1) as pool:
        try:
            return _IN.decode(pool.submit(_work, [_ticket(file)], limit).result())[0]
        except BrokenProcessPool:
            return _failed(file.path, file.kind == "notebook", Problem("crash", "the parser died on this file"))


def _failed(path: str, notebook: bool, problem: Problem) -> PythonFacts:
    return PythonFacts(path, "", notebook, LineTable((0,)), 0, problems=(problem,))


def _ticket(file: SourceFile) -> tuple[str, str, bool]:
    return file.path, os.fspath(file.absolute), file.kind == "notebook"


def _batches(files: Sequence[SourceFile]) -> list[list[SourceFile]]:
    batches: list[list[SourceFile]] = []
    room = 0
    for file in files:
        if room <= 0:
            batches.append([])
            room = BATCH_BYTES
        batches[-1].append(file)
        room -= file.size + 1
    return batches


def _work(tickets: list[tuple[str, str, bool]], limit: int) -> bytes:
    """Extract a batch inside a worker: in a thread with room for deep recursion, without the cyclic collector."""
    gc.disable()
    sys.setrecursionlimit(RECURSION)
    threading.stack_size(STACK_BYTES)
    done: list[PythonFacts] = []
    thread = threading.Thread(target=lambda: done.extend(_one(*ticket, limit) for ticket in tickets))
    thread.start()
    thread.join()
    return _OUT.encode(done)


def _one(path: str, absolute: str, notebook: bool, limit: int) -> PythonFacts:
    from mldebt.extract.python import extract_python

    try:
        with open(absolute, "rb") as stream:
            raw = stream.read()
    except OSError as error:
        return _failed(path, notebook, Problem("io", f"the file cannot be read: {error.strerror}"))
    try:
        return extract_python(path, raw, notebook, limit)
    except RecursionError:
        return _failed(path, notebook, Problem("gate", "the program is nested too deeply"))
    except Exception as error:  # a fault of extraction must not take the other files of its batch with it
        return _failed(path, notebook, Problem("crash", f"extraction failed on this file: {error!r}"))
