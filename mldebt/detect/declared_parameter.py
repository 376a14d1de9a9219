"""Shape `declared-parameter`: a stage depends on a configuration key that its file does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import normpath

import msgspec

from mldebt.detect.base import Context, listed
from mldebt.detect.names import distance
from mldebt.model.facts import DataFacts
from mldebt.model.finding import Match, Step
from mldebt.model.source import Place

_KEY = re.compile(r"[\w.-]+")


class DeclaredParameterSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`edits` bound the typing error of a near match."""

    kind: str
    form: str
    edits: int = 2


def declared_parameter(context: Context, spec: DeclaredParameterSpec) -> Iterator[Match]:
    """Yield one match for each stage and configuration file of the project that lacks keys which the stage depends on, at the first of them."""
    data = context.graph.project.data
    made = {normpath(f"{path.rpartition('/')[0]}/{item.text}") for path, facts in data.items() for target in facts.targets for item in target.outputs}
    for path, facts in data.items():
        for target in facts.targets:
            lacking: dict[str, dict[str, Place]] = {}
            for item in target.parameters:
                file, _, key = item.text.partition(":")
                name = normpath(f"{path.rpartition('/')[0]}/{file}").lstrip("/")
                holder = data.get(name)
                if holder is None or not holder.settings or holder.problems or f"/{name}" in made or name in made or not _KEY.fullmatch(key):
                    continue
                if not _holds(holder, key):
                    lacking.setdefault(name, {}).setdefault(key, Place(path, item.at, item.end))
            for name, keys in lacking.items():
                yield _match(keys, data[name], spec)


def _paths(facts: DataFacts) -> set[str]:
    """Return the dotted paths of all keys of a configuration file, inner ones too."""
    return {".".join(str(key) for key in setting.keys[:size]) for setting in facts.settings for size in range(1, len(setting.keys) + 1)}


def _holds(facts: DataFacts, key: str) -> bool:
    """Return whether a file has the key; a key that merges or templates fill (`<<`, `${…}`) counts as held."""
    return key in _paths(facts) or any("<<" in setting.keys or "{" in str(setting.keys) for setting in facts.settings)


def _match(keys: Mapping[str, Place], holder: DataFacts, spec: DeclaredParameterSpec) -> Match:
    """Return the match of a stage's keys that a file lacks: where the others are named, and what the file holds instead."""
    first, *others = keys
    steps = [Step(keys[key], f"`{key}` is named here, too") for key in others]
    near = {key: name for key in keys if distance(name := _nearest(key, holder), key) <= spec.edits}
    steps.extend(Step(_of(name, holder), f"the near match `{name}` stands here") for name in near.values())
    if not near:
        steps.append(Step(_of("", holder), f"`{holder.path}` holds other keys"))
    says = f"the stage depends on the parameter{'s' * bool(others)} {listed(list(keys))}, which `{holder.path}` does not hold"
    return Match(keys[first], says, tuple(steps), f"{holder.path} lacks {first}")


def _nearest(key: str, holder: DataFacts) -> str:
    return min(_paths(holder), key=lambda name: (distance(name, key), name))


def _of(name: str, holder: DataFacts) -> Place:
    """Return where a file sets a key, the first of all for the empty name."""
    setting = next(item for item in holder.settings if ".".join(map(str, item.keys)).startswith(name))
    return Place(holder.path, setting.key_at if setting.key_at >= 0 else setting.at, setting.end)
