"""Code in notebooks that is there for whoever reads it: what fills in blanks will use, and what a cell only shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mldebt.knowledge.libraries import Catalogue
from mldebt.model import ir
from mldebt.model.facts import Definition, PythonFacts, decode_body


def has_blanks(facts: PythonFacts, blanks: Sequence[Collection[str]]) -> bool:
    """Return whether a file is a notebook that leaves code to its reader: it has all the words of one of `blanks`."""
    return facts.notebook and any(set(words) <= set(facts.strings) for words in blanks)


def shows(facts: PythonFacts, definition: Definition) -> bool:
    """Return whether a cell of a notebook holds one definition and nothing else but imports."""
    if not facts.notebook or definition.parent >= 0:
        return False
    cell = facts.table.locate(definition.at).cell
    beside = [node for node in decode_body(facts.bodies[0]) if not isinstance(node, ir.Import) and facts.table.locate(node.at).cell == cell]
    return len(beside) == 1


def handles_tables(catalogue: Catalogue, definition: Definition) -> bool:
    """Return whether a definition uses a method that tables have, and no array or tensor."""
    found = map(catalogue.member_representations, definition.attrs)
    return any("frame" in held and held.isdisjoint(("array", "tensor")) for held in found)
