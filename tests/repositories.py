"""Git repositories for tests, made by git itself, which mldebt never runs."""

import os
import subprocess
from pathlib import Path

from expectations import write_sections

QUIET = {**{name: value for name, value in os.environ.items() if not name.startswith("GIT_")}, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
GIVEN = ("user.name=a", "user.email=a@b", "protocol.file.allow=always", "commit.gpgsign=false", "tag.gpgsign=false", "init.defaultBranch=main", "gc.auto=0",
         "core.autocrlf=false")


def git(folder: Path, *words: str, day: int = 0, **more: str) -> str:
    """Return what git says, run in a folder with no settings but these; `day` is that of a commit."""
    options = [word for pair in GIVEN for word in ("-c", pair)]
    dates = {"GIT_AUTHOR_DATE": f"2026-01-{day:02}T00:00:00Z", "GIT_COMMITTER_DATE": f"2026-01-{day:02}T00:00:00Z"} if day else {}
    done = subprocess.run(["git", *options, *words], cwd=folder, capture_output=True, env={**QUIET, **dates, **more}, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path, sections: str = "", *words: str, day: int = 0) -> str:
    """Write files (`# file: NAME` and text), commit everything, return the commit's name."""
    if not (folder / ".git").exists():
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "-q", *words)
    if sections:
        write_sections(sections, folder)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "more", day=day)
    return git(folder, "rev-parse", "HEAD")
