"""The shape of a library file: what `rules/libraries/<library>.toml` may say."""

from __future__ import annotations

from typing import Literal

from mldebt.knowledge.lineage import LayoutRow, LineageRow, Strict

_MOVES, _FORMATS = ("convert", "move", "open"), ("read", "write", "load", "save")


class AccessRow(Strict, frozen=True):
    """An artefact that a call touches. Every value but `store`, `format`, `address`, `default-mode`, `folder` and `suffix` names a parameter.

    `path` is the parameter with the path, handle or URL (`self`: the receiver is the handle or path). `mode` names the
    parameter that decides between read, write and append (`r`, `w`, `a`, `x`, `+`), `default-mode` its default: the table is then
    an `open` table. `table` and `database` name the parameters of a SQL table and its connection; `query` a parameter with SQL text. `folder`:
    the path is a folder that holds the artefact. `suffix` is appended to paths that lack it; `suffixes` gives the suffix by the value of the parameter
    `suffix-by`. `template`: the library fills `{…}` in the path. `only-text`: other values than texts are data, no path. `only-local`: names that start
    with neither a folder mark nor something unknown are those of a registry. `on-disk`: it opens no address, so code goes another way with one.
    `address` makes the name out of several parameters, in braces
    (`s3://{Bucket}/{Key}`; `{self}`: the handle's own), instead of `path` or `database`; a scheme that a value brings along is not doubled. An `open`
    table outside the file system only names what later calls go through, unless it has a mode.
    """

    path: str = ""
    address: str = ""
    store: str = "file"
    format: str = ""
    mode: str = ""
    default_mode: str = ""
    table: str = ""
    database: str = ""
    query: str = ""
    folder: bool = False
    on_disk: bool = False
    suffix: str = ""
    append: str = ""
    object: str = ""
    suffix_by: str = ""
    suffixes: dict[str, str] = {}
    template: bool = False
    only_text: bool = False
    only_local: bool = False


class LaunchRow(Strict, frozen=True):
    """A call that starts a program: the parameters with the command and with words that follow it, and what makes its status checked.

    `checked` is true where the call raises by itself, else names nothing; `check` names the parameter that turns checking on.
    `output`: the return value is the program's output, or holds it. `returns-status`: the return value is the status. `image`: the program runs in an image
    that holds it in the folder where it starts.
    """

    command: str
    arguments: str = ""
    shell: bool = False
    checked: bool = False
    check: str = ""
    output: bool = False
    returns_status: bool = False
    image: bool = False
    cwd: str = "cwd"


class ColumnsRow(Strict, frozen=True):
    """How a reader names and picks columns: parameters for header, names, selection."""

    header: str = ""
    names: str = ""
    select: str = ""


class OptionRow(Strict, frozen=True):
    """A command-line option: `flags` the parameter with its names (`*` all positional ones), `default`, `dest`, `help`, `choices`, `action` parameters."""

    flags: str = "*"
    default: str = "default"
    dest: str = "dest"
    help: str = "help"
    choices: str = "choices"
    action: str = "action"
    type: str = "type"


class ComposeRow(Strict, frozen=True):
    """Configuration composed from a folder: parameters with the folder, the name and the overrides, and the words that its files use.

    `defaults` is the key that lists the files a file is composed of, `own` the entry that stands for the file itself, `override` the word before an entry
    that only chooses another file for a group, `top` what puts a file's keys at the top.
    """

    folder: str
    name: str
    overrides: str = ""
    defaults: str = ""
    own: str = ""
    override: str = ""
    top: str = ""


class InstantiateRow(Strict, frozen=True):
    """An object made from a mapping: the keys that name what to call, that ask for a partial call, that hold positional arguments, that are no arguments."""

    target: str
    partial: str = ""
    positional: str = ""
    marks: tuple[str, ...] = ()


class InterfaceRow(Strict, frozen=True):
    """What a call says about the command line of its program.

    `does`: `parser` (makes one), `option` (adds one: its text arguments are the flags), `parse` (takes the words), `open` (lets words in that no option
    names). `words` is the parameter with the words, when they may be others than those of the process; `opens` are parameters that let words in when given;
    `rest` the parameter by which an option may take all remaining words: when it is neither a number nor one character.
    """

    does: Literal["parser", "option", "parse", "open"]
    opens: tuple[str, ...] = ()
    rest: str = ""
    words: str = ""


