"""Where output goes: terminal or not, colours or not, how wide; and how it is written."""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

import click

from mldebt.errors import ConfigError, InternalError, MldebtError
from mldebt.model.finding import Report
from mldebt.report.canvas import WIDTH, Canvas
from mldebt.report.escape import safe, unordered

_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio")
_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour")
_SIGNS = ("KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "DOMTERM")  # of terminals that name themselves


def canvas_of(choice: str = "auto") -> Canvas:
    """Return what standard output is: with colours as `--color` and the environment say, as wide as the terminal."""
    terminal = sys.stdout is not None and sys.stdout.isatty()  # there is no stream when it was closed
    coloured = wants_colour(choice, terminal, os.environ)
    return Canvas(shutil.get_terminal_size().columns if terminal else WIDTH, coloured, terminal, coloured and follows_links(terminal, os.environ))


def wants_colour(choice: str, terminal: bool, environment: Mapping[str, str]) -> bool:
    """Return whether output is coloured. The option wins, then NO_COLOR, then FORCE_COLOR (each if it is not empty), then whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    return bool(environment.get("FORCE_COLOR")) or (terminal and environment.get("TERM") != "dumb")


def follows_links(terminal: bool, environment: Mapping[str, str]) -> bool:
    """Return whether links can be clicked: FORCE_HYPERLINK decides if it is set (0: no), else whether it is a terminal that is known to."""
    if forced := environment.get("FORCE_HYPERLINK"):
        return forced != "0"
    known = environment.get("TERM_PROGRAM") in _PROGRAMS or environment.get("TERM", "").startswith(_TERMS) or any(map(environment.get, _SIGNS))
    vte = environment.get("VTE_VERSION", "")
    return terminal and not environment.get("CI") and (known or vte.isdecimal() and int(vte) >= 5000)


def write(text: str, target: str = "", exact: bool = False) -> None:
    """Print a text, or write it to a file as UTF-8; raises `ConfigError` when that fails.

    What the terminal's encoding lacks is shown escaped, and no line begins like an order to a service that reads logs; with `exact`, for formats that programs
    read, standard output is UTF-8, and the text as it is.
    """
    if target:
        put(text, Path(target))
    elif exact:
        click.echo(text.encode(), nl=False)
    else:
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        click.echo(unordered(text).encode(encoding, "backslashreplace").decode(encoding), nl=False, color=True)


def put(text: str, target: Path) -> None:
    """Write a file as `put_whole` does; raises `ConfigError` when that fails."""
    try:
        put_whole(text, target)
    except OSError as error:
        raise ConfigError(f"cannot write to {target}: {error.strerror}") from None


def put_whole(text: str, target: Path) -> None:
    """Write a file as UTF-8: wholly, or not at all, whatever ends the process meanwhile; raises `OSError` when that fails."""
    place = Path(os.path.realpath(target))  # a link stays one
    new = place.with_name(f".{place.name}.{os.getpid()}.new")
    if place.exists() and not place.is_file() or not os.access(place.parent, os.W_OK):
        place.write_text(text, "utf-8", newline="\n")  # a device, a pipe, or a file alone that may be written
        return
    try:
        new.write_text(text, "utf-8", newline="\n")
        if place.exists():
            new.chmod(place.stat().st_mode & 0o7777)
        new.replace(place)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def say(text: str) -> None:
    """Print a message beside the output, one `mldebt:` a line."""
    click.echo("\n".join(f"mldebt: {safe(line)}" for line in text.split("\n")), err=True)


def say_errors(report: Report) -> None:
    """Print the internal errors of a run: which rule, at which file, why."""
    for error in report.errors:
        say(f"internal error in {error.rule}{f' at {error.path}' if error.path else ''}: {error.message}")


def crashed(error: Exception) -> int:
    """Print what nobody foresaw, with where it happened, and return the exit code."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    say(f"internal error: {type(error).__name__}: {error}\n(raised in {Path(place.filename).name}, line {place.lineno}; please report it)")
    return 3


def failed(error: MldebtError) -> int:
    """Print an error and return the exit code: 3 where mldebt is at fault, else 2."""
    ours = isinstance(error, InternalError)
    say(f"internal error: {error}" if ours else str(error))
    return 3 if ours else 2
