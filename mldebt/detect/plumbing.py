"""Shape `plumbing`: a module most of whose calls move data from one form to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from mldebt.detect.base import Context
from mldebt.link.project import is_test
from mldebt.model import ir
from mldebt.model.events import CallSite
from mldebt.model.facts import PythonFacts, decode_body
from mldebt.model.finding import Match, Step

_MOST = 8


class PlumbingSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At least `calls` calls of a module must be known and `share` of all must adapt; a module with a call in one of the roles `learns` does more."""

    kind: str
    form: str
    calls: int
    share: float
    learns: tuple[str, ...]


def plumbing(context: Context, spec: PlumbingSpec) -> Iterator[Match]:
    """Yield one match for each module that is plumbing, at the first call that adapts."""
    sites: dict[str, list[CallSite]] = {}
    for site in context.calls:
        sites.setdefault(site.place.path, []).append(site)
    for path, found in sites.items():
        facts = context.graph.project.modules[path].facts
        adapting = [site for site in found if site.adapts]
        if facts.notebook or is_test(path, facts) or sum(site.known for site in found) < spec.calls or any(site.role in spec.learns for site in found):
            continue
        if len(adapting) >= spec.share * len(found) and len(adapting) >= spec.share * (every := _calls(facts)):
            yield _match(path, adapting, every)


def _calls(facts: PythonFacts) -> int:
    """Return how many calls a module spells."""
    return sum(_count(statement) for body in facts.bodies if body for statement in decode_body(body))


def _count(node: object) -> int:
    if isinstance(node, tuple):
        return sum(map(_count, node))
    if not isinstance(node, msgspec.Struct):
        return 0
    return isinstance(node, ir.Call) + sum(_count(getattr(node, name)) for name in node.__struct_fields__)


def _match(path: str, adapting: Sequence[CallSite], every: int) -> Match:
    times = Counter(site.api for site in adapting)
    first = {site.api: site for site in reversed(adapting)}
    steps = tuple(Step(first[api].place, f"`{api}` is called {'here' if count == 1 else f'{count} times, here first'}")
                  for api, count in sorted(times.items(), key=lambda item: (-item[1], item[0]))[:_MOST])
    return Match(adapting[0].place, f"{len(adapting)} of the {every} calls in `{path}` only convert, rename, reshape or move data, and it learns nothing",
                 steps, path, f"{path}::")
