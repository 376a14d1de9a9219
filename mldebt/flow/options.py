"""Command-line options and arguments as values: defaults joined with what the project's own commands pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from mldebt.flow.effects import Bound
from mldebt.flow.heap import Object
from mldebt.flow.value import NO_SOURCES, NOTHING, Value, hole, join_all, text
from mldebt.model.pattern import Hole, Part, Pattern, pattern
from mldebt.model.project import Invocation

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter

_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)|\$\{\{[^}]*\}\}|\{\{[^}]*\}\}")
_FLAGS = "#flags"


def word_pattern(word: str) -> Pattern:
    """Return a word of a command as text; shell variables and templates are holes."""
    parts: list[Part] = []
    at = 0
    for found in _VARIABLE.finditer(word):
        name = found[1] or found[2]
        parts.extend((word[at:found.start()], Hole("environment", name) if name else Hole("unknown")))
        at = found.end()
    return pattern(*parts, word[at:])


def _arguments(run: Interpreter, call: Bound) -> Value:
    """Return `argv`: the words that the commands of the running entry point pass, position by position."""
    known = run.entry.invocations if run.entry is not None else ()
    width = min((len(item.words) for item in known), default=0)
    words = [text(*(word_pattern(item.words[position]) for item in known), type=run.catalogue.literal("text")) for position in range(width)]
    script = text(pattern(run.entry.path.rpartition("/")[2])) if run.entry is not None else NOTHING
    made = Object("list", (script, *words) if known else None, None, hole("option", "argv"))
    address = run.heap.address(("arguments", run.entry.id if run.entry else ""))
    run.heap.put(address, made)
    return Value(type=run.catalogue.literal("list"), ref=address)


def _parser(run: Interpreter, call: Bound) -> Value:
    return run.new(call.place, Object("instance"), call.row.returns)


def _group(run: Interpreter, call: Bound) -> Value:
    return call.receiver or NOTHING


def _add_option(run: Interpreter, call: Bound) -> Value:
    """Declare an option: its name, flags and default are kept with the parser."""
    flags = [argument.text for argument in call.args if argument.text]
    if call.receiver is None or not flags:
        return NOTHING
    long = next((flag for flag in flags if flag.startswith("--")), flags[0])
    name = (call.keywords["dest"].text if "dest" in call.keywords else None) or long.lstrip("-").replace("-", "_")
    default = call.keywords.get("default", NOTHING)
    unknown = hole("option", name)
    run.heap.set_field(call.receiver.ref, name, default if default.texts or default.const not in ((), (None,)) else unknown)
    run.heap.set_field(call.receiver.ref, f"{_FLAGS}:{name}", text(*(pattern(flag) for flag in flags)))
    return NOTHING


def _parse(run: Interpreter, call: Bound) -> Value:
    """Return the namespace of a parser: the default of every option, or what commands pass for it; what they pass depends on the reading of the command."""
    known = run.heap.get(call.receiver.ref) if call.receiver else None
    fields = dict(known.fields) if known else {}
    options = {name.partition(":")[2]: [flag.literal or "" for flag in value.texts] for name, value in fields.items() if name.startswith(_FLAGS)}
    given = [_given(options, item) for item in (run.entry.invocations if run.entry else ())]
    values: dict[str, Value] = {}
    read = frozenset({run.emit(call.frame, "config-read", call.place, api=call.api)}) if any(given) and call.frame is not None else NO_SOURCES
    for name in options:
        passed = [text(word_pattern(words[name]), sources=read, type=run.catalogue.literal("text")) for words in given if name in words]
        kept = [fields[name]] if len(passed) < len(given) or not given else []
        values[name] = join_all([*kept, *passed])
    return run.new(call.place, Object("namespace", None, values, NOTHING), call.row.returns)


def _given(options: dict[str, list[str]], invocation: Invocation) -> dict[str, str]:
    """Return the option values of one command: `--flag value`, `--flag=value`, and positional words in order."""
    by_flag = {flag: name for name, flags in options.items() for flag in flags if flag.startswith("-")}
    positional = [name for name, flags in options.items() if flags and not flags[0].startswith("-")]
    found: dict[str, str] = {}
    words = list(invocation.words)
    while words:
        word = words.pop(0)
        flag, equals, value = word.partition("=")
        if flag in by_flag:
            if equals:
                found[by_flag[flag]] = value
            elif words and not words[0].startswith("-"):
                found[by_flag[flag]] = words.pop(0)
        elif not word.startswith("-") and positional:
            found[positional.pop(0)] = word
    return found


def parsers() -> dict[str, Callable[..., Value]]:
    """Return the primitives of this module by name."""
    return {"option.parser": _parser, "option.add": _add_option, "option.group": _group, "option.parse": _parse, "process.arguments": _arguments}

