"""`python -m mldebt`, and the command `mldebt`: a process of its own."""

from __future__ import annotations

import os
import sys

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if __name__ == "__main__" and sys.path[:1] == [os.getcwd()] != [HOME]:
    del sys.path[0]  # `-m` looks there first, and it may be the analysed project, of which nothing may be imported

import atexit  # noqa: E402
import gc  # noqa: E402

from mldebt.cli.main import main  # noqa: E402


def program() -> None:
    """Run the command line; what a command leaves behind goes with the process, so the cyclic garbage collector does not look for it, not even at the end."""
    gc.disable()
    atexit.register(gc.freeze)
    main()


if __name__ == "__main__":
    program()
