"""Seconds of each phase against LibCST's parse-only floor, in one run: `python -m benchmarks.speed FOLDER…`.

The floor is the time that `libcst.parse_module` alone takes, in this process, for the sources that extraction reads (a notebook's cells joined).
Everything runs on one core: extraction uses one worker.
"""

from __future__ import annotations

import gc
import resource
import sys
import threading
from collections import Counter
from pathlib import Path
from time import perf_counter

import libcst as cst

from mldebt.config import Settings
from mldebt.discover.files import discover
from mldebt.extract.gate import check as gate
from mldebt.extract.gate import decode
from mldebt.extract.notebook import read_cells
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


def floor(texts: list[str]) -> float:
    """Return the seconds that parsing alone takes, each tree dropped before the next."""
    gc.disable()
    start = perf_counter()
    for text in texts:
        try:
            cst.parse_module(text)
        except cst.ParserSyntaxError:
            continue
    seconds = perf_counter() - start
    gc.enable()
    return seconds


def main(folders: list[str]) -> None:
    """Measure the projects in `folders` together."""
    least, lines = 0.0, 0
    phases: Counter[str] = Counter()
    counters: Counter[str] = Counter()
    for folder in folders:
        least += floor(sources(Path(folder)))
        report = check(folder, Settings(select=("ALL",)), jobs=1)
        lines += report.lines
        phases.update({name: round(seconds, 4) for name, seconds in report.timings})
        counters.update(dict(report.counters))
    whole = sum(phases.values())
    print(f"{'parse floor':20}{least:9.2f} s")
    for name, seconds in phases.items():
        print(f"{name:20}{seconds:9.2f} s{seconds / least:9.2f} x")
    print(f"{'whole':20}{whole:9.2f} s{whole / least:9.2f} x   {lines / whole:,.0f} lines a second")
    print(f"evaluations per node {counters['steps'] / max(counters['nodes'], 1):.2f}, cut-offs {counters['cut-offs']}, memo hits {counters['memo hits']}")
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"peak memory {peak / 1024:,.0f} MiB (the larger of parent and workers)")


if __name__ == "__main__":
    threading.stack_size(512 << 20)
    sys.setrecursionlimit(60_000)
    worker = threading.Thread(target=main, args=(sys.argv[1:],))
    worker.start()
    worker.join()
