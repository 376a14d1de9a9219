"""Configuration files of the project as values that code can read key by key."""

from __future__ import annotations

from posixpath import normpath
from typing import TYPE_CHECKING

from mldebt.flow.effects import Bound, strip_start
from mldebt.flow.heap import Object
from mldebt.flow.options import word_pattern
from mldebt.flow.value import NOTHING, Value, join_all, lineage, text
from mldebt.model.facts import DataFacts, Scalar, Setting
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter

Tree = dict[str | int, "Tree | Setting"]


def load(run: Interpreter, call: Bound) -> Value:
    """Return the content of a configuration file that the project holds; what a call reads from elsewhere is data."""
    source = call.args[0] if call.args else next(iter(call.keywords.values()), NOTHING)
    handle = run.heap.get(source.ref)
    paths = (handle.fields.get("path", NOTHING) if handle is not None and handle.kind == "handle" else source).texts
    found = [file for path in paths if (file := _file(run, strip_start(path))) is not None]
    if not found or len(found) < len(paths):
        return Value(type=call.row.returns, sources=call.reads | lineage(source))
    return join_all([value_of(run, file) for file in found])


def _file(run: Interpreter, start: tuple[str | None, str]) -> DataFacts | None:
    """Return the data file a path means, seen from the folders of the running program."""
    path, anchor = start
    if path is None or anchor in ("absolute", "home"):
        return None
    folders = [""] if anchor == "file" else [folder.path for folder in run.entry.folders] if run.entry else [""]
    keys = [normpath(f"{folder}/{path}" if folder else path) for folder in folders]
    return next((run.project.data[key] for key in keys if key in run.project.data and run.project.data[key].settings), None)


def value_of(run: Interpreter, facts: DataFacts) -> Value:
    """Return the tree of a configuration file as nested dicts and lists; every leaf knows its key as the definition it comes from."""
    root: Tree = {}
    for setting in facts.settings:
        _insert(root, setting)
    return _build(run, root, facts.path, ())


def _insert(tree: Tree, setting: Setting) -> None:
    for key in setting.keys[:-1]:
        inner = tree.setdefault(key, {})
        if isinstance(inner, Setting):
            return
        tree = inner
    if setting.keys:
        tree[setting.keys[-1]] = setting


def _build(run: Interpreter, tree: Tree | Setting, path: str, keys: tuple[str | int, ...]) -> Value:
    if isinstance(tree, Setting):
        return _leaf(run, tree, path)
    values = {key: _build(run, item, path, (*keys, key)) for key, item in tree.items()}
    address = run.heap.address(("configuration", path, keys))
    if values and all(isinstance(key, int) for key in values):
        run.heap.put(address, Object("list", tuple(values.values())))
        return Value(type=run.catalogue.literal("list"), ref=address)
    run.heap.put(address, Object("dict", None, {str(key): value for key, value in values.items()}))
    return Value(type=run.catalogue.literal("dict"), ref=address)


def _leaf(run: Interpreter, setting: Setting, path: str) -> Value:
    value: Scalar = setting.value
    place = Place(path, setting.at, setting.end)
    if setting.empty:
        return Value(type=run.catalogue.literal("list" if setting.empty == "[]" else "dict"))
    if isinstance(value, str):
        return text(word_pattern(value), shared=place, home=path, type=run.catalogue.literal("text"))
    return Value(type=run.catalogue.literal("none" if value is None else "number"), const=(value,), shared=place)
