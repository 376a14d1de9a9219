"""What the code behind a comment still takes up."""

from __future__ import annotations

from collections.abc import Sequence

from mldebt.model import ir
from mldebt.model.facts import Definition, decode_body
from mldebt.model.reads import read_behind


def read_after(body: ir.Body, definitions: Sequence[Definition], bodies: Sequence[bytes], at: int) -> frozenset[str]:
    """Return the names that the innermost function around an offset, else the module, reads behind it before it gives them another value.

    `body` is that of the module, `bodies` are all of them, encoded, as `definitions` name them. What functions inside read counts wherever they stand.
    """
    around = [number for number, item in enumerate(definitions) if item.kind == "function" and item.at <= at < item.end]
    own = max(around, key=lambda number: definitions[number].at, default=-1)
    inner = [item for item in definitions if own < 0 or definitions[own].at < item.at < definitions[own].end]
    return read_behind(decode_body(bodies[definitions[own].body]) if own >= 0 else body, at).union(*(item.names for item in inner))
