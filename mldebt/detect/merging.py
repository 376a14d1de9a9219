"""One cause, one finding: what is said of one connected part of a project, and of a part of what is condemned as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from mldebt.detect.base import Context
from mldebt.detect.flows import flows_of
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place

_SHOWN = 12


def merged(context: Context, matches: Sequence[Match]) -> list[Match]:
    """Return the matches of one rule: those about connected components as one, without those inside code that another is about as a whole."""
    covers: dict[str, list[Place]] = {}
    for place in (place for match in matches for place in match.covers):
        covers.setdefault(place.path, []).append(place)
    matches = [match for match in matches if not any(_holds(place, match.place) for place in covers.get(match.place.path, ()) if place not in match.covers)]
    alone = [match for match in matches if not match.components]
    groups: list[tuple[set[str], list[Match]]] = []
    for match in (match for match in matches if match.components):
        parts = {flows_of(context).part_of(name) for name in match.components}
        touching = [group for group in groups if group[0] & parts]
        groups = [group for group in groups if not group[0] & parts]
        groups.append((parts.union(*(group[0] for group in touching)), [*(item for group in touching for item in group[1]), match]))
    return [*alone, *(_one(members) for _, members in groups)]


def _holds(whole: Place, part: Place) -> bool:
    return whole.at <= part.at and part.end <= whole.end


def _one(members: list[Match]) -> Match:
    first, *others = members
    if not others:
        return first
    sure = max((match.confidence for match in members), key=_rank)
    evidence = _interleaved([[*([] if match is first else [Step(match.place, match.message)]), *match.evidence] for match in members])
    return Match(first.place, "; ".join(dict.fromkeys(match.message for match in members)), evidence, first.key, first.owner, sure,
                 components=first.components,
                 artifacts=tuple(dict.fromkeys(name for match in members for name in match.artifacts)),
                 tells=frozenset().union(*(match.tells for match in members)))


def _rank(word: Confidence | None) -> int:
    """Return how sure a match is: one that says nothing is as sure as its card."""
    return 3 if word is None else ("low", "medium", "high").index(word)


def _interleaved(parts: list[list[Step]]) -> tuple[Step, ...]:
    """Return the steps of all, each in its order: a reader who stops after the first twelve has seen some of every part."""
    share = max(1, _SHOWN // len(parts))
    return tuple(dict.fromkeys([*(step for part in parts for step in part[:share]), *(step for part in parts for step in part[share:])]))
