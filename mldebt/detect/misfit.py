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
    """Yield one match for each thing that is called wrongly in one way, at the first such call; copies of a function count as one."""
    tests = {path for path, module in context.graph.project.modules.items() if is_test(path, module.facts)}
    groups: dict[tuple[str, str], list[Misfit]] = {}
    for found in context.observed.misfits:
        if found.place.path not in tests:
            groups.setdefault((found.callee, found.reason), []).append(found)
    for (callee, reason), calls in groups.items():
        first = calls[0]
        steps = [Step(first.definition, f"`{callee}` is defined here")] if first.definition is not None else []
        steps.extend(Step(other.place, "called here in the same way") for other in calls[1:_MOST])
        yield Match(first.place, f"`{callee}` {reason}: this raises whenever it is reached", tuple(steps), f"{callee} {reason}", first.owner, spec.confidence)
