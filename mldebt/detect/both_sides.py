"""Shape `both-sides`: something was learned from rows that a model is fitted on together with rows it is judged on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from mldebt.detect.base import Context, shown
from mldebt.detect.copies import told_once
from mldebt.detect.handed_on import handed_on
from mldebt.detect.held_out import Judgement, also, came_from, judgements, more, source_of
from mldebt.detect.rounds import Rounds
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.lineage import FOLDS, Fitted, How, Part, Rows, Seen
from mldebt.model.source import Place

_HOLDS, _HOLDERS = "holds", ("search", "pipeline")


class BothSidesSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`how`: in which ways it was learned. `folds`, `unmoved` and `lowered` name the `[[lowered]]` tables that apply where only folds are judged, where no
    model learns anything else because of it, and always."""

    kind: str
    form: str
    how: tuple[How, ...]
    folds: str = ""
    unmoved: str = ""
    lowered: str = ""
    confidence: Confidence = "high"


class _Told(NamedTuple):
    """Something learned from both sides: the judgement, what was learned, rows of the fit and held-out rows it was learned from."""

    judgement: Judgement
    seen: Seen
    fitted: Rows
    held: Rows

    @property
    def cause(self) -> tuple[object, ...]:
        """Return what tells one cause from others: the source of the rows and where they are divided, else where the model is fitted."""
        part = _division(self.fitted.parts, self.held.parts)
        return self.held.source, part.site if part is not None else self.judgement.fit.place, _only_folds(self.fitted, self.held)


class _Models:
    """What models are made of, by where they are fitted."""

    def __init__(self, context: Context) -> None:
        """Belong to one run of one detector."""
        self._catalogue = context.catalogue
        self._types: dict[Place, set[str]] = defaultdict(set)
        for event in context.events:
            self._types[event.place].update(kind for name, kind in event.detail if name == _HOLDS)

    def unmoved(self, fit: Fitted, seen: Seen) -> bool:
        """Return whether a model learns the same of columns whatever was learned of them: only their order counts, and it is left as it was."""
        learner = self._catalogue.lineage(seen.api)
        if learner is None or not learner.monotone:
            return False
        kinds = self.kinds(fit)
        return bool(kinds) and all((row := self._catalogue.lineage(kind)) is not None and row.by_order for kind in kinds)

    def name(self, fit: Fitted) -> str:
        """Return what a model is called that is no mere holder of others."""
        return self.kinds(fit)[0].rpartition(".")[2]

    def kinds(self, fit: Fitted) -> list[str]:
        """Return the types of what is fitted, without those that only hold others."""
        return sorted(kind for kind in self._types.get(fit.place) or (fit.api,) if not self._only_holds(kind))

    def _only_holds(self, kind: str) -> bool:
        """Return whether a part of a model is one that has others do the work, or leaves columns in order."""
        found, row = self._catalogue.type(kind), self._catalogue.lineage(kind)
        return found is not None and found.role in _HOLDERS or row is not None and (row.composed or row.monotone)


def both_sides(context: Context, spec: BothSidesSpec) -> Iterator[Match]:
    """Yield one match for all that is learned from both sides of one division, at the first: by rows held out for good, where there are some."""
    found: dict[Place, _Told] = {}
    models, moved = _Models(context), set[Place]()
    for judgement in (*judgements(context), *handed_on(context)):
        moved.update(seen.place for seen in judgement.seen if not models.unmoved(judgement.fit, seen))
        for seen in judgement.seen:
            known = found.get(seen.place)
            if seen.how not in spec.how or known is not None and not _only_folds(known.fitted, known.held) or (sides := _sides(judgement, seen)) is None:
                continue
            if known is None or not _only_folds(*sides):
                found[seen.place] = _Told(judgement, seen, *sides)
    causes: dict[tuple[object, ...], list[_Told]] = defaultdict(list)
    rounds = Rounds(context)
    for place in sorted(place for place, told in found.items() if not rounds.of_a_record(told.seen, told.judgement.fit.place)):
        causes[(*found[place].cause, place in moved)].append(found[place])
    yield from told_once(context, ((_match(context, spec, told, "" if told[0].seen.place in moved else models.name(told[0].judgement.fit)), told[0].held)
                                   for told in causes.values()))


