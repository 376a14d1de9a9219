"""`mldebt init`: settings, a hook and a job to start from; what is there already is never touched."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from mldebt.cli.screen import write
from mldebt.config import OWN_FILE, load_settings
from mldebt.discover.root import find_root
from mldebt.errors import ConfigError
from mldebt.report.escape import safe

STARTERS = Path(__file__).parent / "starters"
HOOKS, WORKFLOW, JOBS = ".pre-commit-config.yaml", ".github/workflows/mldebt.yml", ".gitlab-ci.yml"


@dataclass(frozen=True, slots=True)
class Starter:
    """A file that a project may start with: its path, the name of its text among `STARTERS`."""

    path: str
    text: str

    def read(self) -> str:
        """Return the text."""
        return (STARTERS / self.text).read_text("utf-8")


def run_init(project: Path | None, ask: bool | None = None) -> str:
    """Write what is missing and return what was done, with what to add by hand; raises `ConfigError` when a file cannot be written.

    `ask`: each file is asked about first; by default on a terminal only.
    """
    if project is not None and not project.is_dir():
        raise ConfigError(f"no such folder: {project}")
    root = find_root([Path(".")], project).path
    asking = (sys.stdin.isatty() and sys.stdout.isatty()) if ask is None else ask
    told = [_done(root, starter, asking) for starter in _wanted(root)]
    return f"{safe(str(root))}\n" + "".join(told) + "Next: `mldebt check`; `mldebt baseline` accepts the findings of today, so that only new ones count.\n"


def _wanted(root: Path) -> Iterator[Starter]:
    """Yield the files that fit a project: settings, a hook, and a job where a service is used, else one for GitHub's."""
    yield Starter(OWN_FILE, "mldebt.toml")
    yield Starter(HOOKS, "pre-commit.yaml")
    yield Starter(JOBS, "gitlab.yaml") if (root / JOBS).exists() and not (root / ".github").exists() else Starter(WORKFLOW, "github.yaml")


def _done(root: Path, starter: Starter, asking: bool) -> str:
    """Write one file unless there is one, and return what to say."""
    target = root / starter.path
    if starter.path == OWN_FILE and (source := load_settings(root)[1]):
        return f"kept {source}: it holds settings already\n"
    if target.exists() or target.is_symlink():
        if "mldebt" in target.read_text("utf-8", "replace"):
            return f"kept {starter.path}: it names mldebt already\n"
        return f"kept {starter.path}; add to it:\n\n{starter.read()}\n"
    if asking and not click.confirm(f"Write {starter.path}?", default=True, err=True):
        return f"left out {starter.path}\n"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(starter.read())
    except OSError as error:
        raise ConfigError(f"cannot write to {target}: {error.strerror}") from None
    return f"wrote {starter.path}\n"


def completion(shell: str) -> int:
    """Print what a shell has to read to complete commands and options of mldebt."""
    from click.shell_completion import get_completion_class

    from mldebt.cli.main import main

    made = get_completion_class(shell)
    assert made is not None
    write(made(main, {}, "mldebt", "_MLDEBT_COMPLETE").source() + "\n")
    return 0
