"""Shape `declared-script`: a command runs a script that the project does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

import msgspec

from mldebt.detect.base import Context
from mldebt.link.commands import missing_scripts
from mldebt.model.facts import DataFacts
from mldebt.model.finding import Match, Step
from mldebt.model.source import Place

_TESTS = ("[", "[[", "test")


class DeclaredScriptSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`form` names the match."""

    kind: str
    form: str


def declared_script(context: Context, spec: DeclaredScriptSpec) -> Iterator[Match]:
    """Yield one match for each script that a command names and that stands nowhere it may look."""
    project = context.graph.project
    modules = project.modules
    folders = {path.rpartition("/")[0] for path in (*project.tracked, *project.present, *modules)}
    seen: set[tuple[str, str]] = set()
    for word, place, stage in missing_scripts(project):
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
    """Return whether another command of the file names the script without running it (a test whether it is there, a download, a copy, a template)."""
    commands = [*facts.commands, *(command for target in facts.targets for command in target.commands)]
    if any(command.words[0] in _TESTS and word in command.words for command in commands if command.words):
        return True
    return any(command.redirect_out.endswith(name) or any(item.endswith(name) and item != word for item in command.words)
               or (word not in command.words and any(name in item for item in command.words)) or command.words[:2] == ("git", "clone") for command in commands)
