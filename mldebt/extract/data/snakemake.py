"""Snakefiles to targets: rules with inputs, outputs, parameters, and what they run. Wildcards stay as holes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mldebt.extract.data.reading import Draft
from mldebt.extract.data.snakemake_text import Argument, Line, arguments, literals, logical_lines, texts
from mldebt.extract.data.spans import Spanned
from mldebt.model.facts import Command, Item, Target

_RULE = re.compile(r"(?:rule|checkpoint)(?:[ \t]+(\w+))?[ \t]*:")
_DIRECTIVE = re.compile(r"([a-z_]+)[ \t]*:")
_VARIABLE = re.compile(r"([A-Za-z_]\w*)[ \t]*=(?!=)[ \t]*")
_OTHER_RULE = re.compile(r"rules\.(\w+)\.(input|output)(?:\.(\w+)|\[(\d+)\])?$")
_SHELL_CALL = re.compile(r"\bshell[ \t]*\(")
_FIELD = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}")
_HOLE = re.compile(r"\{[^{}]*\}")
_UNKNOWN = "${…}"  # as a shell's own substitutions: nothing is known, not even a name that two programs could share
_MAX_RULES = 5000


@dataclass(slots=True)
class _Rule:
    """A rule as read: the spans of its directives, then the named items of each."""

    name: str
    directives: dict[str, tuple[int, int]] = field(default_factory=dict)
    items: dict[str, list[tuple[str, Item]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a Snakefile's paths start, seen from its folder (`` or `../…`), and its folder seen from there: `workflow/` holds files of the folder above."""

    up: str
    down: str


def read_snakemake(draft: Draft) -> None:
    """Fill targets, commands and variables of a Snakefile."""
    rules = _rules(draft)
    for word in ("output", "params", "log", "input"):  # inputs name the outputs of other rules
        for rule in rules:
            rule.items[word] = [entry for argument in _given(draft, rule, word) for entry in _items(draft, argument, rules)]
    home = _home(draft.path)
    for rule in rules:
        commands = tuple(_commands(draft, rule, home))
        outputs, inputs = (tuple(_listed(rule.items[word], home)) for word in ("output", "input"))
        draft.targets.append(Target(outputs, tuple(item for item in inputs if "…" not in item.text), commands, phony=not outputs, name=rule.name))
        draft.commands.extend(commands)


def _home(path: str) -> _Home:
    folders = path.split("/")[:-1]
    if "workflow" not in folders:
        return _Home("", "")
    below = folders[folders.index("workflow") :]
    return _Home("/".join([".."] * len(below)), "/".join(below))


def _listed(items: list[tuple[str, Item]], home: _Home) -> Iterator[Item]:
    """Yield names as seen from the folder of the file, each with its keyword and its place; what follows something unknown may stand anywhere."""
    known = True
    for position, (name, item) in enumerate(items):
        known = known and "…" not in item.text
        fixed = not home.up or item.text.startswith(("/", "{", "~")) or "://" in item.text
        yield Item(item.text if fixed else f"{home.up}/{item.text}", item.at, item.end, name, position if known else -1)


def _rules(draft: Draft) -> list[_Rule]:
    """Return the rules with the spans of their directives; note variables with literal values."""
    rules: list[_Rule] = []
    depth, directive, inner = -1, "", -1
    for line in logical_lines(draft.text):
        head = _RULE.match(draft.text, line.at, line.end)
        if head and len(rules) < _MAX_RULES:
            rules.append(_Rule(head[1] or ""))
            depth, directive, inner = line.indent, "", -1
        elif depth >= 0 and line.indent > depth:
            found = _DIRECTIVE.match(draft.text, line.at, line.end) if inner < 0 or line.indent <= inner else None
            if found:
                directive, inner = found[1], line.indent
                rules[-1].directives[directive] = (found.end(), line.end)
            elif directive:
                rules[-1].directives[directive] = (rules[-1].directives[directive][0], line.end)
        else:
            depth = -1
            _variable(draft, line)
    return rules


