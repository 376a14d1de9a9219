"""What a program takes from its command line, noted as events: options, where they are parsed, and where other words are let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mldebt.flow.effects import Bound
from mldebt.flow.value import NOTHING, Value, as_texts
from mldebt.knowledge.libraries import Catalogue
from mldebt.knowledge.rows import CallRow, InterfaceRow
from mldebt.model import ir
from mldebt.model.facts import Definition
from mldebt.model.pattern import Hole
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter


def parser_types(catalogue: Catalogue) -> frozenset[str]:
    """Return the types of the parsers that the catalogue knows."""
    return frozenset(row.returns for row in catalogue.calls.values() if row.interface is not None and row.interface.does == "parser" and row.returns)


def observe(run: Interpreter, call: Bound, row: InterfaceRow, frame: Frame) -> None:
    """Note what a call says about the command line."""
    if row.does == "open" or any(name in call.named for name in row.opens) or not _short(call.get(row.rest)):
        _let_in(run, call.place, frame)
    if row.does == "option":
        _option(run, call, frame)
    elif row.does == "parse":
        run.emit(frame, "parse", call.place, api=call.api, detail=(("complete", "yes" if _own_words(run, call.get(row.words)) else "no"),))


def _let_in(run: Interpreter, place: Place, frame: Frame) -> None:
    """Note that the program takes words that no known option names."""
    run.emit(frame, "parse", place, detail=(("complete", "no"),))


def _short(value: Value) -> bool:
    """Return whether the number of words an option takes is bounded: a number, one character, or not given."""
    return value is NOTHING or bool(value.const) or value.text is not None and len(value.text) == 1


def _option(run: Interpreter, call: Bound, frame: Frame) -> None:
    """Note an option by its flags; what is not one literal each may be any flag."""
    flags = [argument.text for argument in call.args]
    if not flags or None in flags:
        _let_in(run, call.place, frame)
    spelled = [flag for text in flags if text for flag in (text.split("/") if text.startswith("-") else ()) if flag.strip().startswith("-")]
    run.emit(frame, "option", call.place, api=call.api, detail=tuple(("flag", flag.strip()) for flag in spelled))


def _own_words(run: Interpreter, words: Value) -> bool:
    """Return whether a parser reads the words of the command: none given, or those of the process."""
    if words is NOTHING or words.const == (None,):
        return True
    known = run.heap.get(words.ref)
    rest = known.rest if known is not None else None
    return rest is not None and any(Hole("option", "argv") in text.parts for text in as_texts(rest))


def escaped(run: Interpreter, values: tuple[Value, ...], place: Place, frame: Frame) -> None:
    """Code that is not followed may give a parser any option."""
    if any(value.type in run.calls.parsers for value in values if value.type):
        _let_in(run, place, frame)


def decorated(run: Interpreter, definition: Definition, rows: list[tuple[ir.Expr, CallRow | None]], frame: Frame) -> None:
    """Note the command line that decorators give a function, in the file that runs as the program: a module that is imported runs no command of its own."""
    if frame.path != run.modules.main or not any(row is not None and row.interface is not None and row.interface.does in ("parse", "open") for _, row in rows):
        return
    for decorator, row in rows:
        if row is None:
            _let_in(run, run.place(frame, decorator), frame)
        elif row.interface is not None and isinstance(decorator, ir.Call):
            run.calls.call_node(decorator, frame)
        elif row.interface is not None:
            observe(run, Bound(row, None, (), {}, run.place(frame, decorator), frame, row.path), row.interface, frame)
