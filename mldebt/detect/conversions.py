"""Shape `conversions`: data changes its representation back and forth, or too often, between where it is loaded and the model."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from mldebt.detect.base import Context, shown
from mldebt.detect.copies import with_copies
from mldebt.detect.guards import arms, guarded
from mldebt.model import ir
from mldebt.model.events import FILE, Conversion, Event
from mldebt.model.facts import Definition, PythonFacts, decode_body
from mldebt.model.finding import Match, Step
from mldebt.model.source import Place
from mldebt.model.walk import within

_MOST, _COPIED, _THERE_AND_BACK = 6, 2, 2
_LIST = "list"


class ConversionsSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`kinds` are the events that hand data to a model; `least` conversions must lie before, the load left out (0: a return to what was left is sought).

    `prepares`: roles of types that only prepare data on its way, whatever they learn.
    """

    kind: str
    form: str
    kinds: tuple[str, ...]
    least: int = 0
    prepares: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Way:
    """Conversions on the way to a model: the first `end` make it a debt, the others go back and forth still; and where the data arrives."""

    steps: tuple[Conversion, ...]
    end: int
    event: Event

    @property
    def place(self) -> Place:
        """Return where the conversion stands that makes it a debt."""
        return self.steps[self.end - 1].place

    @property
    def slight(self) -> bool:
        """Return whether the data is left once and made again with its names, and stays so: alone this is what one call needs."""
        own = [step for step in self.steps if FILE not in (step.before, step.after)]
        return self.steps[-1].labelled and len(own) == _THERE_AND_BACK and not any(step.after == FILE for step in self.steps)


def conversions(context: Context, spec: ConversionsSpec) -> Iterator[Match]:
    """Yield one match for each function, script or notebook in which data comes back to a representation, or is converted once too often.

    Where the first conversion on the way is the same, it is one cause, and so are copies of the code that makes them.
    """
    found: dict[tuple[str, str], dict[tuple[Conversion, ...], _Way]] = {}
    for event in context.events:
        for passed in event.passed if event.kind in spec.kinds and not _prepares(context, event, spec.prepares) else ():
            for whole in (passed, *_through_files(context, event, passed)):
                end, last = _ends(whole, spec.least)
                if end and not _at_boundary(context, whole[:end], event):
                    way = _Way(whole[:last], end, event)
                    found.setdefault((way.place.path, _owner(context, way.place)), {}).setdefault(way.steps, way)
    copies: dict[object, list[tuple[str, _Way, Match]]] = {}
    for owner, group in _of_one_cause(found):
        way = _first(group)
        copies.setdefault(_shape(context, way, owner), []).append((owner, way, _match(context, group, owner, spec.least)))
    for (_, first, match), *others in copies.values():
        if others or not first.slight:
            yield with_copies(match, [way.place for _, way, _ in others])


def _prepares(context: Context, event: Event, roles: Collection[str]) -> bool:
    """Return whether what data is handed to only prepares it."""
    kind = context.catalogue.type(event.api.rpartition(".")[0])
    return kind is not None and kind.role in roles


def _at_boundary(context: Context, steps: Sequence[Conversion], event: Event) -> bool:
    """Return whether one function that says what it gives back makes all the conversions of some and hands the result on: that is where they belong."""
    own = steps[steps[0].before == FILE:]
    around = _function(context, own[0].place)
    if around is None or any(FILE in (step.before, step.after) or _function(context, step.place) != around for step in own):
        return False
    facts, definition = around
    body = decode_body(facts.bodies[definition.body])
    documented = definition.returns is not None or isinstance(body[0], ir.ExprStmt) and isinstance(body[0].value, ir.Const)
    gives = any(isinstance(node, ir.Return) and node.value is not None for node in within(body))
    return documented and gives and _function(context, event.place) != around


def _first(ways: Sequence[_Way]) -> _Way:
    """Return the way that stands for some: the first in the file of the first of them."""
    return min(ways, key=lambda item: (item.place.path != ways[0].place.path, item.place.at, len(item.steps)))


def _shape(context: Context, way: _Way, owner: str) -> tuple[object, ...]:
    """Return what copies share: the function's name, the conversions after the load, how many lines they stand apart, and where they lead."""
    own = way.steps[way.steps[0].before == FILE:]
    alone = len(own) < _COPIED or len({step.place.path for step in own}) > 1
    return (way.place,) if alone else (
        owner, way.event.api, *((step.before, step.after, step.api, _row(context, step.place) - _row(context, own[0].place)) for step in own))


def _row(context: Context, place: Place) -> int:
    return context.graph.project.modules[place.path].facts.table.row(place.at)


def _of_one_cause(found: dict[tuple[str, str], dict[tuple[Conversion, ...], _Way]]) -> Iterator[tuple[str, list[_Way]]]:
    """Yield the ways that belong together, with the first function they end in: those that end in one, and those that are the same at first."""
    groups: list[tuple[str, list[_Way], set[Conversion]]] = []
    for (_, owner), members in sorted(found.items()):
        ways = list(members.values())
        starts = {next(step for step in way.steps if step.before != FILE) for way in ways}
        known = next((group for group in groups if not group[2].isdisjoint(starts)), None)
        if known is None:
            groups.append((owner, ways, starts))
        else:
            known[1].extend(ways)
            known[2].update(starts)
    yield from ((owner, ways) for owner, ways, _ in groups)


