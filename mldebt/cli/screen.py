"""Where output goes: terminal or not, colours or not, how wide; and how it is written."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from mldebt.errors import ConfigError, InternalError, MldebtError
from mldebt.report.canvas import WIDTH, Canvas
from mldebt.report.escape import safe, unordered


def canvas_of(choice: str = "auto") -> Canvas:
    """Return what standard output is: with colours as `--color` and the environment say, as wide as the terminal."""
    terminal = sys.stdout is not None and sys.stdout.isatty()  # there is no stream when it was closed
    return Canvas(shutil.get_terminal_size().columns if terminal else WIDTH, wants_colour(choice, terminal, os.environ), terminal)


def wants_colour(choice: str, terminal: bool, environment: Mapping[str, str]) -> bool:
    """Return whether output is coloured. The option wins, then NO_COLOR, then FORCE_COLOR (each if it is not empty), then whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    return bool(environment.get("FORCE_COLOR")) or (terminal and environment.get("TERM") != "dumb")


def write(text: str, target: str = "", exact: bool = False) -> None:
    """Print a text, or write it to a file as UTF-8; raises `ConfigError` when that fails.

    What the terminal's encoding lacks is shown escaped, and no line begins like an order to a service that reads logs; with `exact`, for formats that programs
    read, standard output is UTF-8, and the text as it is.
    """
    if target:
        try:
            Path(target).write_text(text, "utf-8", newline="\n")
        except OSError as error:
            raise ConfigError(f"cannot write to {target}: {error.strerror}") from None
    elif exact:
        click.echo(text.encode(), nl=False)
    else:
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        click.echo(unordered(text).encode(encoding, "backslashreplace").decode(encoding), nl=False, color=True)


def say(text: str) -> None:
    """Print a message beside the output, one `mldebt:` a line."""
    click.echo("\n".join(f"mldebt: {safe(line)}" for line in text.split("\n")), err=True)


def failed(error: MldebtError) -> int:
    """Print an error and return the exit code: 3 where mldebt is at fault, else 2."""
    ours = isinstance(error, InternalError)
    say(f"internal error: {error}" if ours else str(error))
    return 3 if ours else 2
