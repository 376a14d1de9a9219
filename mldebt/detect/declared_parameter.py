"""Shape `declared-parameter`: a stage depends on a configuration key that its file does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import normpath

import msgspec

from mldebt.detect.base import Context
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
    """Yield one match for each declared key that a configuration file of the project lacks."""
    data = context.graph.project.data
    made = {normpath(f"{path.rpartition('/')[0]}/{item.text}") for path, facts in data.items() for target in facts.targets for item in target.outputs}
    for path, facts in data.items():
        for target in facts.targets:
            for item in target.parameters:
                file, _, key = item.text.partition(":")
                name = normpath(f"{path.rpartition('/')[0]}/{file}").lstrip("/")
                holder = data.get(name)
                if holder is None or not holder.settings or holder.problems or f"/{name}" in made or name in made or not _KEY.fullmatch(key):
                    continue
                if not _holds(holder, key):
                    yield _match(Place(path, item.at, item.end), holder, key, spec)


def _paths(facts: DataFacts) -> set[str]:
    """Return the dotted paths of all keys of a configuration file, inner ones too."""
    return {".".join(str(key) for key in setting.keys[:size]) for setting in facts.settings for size in range(1, len(setting.keys) + 1)}


def _holds(facts: DataFacts, key: str) -> bool:
    """Return whether a file has the key; a key that merges or templates fill (`<<`, `${…}`) counts as held."""
    return key in _paths(facts) or any("<<" in setting.keys or "{" in str(setting.keys) for setting in facts.settings)


def _match(place: Place, holder: DataFacts, key: str, spec: DeclaredParameterSpec) -> Match:
    near = min(_paths(holder), key=lambda name: (distance(name, key), name))
    close = distance(near, key) <= spec.edits
    setting = next((item for item in holder.settings if close and ".".join(map(str, item.keys)).startswith(near)), holder.settings[0])
    at = setting.key_at if setting.key_at >= 0 else setting.at
    step = Step(Place(holder.path, at, setting.end), f"the near match `{near}` stands here" if close else f"`{holder.path}` holds other keys")
    return Match(place, f"the stage depends on the parameter `{key}`, which `{holder.path}` does not hold", (step,), f"{holder.path} lacks {key}")
