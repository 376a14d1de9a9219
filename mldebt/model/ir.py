"""The intermediate form: small, library-blind nodes that LibCST trees are lowered to.

Every node carries character offsets `at` (inclusive) and `end` (exclusive) equal to LibCST's own syntactic positions (parentheses around an expression do
not count). Names that are not expressions of their own (attribute names, keywords, parameter names, bound names of imports) carry their start offset beside
the text, so that every `Name` of the LibCST tree can be found again.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Node(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Anything with a span."""

    at: int
    end: int


class Name(Node, frozen=True, array_like=True, gc=False, tag=1):
    """An identifier that is read or bound."""

    id: str


class Const(Node, frozen=True, array_like=True, gc=False, tag=2):
    """A literal whose value is kept: text, number, truth value or None. Implicit concatenation is joined."""

    value: str | bool | int | float | None


class Opaque(Node, frozen=True, array_like=True, gc=False, tag=3):
    """A literal whose value is not kept: `kind` is `bytes`, `ellipsis`, `complex`, `int` (over 64 bits), `text` (over the size limit)."""

    kind: str


class Attr(Node, frozen=True, array_like=True, gc=False, tag=4):
    """`value.attr`; `attr_at` is where the attribute's name starts."""

    value: Expr
    attr: str
    attr_at: int


