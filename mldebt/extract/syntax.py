"""LibCST's parser, and its nodes as plain records.

The native parser makes every node by calling the class that the package holds under its name. LibCST's own classes check and freeze what they are given, which
takes a third of the time of parsing; nodes that come out of the parser are sound, and a walk that only reads them needs fields alone.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import libcst as cst
import libcst.native  # type: ignore[import-not-found]  # a library without types
import msgspec


def parse(text: str) -> cst.Module:
    """Return the tree of a source; raises `ParserSyntaxError`."""
    module: cst.Module = libcst.native.parse_module(text)
    return module


def use_records() -> None:
    """Let the parser of this process make records with the fields of LibCST's nodes; where it does not take them, everything stays as it was.

    What tells nodes apart by their classes must be imported after that.
    """
    own = {name: kind for name, kind in vars(cst).items() if isinstance(kind, type) and issubclass(kind, cst.CSTNode) and is_dataclass(kind)}
    vars(cst).update({name: _record(name, kind) for name, kind in own.items()})
    if type(parse("")) is not cst.Module:
        vars(cst).update(own)


def _record(name: str, kind: type) -> type:
    return msgspec.defstruct(name, [(field.name, object, None) for field in fields(kind) if field.init], gc=False)
