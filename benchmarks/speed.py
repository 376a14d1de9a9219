"""Seconds of each phase against LibCST's parse-only floor, and peak memory: `python -m benchmarks.speed [--warm] FOLDER…`.

The floor is the time that `libcst.parse_module` alone takes for the sources that extraction reads (a notebook's cells joined), without the cyclic collector,
as in a worker. Floor and runs are processes of their own, so that neither inherits the other's heap. All seconds are those of processors, those of a run's one
worker with it, so that other programs on the machine change little; the start of the worker counts to extraction. The peak is that of the run's own process
plus that of its worker, as if both came at once. `--warm` fills a cache of facts first and measures a run that finds everything in it.
`--files` prints instead the files whose extraction takes longest beyond their own parse.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import libcst as cst

from mldebt.config import Settings
from mldebt.discover.files import discover
from mldebt.extract.gate import check as gate
from mldebt.extract.gate import decode
from mldebt.extract.notebook import read_cells
from mldebt.extract.python import extract_python
from mldebt.pipeline import check


def sources(folder: Path) -> list[str]:
    """Return the texts that extraction would give to the parser."""
    found: list[str] = []
    for file in discover(folder).files:
        if file.kind not in ("python", "notebook"):
            continue
        text = decode(file.absolute.read_bytes())
        if isinstance(text, str) and file.kind == "notebook":
            text = "\n".join(cell.source for cell in read_cells(text)[0]) + "\n"
        if isinstance(text, str) and gate(text) is None:
            found.append(text)
    return found


class Meter:
    """Seconds of processors that each phase of a run takes, told of them as they begin."""

    def __init__(self) -> None:
        """Start with no phase."""
        self.phases: dict[str, float] = {}
        self._start = self._last = _spent()
        self._phase = ""

    def __call__(self, phase: str, done: int, total: int) -> None:
        """End the phase before when `phase` begins."""
        if not total:
            self.stop()
            self._phase = phase

    def stop(self) -> float:
        """End the last phase; return the seconds since the start."""
        now = _spent()
        if self._phase:
            self.phases[self._phase] = now - self._last
        self._last = now
        return now - self._start


def _spent() -> float:
    """Return the seconds of processors that this process and its ended children took."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(item.ru_utime + item.ru_stime for item in used)


def floor(folder: str) -> dict[str, Any]:
    """Return the seconds that parsing alone takes, each tree dropped before the next, and the peak memory of this process in KiB."""
    texts = sources(Path(folder))
    gc.disable()
    start = process_time()
    for text in texts:
        try:
            cst.parse_module(text)
        except cst.ParserSyntaxError:
            continue
    return {"seconds": process_time() - start, "own": _peak(resource.RUSAGE_SELF)}


def run(folder: str, cache: str) -> dict[str, Any]:
    """Return phases, counters and peak memory (KiB) of one run in this process; `cache` is a folder, or empty for none."""
    meter = Meter()
    report = check(folder, Settings(select=("ALL",)), jobs=1, cache=cache or False, watch=meter)
    return {"seconds": meter.stop(), "lines": report.lines, "phases": meter.phases, "counters": dict(report.counters),
            "own": _peak(resource.RUSAGE_SELF), "worker": _peak(resource.RUSAGE_CHILDREN)}


def beyond_parse(folder: str) -> list[tuple[float, str]]:
    """Return for every file the seconds that extraction takes beyond parsing, and its path; what is not read is left out."""
    found = []
    gc.disable()
    for file in discover(Path(folder)).files:
        raw = file.absolute.read_bytes() if file.kind == "python" and not file.problem else b""
        text = decode(raw) if raw else ""
        if isinstance(text, str) and text and gate(text) is None:
            start = process_time()
            try:
                cst.parse_module(text)
            except cst.ParserSyntaxError:
                continue
            parsed = process_time()
            extract_python(file.path, raw, False)
            found.append((process_time() - parsed - (parsed - start), file.path))
            gc.collect(0)
    return found


def _peak(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


def apart(task: str, folder: str, cache: str = "") -> dict[str, Any]:
    """Return what a task gives in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.speed", "--task", task, "--cache", cache, folder], stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def slowest(folders: list[str]) -> None:
    """Print the ten files that cost most beyond their own parse."""
    rows = sorted(((seconds, f"{Path(folder).name}/{path}") for folder in folders for seconds, path in apart("files", folder)["files"]), reverse=True)
    for seconds, path in rows[:10]:
        print(f"{seconds:9.2f} s {path}")


def main(folders: list[str], warm: bool) -> None:
    """Measure the projects in `folders` one by one and print their sums, and the highest peaks."""
    floors, runs = [], []
    with tempfile.TemporaryDirectory() as cache:
        for folder in folders:
            floors.append(apart("floor", folder))
            if warm:
                apart("run", folder, cache)
            runs.append(apart("run", folder, cache if warm else ""))
    least, whole, lines = sum(item["seconds"] for item in floors), sum(item["seconds"] for item in runs), sum(item["lines"] for item in runs)
    phases: Counter[str] = Counter()
    counters: Counter[str] = Counter()
    for item in runs:
        phases.update({name: round(seconds, 4) for name, seconds in item["phases"].items()})
        counters.update(item["counters"])
    print(f"{'parse floor':20}{least:9.2f} s")
    for name, seconds in phases.items():
        print(f"{name:20}{seconds:9.2f} s{seconds / least:9.2f} x")
    print(f"{'whole':20}{whole:9.2f} s{whole / least:9.2f} x   {lines / whole:,.0f} lines a second{', warm' if warm else ''}")
    print(f"evaluations per node {counters['steps'] / max(counters['nodes'], 1):.2f}, cut-offs {counters['cut-offs']}, memo hits {counters['memo hits']}")
    own, worker, bare = (max(item[name] for item in part) / 1024 for name, part in (("own", runs), ("worker", runs), ("own", floors)))
    print(f"peak memory {own:,.0f} MiB and {worker:,.0f} MiB of the worker (parsing alone, with all sources held: {bare:,.0f} MiB)")


def _task(name: str, folder: str, cache: str) -> None:
    tasks: dict[str, Callable[[], dict[str, Any]]] = {
        "floor": lambda: floor(folder), "run": lambda: run(folder, cache), "files": lambda: {"files": beyond_parse(folder)},
    }
    json.dump(tasks[name](), sys.stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed")
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--task", choices=["floor", "run", "files"], help=argparse.SUPPRESS)
    parser.add_argument("--cache", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.files and not chosen.task:
        slowest(chosen.folders)
    elif not chosen.task:
        main(chosen.folders, chosen.warm)
    else:
        threading.stack_size(512 << 20)
        sys.setrecursionlimit(60_000)
        worker = threading.Thread(target=_task, args=(chosen.task, chosen.folders[0], chosen.cache))
        worker.start()
        worker.join()
