"""Shape `disabled`: code in comments that would touch models, hyper-parameters or data."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.lexical import Names
from mldebt.detect.touch import Touch
from mldebt.model import ir
from mldebt.model.facts import Disabled
from mldebt.model.finding import Match, Step
from mldebt.model.source import Place

MOST = 12


class DisabledSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`roles`: roles of library calls that matter; `tuned`: those whose arguments are hyper-parameters; `examples`: words above a block that only explains."""

    kind: str
    form: str
    roles: tuple[str, ...]
    tuned: tuple[str, ...]
    examples: tuple[str, ...]


def disabled(context: Context, spec: DisabledSpec) -> Iterator[Match]:
    """Yield one match for each file with such blocks, at the longest of them."""
    touch = Touch(context, spec.roles)
    for path, module in context.graph.project.modules.items():
        blocks = [block for block in module.facts.disabled if not _explains(block, spec)]
        if blocks:
            yield from _file(path, blocks, _Judge(Names(context, module.facts, touch), spec))


def _explains(block: Disabled, spec: DisabledSpec) -> bool:
    """Return whether the line above a block says that it shows how something is used."""
    words = block.lead.lower()
    return any(word in words for word in spec.examples)


class _Judge:
    """Tells what blocks of one file would touch."""

    def __init__(self, names: Names, spec: DisabledSpec) -> None:
        self._names, self._roles = names, frozenset(spec.roles)
        tuned = list(names.live_calls(frozenset(spec.tuned)))
        self._spans = [(node.at, node.end, path) for node, path in tuned]
        self._given = {arg.value.id: path for node, path in tuned for arg in node.args if isinstance(arg.value, ir.Name)}

    def what(self, block: Disabled) -> str:
        """Return in words what a block touches, the empty text when nothing tells."""
        for call in block.calls:
            path, role = self._names.meaning(call)
            if role in self._roles or role == "own":
                return f"`{path}` would be called"
        around = next((path for at, end, path in reversed(self._spans) if at < block.at and block.end <= end), "")
        if around and (block.part or block.assigns):
            return f"these are arguments of `{around}`"
        given = next((name for name in block.assigns if name in self._given), "")
        return f"`{given}` is what `{self._given[given]}` is given" if given else ""


def _file(path: str, blocks: list[Disabled], judge: _Judge) -> Iterator[Match]:
    found = sorted(((block, what) for block in blocks if (what := judge.what(block))), key=lambda pair: (-pair[0].lines, pair[0].at))
    if found:
        (first, what), lines = found[0], sum(block.lines for block, _ in found)
        many = f"{len(found)} blocks of commented-out code ({lines} lines) touch" if len(found) > 1 else f"{lines} lines of commented-out code touch"
        here = Place(path, first.at, first.end)
        steps = tuple(Step(Place(path, block.at, block.end), f"{block.lines} lines: {said}") for block, said in found[1:MOST]) or (Step(here, what),)
        yield Match(here, f"{many} models, hyper-parameters or data: {what}", steps, " ".join((*first.calls, *first.assigns)), f"{path}::")
