"""What a library call does to the world: reads, writes, launches, learning, noted as events."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from mldebt.flow.heap import Object
from mldebt.flow.texts import normalise
from mldebt.flow.value import NOTHING, ROOT, Value, as_texts, lineage
from mldebt.knowledge.rows import AccessRow, CallRow, LaunchRow
from mldebt.model.events import Access, Anchor, Kind
from mldebt.model.pattern import EMPTY, UNKNOWN, Pattern, pattern
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

EVENTS: dict[str, Kind] = {"split": "split", "fit": "fit", "predict": "predict", "score": "score", "search": "search", "resample": "resample"}


class Bound:
    """A call with its arguments by name; `handle` is set when the call opens something that later calls go through, `reads` are the ids of its reads."""

    __slots__ = ("api", "args", "frame", "handle", "keywords", "must", "named", "place", "reads", "receiver", "row")

    def __init__(
        self, row: CallRow, receiver: Value | None, args: tuple[Value, ...], keywords: dict[str, Value], place: Place, frame: Frame | None, api: str,
        must: bool = True,
    ) -> None:
        """Bind positional arguments to the names the row gives."""
        self.row, self.receiver, self.args, self.keywords, self.place, self.frame, self.api = row, receiver, args, keywords, place, frame, api
        self.named: dict[str, Value] = {**dict(zip(row.parameters, args)), **keywords}
        self.handle: Value | None = None
        self.reads: frozenset[int] = frozenset()
        self.must = must

    def get(self, name: str) -> Value:
        """Return the argument of a parameter (`self`: the receiver); unknown when not given."""
        if name == "self":
            return self.receiver or NOTHING
        return self.named.get(name, NOTHING)


def perform(run: Interpreter, bound: Bound) -> frozenset[int]:
    """Note the events of a call; return the ids of its reads."""
    row, frame = bound.row, bound.frame
    if frame is None:
        return frozenset()
    reads: set[int] = set()
    data = lineage(*bound.args, *bound.keywords.values(), *(() if bound.receiver is None else (bound.receiver,)))
    for access_row, kind in ((row.read, "read"), (row.write, "write"), (row.delete, "delete"), (row.probe, "probe")):
        if access_row is not None:
            reads |= _touch(run, bound, frame, access_row, kind, data)
    if row.open is not None:
        reads |= _open(run, bound, frame, row.open)
    if row.launch is not None:
        run.emit(frame, "launch", bound.place, api=bound.api, detail=_launch(run, bound, row.launch))
    if row.role in EVENTS:
        run.emit(frame, EVENTS[row.role], bound.place, sources=data, api=bound.api)
    return frozenset(reads)


def _touch(run: Interpreter, bound: Bound, frame: Frame, row: AccessRow, kind: str, data: frozenset[int]) -> set[int]:
    ids: set[int] = set()
    mode: Kind = "write" if kind == "write" else "read" if kind == "read" else "delete" if kind == "delete" else "probe"
    if row.query:
        return _query(run, bound, frame, row, data)
    if row.append and bound.get(row.append).text in ("a", "append"):
        mode = "append"
    for access in accesses(run, row, bound):
        ids.add(run.emit(frame, mode, bound.place, access=access, sources=data, api=bound.api, must=bound.must))
    return ids if mode == "read" else set()


def _query(run: Interpreter, bound: Bound, frame: Frame, row: AccessRow, data: frozenset[int]) -> set[int]:
    from mldebt.extract.sql import table_uses

    reads: set[int] = set()
    for statement in as_texts(bound.get(row.query)):
        for table, mode in table_uses(statement):
            kind: Kind = "read" if mode == "read" else "write"
            for path in _paths(run, bound.get(row.database)):
                access = Access("table", *_strip(path), "sql", table, home=bound.get(row.query).home)
                number = run.emit(frame, kind, bound.place, access=access, sources=data, api=bound.api)
                reads |= {number} if kind == "read" else set()
    return reads


def _open(run: Interpreter, bound: Bound, frame: Frame, row: AccessRow) -> set[int]:
    """Open a path: read or write by mode; the handle remembers path and mode."""
    value = bound.get(row.path)
    mode = bound.get(row.mode).text if row.mode and bound.get(row.mode).texts else row.default_mode
    reads: set[int] = set()
    if row.store == "file" and mode is not None:
        kind: Kind = "append" if "a" in mode else "write" if "w" in mode or "x" in mode else "read"
        for access in accesses(run, row, bound):
            number = run.emit(frame, kind, bound.place, access=access, api=bound.api)
            reads |= {number} if kind == "read" else set()
    bound.handle = run.new(bound.place, Object("handle", None, {"path": value}), bound.row.returns, frozenset(reads))
    return reads


def accesses(run: Interpreter, row: AccessRow, bound: Bound) -> list[Access]:
    """Return the artefacts a row touches: one for each text the path may be."""
    found = []
    if row.table:
        named = bound.get(row.table)
        names = as_texts(named)
        return [Access("table", *_strip(path), "sql", name, home=named.home) for path in _paths(run, bound.get(row.database)) for name in names]
    value = bound.get(row.path)
    if row.path not in bound.named and row.path != "self":
        return []
    known = run.heap.get(value.ref)
    if known is not None and known.kind == "handle":
        value = known.fields.get("path", NOTHING)
    for text in _paths(run, value):
        store = _store(text, row.store)
        path, anchor = _strip(text)
        if store in ("url", "bucket", "registry"):
            path, anchor = text, "none"
        found.append(Access(store, path + pattern(row.suffix) if row.suffix else path, anchor, row.format, None, value.shared, value.home))
    return found


def _paths(run: Interpreter, value: Value) -> tuple[Pattern, ...]:
    known = run.heap.get(value.ref)
    if known is not None and known.kind == "handle":
        value = known.fields.get("path", NOTHING)
    return value.texts or (UNKNOWN,)


def _store(path: Pattern, store: str) -> str:
    head = path.parts[0] if path.parts and isinstance(path.parts[0], str) else ""
    scheme, found, _ = head.partition("://")
    if not found:
        return store
    return "url" if scheme.startswith(("http", "ftp")) else "table" if "sql" in scheme else "bucket"


def _strip(path: Pattern) -> tuple[Pattern, Anchor]:
    """Return the normalised path without its start, and what it starts from."""
    clean = normalise(path)
    if clean.parts and clean.parts[0] == ROOT:
        return pattern(*clean.parts[1:]), "file"
    head = clean.parts[0] if clean.parts and isinstance(clean.parts[0], str) else ""
    return clean or EMPTY, "absolute" if head.startswith("/") or head[1:3] == ":/" else "home" if head.startswith("~") else "cwd"


def strip_start(path: Pattern) -> tuple[str | None, Anchor]:
    """Return a path that is wholly known, None otherwise, and what it starts from."""
    clean, anchor = _strip(path)
    return clean.literal, anchor


def _launch(run: Interpreter, bound: Bound, row: LaunchRow) -> tuple[tuple[str, str], ...]:
    """Return what is known of a started program: its command, the folder it is started in, whether its failure would raise here."""
    folder = as_texts(bound.get(row.cwd))[0].show() if row.cwd in bound.named else ""
    checked = row.checked or (bool(row.check) and bound.get(row.check).const == (True,))
    return ("command", _words(run, bound.get(row.command))), ("folder", folder), ("checked", "yes" if checked else "no")


def _words(run: Interpreter, value: Value) -> str:
    known = run.heap.get(value.ref)
    if known is not None and known.items is not None:
        return shlex.join(as_texts(item)[0].show() for item in known.items)
    return as_texts(value)[0].show()
