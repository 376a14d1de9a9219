"""Where a project's cache lies, and whether that place can be trusted."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

FACTS, RESULTS = "facts", "results"
DATABASES = tuple(f"{name}-*.sqlite*" for name in (FACTS, RESULTS))
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder holds facts that can be made again.\n"
_OWN = {"CACHEDIR.TAG": _TAG, ".gitignore": "*\n"}


def cache_folder(root: Path, base: Path | None = None) -> Path | None:
    """Return the cache folder of the project at `root`, below `base` or the user's cache folder; None for a user without one."""
    base = base or _user_base()
    if base is None:
        return None
    name = hashlib.blake2b(os.fsencode(os.path.realpath(root)), digest_size=16).hexdigest()
    return Path(os.path.abspath(base)) / name


def _user_base() -> Path | None:
    """Return the user's cache folder for this program, as each system has it; `XDG_CACHE_HOME` counts everywhere when it is absolute."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(chosen):
        return Path(chosen) / "mldebt"
    local = os.environ.get("LOCALAPPDATA", "")
    if sys.platform == "win32" and local:
        return Path(local) / "mldebt" / "Cache"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if not home.is_absolute():
        return None
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "mldebt"


def prepare(folder: Path, *, trusted: bool = False) -> None:
    """Make a cache folder that nobody else may enter, marked as one.

    Raises OSError when that fails, or when an existing one belongs to another user (unless `trusted`).
    """
    with suppress(FileExistsError):
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        for name, text in _OWN.items():
            (folder / name).write_text(text, "utf-8")
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(f"{folder} is not a folder")
    if sys.platform != "win32" and not trusted:
        if found.st_uid != os.getuid():
            raise PermissionError(f"{folder} belongs to another user")
        if found.st_mode & 0o077:
            folder.chmod(0o700)


def remove(folder: Path) -> None:
    """Remove a cache folder with the files that are its own, and only those; raises OSError when that fails."""
    for path in (*(path for pattern in DATABASES for path in folder.glob(pattern)), *(folder / name for name in _OWN)):
        path.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
