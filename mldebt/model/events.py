"""What the interpreter observed: events, each at a place, under an entry point, with identities."""

from __future__ import annotations

from typing import Literal

import msgspec

from mldebt.model.columns import NO_COLUMNS, Columns
from mldebt.model.lineage import Fitted, Lineage, Scored
from mldebt.model.observed import Choice
from mldebt.model.pattern import Pattern
from mldebt.model.source import Place

Kind = Literal[
    "read", "write", "append", "delete", "probe", "move", "download", "split", "fit", "transform", "predict", "score", "search",
    "resample", "train-step", "convert", "column-create", "column-use", "config-read", "branch", "launch", "serve", "seed", "draw", "log", "validate",
    "option", "parse", "scan", "escape", "join", "filter", "fill", "chdir", "decide", "tune", "cut", "compare", "column-drop", "pair",
]
Anchor = Literal["cwd", "file", "absolute", "home", "none"]


class CallSite(msgspec.Struct, frozen=True, gc=False):
    """A call of a library: where, which public path, of which library, whether a row describes it, whether it is a method of an object, its role.

    `adapts`: all it does is to move data from one form to another.
    """

    place: Place
    api: str
    library: str
    known: bool
    method: bool = False
    role: str = ""
    adapts: bool = False


class Access(msgspec.Struct, frozen=True, gc=False):
    """Which artefact a call touches, before the graph resolves it.

    `store` is `file`, `folder`, `table`, `url`, `bucket`, `registry`, `process` (output of a program) or `memory`.
    `anchor` says what a relative `path` starts from: `cwd` (the program's working directory), `file` (already project-relative,
    because it was built from `__file__`), `absolute`, `home`, `none` (URLs, registries). `home` is the file
    that spells the name. A table has the database's path in `path` and its name in `table`.
    `shared` is the place of the definition that gave the path, when the path is a named constant (module, class or configuration key).
    `chosen`: an option or a variable of the environment gives the name, and the path is only what it is by default. `given`: what somebody may set to make
    the path another.
    """

    store: str
    path: Pattern
    anchor: Anchor = "cwd"
    format: str = ""
    table: Pattern | None = None
    shared: Place | None = None
    home: str = ""
    chosen: bool = False
    given: tuple[Choice, ...] = ()


class Loaded(msgspec.Struct, frozen=True, gc=False):
    """An object read from a file or registry, by itself or out of a container: where, and from which artefact."""

    place: Place
    access: Access


class Conversion(msgspec.Struct, frozen=True, gc=False):
    """One change of a value's representation: where, from what to what, by which library path. What is read comes from the representation `FILE`.

    `labelled`: the call names the columns of what it makes. `part`: what goes in is one column of a table.
    """

    place: Place
    before: str
    after: str
    api: str
    labelled: bool = False
    part: bool = False


FILE = "file"
NO_LINEAGE = Lineage()


class Event(msgspec.Struct, frozen=True, gc=False):
    """One observation. `id` numbers the events of a run; `sources` are ids of read events whose data flows into it.

    `entry` is the id of the entry point it was seen under (empty: a function that no entry point reached);
    `owner` the qualified name of the function (`path::qualname`, module level: `path::`); `chain` the call sites from the entry point down.
    `must` is false where only some feasible run does it: the receiver's type is likely only, or the path is one of several. `api` is the library path
    that was called; `detail` holds what the kind needs: column names or positions, the command words of a launch, the metric, the flags of an option,
    whether all options are known where a command line is parsed. A `fill` puts data into what a handle was opened for: the opening is the write. A
    `compare` is one of data that is text with a number. A `chdir` moves the program to a folder. An `escape` hands a path to code that no row describes: it
    may be written there. A `scan` takes a text apart by pattern or separator; its sources may be launches, whose output the text then is. `passed` are the
    conversions behind the data of the event, one sequence for each argument that went through some, oldest first. `handed` numbers the calls of an entry
    point that code which is not followed makes, when and where it likes, or a scheduler; it is the innermost one above the event, 0 for none. `rows` is the
    lineage of the data of a fit, split, prediction or score (of a write: what is known of time, which sides of divisions it holds, and what shaped the
    model it saves, of which its detail `holds` tells); `fits` are those of the
    model that predicts or is scored, or that a write saves; `loads` are what that model was loaded from. `scores` are those that decide which of several
    things is kept (a `decide`), or that chose something in what is scored. A `tune` lets `rows` steer a fit at the same place; a `cut` compares chances that
    a model gave (its `scores`) with a literal. `columns` is what is certain of those of features and answers in a fit, a score by folds, and a `pair`: a
    call that puts both together for a fit, whose `detail` lists the types that a composed model holds. A `column-drop` takes a column out of a table.
    """

    id: int
    kind: Kind
    place: Place
    entry: str
    owner: str
    chain: tuple[Place, ...] = ()
    access: Access | None = None
    sources: tuple[int, ...] = ()
    must: bool = True
    api: str = ""
    passed: tuple[tuple[Conversion, ...], ...] = ()
    detail: tuple[tuple[str, str], ...] = ()
    handed: int = 0
    rows: Lineage = NO_LINEAGE
    fits: tuple[Fitted, ...] = ()
    scores: tuple[Scored, ...] = ()
    loads: tuple[Loaded, ...] = ()
    columns: Columns = NO_COLUMNS