class Arg(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One argument; `star` is 0 for plain, 1 for `*value`, 2 for `**value`; `keyword_at` is -1 without keyword."""

    value: Expr
    keyword: str | None = None
    keyword_at: int = -1
    star: int = 0


class Call(Node, frozen=True, array_like=True, gc=False, tag=5):
    """`func(*args)`."""

    func: Expr
    args: tuple[Arg, ...]


class Subscript(Node, frozen=True, array_like=True, gc=False, tag=6):
    """`value[index]`; several indices of one subscript stand side by side."""

    value: Expr
    index: tuple[Expr, ...]


class Slice(Node, frozen=True, array_like=True, gc=False, tag=7):
    """`lower:upper:step` inside a subscript."""

    lower: Expr | None
    upper: Expr | None
    step: Expr | None


class BinOp(Node, frozen=True, array_like=True, gc=False, tag=8):
    """`left op right` with `op` as written (`+`, `//`, `@` ...)."""

    op: str
    left: Expr
    right: Expr


class UnaryOp(Node, frozen=True, array_like=True, gc=False, tag=9):
    """`op operand`: `-`, `+`, `~`, `not`."""

    op: str
    operand: Expr


class BoolOp(Node, frozen=True, array_like=True, gc=False, tag=10):
    """`a and b and c` or `a or b or c`, flattened."""

    op: str
    values: tuple[Expr, ...]


class Compare(Node, frozen=True, array_like=True, gc=False, tag=11):
    """`left ops[0] comparators[0] ops[1] ...` with operators as written (`==`, `not in`, `is` ...)."""

    left: Expr
    ops: tuple[str, ...]
    comparators: tuple[Expr, ...]


class IfExp(Node, frozen=True, array_like=True, gc=False, tag=12):
    """`body if test else orelse`."""

    test: Expr
    body: Expr
    orelse: Expr


class Sequence(Node, frozen=True, array_like=True, gc=False, tag=13):
    """A list, tuple or set display: `kind` is `list`, `tuple` or `set`."""

    kind: str
    elements: tuple[Expr, ...]


class Mapping(Node, frozen=True, array_like=True, gc=False, tag=14):
    """A dict display; a key of None marks `**value`."""

    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]


class Formatted(Node, frozen=True, array_like=True, gc=False, tag=15):
    """`{value!conversion:spec}` of an f-string or t-string."""

    value: Expr
    conversion: str
    spec: tuple[Expr, ...]


class FString(Node, frozen=True, array_like=True, gc=False, tag=16):
    """An f-string (or t-string): `Const` text and `Formatted` parts, implicit concatenation joined."""

    parts: tuple[Expr, ...]


class Parameter(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A parameter; `kind` is 0 positional-only, 1 plain, 2 `*args`, 3 keyword-only, 4 `**kwargs`."""

    name: str
    at: int
    kind: int = 1
    default: Expr | None = None
    annotation: Expr | None = None


class Lambda(Node, frozen=True, array_like=True, gc=False, tag=17):
    """`lambda params: body`."""

    params: tuple[Parameter, ...]
    body: Expr


class Await(Node, frozen=True, array_like=True, gc=False, tag=18):
    """`await value`."""

    value: Expr


class Yield(Node, frozen=True, array_like=True, gc=False, tag=19):
    """`yield value` or `yield from value`."""

    value: Expr | None
    delegated: bool


class Generator(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One `for target in iter if conditions` of a comprehension."""

    target: Expr
    iter: Expr
    conditions: tuple[Expr, ...]
    is_async: bool = False


class Comprehension(Node, frozen=True, array_like=True, gc=False, tag=20):
    """A comprehension: `kind` is `list`, `set`, `dict` or `generator`; `value` only for dicts."""

    kind: str
    element: Expr
    value: Expr | None
    generators: tuple[Generator, ...]


class Starred(Node, frozen=True, array_like=True, gc=False, tag=21):
    """`*value` inside a display, a target or a subscript."""

    value: Expr


class Walrus(Node, frozen=True, array_like=True, gc=False, tag=22):
    """`target := value`."""

    target: Expr
    value: Expr


Expr: TypeAlias = (
    Name | Const | Opaque | Attr | Call | Subscript | Slice | BinOp | UnaryOp | BoolOp | Compare | IfExp
    | Sequence | Mapping | Formatted | FString | Lambda | Await | Yield | Comprehension | Starred | Walrus
)

class ExprStmt(Node, frozen=True, array_like=True, gc=False, tag=40):
    """An expression as a statement."""

    value: Expr


class Assign(Node, frozen=True, array_like=True, gc=False, tag=41):
    """`a = b = value`."""

    targets: tuple[Expr, ...]
    value: Expr


class AugAssign(Node, frozen=True, array_like=True, gc=False, tag=42):
    """`target op= value`; `op` without the equals sign."""

    target: Expr
    op: str
    value: Expr


class AnnAssign(Node, frozen=True, array_like=True, gc=False, tag=43):
    """`target: annotation = value`."""

    target: Expr
    annotation: Expr
    value: Expr | None


class Delete(Node, frozen=True, array_like=True, gc=False, tag=44):
    """`del targets`."""

    targets: tuple[Expr, ...]


class Return(Node, frozen=True, array_like=True, gc=False, tag=45):
    """`return value`."""

    value: Expr | None


class Raise(Node, frozen=True, array_like=True, gc=False, tag=46):
    """`raise exception from cause`."""

    exception: Expr | None
    cause: Expr | None


class Assert(Node, frozen=True, array_like=True, gc=False, tag=47):
    """`assert test, message`."""

    test: Expr
    message: Expr | None


class If(Node, frozen=True, array_like=True, gc=False, tag=48):
    """`if test: body else: orelse`; an `elif` is an `If` alone in `orelse`."""

    test: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class Loop(Node, frozen=True, array_like=True, gc=False, tag=49):
    """`for target in iter` (`target` set) or `while iter` (`target` None)."""

    target: Expr | None
    iter: Expr
    body: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]
    is_async: bool = False


class WithItem(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`context as target`."""

    context: Expr
    target: Expr | None


class With(Node, frozen=True, array_like=True, gc=False, tag=50):
    """`with items: body`."""

    items: tuple[WithItem, ...]
    body: tuple[Stmt, ...]
    is_async: bool = False


class Handler(Node, frozen=True, array_like=True, gc=False):
    """`except type as name: body`."""

    type: Expr | None
    name: str | None
    name_at: int
    body: tuple[Stmt, ...]


class Try(Node, frozen=True, array_like=True, gc=False, tag=51):
    """`try ... except ... else ... finally`; `starred` for `except*`."""

    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Stmt, ...]
    final: tuple[Stmt, ...]
    starred: bool = False


class Case(Node, frozen=True, array_like=True, gc=False):
    """`case pattern if guard: body`: expressions compared with, and names captured, in source order."""

    exprs: tuple[Expr, ...]
    captures: tuple[Name, ...]
    guard: Expr | None
    body: tuple[Stmt, ...]
    irrefutable: bool = False


class Match(Node, frozen=True, array_like=True, gc=False, tag=52):
    """`match subject: cases`."""

    subject: Expr
    cases: tuple[Case, ...]


class Alias(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`name as bound`: dotted name as written, offsets of its segments, the bound name and where it stands (-1: no `as`)."""

    name: str
    name_ats: tuple[int, ...]
    bound: str
    bound_at: int = -1


class Import(Node, frozen=True, array_like=True, gc=False, tag=53):
    """`import aliases` (`module` None) or `from module import aliases`; star import: one alias `*`."""

    aliases: tuple[Alias, ...]
    module: str | None = None
    module_ats: tuple[int, ...] = ()
    level: int = 0


class Scope(Node, frozen=True, array_like=True, gc=False, tag=54):
    """`global names` or `nonlocal names`."""

    kind: str
    names: tuple[Name, ...]


class Flow(Node, frozen=True, array_like=True, gc=False, tag=55):
    """`pass`, `break` or `continue`."""

    kind: str


class Define(Node, frozen=True, array_like=True, gc=False, tag=56):
    """A function or class definition, held at `FileFacts.definitions[index]`."""

    index: int


class TypeAlias_(Node, frozen=True, array_like=True, gc=False, tag=57):
    """`type name = value`."""

    name: Name
    value: Expr
    params: tuple[Name, ...] = ()


class Magic(Node, frozen=True, array_like=True, gc=False, tag=58):
    """A magic: `line` (`%name text`), `cell` (`%%name text`, body in `text`) or `shell` (`!text`); `target` is the name assigned in `x = !cmd`."""

    kind: str
    name: str
    text: str
    target: Expr | None = None


class Havoc(Node, frozen=True, array_like=True, gc=False, tag=59):
    """A stretch that did not parse: the names it lexically assigns are unknown afterwards."""

    names: tuple[str, ...]


Stmt: TypeAlias = (
    ExprStmt | Assign | AugAssign | AnnAssign | Delete | Return | Raise | Assert | If | Loop | With | Try | Match
    | Import | Scope | Flow | Define | TypeAlias_ | Magic | Havoc
)
Body: TypeAlias = tuple[Stmt, ...]
