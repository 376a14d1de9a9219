"""Abstract values: what the interpreter knows of one Python object."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from mldebt.flow.columns import NO_LAYOUT, Layout, either
from mldebt.model.observed import Choice
from mldebt.model.pattern import UNKNOWN, Hole, Pattern, pattern
from mldebt.model.source import Place

MAX_TEXTS, MAX_TARGETS = 24, 8
MANY = -1
"""The address of a value that is one of several objects."""
NO_SOURCES: frozenset[int] = frozenset()
Chain: TypeAlias = tuple[int, ...]
"""Conversions of representation by their numbers, oldest first; a negative number in front is a token for what a parameter passed."""
ROOT = Hole("root")
"""First part of a path that is known to start at the project root, because it was built from `__file__`."""


NO_CHOICES: frozenset[Choice] = frozenset()
OPEN = frozenset({Choice("unknown", "")})


class ModuleTarget(msgspec.Struct, frozen=True, gc=False):
    """A module of the project."""

    path: str


class LibraryTarget(msgspec.Struct, frozen=True, gc=False):
    """A public path of a library, catalogued or not."""

    path: str


class FunctionTarget(msgspec.Struct, frozen=True, gc=False):
    """A function of the project; `frame` is the id of the frame it closes over (0: module level)."""

    path: str
    index: int
    frame: int = 0


class ClassTarget(msgspec.Struct, frozen=True, gc=False):
    """A class of the project."""

    path: str
    index: int
    frame: int = 0


class MethodTarget(msgspec.Struct, frozen=True, gc=False):
    """A project function bound to a receiver."""

    receiver: Value
    function: FunctionTarget


class LibraryMethod(msgspec.Struct, frozen=True, gc=False):
    """A method of a library type bound to a receiver."""

    receiver: Value
    path: str
    name: str


class PartialTarget(msgspec.Struct, frozen=True, gc=False):
    """`functools.partial`: a callable with arguments already given."""

    function: Value
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]


class SuperTarget(msgspec.Struct, frozen=True, gc=False):
    """`super()` inside a method: the receiver, and the class whose bases are searched."""

    receiver: Value
    cls: ClassTarget


class LambdaTarget(msgspec.Struct, frozen=True, gc=False):
    """A lambda; `key` finds its node, `frame` the frame it closes over."""

    key: int
    frame: int


class Alternatives(msgspec.Struct, frozen=True, gc=False):
    """One of several things, whichever branch ran; none are listed when there are too many."""

    targets: tuple[Target, ...]


Target: TypeAlias = (
    ModuleTarget | LibraryTarget | FunctionTarget | ClassTarget | MethodTarget | LibraryMethod | PartialTarget | SuperTarget | LambdaTarget | Alternatives
)


class Value(msgspec.Struct, frozen=True, gc=False):
    """One abstract value; every component may be unknown.

    `type`: library type path, or `path::Class` of the project. `texts`: the texts it may be, as patterns. `const`: other
    constants it may be. `target`: what calling it or taking its attributes means. `ref`: the address of its heap object (0: none, `MANY`: one of several).
    `sources`: ids of the read events whose data it holds; row lineage refines this set (which rows, seen by whom), so all operations
    pass it on through `lineage` only. `shared`: the definition of the named constant it was taken from;
    `home`: the file that spells its text (of a path: its last segment). `columns`: ids of the reads whose columns it still has, in their order.
    `passed`: the conversions of representation that its data certainly went through.
    `layout`: what is known of the columns of a table, or of the columns it was taken of (`columns`: nothing where it is empty).
    `choices`: what somebody may set to make it another: it may be other values than those listed.
    """

    type: str = ""
    texts: tuple[Pattern, ...] = ()
    const: tuple[bool | int | float | None, ...] = ()
    target: Target | None = None
    ref: int = 0
    sources: frozenset[int] = NO_SOURCES
    shared: Place | None = None
    home: str = ""
    columns: frozenset[int] = NO_SOURCES
    passed: Chain = ()
    choices: frozenset[Choice] = NO_CHOICES
    layout: Layout = NO_LAYOUT

    @property
    def text(self) -> str | None:
        """Return the one text this value is known to be, else None."""
        return self.texts[0].literal if len(self.texts) == 1 else None

    @property
    def known(self) -> bool:
        """Return whether this is exactly one constant."""
        return (self.text is not None and not self.const) or (len(self.const) == 1 and not self.texts and not self.ref and not self.target)


NOTHING = Value()


def text(*patterns: Pattern, shared: Place | None = None, sources: frozenset[int] = NO_SOURCES, type: str = "", home: str = "") -> Value:
    """Return the value that is one of the given texts."""
    return Value(type=type, texts=tuple(dict.fromkeys(patterns))[:MAX_TEXTS], shared=shared, sources=sources, home=home)


def hole(kind: str, name: str = "") -> Value:
    """Return an unknown text that says what it depends on."""
    return Value(texts=(Pattern((Hole(kind, name),)),))


def constant(value: str | bool | int | float | None) -> Value:
    """Return the value of a literal."""
    return Value(texts=(pattern(value),)) if isinstance(value, str) else Value(const=(value,))


def join(left: Value, right: Value) -> Value:
    """Return what is known of a value that is one or the other (least upper bound; texts and constants as bounded sets)."""
    if left is right or left == right:
        return left
    if left is NOTHING or right is NOTHING:
        known = right if left is NOTHING else left
        kept = known.texts or known.target or known.ref
        return opened(known if kept or not known.const else msgspec.structs.replace(known, const=()))
    return Value(
        type=left.type if left.type == right.type else right.type if _absent(left) else left.type if _absent(right) else "",
        texts=_texts(left, right),
        const=tuple(dict.fromkeys(left.const + right.const))[:8],
        target=left.target if left.target == right.target else left.target if right.target is None else right.target if left.target is None
        else _either(left.target, right.target),
        ref=left.ref if left.ref == right.ref else left.ref if not right.ref else right.ref if not left.ref else MANY,
        sources=left.sources | right.sources,
        shared=left.shared if left.shared == right.shared else None,
        home=left.home if left.home == right.home else "",
        columns=left.columns | right.columns,
        passed=_common(left, right),
        choices=left.choices | right.choices | OPEN if blank(left) is not blank(right) or _unlike(left, right) else left.choices | right.choices,
        layout=either(left.layout, right.layout),
    )


def _common(left: Value, right: Value) -> Chain:
    """Return the conversions that both went through, from the start; a side without data has no say."""
    if left.passed == right.passed or not right.sources:
        return left.passed
    if not left.sources:
        return right.passed
    size = next((number for number, (one, other) in enumerate(zip(left.passed, right.passed)) if one != other), min(len(left.passed), len(right.passed)))
    return left.passed[:size]


def blank(value: Value) -> bool:
    """Return whether nothing is known of which object a value is."""
    return not (value.const or value.texts or value.ref or value.target)


def _unlike(left: Value, right: Value) -> bool:
    """Return whether one side is a class, function or module and the other something else that is there."""
    return (left.target is None) is not (right.target is None) and not _absent(left) and not _absent(right)


def _either(left: Target, right: Target) -> Alternatives:
    found = [target for side in (left, right) for target in (side.targets if isinstance(side, Alternatives) else (side,))]
    complete = all(not isinstance(side, Alternatives) or side.targets for side in (left, right))
    unique = tuple(dict.fromkeys(found))
    return Alternatives(unique if complete and len(unique) <= MAX_TARGETS else ())


def _absent(value: Value) -> bool:
    return value.const == (None,) and not value.texts and not value.ref and not value.target


def _texts(left: Value, right: Value) -> tuple[Pattern, ...]:
    if left.texts == right.texts:
        return left.texts
    union = tuple(dict.fromkeys(left.texts + right.texts))
    return union if len(union) <= MAX_TEXTS else (UNKNOWN,)


def join_all(values: list[Value]) -> Value:
    """Return the join of all values; unknown when there are none."""
    if not values:
        return NOTHING
    result = values[0]
    for value in values[1:]:
        result = join(result, value)
    return result


def lineage(*values: Value) -> frozenset[int]:
    """Return the sources of several values: the one place where data flow is merged."""
    result = NO_SOURCES
    for value in values:
        if value.sources:
            result = result | value.sources if result else value.sources
    return result


def arrived(value: Value) -> Value:
    """Return a value as what it was handed to sees it: what it went through before is over."""
    return msgspec.structs.replace(value, passed=()) if value.passed else value


def longest(chains: Iterable[Chain]) -> Chain:
    """Return the longest sequence of conversions, the first of several: data of different ways that comes together has gone each of them."""
    return max(chains, key=len, default=())


def choices(*values: Value) -> frozenset[Choice]:
    """Return what decides several values."""
    result = NO_CHOICES
    for value in values:
        if value.choices:
            result = result | value.choices if result else value.choices
    return result


def chosen(value: Value, choice: Choice) -> Value:
    """Return a value as what somebody may set: where it is not given, it is as it stands."""
    return msgspec.structs.replace(value, choices=value.choices | {choice})


def depending(value: Value, on: frozenset[Choice]) -> Value:
    """Return a value that other choices make another; what nothing is known of stays so."""
    return value if on <= value.choices or blank(value) else msgspec.structs.replace(value, choices=value.choices | on)


_SET = ("option", "bare-option", "environment", "config", "setting")


def settable(on: frozenset[Choice]) -> frozenset[Choice]:
    """Return the choices that somebody sets."""
    return frozenset(choice for choice in on if choice.kind in _SET) if on else on


def partly(on: frozenset[Choice]) -> frozenset[Choice]:
    """Return what somebody sets of a text as it is for one that holds it: part of what makes that."""
    return frozenset(Choice(choice.kind, choice.name, choice.place, True) for choice in on if choice.kind in _SET) if on else on


def opened(value: Value) -> Value:
    """Return a value that may be something else, too."""
    return value if value.choices >= OPEN or value is NOTHING else msgspec.structs.replace(value, choices=value.choices | OPEN)


def concat(left: Value, right: Value) -> Value:
    """Return the text of `left` followed by that of `right`: the cross product of alternatives, bounded."""
    ones, others = as_texts(left), as_texts(right)
    if len(ones) * len(others) > MAX_TEXTS:
        ones, others = ones[:1] if len(ones) > MAX_TEXTS else ones, (UNKNOWN,)
    return Value(
        texts=tuple(dict.fromkeys(a + embedded(b) if a.parts else b for a in ones for b in others)),
        sources=lineage(left, right),
        shared=right.shared if left.texts else None,
        home=right.home or left.home,
        choices=left.choices | right.choices,
    )


def embedded(part: Pattern) -> Pattern:
    """Return a text as it stands inside another: `__file__` of a script run from its own folder is its bare name."""
    if not part.parts or part.parts[0] != ROOT:
        return part
    head = part.parts[1] if len(part.parts) > 1 else ""
    return pattern(head.rpartition("/")[2] if isinstance(head, str) else head, *part.parts[2:])


def as_texts(value: Value) -> tuple[Pattern, ...]:
    """Return the texts of a value as `str()` would make them; unknown becomes one hole."""
    if value.texts:
        return value.texts
    if value.const:
        return tuple(pattern(str(item)) for item in value.const)
    return (UNKNOWN,)
