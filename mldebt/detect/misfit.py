"""Shape `misfit`: a call whose arguments never fit what is called, so that it raises whenever it is reached."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mldebt.detect.base import Context
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

    What one method calls wrongly of its own class is one cause, and so is one wrong argument that a program gives to several functions of one file.
    """
    tests = {path for path, module in context.graph.project.modules.items() if is_test(path, module.facts)}
    groups: dict[tuple[str, str], list[Misfit]] = {}
    for found in context.observed.misfits:
        if found.place.path not in tests:
            groups.setdefault((found.callee, found.reason), []).append(found)
    causes: dict[tuple[str, ...], list[Misfit]] = {}
    for (callee, reason), calls in groups.items():
        cls = callee.rpartition(".")[0]
        own = cls and calls[0].owner.partition("::")[2].startswith(f"{cls}.")
        home = calls[0].definition.path if calls[0].definition is not None else callee
        causes.setdefault((calls[0].owner, cls) if own else (calls[0].owner, home, reason), []).extend(calls)
    for calls in causes.values():
        yield _match(calls, spec)


def _match(calls: list[Misfit], spec: MisfitSpec) -> Match:
    first, *others = calls
    steps = [Step(first.definition, f"`{first.callee}` is defined here")] if first.definition is not None else []
    steps.extend(Step(other.place, "called here in the same way" if (other.callee, other.reason) == (first.callee, first.reason)
                      else f"`{other.callee}` {other.reason}") for other in others[:_MOST])
    return Match(first.place, f"`{first.callee}` {first.reason}: this raises whenever it is reached", tuple(steps), f"{first.callee} {first.reason}",
                 first.owner, spec.confidence)
