"""`mldebt cache`: where the facts and results of a project are kept, how many, how big; and emptying it."""

from __future__ import annotations

from pathlib import Path

from mldebt.discover.root import find_root
from mldebt.errors import ConfigError
from mldebt.extract.cache.place import RESULTS, cache_folder
from mldebt.extract.cache.store import Store

_UNITS = ("bytes", "KiB", "MiB", "GiB")


def run_cache(project: Path | None, base: Path | None, clear: bool) -> str:
    """Return the state of the project's cache, or what clearing it did; raises `ConfigError` for a path that does not exist or cannot be cleared."""
    if project is not None and not project.exists():
        raise ConfigError(f"no such path: {project}")
    root = find_root([Path(".")], project).path
    folder = cache_folder(root, base)
    if folder is None:
        raise ConfigError("there is no cache folder: neither XDG_CACHE_HOME nor a home folder is known")
    store = Store(folder, trusted=base is not None)
    return _cleared(store) if clear else _described(store, Store(folder, trusted=base is not None, name=RESULTS), root)


def _described(store: Store, kept: Store, root: Path) -> str:
    info, results = store.info(), kept.info()
    lines = [f"project: {root}", f"folder: {info.folder}", f"entries: {info.entries}", f"size: {_size(info.size)}", f"results: {results.entries}"]
    faults = [f"not usable: {fault}" for fault in (info.fault, results.fault) if fault]
    return "\n".join([*lines, *faults]) + "\n"


def _cleared(store: Store) -> str:
    size = store.info().size
    try:
        store.clear()
    except OSError as error:
        raise ConfigError(f"the cache cannot be cleared: {error.strerror}", str(store.folder)) from None
    return f"cleared {store.folder} ({_size(size)})\n"


def _size(count: float) -> str:
    for unit in _UNITS[:-1]:
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} {_UNITS[-1]}"
