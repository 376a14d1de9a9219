"""The one error root; every error carries the file and key it is about."""

from __future__ import annotations

import re

_STEP = re.compile(r"\[(?:(\d+)|([^\]]*))\]")


class MldebtError(Exception):
    """Root of all errors raised on purpose: `file` and `key` say where, the message what was expected."""

    def __init__(self, message: str, file: str = "", key: str = "") -> None:
        """Keep message, file and key apart so that reports can lay them out."""
        super().__init__(message)
        self.message, self.file, self.key = message, file, key

    def __str__(self) -> str:
        """Return `file: key: message`, without the empty parts."""
        return ": ".join(part for part in (self.file, self.key, self.message) if part)


def spotted(error: Exception) -> tuple[str, str]:
    """Return message and key of a validation error: `Expected … - at `$.call[0].path`` has the key `call 1.path`; `*` stands for a key that is not told."""
    message, _, spot = str(error).partition(" - at `")
    key = _STEP.sub(lambda step: f" {int(step[1]) + 1}" if step[1] else ".*", spot.rstrip("`").removeprefix("key in `").lstrip("$."))
    return message, key.replace("..", ".").strip(" .")


class ConfigError(MldebtError):
    """Usage, settings or input is wrong: exit code 2."""


class CardError(MldebtError):
    """A rule card is wrong."""


class CatalogueError(MldebtError):
    """A library or manifest file of the catalogue is wrong."""


class InternalError(MldebtError):
    """A rule or the engine crashed: exit code 3."""


class Faults(MldebtError):
    """Several faults found in one pass, reported together."""

    def __init__(self, faults: list[MldebtError]) -> None:
        """Keep every fault; the text is one line each."""
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
