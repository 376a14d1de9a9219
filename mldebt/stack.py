"""Room for deep recursion, and for many objects: analysed programs may be nested as deeply, and be as long, as their authors liked."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

STACK_BYTES = 512 << 20
RECURSION = 60_000
_Result = TypeVar("_Result")


def deep(function: Callable[[], _Result]) -> _Result:
    """Return what `function` returns, run in a thread with a stack of `STACK_BYTES` (reserved, not used) and a recursion limit of `RECURSION`.

    Raises what it raises. The thread is a daemon, so that an interrupted program ends at once.
    """
    result: list[_Result] = []
    error: list[BaseException] = []

    def run() -> None:
        try:
            result.append(function())
        except BaseException as caught:  # handed to the caller, whatever it is
            error.append(caught)

    limit, size = sys.getrecursionlimit(), threading.stack_size(STACK_BYTES)
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        thread = threading.Thread(target=run, name="deep", daemon=True)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if error:
        raise error[0]
    return result[0]


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the cyclic garbage collector rest while work is done whose objects live to its end or die by themselves: it would walk them again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
