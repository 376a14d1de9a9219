"""Configuration files of the project as values that code can read key by key."""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import normpath
from typing import TYPE_CHECKING, TypeAlias

from mldebt.flow.effects import Bound, strip_start
from mldebt.flow.heap import Object
from mldebt.flow.value import NOTHING, ClassTarget, Value, chosen, hole, join_all, lineage, text
from mldebt.flow.words import word_pattern
from mldebt.model.facts import DataFacts, Setting
from mldebt.model.observed import Choice
from mldebt.model.pattern import Hole, Part, Pattern, pattern
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.interpreter import Interpreter

Leaf: TypeAlias = "tuple[str, Setting]"
"""A setting with the path of its file."""
Tree: TypeAlias = "dict[str | int, Tree | Leaf]"
_REFERENCE = re.compile(r"\$\{([^${}]*)\}")
_DEPTH = 6


def load(run: Interpreter, call: Bound) -> Value:
    """Return the content of a configuration file that the project holds; what a call reads from elsewhere is data."""
    source = call.args[0] if call.args else next(iter(call.keywords.values()), NOTHING)
    handle = run.heap.get(source.ref)
    paths = (handle.fields.get("path", NOTHING) if handle is not None and handle.kind == "handle" else source).texts
    found = [file for path in paths if (file := _file(run, strip_start(path))) is not None]
    if not found or len(found) < len(paths):
        return Value(type=call.row.returns, sources=call.reads | lineage(source))
    return join_all([value_of(run, tree_of(file)) for file in found])


def _file(run: Interpreter, start: tuple[str | None, str]) -> DataFacts | None:
    """Return the data file a path means, seen from the folders of the running program."""
    path, anchor = start
    if path is None or anchor in ("absolute", "home"):
        return None
    entry = run.entry
    folders = [""] if anchor == "file" else [folder.path for folder in entry.folders] if entry else [""]
    keys = [normpath(f"{folder}/{path}" if folder else path) for folder in folders]
    return next((run.project.data[key] for key in keys if key in run.project.data and run.project.data[key].settings), None)


def tree_of(facts: DataFacts) -> Tree:
    """Return the settings of a file as a tree of keys."""
    root: Tree = {}
    for setting in facts.settings:
        insert(root, setting.keys, (facts.path, setting))
    return root


def insert(tree: Tree, keys: tuple[str | int, ...], leaf: Leaf) -> None:
    """Put a leaf under its keys; a key that is a leaf already stays one."""
    for key in keys[:-1]:
        inner = tree.setdefault(key, {})
        if isinstance(inner, tuple):
            return
        tree = inner
    if keys:
        tree[keys[-1]] = leaf


def value_of(run: Interpreter, tree: Tree) -> Value:
    """Return a tree as nested dicts and lists; every leaf knows its key as the definition it comes from, references to other keys are followed."""
    return _build(run, tree, tree, (object(),))


def _build(run: Interpreter, tree: Tree | Leaf, root: Tree, keys: tuple[object, ...]) -> Value:
    """Return a part of a tree; `keys` begin with what tells this reading of the tree from others."""
    if isinstance(tree, tuple):
        return _leaf(run, tree, root)
    values = {key: _build(run, item, root, (*keys, key)) for key, item in tree.items()}
    address = run.heap.address(("configuration", keys))
    if values and all(isinstance(key, int) for key in values):
        run.heap.put(address, Object("list", tuple(values.values())))
        return Value(type=run.catalogue.literal("list"), ref=address)
    run.heap.put(address, Object("dict", None, {str(key): value for key, value in values.items()}))
    return Value(type=run.catalogue.literal("dict"), ref=address)


def _leaf(run: Interpreter, leaf: Leaf, root: Tree) -> Value:
    path, setting = leaf
    place = Place(path, setting.at, setting.end)
    if setting.empty:
        return Value(type=run.catalogue.literal("list" if setting.empty == "[]" else "dict"))
    if setting.value in run.catalogue.missing:
        return hole("config", str(setting.keys[-1]) if setting.keys else "")
    choice = Choice("config", ".".join(map(str, setting.keys)), place)
    if isinstance(setting.value, str):
        return chosen(text(resolved(run, setting.value, root), shared=place, home=path, type=run.catalogue.literal("text")), choice)
    return chosen(Value(type=run.catalogue.literal("none" if setting.value is None else "number"), const=(setting.value,), shared=place), choice)


