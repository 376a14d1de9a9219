"""Folders outside a project in which one program's files are another's, and those in which they are not."""

from __future__ import annotations

import msgspec


class Places(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`passing`: starts of paths in a sandbox that each run gets anew; `kept`: exceptions below them that stay."""

    passing: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    def passes(self, path: str) -> bool:
        """Return whether what lies under an absolute path is gone when another program looks."""
        return path.startswith(self.passing) and not path.startswith(self.kept)
