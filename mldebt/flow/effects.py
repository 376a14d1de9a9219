"""What a library call does to the world: reads, writes, launches, learning, noted as events."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from mldebt.flow.heap import Object
from mldebt.flow.outputs import PRINT, observe_output
from mldebt.flow.texts import normalise
from mldebt.flow.value import NO_SOURCES, NOTHING, ROOT, Value, as_texts, constant, lineage, settable
from mldebt.flow.working_folder import MOVE
from mldebt.knowledge.rows import AccessRow, CallRow, ColumnsRow, LaunchRow
from mldebt.model.events import Access, Anchor, Kind, Loaded
from mldebt.model.observed import in_order
from mldebt.model.pattern import EMPTY, UNKNOWN, Hole, Pattern, pattern
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

_WEB = re.compile(r"https?|ftp")
_FILE_ADDRESS = re.compile(r"[\w+]+:///")
_TEMPLATE = re.compile(r"(\{[^{}]*\})")
_GIVEN = ("option", "bare-option", "environment")
_DOUBLED = re.compile(r"^(?:\w+://(?=\w+://)|file://)")
_MOST_ADDRESSES = 4
_SETTINGS = "config.load"
JOIN, LOAD, SAVE, _STEERED = "join", "load", "save", ("fit", "search")
_LEARN, _PAIRS = ("fit", "score"), "convert"
_BY_CHANCE = (("shuffled", "yes"),)
EVENTS: dict[str, Kind] = {
    "split": "split", "fit": "fit", "predict": "predict", "score": "score", "search": "search", "resample": "resample", "join": "join", "filter": "filter",
    "draw": "draw",
}


class Bound:
    """A call with its arguments by name; `handle` is set when the call opens something that later calls go through, `reads` are the ids of its reads."""

    __slots__ = ("api", "args", "frame", "handle", "keywords", "must", "named", "place", "reads", "receiver", "row")

    def __init__(
        self, row: CallRow, receiver: Value | None, args: tuple[Value, ...], keywords: dict[str, Value], place: Place, frame: Frame | None, api: str,
        must: bool = True,
    ) -> None:
        """Bind positional arguments to the names the row gives."""
        self.row, self.receiver, self.args, self.keywords, self.place, self.frame, self.api = row, receiver, args, keywords, place, frame, api
        self.named = dict(zip(row.parameters, args))
        self.named.update(keywords)
        self.handle: Value | None = None
        self.reads: frozenset[int] = frozenset()
        self.must = must

    def given(self) -> tuple[Value, ...]:
        """Return all arguments, and the receiver if there is one."""
        return (*self.args, *self.keywords.values()) if self.receiver is None else (*self.args, *self.keywords.values(), self.receiver)

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
    given = bound.given()
    for access_row, kind in ((row.read, "read"), (row.write, "write"), (row.delete, "delete"), (row.probe, "probe")):
        if access_row is not None:
            reads |= _touch(run, bound, frame, access_row, kind, given)
    if row.chdir is not None:
        found = accesses(run, row.chdir, bound)
        run.emit(frame, MOVE, bound.place, access=found[0] if len(found) == 1 else Access("folder", UNKNOWN), api=bound.api)
    if row.columns is not None and reads:
        _by_position(run, bound, frame, row.columns, frozenset(reads))
    if row.open is not None:
        reads |= _open(run, bound, frame, row.open)
    if row.launch is not None:
        for detail in _launches(run, bound, row.launch):
            number = run.emit(frame, "launch", bound.place, api=bound.api, detail=detail)
            reads |= {number} if row.launch.output else set()
    if row.scan or row.role == PRINT:
        observe_output(run, bound, frame)
    if row.role in EVENTS and (row.role != JOIN or _brings_together(run, bound)):
        judged, fits = run.learning.judged(bound, run.held(*given))
        passed = run.conversions.of(run.learning.features(bound))
        columns = run.learning.given(bound) if row.role in _LEARN else ()
        run.emit(frame, EVENTS[row.role], bound.place, sources=run.held(*given) if row.role != JOIN else lineage(*given), api=bound.api, passed=passed,
                 model=fits, data=judged, columns=columns, detail=(*(run.learning.manner(bound) if row.role == "score" else ()),
                                                                   *(_BY_CHANCE if run.learning.by_chance(bound) else ()),
                                                                   *(_held(run, bound) if columns or run.learning.fits_here(bound) else ())))
        if row.role in _STEERED:
            run.choosing.watched(bound)
    elif row.role == _PAIRS and (columns := run.learning.given(bound)):
        run.emit(frame, "pair", bound.place, sources=run.held(*given), api=bound.api, columns=columns)
    if row.role in EVENTS or row.write is not None:
        run.choosing.used(bound)
    return frozenset(reads)


def _held(run: Interpreter, bound: Bound) -> tuple[tuple[str, str], ...]:
    """Return the types that the model which a call fits is made of."""
    learner = bound.receiver if bound.row.role == "fit" else next(iter(bound.args), None)
    return tuple(("holds", kind) for kind in run.learning.parts(learner))


def _brings_together(run: Interpreter, bound: Bound) -> bool:
    """Return whether two sides of a join each have data that the other lacks: what was computed from a table is no source beside it."""
    given = (bound.receiver, *bound.args, *bound.keywords.values())
    sides = [sources for value in given if value is not None and (sources := run.provenance.reads(lineage(value)))]
    return any(one - other and other - one for one in sides for other in sides)


def _touch(run: Interpreter, bound: Bound, frame: Frame, row: AccessRow, kind: str, given: tuple[Value, ...]) -> set[int]:
    ids, data = set[int](), lineage(*given)
    mode: Kind = "write" if kind == "write" else "read" if kind == "read" else "delete" if kind == "delete" else "probe"
    if row.query:
        return _query(run, bound, frame, row, data)
    if row.append and bound.get(row.append).text in ("a", "append"):
        mode = "append"
    if mode == "write" and row.path == "self" and _opened(run, bound.get(row.path)):
        mode = "fill"
    found, saved = accesses(run, row, bound), run.learning.saved(given) if bound.row.role == SAVE else NO_SOURCES
    detail = (("holds", "model"),) if bound.row.role == SAVE and run.learning.holds_model(given) else ()
    for access in found:
        passed = run.conversions.of(given) if mode == "write" and data else ()
        number = run.emit(frame, mode, bound.place, access=access, sources=data, api=bound.api, passed=passed, must=bound.must and len(found) == 1,
                          model=saved, data=data if mode == "write" else NO_SOURCES, detail=detail)
        ids.add(number)
        if bound.row.role == LOAD and bound.row.value != _SETTINGS:  # settings are nothing that can be asked
            run.loads[number] = Loaded(bound.place, access)
    return ids if mode == "read" else set()


def _by_position(run: Interpreter, bound: Bound, frame: Frame, row: ColumnsRow, reads: frozenset[int]) -> None:
    """Note how a reader picks columns: by number, by other names than the file may hold, or by name."""
    known = run.heap.get(bound.get(row.select).ref)
    items = known.items if known is not None else None
    numbers = [item.const[0] for item in items or () if len(item.const) == 1 and type(item.const[0]) is int]
    renamed = bound.get(row.header).const == (None,) and bound.get(row.names) is not NOTHING
    picked = ", ".join(map(str, numbers)) if items and len(numbers) == len(items) else ":" if renamed else ""
    if picked:
        run.emit(frame, "column-use", bound.place, sources=reads, api=bound.api, detail=(("by", "position"), ("columns", picked)))
    elif bound.get(row.select) is not NOTHING:
        run.emit(frame, "column-use", bound.place, sources=reads, api=bound.api, detail=(("by", "name"),))


def _query(run: Interpreter, bound: Bound, frame: Frame, row: AccessRow, data: frozenset[int]) -> set[int]:
    from mldebt.extract.sql import table_uses

    reads, query = set[int](), bound.get(row.query)
    uses = [(*use, query.home) for statement in as_texts(query) for use in table_uses(statement)]
    for table, mode, home in uses or _kept_statements(run, query, frame):
        kind: Kind = "read" if mode == "read" else "append" if mode == "append" else "write"
        for path in _databases(run, _named(run, row, row.database, bound)):
            access = Access("table", *_database(path), "sql", table, home=home)
            number = run.emit(frame, kind, bound.place, access=access, sources=data, api=bound.api)
            reads |= {number} if kind == "read" else set()
    return reads


def _kept_statements(run: Interpreter, query: Value, frame: Frame) -> list[tuple[Pattern, str, str]]:
    """Return the tables, with mode and file, of the one file of the project that each statement read from a file may be."""
    found: list[tuple[Pattern, str, str]] = []
    for name in sorted({run.statements[number] for number in run.provenance.reads(query.sources) if number in run.statements}):
        own, ending = frame.path.rpartition("/")[0], name.lstrip("./")
        paths = [path for path, facts in run.project.data.items() if facts.format == "sql" and f"/{path}".endswith(f"/{ending}")]
        near = [path for path in paths if path in (ending, f"{own}/{ending}")]
        for path in near[:1] or (paths if len(paths) == 1 else ()):
            found.extend((pattern(use.table), use.mode, path) for use in run.project.data[path].tables)
    return found


def _open(run: Interpreter, bound: Bound, frame: Frame, row: AccessRow) -> set[int]:
    """Open a path: read or write by mode; the handle remembers path and mode. Outside the file system it is only named where there is no mode."""
    value = _named(run, row, row.path, bound)
    mode = bound.get(row.mode).text if row.mode and bound.get(row.mode).texts else row.default_mode
    reads: set[int] = set()
    if mode:
        kind: Kind = "append" if "a" in mode else "write" if "w" in mode or "x" in mode else "read"
        found = accesses(run, row, bound)
        for access in found:
            number = run.emit(frame, kind, bound.place, access=access, sources=value.sources, api=bound.api, must=len(found) == 1)
            reads |= {number} if kind == "read" else set()
    fields = {"path": value, **({"mode": constant(mode)} if mode else {})}
    bound.handle = run.new(bound.place, Object("handle", None, fields), bound.row.returns, frozenset(reads) | held_in_memory(run, value))
    return reads


def _opened(run: Interpreter, value: Value) -> bool:
    """Return whether a value is a handle whose opening was noted as an access."""
    known = run.heap.get(value.ref)
    return known is not None and known.kind == "handle" and "mode" in known.fields


def accesses(run: Interpreter, row: AccessRow, bound: Bound) -> list[Access]:
    """Return the artefacts a row touches: one for each text the path may be."""
    found = []
    if row.table:
        named = bound.get(row.table)
        names = as_texts(named)
        bases = _databases(run, _named(run, row, row.database, bound))
        return [Access("table", *_database(path), "sql", name, home=named.home) for path in bases for name in names]
    value = _named(run, row, row.path, bound)
    if not all(name in bound.named or name == "self" for name in _parameters(row)) or not _is_path(run, value, row):
        return []
    known = run.heap.get(value.ref)
    opened = known is not None and known.kind == "handle"
    if known is not None and opened:
        value = known.fields.get("path", NOTHING)
    for text in _paths(run, value):
        if row.only_local and not _local(text):
            continue
        text = text if opened else _completed(text, row, bound)
        store = _store(text, row.store)
        if row.on_disk and store != row.store:
            continue
        path, anchor = _strip(text)
        if store in ("url", "bucket", "registry"):
            path, anchor = text, "none"
        chosen = any(choice.kind in _GIVEN and not choice.part for choice in value.choices)
        found.append(Access(store, path, anchor, row.format, None, value.shared, value.home, chosen, in_order(settable(value.choices))))
    return found


def _parameters(row: AccessRow) -> list[str]:
    """Return the parameters that name an artefact."""
    return [piece[1:-1] for piece in _TEMPLATE.split(row.address) if piece.startswith("{")] if row.address else [row.path]


def _named(run: Interpreter, row: AccessRow, parameter: str, bound: Bound) -> Value:
    """Return the value that names an artefact or a database: that of one parameter, or the address that the row makes of several."""
    if not row.address:
        return bound.get(parameter)
    texts = [EMPTY]
    for piece in _TEMPLATE.split(row.address):
        ways = _paths(run, bound.get(piece[1:-1])) if piece.startswith("{") else (pattern(piece),)
        texts = [_undoubled(text + way) for text in texts for way in ways][:_MOST_ADDRESSES]
    named = [bound.get(name) for name in _parameters(row)]
    return Value(texts=tuple(texts), sources=lineage(*named), home=named[-1].home if named else "")


def _undoubled(text: Pattern) -> Pattern:
    """Return an address without the scheme that stands before another, and a local one as a path."""
    head = text.parts[0] if text.parts else ""
    return pattern(_DOUBLED.sub("", head), *text.parts[1:]) if isinstance(head, str) else text


def _is_path(run: Interpreter, value: Value, row: AccessRow) -> bool:
    """Return whether an argument may be a path: neither None nor a buffer in memory, nor data where a text is asked for."""
    if value.const == (None,) and not value.texts or row.only_text and not value.texts:
        return False
    return _is_file(run, _behind(run, value))


def held_in_memory(run: Interpreter, value: Value) -> frozenset[int]:
    """Return the sources of the data that a reader takes out of a buffer, or out of a handle that was opened on one; of a file it is what lies there."""
    held = _behind(run, value)
    return NO_SOURCES if _is_file(run, held) else value.sources | held.sources


def _behind(run: Interpreter, value: Value) -> Value:
    """Return what a handle was opened on, any other value itself."""
    known = run.heap.get(value.ref)
    return known.fields.get("path", NOTHING) if known is not None and known.kind == "handle" else value


def _is_file(run: Interpreter, value: Value) -> bool:
    """Return whether a value may name a file: no buffer."""
    kind = run.catalogue.type(value.type) if value.type else None
    return kind is None or kind.role != "buffer"


def _local(text: Pattern) -> bool:
    """Return whether a name is one of a folder: it starts with a mark of one, or with something unknown."""
    head = text.parts[0] if text.parts else ""
    return not isinstance(head, str) or head.startswith((".", "/", "~"))


def _completed(text: Pattern, row: AccessRow, bound: Bound) -> Pattern:
    """Return a path as the library completes it: its suffix added, its templates open."""
    suffix = row.suffixes.get(bound.get(row.suffix_by).text or "", row.suffix)
    last = text.parts[-1] if text.parts else ""
    if suffix and not (isinstance(last, str) and last.endswith(suffix)):
        text = text + pattern(suffix)
    if row.template:
        pieces = [piece for part in text.parts for piece in (_TEMPLATE.split(part) if isinstance(part, str) else [part])]
        text = pattern(*(Hole("stamp") if isinstance(piece, str) and piece.startswith("{") else piece for piece in pieces))
    return text


def _paths(run: Interpreter, value: Value) -> tuple[Pattern, ...]:
    return _behind(run, value).texts or (UNKNOWN,)


def _databases(run: Interpreter, value: Value) -> list[Pattern]:
    """Return the databases a connection may be of; one whose address has no host is the file that the address names."""
    found = []
    for path in _paths(run, value):
        head = path.parts[0] if path.parts else ""
        local = _FILE_ADDRESS.match(head) if isinstance(head, str) else None
        found.append(pattern(head[local.end():], *path.parts[1:]) if local and isinstance(head, str) else path)
    return found


def _store(path: Pattern, store: str) -> str:
    head = path.parts[0] if path.parts and isinstance(path.parts[0], str) else ""
    scheme, found, _ = head.partition("://")
    if not found:
        return "file" if store == "bucket" and head else store
    return "url" if _WEB.match(scheme) else "table" if "sql" in scheme else "bucket"


def _strip(path: Pattern) -> tuple[Pattern, Anchor]:
    """Return the normalised path without its start, and what it starts from."""
    clean = normalise(path)
    if clean.parts and clean.parts[0] == ROOT:
        return pattern(*clean.parts[1:]), "file"
    head = clean.parts[0] if clean.parts and isinstance(clean.parts[0], str) else ""
    return clean or EMPTY, "absolute" if head.startswith("/") or head[1:3] == ":/" else "home" if head.startswith("~") else "cwd"


def path_access(text: Pattern, value: Value) -> Access:
    """Return the access to a file that a text names."""
    path, anchor = _strip(text)
    return Access(_store(text, "file"), path, anchor, home=value.home)


def _database(path: Pattern) -> tuple[Pattern, Anchor]:
    """Return what names a database, and what it starts from: a file's path, also out of a URL without a host, else the URL without credentials."""
    parts = path.parts
    scheme, found, rest = parts[0].partition("://") if parts and isinstance(parts[0], str) else ("", "", "")
    if not found or rest.startswith("/"):
        return _strip(pattern(rest[1:], *parts[1:]) if found else path)
    rested = (rest, *parts[1:])
    signed = max((number for number, part in enumerate(rested) if isinstance(part, str) and "@" in part), default=-1)
    told = rested if signed < 0 else (str(rested[signed]).rpartition("@")[2], *rested[signed + 1:])
    return pattern(f"{scheme}://", *told), "none"


