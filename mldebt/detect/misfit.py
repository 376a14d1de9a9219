"""Shape `misfit`: a call whose arguments never fit what is called, so that it raises whenever it is reached."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.grounds import surely_reaches
from mldebt.link.project import is_test
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.observed import Misfit

_MOST = 8


class MisfitSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters but the confidence. Calls of tests are left out: they try what must fail."""

    kind: str
    form: str
    confidence: Confidence = "high"


def misfit(context: Context, spec: MisfitSpec) -> Iterator[Match]:
    """Yield one match for each thing that is called wrongly in one way, at the first such call; copies of a function count as one.

    One cause is what one method calls wrongly of its own class, what a file that tries itself calls wrongly, and what a definition calls wrongly for one
    reason.
    """
    tests = {path for path, module in context.graph.project.modules.items() if is_test(path, module.facts)}
    groups: dict[tuple[str, str], list[Misfit]] = {}
    for found in context.observed.misfits:
        if found.place.path not in tests and _is_meant(context, found):
            groups.setdefault((found.callee, found.reason), []).append(found)
    for calls in _causes(list(groups.values())):
        yield _match(calls, spec)


def _is_meant(context: Context, call: Misfit) -> bool:
    """Return whether a function or class that another file defines is surely the one that is called; what a method is called on may come from anywhere."""
    home = call.definition.path if call.definition is not None and "." not in call.callee.removesuffix(".__init__") else call.place.path
    return home == call.place.path or surely_reaches(context, call.place.path, home)


def _causes(groups: list[list[Misfit]]) -> Iterator[list[Misfit]]:
    """Yield wrong calls of one cause together: what a method calls wrongly of its own class, a file of itself, a definition for one reason."""
    known: dict[tuple[str, str], list[Misfit]] = {}
    for calls in sorted(groups, key=lambda calls: calls[0].place):
        first = calls[0]
        keys = [(first.owner, _tried(first)), (first.owner, first.reason)]
        cause = next((known[key] for key in keys if key in known), [])
        cause.extend(calls)
        known.update((key, cause) for key in keys)
    yield from {id(cause): cause for cause in known.values()}.values()


def _tried(call: Misfit) -> str:
    """Return what is called as a whole: a method's own class, the own file of a program that tries it; else what is called alone."""
    path, _, owner = call.owner.partition("::")
    cls = call.callee.rpartition(".")[0]
    if cls and owner.startswith(f"{cls}."):
        return cls
    return path if not owner and call.definition is not None and call.definition.path == path else call.callee


def _match(calls: list[Misfit], spec: MisfitSpec) -> Match:
    first, *others = calls
    steps = [Step(first.definition, f"`{first.callee}` is defined here")] if first.definition is not None else []
    steps.extend(Step(other.place, "called here in the same way" if (other.callee, other.reason) == (first.callee, first.reason)
                      else f"`{other.callee}` {other.reason}") for other in others[:_MOST])
    return Match(first.place, f"`{first.callee}` {first.reason}: this raises whenever it is reached", tuple(steps), f"{first.callee} {first.reason}",
                 first.owner, spec.confidence)
