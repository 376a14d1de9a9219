"""What extraction says of one file: library-blind, immutable, serialisable."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from mldebt.model.ir import Arg, Body, Expr, Parameter
from mldebt.model.source import LineTable


class Problem(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Why a file, or a stretch of it, could not be read; `kind`: `name|io|decode|gate|syntax|line-ends|python-2|json|yaml|toml|template|timeout|crash`."""

    kind: str
    message: str
    at: int = 0
    end: int = 0
    whole: bool = True


class Comment(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A comment that matters (pragma, cell marker, debt word): text with `#`, where, whether it stands alone on its line, and in the first comment block."""

    text: str
    at: int
    alone: bool
    head: bool = False


class Disabled(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A block of comments that parses as Python: its span, how many lines, what it calls and which names it assigns.

    A call is the dotted name as written; a call of a method on what another call gives is `that name()` with the method behind it; where the block itself
    imports the name, `calls` hold the path that it imports, after `=`. `lead` is the prose right above it. `part`: it is a piece of an expression
    (arguments, items). `shows`: all it comes to is a print. `drops`: it is one call with literal arguments alone, and nothing takes what that gives.
    """

    at: int
    end: int
    lines: int
    calls: tuple[str, ...] = ()
    assigns: tuple[str, ...] = ()
    lead: str = ""
    part: bool = False
    shows: bool = False
    drops: bool = False


class Definition(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A function or class. Its body is `PythonFacts.bodies[body]`.

    `kind` is `function` or `class`; `qualname` as in `__qualname__` without `<locals>`; `parent` is the index of the
    enclosing definition (-1: the module); `at`/`end` span the LibCST node, `name_at` its name. `bases` holds bases and
    class keywords. `names` and `attrs` are the identifiers and attribute names the body (nested definitions included)
    mentions, sorted: enough to tell without decoding whether a body can touch anything of interest.
    """

    kind: Literal["function", "class"]
    name: str
    qualname: str
    at: int
    end: int
    name_at: int
    body: int
    parent: int
    params: tuple[Parameter, ...] = ()
    decorators: tuple[Expr, ...] = ()
    bases: tuple[Arg, ...] = ()
    returns: Expr | None = None
    is_async: bool = False
    is_generator: bool = False
    names: tuple[str, ...] = ()
    attrs: tuple[str, ...] = ()
    type_params: tuple[tuple[str, int], ...] = ()


class PythonFacts(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="python"):
    """A Python file or notebook. `bodies[0]` is the module's; each is msgpack of `ir.Body`, decoded on demand.

    `lines` counts lines of source; `digest` is the content hash. `names`/`attrs` are those of the whole file, as
    in `Definition`. `strings` are the identifier-like words that stand only in its texts (string literals, comments, the prose of
    a notebook), for the question "is this name mentioned anywhere". `commands` are those that a notebook's magics run,
    `disabled` the blocks of code in comments. `cells`: a script that is a notebook by the marks in it. `injected` are the stretches
    (start and end) that hold defaults of values which a runner of notebooks puts in. `holders` are those of the rights, as a script's head says; `told` are the
    names of its definitions that the prose of a notebook mentions.
    """

    path: str
    digest: str
    notebook: bool
    table: LineTable
    lines: int
    definitions: tuple[Definition, ...] = ()
    bodies: tuple[bytes, ...] = ()
    comments: tuple[Comment, ...] = ()
    names: tuple[str, ...] = ()
    attrs: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    nodes: int = 0
    commands: tuple[Command, ...] = ()
    disabled: tuple[Disabled, ...] = ()
    cells: bool = False
    injected: tuple[tuple[int, int], ...] = ()
    holders: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


Scalar: TypeAlias = str | int | float | bool | None


class Setting(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One leaf of a configuration tree: the keys to it, its value (empty containers: `[]`/`{}` as text with `empty`), its span."""

    keys: tuple[str | int, ...]
    value: Scalar
    at: int
    end: int
    key_at: int = -1
    empty: str = ""


class Command(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One simple command of a shell line.

    `words` with quotes removed and variables known in the file replaced, unknown ones left as `${NAME}`;
    `environment` holds `NAME=value` prefixes and exports before it; `folder` is the working directory relative to where
    the file's commands start (`cd`, `make -C`, `WORKDIR`, `working-directory`); `start` says where that is: `file` (the
    file's own folder), `root`, `unknown` (README blocks), or `container` (a folder of an image that no file of the project
    came to); `checked` is false where a failure would pass unseen;
    `redirect_in`/`redirect_out` are file names; `piped` when its output feeds the next command. `arms` are the
    choices it stands in (number of the `if` or `case`, number of the arm): of two arms of one choice only one runs.
    """

    words: tuple[str, ...]
    at: int
    end: int
    environment: tuple[tuple[str, str], ...] = ()
    folder: str = ""
    start: str = "file"
    checked: bool = True
    redirect_in: str = ""
    redirect_out: str = ""
    piped: bool = False
    arms: tuple[tuple[int, int], ...] = ()


class Item(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A name in a manifest with its span; `name` and `position` (-1: not known) are how the programs of its rule find it, where the tool tells them."""

    text: str
    at: int
    end: int
    name: str = ""
    position: int = -1


class Target(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A rule of a build file (Make, Snakemake) or a stage of a manifest: targets made from prerequisites by commands.

    `parameters` are keys of configuration files (`file:key`) that the rule depends on.
    """

    outputs: tuple[Item, ...]
    inputs: tuple[Item, ...]
    commands: tuple[Command, ...]
    phony: bool = False
    order_only: tuple[Item, ...] = ()
    name: str = ""
    parameters: tuple[Item, ...] = ()


class Program(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A command that a manifest offers: its name and the `module:function` it calls."""

    name: str
    target: str
    at: int
    end: int


class TableUse(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A table that SQL text reads or writes (`mode`: `read|write|append|create|drop|rename`)."""

    table: str
    mode: str
    at: int = 0
    end: int = 0


class Requirement(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A dependency: normalised name, specifier text, span."""

    name: str
    specifier: str
    at: int
    end: int


class DataFacts(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="data"):
    """A file that is not Python: configuration, manifest, build file, script, SQL, documentation.

    `format` is `yaml|toml|json|ini|env|make|shell|docker|sql|requirements|markdown|snakemake|text`. `words` are the
    identifier-like words and dotted names in it.
    """

    path: str
    digest: str
    format: str
    table: LineTable
    lines: int
    settings: tuple[Setting, ...] = ()
    targets: tuple[Target, ...] = ()
    commands: tuple[Command, ...] = ()
    tables: tuple[TableUse, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()
    programs: tuple[Program, ...] = ()


FileFacts: TypeAlias = PythonFacts | DataFacts

_BODY = msgspec.msgpack.Decoder(Body)
_BODY_OUT = msgspec.msgpack.Encoder()


def decode_body(raw: bytes) -> Body:
    """Return the statements of one scope."""
    return _BODY.decode(raw)


def encode_body(body: Body) -> bytes:
    """Return the stored form of one scope's statements."""
    return _BODY_OUT.encode(body)