def _ends(passed: Sequence[Conversion], least: int) -> tuple[int, int]:
    """Return how many conversions it takes until the data is back where it was, or until they are too many, and until it comes back for the last time.

    Both are 0 when neither is so. What leaves as one column and comes back in a table is a column of a new one.
    """
    own = passed[1:] if passed and passed[0].before == FILE else passed
    if least:
        return (len(passed), len(passed)) if len(own) >= least and not any(_returns(own)) else (0, 0)
    back = [number for number, returns in enumerate(_returns(own), len(passed) - len(own) + 1) if returns]
    return (back[0], back[-1]) if back else (0, 0)


def _returns(steps: Sequence[Conversion]) -> Iterator[bool]:
    """Yield for each conversion whether it leads back to a representation that the data had left.

    One column taken out of a table leads nowhere back, and a list of its cells leaves nothing: cells that hold lists become a table only so.
    """
    left, cells = set[str](), False
    for step in steps:
        if not (step.part or cells and step.after == _LIST):
            left.add(step.before)
        yield not step.part and step.after in left
        cells = step.part


def _through_files(context: Context, event: Event, passed: tuple[Conversion, ...]) -> Iterator[tuple[Conversion, ...]]:
    """Yield the way before a load, where the same run wrote what it loads there, whatever branches it takes."""
    load = passed[0]
    uses = [context.graph.sources[number] for number in event.sources if number in context.graph.sources] if load.before == FILE else []
    for use in [use for use in uses if use.event.place == load.place]:
        for writer in context.graph.writers(use.artifact):
            written = writer.event
            one_run = (written.entry, written.handed) == (use.event.entry, use.event.handed)
            certain = written.kind == "write" and written.must and written.id < use.event.id and not guarded(context, writer, there=False)
            if one_run and certain and not _named_elsewhere(use.event) and not _stages(context, written, use.event) and (
                    arms(context, written) == arms(context, use.event)):
                for before in written.passed:
                    yield (*before, Conversion(written.place, before[-1].after, FILE, written.api), *passed)


def _named_elsewhere(read: Event) -> bool:
    """Return whether a read is given a name that another file spells: what hands it over knows of the file."""
    return read.access is not None and read.access.home not in ("", read.place.path)


def _stages(context: Context, written: Event, read: Event) -> bool:
    """Return whether a write and a read are those of two programs that a third one runs: the file is what lets each run alone."""
    programs = {entry.id: entry.path for entry in context.graph.project.entries}
    paths = frozenset(programs.values())
    own = [next((place.path for place in (event.place, *reversed(event.chain)) if place.path in paths), "") for event in (written, read)]
    return own[0] != own[1] and programs[read.entry] not in own


def _owner(context: Context, place: Place) -> str:
    """Return the innermost function around a place, empty on module level."""
    around = _function(context, place)
    return around[1].qualname if around is not None else ""


def _function(context: Context, place: Place) -> tuple[PythonFacts, Definition] | None:
    """Return the innermost function around a place, with its file."""
    facts = context.graph.project.modules[place.path].facts
    around = [item for item in facts.definitions if item.kind == "function" and item.at <= place.at and place.end <= item.end]
    return (facts, max(around, key=lambda item: item.at)) if around else None


def _match(context: Context, ways: Sequence[_Way], owner: str, least: int) -> Match:
    way = _first(ways)
    steps = way.steps
    names = [steps[0].before, *(step.after for step in steps)]
    end = way.event.api.rpartition(".")[2]
    model = f"`{'.'.join(way.event.api.split('.')[-2:])}`" if end else "the model"
    reason = f"{len(steps) - (steps[0].before == FILE)} conversions lie between load and model" if least else f"`{names[-1]}` was left and is made again"
    more = f" (and {len(ways) - 1} more such way{'s' * (len(ways) > 2)})" if len(ways) > 1 else ""
    others = [Step(place, "data comes this far another way") for place in list(dict.fromkeys(item.place for item in ways if item.place != way.place))[:_MOST]]
    given = Step(way.event.place, f"{model.strip('`') if not end else model} is given the result here")
    evidence = [*(_step(step) for step in steps), given, *_started(way), *others]
    return Match(way.place, f"data goes {' → '.join(names)} on its way to {model}: {reason}{more}", tuple(evidence), " ".join(names),
                 f"{way.place.path}::{owner}")


def _started(way: _Way) -> Iterator[Step]:
    """Yield where the program starts that goes the way, when none of its own lines is on it."""
    shown_files = {way.event.place.path, *(step.place.path for step in way.steps)}
    if way.event.chain and way.event.chain[0].path not in shown_files:
        yield Step(way.event.chain[0], f"`{way.event.chain[0].path}` starts the way here")


def _step(step: Conversion) -> Step:
    return Step(step.place, f"{step.before} → {step.after}" + (f" by `{shown(step.api)}`" if step.api else ""))
