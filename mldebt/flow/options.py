"""Command-line options and arguments as values: defaults joined with what the project's own commands pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from mldebt.flow.effects import Bound
from mldebt.flow.heap import Object
from mldebt.flow.value import NO_SOURCES, NOTHING, LibraryTarget, Value, chosen, hole, join, join_all, text
from mldebt.flow.words import word_pattern
from mldebt.model.observed import Choice
from mldebt.model.pattern import pattern
from mldebt.model.project import Invocation
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

_FLAGS, _COMMANDS, _TYPE, _MANY, _BARE, _PLACE = "#flags", "#commands", "#type", "#many", "#bare", "#place"
_MOST_CHOICES = 8


def _arguments(run: Interpreter, call: Bound) -> Value:
    """Return `argv`: the words that the commands of the running entry point pass, position by position."""
    entry = run.entry
    known = entry.invocations if entry is not None else ()
    width = min((len(item.words) for item in known), default=0)
    kind, choice = run.catalogue.literal("text"), Choice("option", "argv")
    words = [chosen(text(*(word_pattern(item.words[position]) for item in known), type=kind), choice) for position in range(width)]
    script = text(pattern(entry.path.rpartition("/")[2])) if entry is not None else NOTHING
    made = Object("list", (script, *words) if known else None, rest=hole("option", "argv"))
    address = run.heap.address(("arguments", entry.id if entry else ""))
    run.heap.put(address, made)
    return Value(type=run.catalogue.literal("list"), ref=address)


def _parser(run: Interpreter, call: Bound) -> Value:
    return run.new(call.place, Object("instance"), call.row.returns)


def _group(run: Interpreter, call: Bound) -> Value:
    """A group of options is the parser itself."""
    return call.receiver or NOTHING


def _command(run: Interpreter, call: Bound) -> Value:
    """The options of a sub-command are kept with the parser, too; its name is a word that is no argument."""
    name = call.args[0].text if call.args else None
    if call.receiver is not None and name is not None:
        run.heap.set_field(call.receiver.ref, f"{_COMMANDS}:{name}", NOTHING)
    return call.receiver or NOTHING


def option_name(flags: Sequence[str], dest: str | None = None) -> str:
    """Return the name under which an option's value is found: the given one, a flag without dashes, else the first long flag."""
    bare = next((flag for flag in flags if not flag.startswith("-")), None)
    long = next((flag for flag in flags if flag.startswith("--")), flags[0])
    return dest or (bare or long).lstrip("-").partition("/")[0].replace("-", "_")


def _add_option(run: Interpreter, call: Bound) -> Value:
    """Declare an option: its name, flags and default are kept with the parser."""
    flags = [argument.text for argument in call.args if argument.text]
    if call.receiver is None or not flags:
        return NOTHING
    name = option_name(flags, call.keywords["dest"].text if "dest" in call.keywords else None)
    address = call.receiver.ref
    run.heap.set_field(address, name, declared_default(run, name, call.keywords))
    run.heap.set_field(address, f"{_FLAGS}:{name}", text(*(pattern(flag) for flag in flags)))
    run.heap.set_field(address, f"{_PLACE}:{name}", Value(shared=call.place))
    if "help" not in call.keywords:
        run.heap.set_field(address, f"{_BARE}:{name}", Value(shared=call.place))
    for keyword, mark in (("type", _TYPE), ("nargs", _MANY)):
        if keyword in call.keywords:
            run.heap.set_field(address, f"{mark}:{name}", call.keywords[keyword])
    return NOTHING


def declared_default(run: Interpreter, name: str, keywords: Mapping[str, Value]) -> Value:
    """Return what an option is when no command gives it: its default, one of its few choices, a switch that is off or on, else unknown."""
    default = keywords.get("default", NOTHING)
    if default is not NOTHING and default.const != (None,):
        return default
    action = keywords.get("action", NOTHING).text
    if action in ("store_true", "store_false") or keywords.get("is_flag", NOTHING).const == (True,):
        return Value(const=(True, False) if action == "store_false" else (False, True))  # what it is when it is not given comes first
    choices = run.heap.get(keywords["choices"].ref) if "choices" in keywords else None
    if choices is not None and choices.items and len(choices.items) <= _MOST_CHOICES:
        return join_all(list(choices.items))
    return hole("option", name)


def _defaults(run: Interpreter, call: Bound) -> Value:
    """Set defaults of a parser: several sub-commands may set the same one."""
    known = run.heap.get(call.receiver.ref) if call.receiver else None
    for name, value in call.keywords.items():
        if call.receiver is not None and known is not None:
            flagged = f"{_FLAGS}:{name}"
            own = known.fields.get(name) if flagged in known.fields and not known.fields[flagged].texts else None
            run.heap.set_field(call.receiver.ref, name, value if own is None else join(own, value))
            if flagged not in known.fields:
                run.heap.set_field(call.receiver.ref, flagged, NOTHING)
    return Value(const=(None,))


def _parse(run: Interpreter, call: Bound) -> Value:
    """Return the namespace of a parser: the default of every option, or what commands pass for it; what they pass depends on the reading of the command."""
    known = run.heap.get(call.receiver.ref) if call.receiver else None
    fields = dict(known.fields) if known else {}
    options = {name.partition(":")[2]: [flag.literal or "" for flag in value.texts] for name, value in fields.items() if name.startswith(_FLAGS)}
    commands = frozenset(name.partition(":")[2] for name in fields if name.startswith(_COMMANDS))
    bare, places = ({name.partition(":")[2]: value.shared for name, value in fields.items() if name.startswith(mark) and value.shared is not None}
                    for mark in (_BARE, _PLACE))
    given = passed(run, options, fields, commands, call.place, call.frame, call.api, bare, places)
    values = {name: _typed(run, name, value, fields, call) for name, value in given.items()}
    return run.new(call.place, Object("namespace", None, values, NOTHING), call.row.returns)


