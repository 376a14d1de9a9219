"""Shape `declaration`: a declared stage that cannot be true."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from posixpath import normpath
from typing import Literal

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.names import letters, misspelt, numbers, split_name
from mldebt.link.commands import missing_scripts
from mldebt.model.facts import DataFacts, Item, Target
from mldebt.model.finding import Match, Step
from mldebt.model.source import Place

_PATH = re.compile(r"[\w./${}-]*\w\.[A-Za-z]\w*(?:\.[A-Za-z]\w*)?")


class DeclarationSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`check` is `script` (a command names one that does not exist), `dependency` (nothing makes it) or `output` (the recipe makes another file).

    `edits` and `stem` bound the typing errors of a near match as in the shape `unresolved`.
    """

    kind: str
    form: str
    check: Literal["script", "dependency", "output"]
    edits: int = 2
    stem: int = 6


def declaration(context: Context, spec: DeclarationSpec) -> Iterator[Match]:
    """Yield one match for each declaration that the project contradicts."""
    yield from _CHECKS[spec.check](context, spec)


def _scripts(context: Context, spec: DeclarationSpec) -> Iterator[Match]:
    project = context.graph.project
    modules = {path: module.facts for path, module in project.modules.items()}
    folders = {path.rpartition("/")[0] for path in (*project.tracked, *modules)}
    seen: set[tuple[str, str]] = set()
    for word, place, stage in missing_scripts(project.data, modules, project.tracked | project.present):
        name = word.rpartition("/")[2]
        tail = "/" + normpath(word).lstrip("./")
        elsewhere = [path for path in sorted(modules) if path == name or path.endswith("/" + name)]
        fetched = _mentioned_by_others(project.data[place.path], name, word)
        if fetched or any(("/" + path).endswith(tail) for path in modules) or (place.path, word) in seen or not _known_folder(word, place, folders):
            continue
        seen.add((place.path, word))
        evidence = tuple(Step(Place(path, 0, 0), f"a file of that name stands in `{path.rpartition('/')[0] or '.'}`") for path in elsewhere[:3])
        yield Match(place, f"the command runs `{word}`, which the project does not hold", evidence or (Step(place, f"`{word}` is named here"),),
                    f"{place.path} runs {word}", stage)


def _known_folder(word: str, place: Place, folders: set[str]) -> bool:
    """Return whether the script's folder is one of the project's: a command inside a fetched repository is none of its business."""
    own = place.path.rpartition("/")[0]
    wanted = normpath(word).rpartition("/")[0]
    return not wanted or any(normpath(f"{base}/{wanted}" if base else wanted) in folders for base in (own, ""))


def _mentioned_by_others(facts: DataFacts, name: str, word: str) -> bool:
    """Return whether another command of the file names the script without running it (a download, a copy, a template)."""
    commands = [*facts.commands, *(command for target in facts.targets for command in target.commands)]
    return any(command.redirect_out.endswith(name) or any(item.endswith(name) and item != word for item in command.words)
               or (word not in command.words and any(name in item for item in command.words)) or command.words[:2] == ("git", "clone") for command in commands)


def _dependencies(context: Context, spec: DeclarationSpec) -> Iterator[Match]:
    project = context.graph.project
    written = {artifact for artifact in context.graph.artifacts() if context.graph.writers(artifact)}
    for path, facts in project.data.items():
        made = {_place_of(path, item): item for target in facts.targets for item in target.outputs}
        if any("%" in name for name in made):
            continue
        for item in (item for target in facts.targets for item in target.inputs):
            wanted = _place_of(path, item)
            if not _plain(item.text) or wanted in project.tracked or wanted in made or wanted in written or _is_folder(wanted, project.tracked):
                continue
            near = next((name for name in sorted(made) if _near(wanted, name, spec)), None)
            if near is not None and not _names(facts, item.text):
                yield Match(Place(path, item.at, item.end), f"nothing makes the dependency `{item.text}`; the near match `{made[near].text}` is made",
                            (Step(Place(path, made[near].at, made[near].end), f"`{made[near].text}` is declared here"),), f"{path} needs {wanted}")


def _outputs(context: Context, spec: DeclarationSpec) -> Iterator[Match]:
    """A recipe that names no output it declares, but one other file of that kind that is no dependency."""
    for path, facts in context.graph.project.data.items():
        for target in facts.targets:
            if target.phony or not target.commands or not all(_plain(item.text) for item in target.outputs):
                continue
            other = _other_output(target)
            if other is not None:
                item = target.outputs[0]
                yield Match(Place(path, item.at, item.end), f"the recipe of `{item.text}` makes `{other}` instead",
                            (Step(Place(path, target.commands[0].at, target.commands[0].end), f"`{other}` is made here"),), f"{path} declares {item.text}")


def _other_output(target: Target) -> str | None:
    words = " ".join(word for command in target.commands for word in (*command.words, command.redirect_out))
    named = {found.rpartition("/")[2] for found in _PATH.findall(words)}
    declared = {item.text.rpartition("/")[2] for item in target.outputs}
    needed = {item.text.rpartition("/")[2] for item in (*target.inputs, *target.order_only)}
    if named & declared or not any("=" in word or command.redirect_out for command in target.commands for word in command.words):
        return None
    ending = split_name(next(iter(sorted(declared))))[2]
    others = [name for name in sorted(named - needed) if split_name(name)[2] == ending]
    return others[0] if len(others) == 1 and len(declared) == 1 else None


def _plain(text: str) -> bool:
    """Return whether a declared name is one literal file: with an extension, without variables or patterns."""
    return "." in text.rpartition("/")[2].strip(".") and not any(mark in text for mark in "$%*{")


def _place_of(path: str, item: Item) -> str:
    folder = path.rpartition("/")[0]
    return normpath(f"{folder}/{item.text}" if folder else item.text)


def _is_folder(path: str, names: frozenset[str]) -> bool:
    return any(name.startswith((path + "/", path + ".")) for name in names)


def _names(facts: DataFacts, text: str) -> bool:
    """Return whether some command of the file names the dependency: then it is made there."""
    whole = re.compile(rf"(?<![\w.]){re.escape(text)}(?![\w.])")
    return any(whole.search(word) for target in facts.targets for command in target.commands for word in (*command.words, command.redirect_out))


def _near(wanted: str, made: str, spec: DeclarationSpec) -> bool:
    (folder, stem, end), (other_folder, other, other_end) = split_name(wanted), split_name(made)
    if folder != other_folder or not _plain(made):
        return False
    if stem == other:
        return other_end.startswith(end + ".") or end.startswith(other_end + ".")
    if end != other_end or letters(stem, ()) == letters(other, ()):
        return end == other_end and numbers(stem) == numbers(other)
    return misspelt(stem, other, spec.stem, spec.edits)


_CHECKS: dict[str, Callable[[Context, DeclarationSpec], Iterator[Match]]] = {"script": _scripts, "dependency": _dependencies, "output": _outputs}

