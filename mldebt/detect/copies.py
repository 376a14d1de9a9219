"""Copies of scripts and notebooks tell one cause many times: the first of them tells it for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from mldebt.detect.base import Context
from mldebt.detect.held_out import source_of
from mldebt.model.finding import Match, Step
from mldebt.model.lineage import Rows
from mldebt.model.source import Place
from mldebt.model.walk import placeless, statements

_MOST = 6


class _Group(NamedTuple):
    """Findings about the same statement on data that may be the same: where such data is sure to be, the findings."""

    homes: set[str]
    matches: list[Match]


def told_once(context: Context, found: Iterable[tuple[Match, Rows]]) -> Iterator[Match]:
    """Yield findings, each given with rows that it is about, with one for all copies of a statement: those in other files that do the same to what is read from
    the same path, or under the same name in the same folder, or is made by the same statement in a folder beside it.
    """
    items = [(match, rows, source_of(context, rows)) for match, rows in found]
    named = Counter((match.lowered, match.message.split("`")[1], _name(path)) for match, _, path in items)
    groups: dict[Hashable, list[_Group]] = {}
    for number, (match, rows, path) in enumerate(items):
        alone = named[match.lowered, match.message.split("`")[1], _name(path)] == 1
        data = _name(path) or _statement(context, rows.origin)
        key = number if alone else (match.lowered, data, _statement(context, match.place))
        folder = match.place.path.rpartition("/")[0]
        homes = {f"{folder}/", path} if _name(path) else {folder.rpartition("/")[0]}
        _join(groups.setdefault(key, []), match, homes)
    for group in sorted((group for some in groups.values() for group in some), key=lambda group: group.matches[0].place):
        yield with_copies(group.matches[0], [match.place for match in group.matches[1:]])


def _join(groups: list[_Group], match: Match, homes: set[str]) -> None:
    """Put a finding to those that it is a copy of: two in one file are none."""
    for group in groups:
        if group.homes & homes and all(match.place.path != other.place.path for other in group.matches):
            group.homes.update(homes)
            group.matches.append(match)
            return
    groups.append(_Group(homes, [match]))


def _name(path: str) -> str:
    """Return the name of some data as copies share it, wherever and packed however it lies; empty where it is not known."""
    name = path.rpartition("/")[2].partition(".")[0]
    return "" if "{" in name else name


def _statement(context: Context, place: Place) -> Hashable:
    """Return the innermost statement around a place, without places; the place where there is none."""
    module = context.graph.project.modules.get(place.path)
    around = [node for node in statements(module.facts) if node.at <= place.at and place.end <= node.end] if module is not None else []
    return placeless(min(around, key=lambda node: node.end - node.at)) if around else place


def with_copies(match: Match, copies: Sequence[Place]) -> Match:
    """Return a match that tells of the same code elsewhere."""
    if not copies:
        return match
    more = f", as in `{copies[0].path}`{f' and {len(copies) - 1} more' if len(copies) > 1 else ''}"
    same = (Step(place, "the same stands here") for place in copies[:_MOST])
    return msgspec.structs.replace(match, message=match.message + more, evidence=(*match.evidence, *same))
