"""Where the path of an access enters a program: the literal that spells it, the option or setting that gives it."""

from __future__ import annotations

from collections.abc import Iterator

from mldebt.detect.base import Context, one_each, shown, site
from mldebt.graph.identity import outside
from mldebt.graph.project_graph import Use
from mldebt.model import ir
from mldebt.model.facts import PythonFacts
from mldebt.model.finding import Step
from mldebt.model.source import Place
from mldebt.model.walk import inside, statements

_OPTIONS = ("option", "bare-option")
_LEAST = 6  # a hole and an extension


def given_here(context: Context, use: Use) -> tuple[Step, ...]:
    """Return the evidence of where a path comes from, where the line of the access does not show it: what declares it, or what spells its end."""
    access = use.event.access
    if access is None:
        return ()
    steps = [Step(choice.place, f"option `{choice.name}` gives {'the folder' if choice.part else 'the path'} here")
             for choice in access.given if choice.kind in _OPTIONS and choice.place is not None]
    if access.shared is not None:
        steps.append(Step(access.shared, f"the path of `{shown(use.artifact)}` is given here"))
    elif (place := _spelled(context, use)) is not None and not any(_within(place, step.place) for step in steps):
        steps.append(Step(place, f"the path of `{shown(use.artifact)}` is spelled here"))
    accesses = (use.event.place, site(use))
    return one_each(step for step in steps if not any(_within(step.place, place) for place in accesses))


def by_setting(reader: Use, writer: Use) -> bool:
    """Return whether somebody sets what the reader reads: in a mapping of settings, or on the command line as what the writer writes is set, too.

    Where the name has holes and an option gives it to the writer, whoever starts that says which file it is.
    """
    own, other = reader.event.access, writer.event.access
    if own is not None and any(choice.kind == "setting" and not choice.part for choice in own.given) or "{}" in writer.artifact and is_open(writer):
        return True
    return is_open(reader) and is_open(writer) and not (own is not None and other is not None and _fixed(own.home) and _fixed(other.home))


def is_open(use: Use) -> bool:
    """Return whether an option or a setting gives the path, or its folder, of an access."""
    access = use.event.access
    return access is not None and any(choice.kind in (*_OPTIONS, "setting") for choice in access.given)


def _fixed(home: str) -> bool:
    """Return whether a file of commands spells what an option is given."""
    return bool(home) and not home.endswith((".py", ".ipynb"))


def _spelled(context: Context, use: Use) -> Place | None:
    """Return the literal that spells the longest end of a path, in the file that is known to spell it; of several, the last before the access."""
    event = use.event
    home = event.access.home if event.access is not None and event.access.home else event.place.path
    module = context.graph.project.modules.get(home)
    name = _end(outside(use.artifact))
    if module is None:
        data = context.graph.project.data.get(home)
        commands = data.commands if data is not None else ()
        return next((Place(home, command.at, command.end) for command in commands if any(_spells(word, name) for word in command.words)), None)
    below = max((place.at for place in (event.place, *event.chain) if place.path == home), default=-1)
    found = [(len(text), node.at <= below, node.at, node.end) for node, text in _texts(module.facts) if _spells(text, name)]
    return Place(home, *max(found)[2:]) if found else None


def _texts(facts: PythonFacts) -> Iterator[tuple[ir.Expr, str]]:
    """Yield the text literals of a file, with `{}` before what stands behind the last hole of one."""
    for node in inside(statements(facts)):
        if isinstance(node, ir.Const) and isinstance(node.value, str):
            _, hole, tail = node.value.replace("\\", "/").rpartition("}")
            yield node, f"{{}}{tail}" if hole else tail.removeprefix("./")
        elif isinstance(node, ir.FString) and isinstance(last := node.parts[-1], ir.Const) and len(node.parts) > 1:
            yield node, f"{{}}{last.value}"


def _end(key: str) -> str:
    """Return the literal end of an artefact's key: of a table its name."""
    path, _, table = key.partition("#")
    return (table or path).rpartition("{}")[2]


def _spells(text: str, end: str) -> bool:
    """Return whether a literal is the end of a path, whole segments of it, or the stretch after its last hole."""
    if text.startswith("{}"):
        return len(text) > _LEAST and end.endswith(text[2:])
    return bool(text.strip("/.")) and (end == text or end.endswith(text if text.startswith("/") else f"/{text}") or text.endswith(f"/{end}"))


def _within(inner: Place, outer: Place) -> bool:
    return inner.path == outer.path and outer.at <= inner.at and inner.end <= outer.end
