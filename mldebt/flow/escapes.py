"""Paths handed to code that no row describes: something may be written there that no event shows."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from mldebt.flow.effects import path_access
from mldebt.flow.value import Value
from mldebt.model.pattern import Pattern
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

_PATH = re.compile(r"[^\s{}%]*(?:/[^\s{}%]*|\.[A-Za-z]\w{0,7})")
_MOST = 4


def escape(run: Interpreter, values: tuple[Value, ...], place: Place, frame: Frame) -> None:
    """Note the texts among some arguments that may be paths."""
    for value in values:
        if value.texts:
            for text in [text for text in value.texts if _may_be_path(text)][:_MOST]:
                run.emit(frame, "escape", place, access=path_access(text, value), must=False)


def unknown_library(run: Interpreter, module: str, place: Place, frame: Frame) -> None:
    """Note the import of a library that no file of rows describes: it may write by itself. Python's own modules do so only where they are told."""
    if run.catalogue.library(module) is None and module.partition(".")[0] not in sys.stdlib_module_names:
        run.emit(frame, "escape", place, api=module, must=False)


def _may_be_path(text: Pattern) -> bool:
    """Return whether a text has a folder or an extension and no blanks, or is not known at all."""
    return text.unknown or _PATH.fullmatch("".join(part if isinstance(part, str) else "x" for part in text.parts)) is not None
