"""How far a long run is: one line on a terminal's standard error, gone when the run ends."""

from __future__ import annotations

import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 1.5  # seconds before anything is shown: short runs stay silent
_WORDS = {
    "discover": "looking for files", "extract": "reading files", "link": "linking modules", "flow": "following programs",
    "graph": "building the graph", "rules": "asking the rules",
}


class Watcher:
    """Told of each step of a run (`pipeline.Watch`), it shows phase and count once the run takes longer than `PATIENCE`."""

    def __init__(self, wanted: bool, patience: float = PATIENCE) -> None:
        """Show something only if it is wanted and standard error is a terminal."""
        self._wanted = wanted and sys.stderr is not None and sys.stderr.isatty()
        self._patience = patience
        self._start = monotonic()
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._phase = ""

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Note how far a phase is."""
        if not self._wanted or (self._progress is None and monotonic() - self._start < self._patience):
            return
        if self._progress is None:
            self._progress = _bar()
            self._progress.start()
        if phase != self._phase or self._task is None:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._phase, self._task = phase, self._progress.add_task(_WORDS.get(phase, phase), total=None)
        self._progress.update(self._task, completed=done, total=total or None)

    def __enter__(self) -> Watcher:
        """Watch a run."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Take the line away, however the run ended."""
        if self._progress is not None:
            self._progress.stop()


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn(),
                    console=Console(stderr=True), transient=True)