def strip_start(path: Pattern) -> tuple[str | None, Anchor]:
    """Return a path that is wholly known, None otherwise, and what it starts from."""
    clean, anchor = _strip(path)
    return clean.literal, anchor


def _launches(run: Interpreter, bound: Bound, row: LaunchRow) -> list[tuple[tuple[str, str], ...]]:
    """Return what is known of each program that may be started: its command, the folder it is started in, whether its failure would raise here."""
    folder = as_texts(bound.get(row.cwd))[0].show() if row.cwd in bound.named and bound.get(row.cwd).const != (None,) else ""
    checked = row.checked or (bool(row.check) and bound.get(row.check).const == (True,))
    rest = ("folder", folder), ("checked", "yes" if checked else "no"), *((("image", "yes"),) if row.image else ())
    words = [f" {_commands(run, bound.get(row.arguments))[0]}"] if row.arguments in bound.named else [""]
    return [(("command", command + more), *rest) for command in _commands(run, bound.get(row.command)) for more in words]


def _commands(run: Interpreter, value: Value) -> list[str]:
    """Return the commands that a value may be; of a list of words, unless it is one of several, each with one word in all the forms it may have."""
    if parts := run.heap.parts(value.ref):
        return list(dict.fromkeys(command for part in parts for command in _commands(run, Value(ref=part))))
    known = run.heap.get(value.ref)
    if known is not None and known.items is None and known.kind == "list" and known.fields:
        return [f"{shlex.join(as_texts(item)[0].show() for item in known.fields.values())} {UNKNOWN.show()}"]
    if known is None or known.items is None:
        return [text.show() for text in as_texts(value)]
    forms = [[text.show() for text in as_texts(item)] for item in known.items]
    first = [words[0] for words in forms]
    lines = {shlex.join([*first[:at], word, *first[at + 1:]]): None for at, words in enumerate(forms) for word in words}
    return list(lines) or [""]