class GivenRow(Strict, frozen=True):
    """What a library hands to a function it calls back: parameters with its positional and its keyword arguments.

    `first`: the parameter whose value is the first argument (`self`: the receiver; `element`: one item of its data). `every`: all arguments of the call but
    the function itself, as they are; `each`: one item of each of them.
    """

    args: str = ""
    keywords: str = ""
    first: str = ""
    every: bool = False
    each: bool = False


class NodeRow(Strict, frozen=True):
    """A node of a pipeline: parameters with its function and with the names of catalogue entries that the function is given and returns."""

    function: str
    inputs: str
    outputs: str


class CallRow(Strict, frozen=True):
    """What one public call does.

    `path` is the public dotted path a user writes (methods: path of the type plus name); braces list alternatives:
    `numpy.{sum,mean}`. `parameters` are the names of positional parameters in order, receiver left out. `role` is a
    word of the vocabulary. `returns` is a type path, `self` (the receiver), `argument:<parameter>` (that value itself), `result:<parameter>`
    (what calling that parameter returns), `tuple:<type>,<type>` or `list:<type>`. `value` names a primitive of the interpreter that computes the value
    (constants, paths, containers). `passes` are the parameters whose rows flow into the return value (absent: receiver and all
    arguments; empty: none). `mutates` are parameters whose object changes (`self`). `inplace` names the parameter that turns the call in place.
    `calls` are parameters that the library calls back (`self`: the receiver): functions, containers of some, a module (or its name) whose tasks are meant;
    `given` says with which arguments. `keeps-columns`: the result has the
    columns of the receiver in their order (as every row with `returns = "self"`). `keeps`: representations in
    which the first argument comes out as it went in. `adapts`: all the call does is
    to rename or reshape, or to give data another type. `scan` is the parameter with a text that is taken apart, by pattern or separator; `labels` the one that
    names the columns of what is made. `unless` names
    the parameter that sends elsewhere what a `print` says. `telling`: no other type has a
    method of this name, so a receiver of unknown type may be one of these (what the call does is then possible, not certain). `decorator`: the
    call is used as a decorator; `entry` is the kind of entry point the decorated function becomes, `option` an option it declares for it, `compose` the
    configuration it hands over, `parameters-are-options`: its parameters are the options; `makes` is the type of what it makes of a function or class,
    which can still be called, `members` that of the methods of a decorated class's instances. `starts`: where a module makes one of these, the library
    finds it and starts the module as an entry point of this kind. `through` are methods of the receiver: the call gives what the first gives, and for each
    object in that what the next one gives. `node`: it makes a node of a pipeline over a data catalogue.
    `serves` are parameters that are functions which the library calls for each request: entry points of the kind `entry`. `caches`: what a function that it
    decorates gives is kept, so that it runs once. `last`: of a listing of files it gives the one that is last in some order.
    `loaded`: what was loaded from a file and is of unknown type is asked as one of these by this name.
    `former`: the newest release lacks it, code for older ones calls it. `takes` are the least and the most number of arguments (receiver left out): given only
    where any other number always raises. A `role` of `exit` says that the call never returns. `of-class`: it is called on the class and returns an instance
    (`self`); classes of the project below it have it, too. `untold`: parameters that, given, make the result something else than `returns` says.
    `ambient`: the parameter without which the call takes whatever is defined in the module that it stands in.
    """

    path: str
    role: str
    parameters: tuple[str, ...] = ()
    returns: str = ""
    value: str = ""
    read: AccessRow | None = None
    write: AccessRow | None = None
    open: AccessRow | None = None
    delete: AccessRow | None = None
    probe: AccessRow | None = None
    chdir: AccessRow | None = None
    launch: LaunchRow | None = None
    columns: ColumnsRow | None = None
    option: OptionRow | None = None
    interface: InterfaceRow | None = None
    compose: ComposeRow | None = None
    instantiate: InstantiateRow | None = None
    passes: tuple[str, ...] | None = None
    mutates: tuple[str, ...] = ()
    inplace: str = ""
    calls: tuple[str, ...] = ()
    given: GivenRow | None = None
    node: NodeRow | None = None
    telling: bool = False
    loaded: bool = False
    last: bool = False
    keeps_columns: bool = False
    keeps: tuple[str, ...] = ()
    adapts: bool = False
    scan: str = ""
    labels: str = ""
    unless: str = ""
    entry: str = ""
    makes: str = ""
    members: str = ""
    starts: str = ""
    serves: tuple[str, ...] = ()
    caches: bool = False
    through: tuple[str, ...] = ()
    parameters_are_options: bool = False
    seed: str = ""
    note: str = ""
    former: bool = False
    takes: tuple[int, int] | None = None
    of_class: bool = False
    untold: frozenset[str] = frozenset()
    ambient: str = ""

    @property
    def touches(self) -> bool:
        """Return whether the call reads, writes or opens an artefact."""
        return any(access is not None for access in (self.read, self.write, self.open))

    @property
    def moves(self) -> bool:
        """Return whether all the call does is to move data: it converts or adapts, copies a file, or reads or writes data of a format."""
        formats = any(access is not None and access.format for access in (self.read, self.write))
        return self.adapts or self.role in _MOVES or self.read is not None and self.write is not None or formats and self.role in _FORMATS


