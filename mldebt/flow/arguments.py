"""What a call hands over."""

from __future__ import annotations

import msgspec

from mldebt.flow.value import Value, lineage


class Arguments(msgspec.Struct, frozen=True, gc=False):
    """Positional and keyword arguments; `open`: something unknown was unpacked (`*rest`, `**options`), so any parameter may be given besides.

    `assumed`: nothing in the project calls like this, so a default is one of the values that whoever calls may give. `requested`: whoever calls gives data
    of a request.
    """

    args: tuple[Value, ...] = ()
    keywords: dict[str, Value] = {}
    open: bool = False
    assumed: bool = False
    requested: bool = False

    def lineage(self) -> frozenset[int]:
        """Return the reads whose data is handed over."""
        return lineage(*self.args, *self.keywords.values())