def _typed(run: Interpreter, name: str, value: Value, fields: Mapping[str, Value], call: Bound) -> Value:
    """Return an option's value as its type makes it: a path, a list of several."""
    kind = fields.get(f"{_TYPE}:{name}", NOTHING)
    if value.texts and isinstance(kind.target, LibraryTarget) and call.frame is not None:
        made = run.calls.call(kind, (value,), {}, call.place, call.frame)
        value = made if made.texts else value
    many = fields.get(f"{_MANY}:{name}")
    if many is not None and many.text != "?" and not value.ref:
        address = run.heap.address(("several", call.place, name))
        run.heap.put(address, Object("list", rest=value))
        return Value(type=run.catalogue.literal("list"), ref=address, sources=value.sources)
    return value


def _parse_known(run: Interpreter, call: Bound) -> Value:
    """Return the namespace and the words that no option takes."""
    rest = run.heap.address(("rest", call.place))
    run.heap.put(rest, Object("list", rest=hole("option", "argv")))
    items = (_parse(run, call), Value(type=run.catalogue.literal("list"), ref=rest))
    address = run.heap.address(("known", call.place))
    run.heap.put(address, Object("tuple", items))
    return Value(type=run.catalogue.literal("tuple"), ref=address)


def passed(
    run: Interpreter, options: Mapping[str, Sequence[str]], defaults: Mapping[str, Value], commands: frozenset[str], place: Place, frame: Frame | None,
    api: str, bare: Mapping[str, Place] | None = None, places: Mapping[str, Place] | None = None,
) -> dict[str, Value]:
    """Return the value of every option (name to flags; a positional one has none with a dash) under the commands that start the running program.

    What a command passes depends on the reading of the command line, which is an event at `place`. `bare` are the places of options that nothing explains,
    `places` those where options are declared, if elsewhere.
    """
    entry = run.entry
    given = [(_given(options, item, commands), spelled_in(item)) for item in (entry.invocations if entry else ())]
    read = frozenset({run.emit(frame, "config-read", place, api=api)}) if any(words for words, _ in given) and frame is not None else NO_SOURCES
    kind, values = run.catalogue.literal("text"), dict[str, Value]()
    for name in options:
        words = [text(word_pattern(found[name]), sources=read, type=kind, home=home) for found, home in given if name in found]
        kept = [defaults.get(name, hole("option", name))] if len(words) < len(given) or not given else []
        silent = (bare or {}).get(name)
        declared = (places or {}).get(name, place)
        choice = Choice("option", name, declared) if silent is None else Choice("bare-option", options[name][-1] if options[name] else name, silent)
        values[name] = chosen(join_all([*kept, *words]), choice)
    return values


def spelled_in(invocation: Invocation) -> str:
    """Return the file that spells the words of a command, where that is part of the program's workings: a document only tells of it."""
    return "" if invocation.tool == "document" else invocation.place.path


def _given(options: Mapping[str, Sequence[str]], invocation: Invocation, commands: frozenset[str]) -> dict[str, str]:
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
        elif not word.startswith("-") and word not in commands and positional:
            found[positional.pop(0)] = word
    return found


def _registry(run: Interpreter) -> int:
    """Return the address of the flags that the whole program shares."""
    return run.heap.shared("flags")


def _define_flag(run: Interpreter, call: Bound) -> Value:
    """Declare a flag of the whole program: name, default."""
    name = call.args[0].text if call.args else None
    if name is None:
        return NOTHING
    given = {**dict(zip(call.row.parameters, call.args)), **call.keywords}
    default = declared_default(run, name, given)
    value = passed(run, {name: [f"--{name}", f"-{name}"]}, {name: default}, frozenset(), call.place, call.frame, call.api)[name]
    run.heap.set_field(_registry(run), name, value)
    run.flags.setdefault(call.place.path, {})[name] = value
    return NOTHING


def start_flags(run: Interpreter, path: str) -> None:
    """Leave a starting program the flags that its own files define: those of another program are not there."""
    address = _registry(run)
    if run.heap.get(address) is not None:
        fields = {name: value for file in run.index.reached(path) for name, value in run.flags.get(file, {}).items()}
        run.heap.put(address, Object("namespace", None, fields, NOTHING))


def _flags(run: Interpreter, call: Bound) -> Value:
    """Return the object that holds the program's flags as attributes."""
    address = _registry(run)
    if run.heap.get(address) is None:
        run.heap.put(address, Object("namespace", rest=NOTHING))
    return Value(ref=address)


def _default(run: Interpreter, call: Bound) -> Value:
    """Return the default that a marker of a parameter stands for; `...` and none leave it open."""
    value = call.get("default")
    return NOTHING if value.const == (None,) else value


def parsers() -> dict[str, Callable[..., Value]]:
    """Return the primitives of this module by name."""
    return {
        "option.parser": _parser, "option.add": _add_option, "option.group": _group, "option.command": _command, "option.defaults": _defaults,
        "option.parse": _parse, "option.parse-known": _parse_known, "option.define": _define_flag, "option.flags": _flags, "option.default": _default,
        "process.arguments": _arguments,
    }