class AttributeRow(Strict, frozen=True):
    """An attribute of a type or module that is not a call: its type or the primitive that computes it.

    `by-position`: subscripting this attribute addresses columns by number on the given axis. A `role` of `input` says that it holds what somebody outside
    puts in (on a call: that it returns that).
    """

    path: str
    role: str = "other"
    returns: str = ""
    value: str = ""
    read: AccessRow | None = None
    former: bool = False


class TypeRow(Strict, frozen=True):
    """A type: its public path (braces list alternatives), bases, role, representation, what iteration and subscripts give.

    `element` is the type of items when iterated or subscripted (`self`: the same type); `columns-axis` is the axis of a
    tuple subscript that addresses columns *by position* (1 for arrays and `iloc`); `columns-by-name` true where a text subscript is a column.
    `attributes` maps attribute names to types. `literal` names the display or literal that makes this type (`text number none list tuple dict set`).
    `hooks` are method names the library calls (overrides are reached by it). `entry` is the kind of entry point
    that a subclass's hooks are. `called` names the method that calling an instance of a subclass runs. `stands-for` are the public classes that a type
    without a public path of its own means. `former` as for calls.
    """

    path: str
    role: str = "other"
    bases: tuple[str, ...] = ()
    representation: str = ""
    element: str = ""
    columns_axis: int | None = None
    columns_by_name: bool = False
    attributes: dict[str, str] = {}
    hooks: tuple[str, ...] = ()
    entry: str = ""
    called: str = ""
    parameters: tuple[str, ...] = ()
    literal: str = ""
    stands_for: tuple[str, ...] = ()
    former: bool = False


class ConventionRow(Strict, frozen=True):
    """A function that the library finds by its name, in modules that import the library (in all, if it is implicit), of a kind `entry`.

    `beside`: where functions of these names are defined too, the module is meant though it does not import the library. `takes`: its arguments are what
    the functions of these names return.
    """

    function: str
    entry: str
    beside: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


class ResolverRow(Strict, frozen=True):
    """A function that configuration files call in references (`${name:argument}`): it gives an environment variable, or what differs in every run."""

    name: str
    gives: Literal["environment", "stamp"]


class LibraryFile(Strict, frozen=True):
    """One library: its name on the package index, the modules that users import, aliases (`private or other path` = `public path`), rows.

    `implicit`: the names of its only module are known without an import. `missing` are texts that stand in configuration files for values yet to be given.
    """

    library: str
    modules: tuple[str, ...]
    summary: str = ""
    implicit: bool = False
    alias: dict[str, str] = {}
    type: tuple[TypeRow, ...] = ()
    call: tuple[CallRow, ...] = ()
    attribute: tuple[AttributeRow, ...] = ()
    rows: tuple[LineageRow, ...] = ()
    layout: tuple[LayoutRow, ...] = ()
    convention: tuple[ConventionRow, ...] = ()
    resolver: tuple[ResolverRow, ...] = ()
    missing: tuple[str, ...] = ()
