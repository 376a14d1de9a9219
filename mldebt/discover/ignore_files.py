"""Which ignore files hold for a project, and where they are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from mldebt.discover.repository import Repository, read_regular

NAME = ".gitignore"
MAX_SIZE = 4 << 20
_SECTION = re.compile(r"^[ \t]*\[[ \t]*([^\]\n]*?)[ \t]*\]", re.MULTILINE)
_EXCLUDES_FILE = re.compile(r"^[ \t]*excludesfile[ \t]*=[ \t]*\"?([^\"#;\n]+?)\"?[ \t]*(?:[#;].*)?$", re.MULTILINE | re.IGNORECASE)


def general(repository: Repository) -> tuple[Path, Path]:
    """Return the ignore files that hold for a whole repository: the user's own, and the repository's."""
    return _users(), repository.common / "info" / "exclude"


def on_the_way(repository: Repository, root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the folders from the top of a repository down to the one before `root`, each with the name of the next."""
    folder = repository.top
    for part in root.relative_to(repository.top).parts:
        yield folder, part
        folder = folder / part


def read(path: Path) -> bytes | None:
    """Return the bytes of an ignore file; None where there is none that counts."""
    return read_regular(path, MAX_SIZE)


def _users() -> Path:
    """Return the user's own ignore file: the one that the user's git settings name, else the default one."""
    home = Path(os.path.expanduser("~"))
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    named = ""
    for path in (folder / "config", home / ".gitconfig"):
        named = _excludes_file((read(path) or b"").decode("utf-8", "replace")) or named
    return home / os.path.expanduser(named) if named else folder / "ignore"


def _excludes_file(text: str) -> str:
    """Return the last `core.excludesFile` of git settings."""
    heads = [*_SECTION.finditer(text)]
    ends = [*(head.start() for head in heads[1:]), len(text)]
    found = [match[1] for head, end in zip(heads, ends) if head[1].lower() == "core" for match in _EXCLUDES_FILE.finditer(text[head.end():end])]
    return found[-1].strip() if found else ""
