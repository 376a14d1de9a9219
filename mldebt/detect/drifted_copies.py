"""Shape `drifted-copies`: code of the training and code of the serving of one model were copied from each other and have come to differ."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from mldebt.detect.answers import answers
from mldebt.detect.base import Context
from mldebt.detect.drift import Constant, Drift, Listing, Piece, drifted, listings, pieces
from mldebt.detect.sides import Sides, sides
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place

_PATH = re.compile(r".*[/\\].*|.*\.\w{1,5}|.*\s\S+\s.*", re.DOTALL)


class DriftedCopiesSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`of`: lists of constants, or statements. `least` items or statements, and such a `share` of them, make two a copy. `aside`: roles of calls that
    do nothing to features: what stands in them does not count.
    """

    kind: str
    form: str
    of: str
    least: int
    share: float
    aside: tuple[str, ...] = ()
    confidence: Confidence = "high"


def drifted_copies(context: Context, spec: DriftedCopiesSpec) -> Iterator[Match]:
    """Yield one match for each pair of copies that differ, at the copy of the serving side."""
    done: set[tuple[Place, Place]] = set()
    aside = frozenset(place for place, act in context.observed.acts.items() if act.role in spec.aside)
    bodies: dict[str, list[Piece]] = {}
    for both in sides(context):
        if spec.of != "lists":
            for path in (both.training | both.serving) - bodies.keys():
                found = pieces(context.graph.project.modules[path].facts, aside)
                bodies[path] = [piece for piece in found if len(piece.lines) >= spec.least]
        for key, match in _lists(context, both, spec) if spec.of == "lists" else _statements(context, both, spec, bodies):
            if key not in done:
                done.add(key)
                yield match


def _lists(context: Context, both: Sides, spec: DriftedCopiesSpec) -> Iterator[tuple[tuple[Place, Place], Match]]:
    """Yield the lists of one name that have most of their items in common."""
    target = answers(context, both.fits)
    theirs = _by_name(context, both.training, spec.least)
    for name, mine in _by_name(context, both.serving, spec.least).items():
        other = theirs.get(name)
        told = _list_difference(mine, other, spec.share, target) if other is not None else ""
        if other is not None and told:
            steps = (Step(other.place, f"`{name}` of the training side"), Step(mine.place, f"`{name}` of the serving side: {told}"), *both.proof)
            message = f"`{name}` is a copy of the list that training uses, and differs: {told}"
            yield (mine.place, other.place), Match(
                mine.place, message, steps, name, "", spec.confidence, tells=frozenset({(mine.place.path, other.place.path)}))


def _by_name(context: Context, files: Collection[str], least: int) -> dict[str, Listing]:
    """Return the lists of some files by name, those of names that several have left out."""
    found: dict[str, list[Listing]] = {}
    for path in sorted(files):
        for listing in listings(context.graph.project.modules[path].facts, least):
            found.setdefault(listing.name, []).append(listing)
    return {name: items[0] for name, items in found.items() if len(items) == 1}


def _list_difference(mine: Listing, other: Listing, share: float, target: Collection[str]) -> str:
    """Return how two lists differ, empty when they do not, are no copies, or differ by what is to be predicted."""
    here, there = ([item for item in listing.items if item not in target] for listing in (mine, other))
    only, lacking = [item for item in here if item not in there], [item for item in there if item not in here]
    common = len(here) - len(only)
    if common < share * max(len(here), len(there), 1):
        return ""
    if only and lacking:
        return f"{_several(only)} here, {_several(lacking)} there"
    if not only and not lacking and here != there and len(here) == len(set(here)):
        at = next(place for place, (one, two) in enumerate(zip(here, there)) if one != two)
        return f"another order from item {at + 1} on, `{here[at]}` here, `{there[at]}` there"
    return ""


def _several(items: Sequence[Constant]) -> str:
    return ", ".join(f"`{item}`" for item in items[:3]) + (f" and {len(items) - 3} more" if len(items) > 3 else "")


def _statements(
    context: Context, both: Sides, spec: DriftedCopiesSpec, bodies: Mapping[str, Sequence[Piece]],
) -> Iterator[tuple[tuple[Place, Place], Match]]:
    """Yield the bodies that are copies with other constants."""
    target = answers(context, both.fits)
    theirs = [piece for path in sorted(both.training) for piece in bodies[path]]
    for path in sorted(both.serving):
        for mine in bodies[path]:
            for other in theirs:
                found = [drift for drift in drifted(mine, other, spec.least, spec.share) if _matters(drift, target)]
                if found:
                    yield (mine.place, other.place), _match(both, mine, other, found, spec)


def _matters(drift: Drift, target: Collection[str]) -> bool:
    """Return whether a difference is one of values: paths, sentences and what is to be predicted are none."""
    if type(drift.one) is not type(drift.other) and isinstance(drift.one, str | None) != isinstance(drift.other, str | None):
        return False
    texts = [item for item in (drift.one, drift.other) if isinstance(item, str)]
    return not any(item in target or _PATH.fullmatch(item) or not item for item in texts)


def _steps(drift: Drift) -> tuple[Step, Step]:
    return Step(drift.there, f"`{drift.other}` where it is fitted"), Step(drift.here, f"`{drift.one}` where it is asked")


def _match(both: Sides, mine: Piece, other: Piece, found: Sequence[Drift], spec: DriftedCopiesSpec) -> Match:
    first = found[0]
    steps = (*(step for drift in found[:4] for step in _steps(drift)), *both.proof)
    name = f"`{mine.owner}`" if mine.owner else "this code"
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    message = f"{name} is a copy of what training does, and differs: `{first.one}` here, `{first.other}` there{more}"
    return Match(first.here, message, tuple(dict.fromkeys(steps)), f"{mine.owner} {other.owner}", mine.owner, spec.confidence,
                 covers=tuple(drift.line for drift in found), tells=frozenset({(mine.place.path, other.place.path)}))