def _sides(judgement: Judgement, seen: Seen) -> tuple[Rows, Rows] | None:
    """Return rows of the fit and held-out rows that something was learned from, None where it knows one side only."""
    shared = [rows for rows in judgement.fitted if any(rows.touches(one) for one in judgement.event.rows.rows)]
    own = [rows for rows in judgement.fitted if rows not in shared] or judgement.fitted
    fitted = [rows for rows in own if any(rows.touches(one) for one in seen.rows)]
    for held in judgement.held_out if fitted and not _of_other_rows(judgement, seen, own) else ():
        nearest = max(fitted, key=lambda rows: _shared(rows, held))
        if any(held.inside(one) for one in seen.rows) and not _folds_of_a_part(nearest, held):
            return nearest, held
    return None


def _of_other_rows(judgement: Judgement, seen: Seen, own: Sequence[Rows]) -> bool:
    """Return whether something was learned from rows that are not those of the fit, though both were joined with one table of facts."""
    known = {rows.source for rows in (*judgement.fitted, *judgement.event.rows.rows)}
    return not all(rows.source in known for rows in seen.rows) and not all(any(rows.touches(one) for one in seen.rows) for rows in own)


def _shared(one: Rows, other: Rows) -> int:
    """Return how many parts two sets of rows have in common, from the start; another source has fewer than none."""
    if one.source != other.source:
        return -1
    return next((number for number, (first, second) in enumerate(zip(one.parts, other.parts)) if first != second), min(len(one.parts), len(other.parts)))


def _folds_of_a_part(one: Rows, other: Rows) -> bool:
    """Return whether two sets of rows are folds of rows that were divided before: whoever prepares a training part as a whole only misleads the choice."""
    depth = _shared(one, other)
    return depth > 0 and len(one.parts) > depth and one.parts[depth].side in FOLDS


def _only_folds(fitted: Rows, held: Rows) -> bool:
    """Return whether held-out rows are a fold of the rows that the model was fitted on others of."""
    part = _division(fitted.parts, held.parts)
    return part is not None and part.side in FOLDS


def _match(context: Context, spec: BothSidesSpec, all_told: Sequence[_Told], unmoved: str) -> Match:
    judgement, seen, fitted, held = all_told[0]
    name, folds = seen.api.rpartition(".")[2], _only_folds(fitted, held)
    steps = [came_from(context, held), Step(seen.place, f"`{name}` learns from all of these rows here")]
    steps += also(tuple(told.seen for told in all_told[1:]))
    if (part := _division(fitted.parts, held.parts)) is not None:
        steps.append(Step(part.site, "the rows are divided here"))
    steps.extend(judgement.handed)
    steps.append(Step(judgement.fit.place, "the model is fitted on one part here"))
    steps.append(Step(judgement.event.place, "the model is judged on rows that it was not fitted on here"))
    unmoved = unmoved if spec.unmoved else ""
    same = f"; `{unmoved}` learns the same of columns in any scale" if unmoved else ""
    message = f"`{name}` learns from rows that the model is later judged on{more(len(all_told) - 1)}{same}"
    lowered = spec.lowered or (spec.unmoved if unmoved else spec.folds if folds else "")
    return Match(seen.place, message, tuple(steps), f"{name} of {shown(source_of(context, held))}", judgement.event.owner,
                 "medium" if folds else spec.confidence, lowered)


def _division(fitted: Sequence[Part], held: Sequence[Part]) -> Part | None:
    """Return the part in which held-out rows leave those of the fit, where it has a place of its own."""
    found = next((two for one, two in zip(fitted, held) if one != two), held[len(fitted)] if len(held) > len(fitted) else None)
    return found if found is not None and found.site.path else None
