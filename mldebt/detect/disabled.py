"""Shape `disabled`: code in comments that would touch models, hyper-parameters or data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TypeAlias

import msgspec

from mldebt.detect.base import Context, spoken
from mldebt.detect.lexical import OWN, Names
from mldebt.detect.retired import retired_folder
from mldebt.detect.touch import Touch
from mldebt.knowledge.rows import TypeRow
from mldebt.model import ir
from mldebt.model.facts import Disabled
from mldebt.model.finding import Match, Step
from mldebt.model.source import Place

MOST = 12
_Found: TypeAlias = "tuple[str, list[tuple[Disabled, str]]]"


class DisabledSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`roles`: roles of library calls that matter; `handling`: those that matter in blocks of `long` lines or more, unless calls of `drawing` are there;
    `tuned`: those whose arguments are hyper-parameters; `pictures`: formats in which only pictures are written; `examples`: words above a block that only
    explains, or that the reader is told to use. Folders of retired code are debts as a whole."""

    kind: str
    form: str
    roles: tuple[str, ...]
    handling: tuple[str, ...]
    drawing: tuple[str, ...]
    long: int
    tuned: tuple[str, ...]
    examples: tuple[str, ...]
    pictures: tuple[str, ...] = ()


def disabled(context: Context, spec: DisabledSpec) -> Iterator[Match]:
    """Yield one match for each file with such blocks, at the longest of them."""
    touch = Touch(context, spec.roles)
    copies: dict[Disabled, list[_Found]] = {}
    for path, module in context.graph.project.modules.items():
        known = () if retired_folder(path, context.places) else module.facts.disabled
        blocks = [block for block in known if (block.calls or block.assigns or block.part) and not _explains(block, spec)]
        judge = _Judge(Names(context, module.facts, touch, spec.pictures), context.catalogue.type, spec) if blocks else None
        found = [(block, what) for block in blocks if judge is not None and (what := judge.what(block))]
        if found:
            found.sort(key=lambda pair: (-pair[0].lines, pair[0].at))
            copies.setdefault(msgspec.structs.replace(found[0][0], at=0, end=0, lead=""), []).append((path, found))
    for same in copies.values():
        yield _match(*same[0], [path for path, _ in same[1:]], {path: found[0][0] for path, found in same})


def _explains(block: Disabled, spec: DisabledSpec) -> bool:
    """Return whether the prose above a block says that it shows how something is used, or when it is to be."""
    words = block.lead.lower()
    return any(word in words for word in spec.examples)


class _Judge:
    """Tells what blocks of one file would touch."""

    def __init__(self, names: Names, types: Callable[[str], TypeRow | None], spec: DisabledSpec) -> None:
        self._names, self._roles, self._handling, self._long = names, frozenset(spec.roles), frozenset(spec.handling), spec.long
        self._types, self._drawing = types, frozenset(spec.drawing)
        self._tuned_roles = frozenset(spec.tuned)

    @cached_property
    def _tuned(self) -> list[tuple[ir.Call, str]]:
        """Return the calls of the file whose arguments are hyper-parameters."""
        return list(self._names.live_calls(self._tuned_roles))

    def what(self, block: Disabled) -> str:
        """Return in words what a block touches, the empty text when nothing tells."""
        scope = self._names.scope_at(block.at)
        meant = [self._names.meaning(call, scope) for call in block.calls]
        if block.drops and any(self._types(path) is not None for path, _ in meant):
            return ""
        draws = block.shows or any(role in self._drawing for _, role in meant)
        for roles in (self._roles | {OWN}, self._handling if block.lines >= self._long and not draws else ()):
            if path := next((path for path, role in meant if role in roles), ""):
                return f"`{spoken(path)}` would be called"
        if not block.assigns and not block.part:
            return ""
        for node, path in self._tuned:
            if node.at < block.at and block.end <= node.end:
                return f"these are arguments of `{path}`"
        given = {arg.value.id: path for node, path in self._tuned for arg in node.args if isinstance(arg.value, ir.Name)}
        return next((f"`{name}` is what `{given[name]}` is given" for name in block.assigns if name in given), "")


def _match(path: str, found: list[tuple[Disabled, str]], copies: list[str], first: dict[str, Disabled]) -> Match:
    (block, what), lines = found[0], sum(block.lines for block, _ in found)
    many = f"{len(found)} blocks of commented-out code ({lines} lines) touch" if len(found) > 1 else f"{lines} lines of commented-out code touch"
    here = _place(path, block)
    steps = (Step(here, what), *(Step(_place(path, other), f"{other.lines} lines: {said}") for other, said in found[1:MOST]),
             *(Step(_place(other, first[other]), f"the same in `{other}`") for other in copies[:MOST]))
    return Match(here, f"{many} models, hyper-parameters or data: {what}", steps, " ".join((*block.calls, *block.assigns)), f"{path}::")


def _place(path: str, block: Disabled) -> Place:
    return Place(path, block.at, block.end)
