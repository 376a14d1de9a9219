"""Text known in part: literals with holes."""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Hole(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An unknown stretch. `kind`: `unknown`, `parameter`, `option`, `environment`, `config`, `stamp` (differs every run), `loop`, `list` (a file of
    a folder), `newest` (the last of a folder by time or name); `name` says of what."""

    kind: str = "unknown"
    name: str = ""


Part: TypeAlias = str | Hole


class Pattern(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Text as literal stretches and holes: adjacent literals are merged, no literal is empty.

    A pattern without holes is a constant; the empty pattern is the empty text.
    """

    parts: tuple[Part, ...] = ()

    @property
    def literal(self) -> str | None:
        """Return the text when nothing is unknown, else None."""
        if not self.parts:
            return ""
        if len(self.parts) == 1 and isinstance(self.parts[0], str):
            return self.parts[0]
        return None

    @property
    def unknown(self) -> bool:
        """Return whether no literal text is known at all."""
        return bool(self.parts) and not any(isinstance(part, str) for part in self.parts)

    def show(self) -> str:
        """Return the text with `{…}` for holes, `{name}` where the hole has a name."""
        return "".join(part if isinstance(part, str) else "{" + (part.name or "…") + "}" for part in self.parts)

    def __add__(self, other: Pattern) -> Pattern:
        """Concatenate: only what meets where they join can merge."""
        left, right = self.parts, other.parts
        if not left or not right:
            return other if not left else self
        last, first = left[-1], right[0]
        if isinstance(last, str) and isinstance(first, str):
            return Pattern((*left[:-1], last + first, *right[1:]))
        return Pattern(left + right[1:] if last == first else left + right)


def pattern(*parts: Part) -> Pattern:
    """Return the pattern of the given stretches, normalised."""
    if len(parts) == 1:
        return Pattern(parts) if parts[0] != "" else EMPTY
    merged: list[Part] = []
    for part in parts:
        if part == "":
            continue
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif isinstance(part, Hole) and merged and isinstance(merged[-1], Hole) and merged[-1] == part:
            continue
        else:
            merged.append(part)
    return Pattern(tuple(merged))


EMPTY = Pattern()
UNKNOWN = Pattern((Hole(),))
NEWEST = Hole("newest", "newest")