def _variable(draft: Draft, line: Line) -> None:
    found = _VARIABLE.match(draft.text, line.at, line.end) if not line.indent else None
    value = literals(draft.text, found.end(), line.end) if found else None
    if found and value is not None:
        draft.variables[found[1]] = value.text


def _given(draft: Draft, rule: _Rule, word: str) -> list[Argument]:
    return arguments(draft.text, *rule.directives[word]) if word in rule.directives else []


def _items(draft: Draft, argument: Argument, rules: list[_Rule]) -> Iterator[tuple[str, Item]]:
    """Yield the names that one argument stands for, each with the argument's keyword."""
    other = _OTHER_RULE.match(draft.text, argument.at, argument.end)
    if other:
        for rule in rules:
            if rule.name == other[1]:
                known = rule.items.get(other[2], [])
                kept = [item for name, item in known if name == other[3]] if other[3] else [item for _, item in known][slice(*_index(other[4]))]
                yield from ((argument.name, Item(item.text, argument.at, argument.end)) for item in kept)
        return
    plain = literals(draft.text, argument.at, argument.end)
    at, end = plain.span(0, plain.size) if plain is not None and plain.size else (argument.at, argument.end)
    for text in texts(draft.text, argument.at, argument.end, draft.variables):
        yield argument.name, Item(text, at, end)


def _index(number: str | None) -> tuple[int | None, int | None]:
    return (int(number), int(number) + 1) if number else (None, None)


def _commands(draft: Draft, rule: _Rule, home: _Home) -> Iterator[Command]:
    """Yield what a rule runs: shell text (also inside `run`), or a script, whose path starts at the Snakefile."""
    for argument in _given(draft, rule, "shell")[:1]:
        yield from _shell(draft, rule, literals(draft.text, argument.at, argument.end), home)
    at, end = rule.directives.get("run", (0, 0))
    for call in _SHELL_CALL.finditer(draft.text, at, end):
        line = next((item for item in arguments(draft.text, call.end(), _closing(draft.text, call.end(), end))), None)
        yield from _shell(draft, rule, literals(draft.text, line.at, line.end) if line else None, home)
    for word in ("script", "notebook"):
        for _, item in (entry for argument in _given(draft, rule, word)[:1] for entry in _items(draft, argument, [])):
            if "://" not in item.text and "…" not in item.text:
                path = posixpath.normpath(posixpath.join(home.down, item.text))
                yield Command(("python", path) if path.endswith(".py") else (path,), item.at, item.end, folder=home.up)


def _closing(text: str, at: int, end: int) -> int:
    """Return where the bracket opened before `at` closes: the end of the first logical line of what follows it."""
    line = next(logical_lines("(" + text[at:end]), None)
    return at + line.end - 2 if line else end


def _shell(draft: Draft, rule: _Rule, text: Spanned | None, home: _Home) -> tuple[Command, ...]:
    """Return the commands of a shell text with its fields replaced; it stops at the first failure."""
    return _filled(rule, text, draft).commands(home.up, errexit=True) if text is not None else ()


def _filled(rule: _Rule, text: Spanned, draft: Draft) -> Spanned:
    whole, result, position = text.text, Spanned(), 0
    for found in _FIELD.finditer(whole):
        result.extend(text.slice(position, found.start()))
        position = found.end()
        result.put(found[0][0] if found[1] is None else _value(rule, found[1].strip(), draft), *text.span(found.start(), found.end()))
    result.extend(text.slice(position, text.size))
    return result


def _value(rule: _Rule, name: str, draft: Draft) -> str:
    """Return what a field of a shell text stands for: names with their wildcards unknown, the value of a variable, or nothing known."""
    head, _, rest = re.sub(r"\[([^\]]*)\]", r".\1", name.partition(":")[0]).partition(".")
    known = rule.items.get(head, [])
    if rest.isdigit():
        known = known[int(rest) : int(rest) + 1]
    elif rest:
        known = [entry for entry in known if entry[0] == rest]
    if known:
        return " ".join(_HOLE.sub(_UNKNOWN, item.text) for _, item in known)
    return draft.variables.get(name, _UNKNOWN)
