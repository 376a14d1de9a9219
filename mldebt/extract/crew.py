"""Worker processes of our own, one thread each in the parent to talk to it.

Not Python's process pools: those import the program that started them a second time, and lose every order of the pool when one worker dies. Here a worker dies
alone; the file that killed it twice, or took too long, is named, and all others are done.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

import msgspec

from mldebt.errors import InternalError
from mldebt.extract.messages import EXHAUSTED, Ticket, receive, send
from mldebt.model.facts import Problem

SECONDS = 18.0  # several times what the slowest real files take on a slow machine
AHEAD = 2
_START = "import sys; seconds, *sys.path = sys.argv[1:]; from mldebt.extract.worker import main; main(float(seconds))"
_ENCODER = msgspec.msgpack.Encoder()

Answer = tuple[Ticket, "bytes | Problem"]


class Crew:
    """Workers on a list of tickets, at most `jobs` of them; a context manager that leaves no process behind, whatever happens."""

    def __init__(self, tickets: Sequence[Ticket], jobs: int, seconds: float = SECONDS) -> None:
        """Prepare as many lanes as there is work for; `seconds` of processor time bound each file."""
        self._count = len(tickets)
        self._done: SimpleQueue[Answer | InternalError] = SimpleQueue()
        waiting = deque(tickets)
        self.lanes = [Lane(waiting, self._done, seconds) for _ in range(min(jobs, len(tickets)))]

    def __enter__(self) -> Crew:
        """Start working."""
        for lane in self.lanes:
            lane.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End every worker, idle or not."""
        for lane in self.lanes:
            lane.stop()
        for lane in self.lanes:
            lane.join()

    def answers(self) -> Iterator[Answer]:
        """Yield each ticket with its facts in msgpack, or the reason there are none, as they come; raises `InternalError` when no worker can be started."""
        for _ in range(self._count):
            item = self._done.get()
            if isinstance(item, InternalError):
                raise item
            yield item


class Lane(threading.Thread):
    """One worker and its successors: keeps it busy, notices its death."""

    def __init__(self, waiting: deque[Ticket], done: SimpleQueue[Answer | InternalError], seconds: float) -> None:
        """Take tickets from `waiting`, shared by all lanes, and put answers into `done`."""
        super().__init__(daemon=True)
        self._waiting, self._done, self._seconds = waiting, done, seconds
        self._lock = threading.Lock()
        self._stopped = False
        self._suspects: set[str] = set()
        self.process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """Kill the worker; the thread ends when it notices."""
        with self._lock:
            self._stopped = True
            if self.process is not None:
                self.process.kill()

    def run(self) -> None:
        """Work until no ticket is left."""
        try:
            orders: deque[Ticket] = deque()
            while not self._stopped and (orders or self._waiting):
                self._employ(orders)
        except InternalError as error:
            self._done.put(error)
        except Exception as error:  # noqa: BLE001  (the parent waits for an answer)
            self._done.put(InternalError(f"a worker process could not be served: {error!r}"))

    def _employ(self, orders: deque[Ticket]) -> None:
        """Let one worker work to the end of the tickets, or to its own."""
        process = self._hire()
        if process is None:
            return
        with process:
            assert process.stdin is not None and process.stdout is not None
            with suppress(OSError):
                for ticket in orders:
                    send(process.stdin, _ENCODER.encode(ticket))
            while self._order(process, orders):
                answer = receive(process.stdout)
                if answer is None:
                    break
                self._done.put((orders.popleft(), answer))
            with suppress(OSError):
                process.stdin.close()
        if orders and not self._stopped:
            self._judge(orders, process.returncode)

    def _order(self, process: subprocess.Popen[bytes], orders: deque[Ticket]) -> bool:
        """Keep the worker one ticket ahead; return whether it has anything to answer. Only a living worker's silence is told by `receive`."""
        with suppress(IndexError, OSError):
            while len(orders) < AHEAD:
                orders.append(self._waiting.popleft())
                assert process.stdin is not None
                send(process.stdin, _ENCODER.encode(orders[-1]))
        return bool(orders)

    def _judge(self, orders: deque[Ticket], code: int) -> None:
        """Blame the file in work when the worker ran out of time or memory, or when it is the second one to die of it: the first may have been killed."""
        problem = _reason(code, self._seconds)
        if problem.kind in ("timeout", "memory") or orders[0].path in self._suspects:
            self._done.put((orders.popleft(), problem))
        else:
            self._suspects.add(orders[0].path)

    def _hire(self) -> subprocess.Popen[bytes] | None:
        """Return a new worker that has said it is ready; None when all is to stop."""
        with self._lock:
            if self._stopped:
                return None
            self.process = process = start(self._seconds)
        assert process.stdout is not None and process.stderr is not None
        if receive(process.stdout) is None and not self._stopped:
            said = process.stderr.read().decode("utf-8", "replace").strip().splitlines()
            process.wait()
            raise InternalError(f"a worker process could not be started: {said[-1] if said else f'exit code {process.returncode}'}")
        process.stderr.close()
        return process


def start(seconds: float) -> subprocess.Popen[bytes]:
    """Start a worker with this interpreter and its path, but not with the folder that happens to be the current one; raises `InternalError`."""
    command = [sys.executable, "-I", *(["-B"] if sys.dont_write_bytecode else []), "-c", _START, str(seconds), *_path()]
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0))
    except (OSError, ValueError) as error:
        raise InternalError(f"a worker process could not be started: {error}") from None


def _path() -> list[str]:
    """Return where a worker looks for modules: where this program was found, then as here, without the current folder, which may be the analysed one."""
    home = os.fspath(Path(__file__).resolve().parents[2])
    here = os.path.realpath(os.curdir)
    return [home, *(entry for entry in sys.path if entry and os.path.realpath(entry) != here)]


def _reason(code: int, seconds: float) -> Problem:
    """Return why a worker ended: its clocks end it by a signal, or with exit code 1; a lack of memory with one of its own."""
    if code == EXHAUSTED:
        return Problem("memory", "the file takes more memory to parse than one file may have")
    if code == 1 or (sys.platform != "win32" and code == -signal.SIGPROF):
        return Problem("timeout", f"the file takes longer than {seconds:g} seconds to parse")
    with suppress(ValueError):
        return Problem("crash", f"the parser died on this file ({signal.Signals(-code).name})")
    return Problem("crash", f"the parser died on this file (exit code {code})")
