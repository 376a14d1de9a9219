"""Makefiles to targets and commands: rules with their prerequisites, recipes as shell lines, variables expanded as Make does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from mldebt.extract.data.make_variables import Variables, automatic
from mldebt.extract.data.reading import Draft
from mldebt.extract.data.spans import Spanned
from mldebt.model.facts import Command, Item, Target

_ASSIGNMENT = re.compile(r"[ \t]*((?:(?:export|override|private)[ \t]+)*)([^\s:#=+?!$(){}]+)[ \t]*(:{0,3}=|\?=|\+=|!=)[ \t]*(.*)", re.DOTALL)
_DIRECTIVE = re.compile(r"[ \t]*(ifn?eq|ifn?def|else|endif|-?include|sinclude|export|unexport|vpath|undefine|endef|define)\b[ \t]*(.*)", re.DOTALL)
_CONTINUED = re.compile(r"[ \t]*\\\r?\n[ \t]*")
_PREFIX = re.compile(r"[ \t@+-]*")
_SPECIAL = re.compile(r"\.[A-Z_]+$")
_MAX_RULES, _MAX_TARGETS = 5000, 16


@dataclass(slots=True)
class _Rule:
    """A rule as read: expanded header, recipe lines as raw text with offsets, variables of its own."""

    outputs: list[Item]
    inputs: list[Item]
    order_only: list[Item]
    recipe: list[tuple[str, int]] = field(default_factory=list)
    stem: str = "%"


@dataclass(slots=True)
class _Makefile:
    variables: Variables = field(default_factory=Variables)
    rules: list[_Rule] = field(default_factory=list)
    phony: set[str] = field(default_factory=set)
    local: dict[str, dict[str, str]] = field(default_factory=dict)
    current: list[_Rule] = field(default_factory=list)
    branches: int = 0
    one_shell: bool = False
    define: tuple[str, list[str]] | None = None


def read_make(draft: Draft) -> None:
    """Fill targets, commands and variables of a makefile."""
    state = _Makefile()
    for text, at in _lines(draft.text):
        _line(state, text, at)
    for rule in state.rules:
        commands = tuple(_recipe(state, rule))
        phony = bool(rule.outputs) and all(item.text in state.phony for item in rule.outputs)
        draft.targets.append(Target(tuple(rule.outputs), tuple(rule.inputs), commands, phony, tuple(rule.order_only)))
        draft.commands.extend(dict.fromkeys(commands))
    names = [name for name in state.variables.texts if name not in ("MAKE", "CURDIR") and name not in state.variables.open]
    draft.variables.update((name, state.variables.text(state.variables.texts[name])) for name in names)


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """Yield lines with their offsets, those that end in a backslash joined with the next."""
    at = 0
    while at < len(text):
        stop = text.find("\n", at)
        while stop >= 0 and _continues(text, at, stop):
            stop = text.find("\n", stop + 1)
        stop = len(text) if stop < 0 else stop
        yield text[at:stop].removesuffix("\r"), at
        at = stop + 1


def _continues(text: str, at: int, stop: int) -> bool:
    """Return whether the line that ends at `stop` closes in an odd number of backslashes."""
    end = stop - 1 if stop > at and text[stop - 1] == "\r" else stop
    begin = end
    while begin > at and text[begin - 1] == "\\":
        begin -= 1
    return (end - begin) % 2 == 1


def _line(state: _Makefile, text: str, at: int) -> None:
    """Read one logical line."""
    if state.define is not None:
        _definition(state, text)
    elif text.startswith("\t") and state.current:
        for rule in state.current:
            rule.recipe.append((text[1:], at + 1))
    elif text.strip() and not text.lstrip().startswith("#"):
        plain = _CONTINUED.sub(" ", text)
        assignment, directive = _ASSIGNMENT.match(plain), _DIRECTIVE.match(plain)
        if assignment:
            _assign(state, assignment)
        elif directive and not _is_rule(plain, directive):
            _directive(state, directive)
        else:
            _header(state, text, at)


def _is_rule(plain: str, directive: re.Match[str]) -> bool:
    """Return whether a line that begins like a directive is a rule for a target of that name."""
    return directive.group(2).startswith(":") and not directive.group(1).startswith("if")


def _definition(state: _Makefile, text: str) -> None:
    """Collect the lines of `define … endef`."""
    assert state.define is not None
    name, lines = state.define
    if text.strip() != "endef":
        lines.append(text)
        return
    state.variables.assign(name, "=", "\n".join(lines), state.branches > 0)
    state.define = None


def _assign(state: _Makefile, found: re.Match[str]) -> None:
    """Apply an assignment that stands outside recipes."""
    state.variables.assign(found.group(2), found.group(3) if "=" in found.group(3) else "=", _uncommented(found.group(4)), state.branches > 0)
    if "export" in found.group(1):
        state.variables.exported.add(found.group(2))
    state.current = []


def _directive(state: _Makefile, found: re.Match[str]) -> None:
    """Follow conditionals (both branches are read), exports and definitions; includes are left out."""
    word, rest = found.groups()
    if word == "define":
        state.define = (rest.split("=")[0].strip(" \t:?+"), [])
    elif word.startswith("if"):
        state.branches += 1
    elif word == "endif":
        state.branches = max(state.branches - 1, 0)
    elif word == "export":
        state.variables.exported.update(_uncommented(rest).split() or state.variables.texts)


def _uncommented(text: str) -> str:
    """Return the text before a comment."""
    found = re.search(r"(?<!\\)#", text)
    return (text[: found.start()] if found else text).replace("\\#", "#").strip()


def _header(state: _Makefile, text: str, at: int) -> None:
    """Read a rule's first line: targets, colon, prerequisites, a recipe after a semicolon."""
    comment = re.search(r"(?<!\\)#", text)
    text = text[: comment.start()] if comment else text
    colon = _outside(text, ":")
    if colon < 0 or len(state.rules) >= _MAX_RULES:
        return
    after = colon + 2 if text.startswith("::", colon) else colon + 1
    local = _ASSIGNMENT.match(_CONTINUED.sub(" ", text[after:]))
    outputs = _items(state, text[: colon - 1 if text[colon - 1 : colon] == "&" else colon], at)
    if local:
        for item in outputs:
            state.local.setdefault(item.text, {})[local.group(2)] = state.variables.text(local.group(4).strip())
        return
    semicolon = _outside(text, ";", after)
    inputs = text[after:] if semicolon < 0 else text[after:semicolon]
    _rule(state, outputs, inputs, at + after)
    if semicolon >= 0:
        for rule in state.current:
            rule.recipe.append((text[semicolon + 1 :], at + semicolon + 1))


