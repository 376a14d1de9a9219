"""Where the files of an image come from: container paths back to paths of the build context."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

_FILE = re.compile(r"[^.]\.|\*|^[A-Z]\w*$")  # names that files have rather than folders: extensions, patterns, capitals as in `Makefile`
MAX_COPIES = 1_000


@dataclass(frozen=True, slots=True)
class _Copy:
    """`source` in the build context came to `target`; None: from elsewhere. A `single` file covers its own path only, a folder all below."""

    target: str
    source: str | None
    single: bool


@dataclass(slots=True)
class Copies:
    """What `COPY` and `ADD` put where, in order."""

    items: list[_Copy] = field(default_factory=list)

    def clone(self) -> Copies:
        """Return a copy that can grow on its own."""
        return Copies(list(self.items))

    def add(self, sources: Sequence[str], target: str, folder: str) -> None:
        """Note an instruction: `target` as written, `folder` the working directory it starts from."""
        inside = target.endswith("/") or len(sources) > 1 or target in (".", "..")
        place = posixpath.normpath(posixpath.join(folder, target))
        for source in sources:
            if "://" in source or source.startswith("git@"):
                self.hide(posixpath.join(place, posixpath.basename(source)) if inside else place)
                continue
            path = posixpath.normpath(source.lstrip("/") or ".")
            single = bool(_FILE.search(posixpath.basename(path)))
            into = inside or place == folder or "*" in path or not posixpath.splitext(place)[1]
            self.items.append(_Copy(posixpath.join(place, posixpath.basename(path)) if single and into else place, path, single))

    def hide(self, target: str) -> None:
        """Note that something from outside the build context came to a container path."""
        self.items.append(_Copy(target, None, False))

    def take(self, other: Copies, sources: Iterable[str], target: str) -> None:
        """Note `COPY --from`: what another stage holds at container paths `sources` comes to the container path `target`.

        A stage that is said to copy from itself holds what it held before; of very many copies the last `MAX_COPIES` count.
        """
        held = tuple(other.items)
        for source in sources:
            found = other.context(source)
            if found is None:
                self.hide(target)
            else:
                single = any(item.single and item.target == source for item in held)
                into = single and not posixpath.splitext(target)[1]
                self.items.append(_Copy(posixpath.join(target, posixpath.basename(source)) if into else target, found, single))
            self.items.extend(_Copy(posixpath.join(target, item.target[len(source) :].lstrip("/")), item.source, item.single)
                              for item in held if item.target.startswith(source.rstrip("/") + "/"))
            del self.items[:-MAX_COPIES]

    def context(self, path: str) -> str | None:
        """Return the path in the build context of a container path; None when nothing of the project came there. A named file tells more than a folder."""
        for item in reversed(self.items):
            if item.single and fnmatchcase(path, item.target) and item.source is not None:
                return posixpath.join(posixpath.dirname(item.source), posixpath.basename(path))
        for item in reversed(self.items):
            if not item.single and (path == item.target or path.startswith(item.target.rstrip("/") + "/")):
                return None if item.source is None else posixpath.normpath(posixpath.join(item.source, path[len(item.target) :].lstrip("/")))
        return None

    def folders(self, path: str) -> list[str]:
        """Return the folders of the build context that files of a container folder came from, the folder copied whole first; `` is the context."""
        whole = self.context(path)
        named = [posixpath.dirname(item.source) for item in reversed(self.items)
                 if item.single and item.source is not None and posixpath.dirname(item.target) == path]
        return list(dict.fromkeys(["" if folder == "." else folder for folder in ([] if whole is None else [whole]) + named]))
