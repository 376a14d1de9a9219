"""Copies of scripts and notebooks tell one cause many times: the first of them tells it for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from mldebt.detect.base import Context
from mldebt.model.finding import Match, Step
from mldebt.model.source import Place
from mldebt.model.walk import placeless, statements

_MOST = 6


class _Group(NamedTuple):
    """Findings about the same statement on data of one name: their folders, the paths of the data, the findings."""

    folders: set[str]
    paths: set[str]
    matches: list[Match]


def told_once(context: Context, found: Iterable[tuple[Match, str]]) -> Iterator[Match]:
    """Yield findings, each given with the path of the data that it is about, with one for all copies of a statement: those in other files that do the same to
    data of that name, in the same folder or to the same data. What data is read is not known of, has no copies.
    """
    items = list(found)
    named = Counter((match.lowered, _name(path)) for match, path in items)
    groups: dict[Hashable, list[_Group]] = {}
    for number, (match, path) in enumerate(items):
        alike = _name(path) and named[match.lowered, _name(path)] > 1
        key = (match.lowered, _name(path), _statement(context, match.place)) if alike else number
        _join(groups.setdefault(key, []), match, path)
    for group in sorted((group for some in groups.values() for group in some), key=lambda group: group.matches[0].place):
        yield with_copies(group.matches[0], [match.place for match in group.matches[1:]])


def _join(groups: list[_Group], match: Match, path: str) -> None:
    """Put a finding to those that it is a copy of: two in one file are none."""
    folder = match.place.path.rpartition("/")[0]
    for group in groups:
        if (folder in group.folders or path in group.paths) and all(match.place.path != other.place.path for other in group.matches):
            group.folders.add(folder)
            group.paths.add(path)
            group.matches.append(match)
            return
    groups.append(_Group({folder}, {path}, [match]))


def _name(path: str) -> str:
    """Return the name of some data as copies share it, wherever and packed however it lies; empty where it is not known."""
    name = path.rpartition("/")[2].partition(".")[0]
    return "" if "{" in name else name


def _statement(context: Context, place: Place) -> Hashable:
    """Return the innermost statement around a place, without places."""
    around = [node for node in statements(context.graph.project.modules[place.path].facts) if node.at <= place.at and place.end <= node.end]
    return placeless(min(around, key=lambda node: node.end - node.at)) if around else place


def with_copies(match: Match, copies: Sequence[Place]) -> Match:
    """Return a match that tells of the same code elsewhere."""
    if not copies:
        return match
    more = f", as in `{copies[0].path}`{f' and {len(copies) - 1} more' if len(copies) > 1 else ''}"
    same = (Step(place, "the same stands here") for place in copies[:_MOST])
    return msgspec.structs.replace(match, message=match.message + more, evidence=(*match.evidence, *same))
