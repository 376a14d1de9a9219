"""Shape `declared-dependency`: a stage needs a file that no rule makes and the project does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import normpath

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.declared_names import is_folder, place_of, places_of, plain
from mldebt.detect.names import letters, misspelt, numbers, split_name, words_of
from mldebt.model.facts import DataFacts, Item
from mldebt.model.finding import Match, Step
from mldebt.model.source import Place


class DeclaredDependencySpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`edits` and `stem` bound the typing errors of a near match as in the shape `unresolved`; `sources` are extensions of files that people write.

    Data may be fetched by hand, so that a missing file counts only where a near match is made; what people write must be in the checkout.
    """

    kind: str
    form: str
    sources: tuple[str, ...]
    edits: int = 2
    stem: int = 6


def declared_dependency(context: Context, spec: DeclaredDependencySpec) -> Iterator[Match]:
    """Yield one match for each dependency of a manifest that cannot be had."""
    project = context.graph.project
    written = {artifact for artifact in context.graph.artifacts() if context.graph.writers(artifact)}
    everywhere = {place_of(path, item) for path, facts in project.data.items() for target in facts.targets for item in target.outputs}
    for path, facts in project.data.items():
        made = {place_of(path, item): item for target in facts.targets for item in target.outputs}
        if any("%" in name for name in made):
            continue
        seen: set[str] = set()
        for item in (item for target in facts.targets for item in target.inputs):
            places = places_of(facts, item)
            wanted, *_ = places
            held = any(name in names for name in places for names in (project.tracked, made, written))
            if held or wanted in seen or not plain(item.text) or wanted.startswith(("..", "/", "~")):
                continue
            seen.add(wanted)
            if not any(_below(name, everywhere) or is_folder(name, project.tracked) for name in places) and not _names(facts, item.text):
                yield from _match(context, path, item, wanted, made, spec)


def _match(context: Context, path: str, item: Item, wanted: str, made: Mapping[str, Item], spec: DeclaredDependencySpec) -> Iterator[Match]:
    place, key = Place(path, item.at, item.end), f"{path} needs {wanted}"
    near = next((name for name in sorted(made) if _near(wanted, name, spec)), None)
    if near is not None:
        yield Match(place, f"nothing makes the dependency `{item.text}`; the near match `{made[near].text}` is made",
                    (Step(Place(path, made[near].at, made[near].end), f"`{made[near].text}` is declared here"),), key)
    elif split_name(wanted)[2] in spec.sources and _known_folder(wanted, context.graph.project.tracked):
        name = wanted.rpartition("/")[2]
        elsewhere = [other for other in sorted(context.graph.project.tracked) if other.rpartition("/")[2] == name]
        steps = tuple(Step(Place(other, 0, 0), f"a file of that name stands in `{other.rpartition('/')[0] or '.'}`") for other in elsewhere[:3]
                      if other in context.graph.project.modules or other in context.graph.project.data)
        yield Match(place, f"nothing makes the dependency `{item.text}`, and the project does not hold it", steps or (Step(place, "it is declared here"),), key)


def _known_folder(wanted: str, names: frozenset[str]) -> bool:
    """Return whether the file's folder is one of the project's: what lies in a fetched repository or package is none of its business."""
    folder = wanted.rpartition("/")[0]
    return not folder or any(name.startswith(folder + "/") for name in names)


def _below(wanted: str, made: set[str]) -> bool:
    """Return whether a stage of any manifest makes the path, a folder above it or something below it."""
    folder = wanted
    while folder:
        if folder in made:
            return True
        folder = folder.rpartition("/")[0]
    return any(normpath(name).startswith(wanted + "/") for name in made)


def _names(facts: DataFacts, text: str) -> bool:
    """Return whether some command of the file names the dependency: then it is made there."""
    whole = re.compile(rf"(?<![\w.]){re.escape(text)}(?![\w.])")
    commands = [command for target in facts.targets for command in target.commands]
    return any(whole.search(word) for command in commands for word in (*command.words, command.redirect_out))


def _near(wanted: str, made: str, spec: DeclaredDependencySpec) -> bool:
    (folder, stem, end), (other_folder, other, other_end) = split_name(wanted), split_name(made)
    if folder != other_folder or not plain(made):
        return False
    if stem == other:
        return other_end.startswith(end + ".") or end.startswith(other_end + ".")
    if end != other_end or letters(stem, ()) == letters(other, ()):
        return end == other_end and numbers(stem) == numbers(other)
    return misspelt(words_of(stem), words_of(other), spec.stem, spec.edits)