def _rule(state: _Makefile, outputs: list[Item], text: str, at: int) -> None:
    """Add the rule, or apply it when it is a special target."""
    pattern = _outside(text, ":")
    bar = _outside(text, "|", pattern + 1)
    inputs = _items(state, text[pattern + 1 : bar if bar >= 0 else len(text)], at + pattern + 1)
    order_only = _items(state, text[bar + 1 :], at + bar + 1) if bar >= 0 else []
    special = [item.text for item in outputs if _SPECIAL.match(item.text)]
    state.phony.update(item.text for item in inputs if ".PHONY" in special)
    state.one_shell = state.one_shell or ".ONESHELL" in special
    plain = [item for item in outputs if item.text not in special]
    if pattern >= 0:
        state.current = [_static(item, text[:pattern].strip(), inputs, order_only) for item in plain]
    else:
        state.current = [_Rule(plain, inputs, order_only)] if plain else []
    state.rules.extend(state.current)


def _static(output: Item, pattern: str, inputs: list[Item], order_only: list[Item]) -> _Rule:
    """Return one rule of a static pattern rule: the stem of the target put into the prerequisites."""
    head, percent, tail = pattern.partition("%")
    fits = percent and output.text.startswith(head) and output.text.endswith(tail)
    stem = output.text[len(head) : len(output.text) - len(tail)] if fits else "%"
    return _Rule([output], [msgspec.structs.replace(item, text=item.text.replace("%", stem)) for item in inputs], order_only, stem=stem)


def _items(state: _Makefile, text: str, at: int) -> list[Item]:
    """Return the blank-separated names of expanded text."""
    joined = Spanned()
    position = 0
    for found in _CONTINUED.finditer(text):
        joined.copy(text[position : found.start()], at + position)
        joined.copy(" ", at + found.start())
        joined.copy(" " * (len(found.group()) - 1), at + found.start() + 1)
        position = found.end()
    joined.copy(text[position:], at + position)
    spanned = state.variables.expand(joined.text, at, {})
    return [spanned.item(found.start(), found.end(), found.group()) for found in re.finditer(r"\S+", spanned.text)]


def _outside(text: str, char: str, begin: int = 0) -> int:
    """Return the offset of `char` outside brackets, -1 when there is none."""
    depth = 0
    for index in range(begin, len(text)):
        depth += (text[index] in "({") - (text[index] in ")}")
        if text[index] == char and depth <= 0 and text[index - 1 : index] != "\\":
            return index
    return -1


def _recipe(state: _Makefile, rule: _Rule) -> Iterator[Command]:
    """Yield the commands of a rule: once, or once a target where the recipe names the target."""
    several = any("$@" in text or "$(@" in text for text, _ in rule.recipe)
    exported = {name: state.variables.text(state.variables.texts[name]) for name in state.variables.exported if name in state.variables.texts}
    for output in rule.outputs[:_MAX_TARGETS] if several else rule.outputs[:1]:
        local = automatic(output.text, [item.text for item in rule.inputs], [item.text for item in rule.order_only], rule.stem)
        local.update(state.local.get(output.text, {}))
        for spanned in _shells(state, rule, local):
            prefix = _PREFIX.match(spanned.text)
            skip = prefix.end() if prefix else 0
            for command in spanned.commands(exported=exported, skip=skip):
                yield msgspec.structs.replace(command, checked=False) if "-" in spanned.text[:skip] else command


def _shells(state: _Makefile, rule: _Rule, local: Mapping[str, str]) -> Iterator[Spanned]:
    """Yield the texts that run in a shell of their own."""
    if not state.one_shell:
        for text, at in rule.recipe:
            yield state.variables.expand(text, at, local)
        return
    whole = Spanned()
    for text, at in rule.recipe:
        spanned = state.variables.expand(text, at, local)
        whole.extend(spanned)
        whole.put("\n", at + len(text), at + len(text) + 1)
    yield whole
