"""Configuration composed from a folder of files by a list of defaults, as Hydra does (its documentation, "The Defaults List")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import normpath
from typing import TYPE_CHECKING

from mldebt.flow.configuration import Leaf, Tree, insert, tree_of, value_of
from mldebt.flow.value import NOTHING, Value
from mldebt.knowledge.rows import ComposeRow
from mldebt.model.facts import DataFacts, Setting

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

_ENDINGS = (".yaml", ".yml")
_DEPTH = 8


def compose(run: Interpreter, arguments: Mapping[str, Value], row: ComposeRow, frame: Frame) -> Value:
    """Return the configuration that a decorator names, composed with the choices that the program's commands make; unknown when there is no such file."""
    folder, name = (arguments.get(key, NOTHING).text for key in (row.folder, row.name))
    if name is None:
        return NOTHING
    base = normpath(f"{frame.path.rpartition('/')[0]}/{folder or ''}".lstrip("/"))
    files = _Files(run.project.data, "" if base == "." else base, row)
    if files.find("", name) is None:
        return NOTHING
    entry = run.entry
    words = [word for item in (entry.invocations if entry else ())[:1] for word in item.words]
    given = dict(word.lstrip("+").partition("=")[::2] for word in words if "=" in word and not word.startswith("-"))
    tree: Tree = {}
    for keys, leaf in _composed(files, "", name, (), given, 0):
        insert(tree, keys, leaf)
    for key, value in given.items():
        if not files.is_group(key) and isinstance(value, str):
            insert(tree, tuple(key.split(".")), (entry.invocations[0].place.path if entry else "", Setting((), value, 0, 0)))
    return value_of(run, tree)


class _Files:
    """The files of a configuration folder by group and name, and the row with the words they use."""

    def __init__(self, data: Mapping[str, DataFacts], base: str, row: ComposeRow) -> None:
        self._data, self._base, self.row = data, base, row

    def find(self, group: str, name: str) -> DataFacts | None:
        path = "/".join(part for part in (self._base, group, name) if part)
        if path.endswith(_ENDINGS):
            return self._data.get(path)
        return next((self._data[path + ending] for ending in _ENDINGS if path + ending in self._data), None)

    def is_group(self, name: str) -> bool:
        folder = f"{self._base}/{name}/".lstrip("/")
        return any(path.startswith(folder) for path in self._data)


def _composed(
    files: _Files, group: str, name: str, package: tuple[str, ...], given: Mapping[str, str], depth: int,
) -> Iterator[tuple[tuple[str | int, ...], Leaf]]:
    """Yield the leaves of a file and of its defaults with their keys, in the order in which later ones win."""
    facts = files.find(group, name)
    if facts is None or depth > _DEPTH:
        return
    row = files.row
    if row.top in facts.words:
        package = ()
    tree = tree_of(facts)
    listed = _listed(tree.pop(row.defaults, {}), group, row.override)
    own = [(package + keys, leaf) for keys, leaf in _leaves(tree, ())]
    overrides = {inner: option for inner, option, override in listed if override}
    for inner, option, override in listed:
        if option == row.own and not inner:
            yield from own
        elif not override:
            chosen = given.get(inner, overrides.get(inner, option)) if inner else option
            yield from _composed(files, inner or group, chosen, tuple(inner.split("/")) if inner else package, {**overrides, **given}, depth + 1)
    if not any(option == row.own and not inner for inner, option, _ in listed):
        yield from own


def _listed(defaults: Tree | Leaf, group: str, mark: str) -> list[tuple[str, str, bool]]:
    """Return the entries of a defaults list: group (empty: a file beside this one), option, whether it only overrides."""
    found: list[tuple[str, str, bool]] = []
    for item in defaults.values() if isinstance(defaults, dict) else ():
        pairs = [("", item)] if isinstance(item, tuple) else list(item.items())
        for key, leaf in pairs:
            if not isinstance(leaf, tuple) or not isinstance(leaf[1].value, str):
                continue
            words = str(key).partition("@")[0].split()
            name = words[-1] if words else ""
            inner = name.lstrip("/") if name.startswith("/") or not group or not name else f"{group}/{name}"
            found.append((inner, leaf[1].value, mark in words[:-1]))
    return found


def _leaves(tree: Tree, keys: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Leaf]]:
    for key, item in tree.items():
        if isinstance(item, tuple):
            yield (*keys, key), item
        else:
            yield from _leaves(item, (*keys, key))
