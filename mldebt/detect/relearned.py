"""Shape `relearned`: what was learned from the rows of the fit is learned anew from the rows that the model is judged on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.copies import told_once
from mldebt.detect.held_out import Judgement, also, came_from, judgements, more
from mldebt.detect.rounds import Rounds
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import How, Seen, any_inside
from mldebt.model.source import Place


class _Told(NamedTuple):
    """Something learned anew: the judgement, what was learned of the rows of the fit, and what of held-out rows."""

    judgement: Judgement
    first: Seen
    seen: Seen


class RelearnedSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`how`: in which ways it was learned."""

    kind: str
    form: str
    how: tuple[How, ...]
    confidence: Confidence = "high"


def relearned(context: Context, spec: RelearnedSpec) -> Iterator[Match]:
    """Yield one match for all that is learned from held-out rows of one source alone, after it had been learned from the rows of the fit, at the first."""
    found: dict[Place, _Told] = {}
    rounds = Rounds(context)
    for judgement in judgements(context):
        before = {seen.api: seen for seen in judgement.seen if seen.how in spec.how}
        for seen in judgement.event.rows.seen:
            first = before.get(seen.api)
            again = first is not None and (seen.place != first.place or rounds.of_a_call(seen, judgement.fit.place))
            if first is not None and again and seen.place not in found and _of_held_out(seen, judgement):
                found[seen.place] = _Told(judgement, first, seen)
    causes: dict[tuple[object, ...], list[_Told]] = defaultdict(list)
    for place in sorted(found):
        causes[found[place].seen.rows[0].source].append(found[place])
    yield from told_once(context, ((_match(context, spec, told), told[0].seen.rows[0]) for told in causes.values()))


def _of_held_out(seen: Seen, judgement: Judgement) -> bool:
    """Return whether something was learned from held-out rows and from none of the fit."""
    return not any(rows.touches(one) for rows in seen.rows for one in judgement.fitted) and all(any_inside(rows, judgement.held_out) for rows in seen.rows)


def _match(context: Context, spec: RelearnedSpec, all_told: Sequence[_Told]) -> Match:
    judgement, first, seen = all_told[0]
    name, judged = seen.api.rpartition(".")[2], "judged on" if _scored(context, judgement) else "asked about"
    steps = [came_from(context, seen.rows[0]), Step(first.place, f"`{name}` learns from the rows of the fit here"),
             Step(seen.place, f"`{name}` learns anew from other rows here")]
    steps += also(tuple(told.seen for told in all_told[1:]))
    steps.append(Step(judgement.event.place, f"the model is {judged} {'them ' if judged == 'judged on' else ''}here"))
    message = f"`{name}` learns anew from rows that the model is {judged}{more(len(all_told) - 1)}"
    return Match(seen.place, message, tuple(steps), name, judgement.event.owner, spec.confidence)


def _scored(context: Context, judgement: Judgement) -> bool:
    """Return whether the rows that a model is asked about judge it: some score is of them."""
    scores = (event for event in context.under.get(judgement.event.entry, ()) if event.kind == "score")
    return judgement.event.kind == "score" or any(one.touches(other) for event in scores for one in event.rows.rows for other in judgement.held_out)