def resolved(run: Interpreter, value: str, root: Tree, depth: int = 0) -> Pattern:
    """Return a text with references to other keys (`${a.b}`) replaced by their values; those that lead nowhere are holes."""
    parts: list[Part] = []
    at = 0
    for found in _REFERENCE.finditer(value):
        target = _at(root, found[1])
        if target is None and not re.search(r"[.:\[]", found[1]):
            continue  # a variable of the environment
        parts.extend(word_pattern(value[at:found.start()]).parts)
        parts.extend(_referred(run, target, found[1], root, depth))
        at = found.end()
    return pattern(*parts, *word_pattern(value[at:]).parts)


def _referred(run: Interpreter, target: Tree | Leaf | None, name: str, root: Tree, depth: int) -> tuple[Part, ...]:
    if isinstance(target, tuple) and target[1].value is not None and depth < _DEPTH:
        return resolved(run, str(target[1].value), root, depth + 1).parts
    resolver, colon, rest = name.partition(":")
    variable, gives = rest.partition(",")[0].strip(), run.catalogue.resolvers.get(resolver, "")
    if colon and gives == "environment" and variable.isidentifier():
        return (Hole(gives, variable),)
    return (Hole(gives),) if gives == "stamp" else (Hole("config", name),)


def _at(root: Tree, name: str) -> Tree | Leaf | None:
    found: Tree | Leaf | None = root
    for key in name.replace("[", ".").replace("]", "").split("."):
        if not isinstance(found, dict):
            return None
        found = found.get(key) if key in found else found.get(int(key)) if key.isdigit() else None
    return found


def _merge(run: Interpreter, call: Bound) -> Value:
    """Return mappings merged, the last one's keys first; one that is not known changes nothing that is."""
    return merged(run, [*call.args], ("merged", call.place))


def merged(run: Interpreter, values: list[Value], site: object) -> Value:
    """Return mappings merged key by key, those inside them too; what is no mapping is replaced."""
    known = [(value, item) for value in values if (item := run.heap.get(value.ref)) is not None and item.kind in ("dict", "instance", "namespace")]
    if not known:
        return Value(sources=lineage(*values))
    fields: dict[str, Value] = {}
    for _, item in known:
        for name, value in item.fields.items():
            old = run.heap.get(fields[name].ref) if name in fields else None
            new = run.heap.get(value.ref)
            both = old is not None and new is not None and old.kind == new.kind == "dict"
            fields[name] = merged(run, [fields[name], value], (site, name)) if both else value
    rest = NOTHING if len(known) < len(values) or any(item.rest is not None for _, item in known) else None
    address = run.heap.address(site)
    run.heap.put(address, Object("dict", None, fields, rest))
    return Value(type=run.catalogue.literal("dict"), ref=address, sources=lineage(*values))


def _make(run: Interpreter, call: Bound) -> Value:
    """Return a configuration made from a class, a mapping or nothing."""
    source = call.args[0] if call.args else NOTHING
    if isinstance(source.target, ClassTarget) and call.frame is not None:
        return run.calls.call(source, (), {}, call.place, call.frame)
    return source if source.ref else run.new(call.place, Object("dict", rest=NOTHING), run.catalogue.literal("dict"), source.sources)


def _reader(run: Interpreter, call: Bound) -> Value:
    return run.new(call.place, Object("dict"), call.row.returns)


def _read_into(run: Interpreter, call: Bound) -> Value:
    """Read a file into the receiver."""
    content = load(run, call)
    known, more = run.heap.get(call.receiver.ref) if call.receiver else None, run.heap.get(content.ref)
    if known is not None and call.receiver is not None:
        rest = NOTHING if more is None else known.rest
        run.heap.put(call.receiver.ref, Object("dict", None, {**known.fields, **(more.fields if more is not None else {})}, rest))
    return content


def _get_inside(run: Interpreter, call: Bound) -> Value:
    """Return `receiver[section][key]`, or the fallback."""
    keys = [item.text for item in call.args[:2]]
    found = run.heap.get(call.receiver.ref) if call.receiver else None
    inner = found.fields.get(keys[0] or "", NOTHING) if found is not None and keys else NOTHING
    section = run.heap.get(inner.ref)
    if section is not None and len(keys) > 1 and keys[1] in section.fields:
        return section.fields[keys[1] or ""]
    return call.keywords.get("fallback", NOTHING)


def loaders() -> dict[str, Callable[..., Value]]:
    """Return the primitives of this module by name."""
    return {"config.load": load, "config.merge": _merge, "config.make": _make, "config.reader": _reader, "config.read": _read_into, "config.get": _get_inside}
