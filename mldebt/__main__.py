"""`python -m mldebt`, and the command `mldebt`: a process of its own."""

from __future__ import annotations

import atexit
import gc

from mldebt.cli.main import main


def program() -> None:
    """Run the command line; what a command leaves behind goes with the process, so the cyclic garbage collector does not look for it, not even at the end."""
    gc.disable()
    atexit.register(gc.freeze)
    main()


if __name__ == "__main__":
    program()
