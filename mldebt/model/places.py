"""Folders by what lies there: outside a project whether one program's files are another's, inside whether code is retired."""

from __future__ import annotations

import msgspec


class Places(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`passing`: starts of paths in a sandbox that each run gets anew; `kept`: exceptions below them that stay; `retired`: words of folders of retired code,
    whose names have besides only `plain` words."""

    passing: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()

    def passes(self, path: str) -> bool:
        """Return whether what lies under an absolute path is gone when another program looks."""
        return path.startswith(self.passing) and not path.startswith(self.kept)
