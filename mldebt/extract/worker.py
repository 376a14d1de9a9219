"""A worker process: tickets come in at standard input, facts go out at standard output. It may die; its parent starts another.

Two clocks bound each file, both outside of Python, because a native parser gone astray never comes back to look at a flag: the processor time of the process
where the system has such a timer (so that a busy machine changes no result), else, and several times longer, a thread of the fault handler.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import sys
from typing import IO

import msgspec

from mldebt.extract.messages import EXHAUSTED, Ticket, receive, send
from mldebt.model.facts import Problem, PythonFacts
from mldebt.model.source import LineTable
from mldebt.stack import deep

WALL = 6.0
MEMORY = 4 << 30  # bytes of addresses; two stacks of half a gigabyte are among them, and the largest file that is parsed takes two more
_TICKET = msgspec.msgpack.Decoder(Ticket)
_OUT = msgspec.msgpack.Encoder()


def main(seconds: float) -> None:
    """Serve until standard input ends: in a thread with room for deep recursion, without the cyclic collector, deaf to Ctrl-C (the parent decides)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    from mldebt.extract.syntax import use_records

    use_records()
    _bound_memory()
    import mldebt.extract.python  # noqa: F401  (before the greeting, so that a broken installation is told from a deadly file)

    streams = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    deep(lambda: _serve(*streams, seconds))


def _bound_memory() -> None:
    """Let the process have no more than `MEMORY` where the system can see to that."""
    try:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard), hard))
    except (ImportError, OSError, ValueError):
        pass  # as on Windows and macOS: there time alone bounds a file


def _serve(tickets: IO[bytes], answers: IO[bytes], seconds: float) -> None:
    void = os.open(os.devnull, os.O_RDWR)
    try:
        send(answers, b"")
        for number in (0, 1, 2):
            os.dup2(void, number)  # whatever a parser prints, the pipes carry messages alone
        while (message := receive(tickets)) is not None:
            _start_clocks(seconds, void)
            answer = _OUT.encode(read(_TICKET.decode(message)))
            _start_clocks(0, void)
            send(answers, answer)
    except OSError:
        pass  # the parent is gone
    except MemoryError:
        os._exit(EXHAUSTED)
    os._exit(0)  # tearing down a large heap takes long and serves nothing


def _start_clocks(seconds: float, void: int) -> None:
    """Let the process die when a file takes longer than `seconds`; 0 stops the clocks."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)
    if seconds:
        faulthandler.dump_traceback_later(seconds * WALL, exit=True, file=void)
    else:
        faulthandler.cancel_dump_traceback_later()


def read(ticket: Ticket) -> PythonFacts:
    """Return the facts of one file; what goes wrong is a problem in them."""
    from mldebt.extract.python import extract_python

    try:
        with open(ticket.absolute, "rb") as stream:
            raw = stream.read()
    except OSError as error:
        return failed(ticket, Problem("io", f"the file cannot be read: {error.strerror}"))
    try:
        return extract_python(ticket.path, raw, ticket.notebook, ticket.limit)
    except RecursionError:
        return failed(ticket, Problem("gate", "the program is nested too deeply"))
    except MemoryError:
        raise  # this worker's end: the next one has all its memory
    except BaseException as error:  # noqa: BLE001  (a panic of the native parser is no `Exception`)
        return failed(ticket, Problem("crash", f"the file cannot be analysed: {type(error).__name__}: {error}"))


def failed(ticket: Ticket, problem: Problem) -> PythonFacts:
    """Return the facts of a file that was not read."""
    return PythonFacts(ticket.path, "", ticket.notebook, LineTable((0,)), 0, problems=(problem,))
