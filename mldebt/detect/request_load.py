"""Shape `request-load`: a handler reads a model from disk or network each time it is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from mldebt.detect.base import Context, listed, one_each
from mldebt.detect.lasting import runs_once
from mldebt.detect.models import calls_model, loads_model, row_of
from mldebt.detect.requests import Handler, Requests
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.observed import Act
from mldebt.model.source import Place

_PREDICT = "predict"
_PLAIN = ("module", "tracker", "")


class RequestLoadSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`kinds` are those of entry points that run at each request, `reruns` roles of calls by which a script runs anew at each input; `formats` are those that
    hold nothing but models, `models` the roles of types that a load gives; `asks` the roles of calls that ask a model."""

    kind: str
    form: str
    kinds: tuple[str, ...]
    formats: tuple[str, ...]
    models: tuple[str, ...]
    asks: tuple[str, ...]
    reruns: tuple[str, ...] = ()
    confidence: Confidence = "high"


class _Use(NamedTuple):
    """A load that a handler comes to: the calls that lead there, and the load."""

    handler: Handler
    way: tuple[Place, ...]
    act: Act


def request_load(context: Context, spec: RequestLoadSpec) -> Iterator[Match]:
    """Yield one match for each place where a model is read at each request of some handlers, at the read."""
    requests = Requests(context)
    asked: dict[str, dict[Place, str]] = {}
    for event in context.events:
        for load in event.loads if event.kind == _PREDICT else ():
            asked.setdefault(event.entry, {})[load.place] = load.access.path.show()
    found: dict[Place, list[_Use]] = {}
    for handler in requests.handlers(spec.kinds, spec.reruns):
        reach = requests.reach(handler)
        predicts = any(act.role in spec.asks for owner in reach for _, act in requests.acts(owner)) or calls_model(context, reach)
        for owner, way in reach.items():
            for place, act in requests.acts(owner):
                loads = place in asked.get(handler.entry.id, ()) or predicts and loads_model(context.catalogue, act.api, spec.formats, spec.models)
                if loads and not runs_once(context, place):
                    found.setdefault(place, []).append(_Use(handler, way, act))
    reads: dict[tuple[str, ...], dict[Place, list[_Use]]] = {}
    for place, uses in sorted(found.items()):  # those of one definition that the same handlers come to are one finding
        reads.setdefault((uses[0].act.owner, *(use.handler.id for use in uses)), {})[place] = uses
    for of_one in reads.values():
        yield _match(context, requests, of_one, asked)


def _match(context: Context, requests: Requests, reads: Mapping[Place, list[_Use]], asked: Mapping[str, Mapping[Place, str]]) -> Match:
    place, uses = next(iter(reads.items()))
    handler, way, act = uses[0]
    names = list(dict.fromkeys(use.handler.name for use in uses))
    more = [Step(use.handler.place, f"`{use.handler.name}` loads it, too") for use in uses[1:]]
    loads = [Step(other, f"`{found[0].act.api}` loads {_made(context, found[0].act)} here") for other, found in reads.items()]
    known = asked.get(handler.entry.id, {}).get(place, "")
    what = f"`{known}`" if known and "{" not in known else _made(context, act)
    when = "each time the script runs, that is at each input" if handler.id.endswith("::") else "at each request"
    return Match(place, f"{listed(names)} load{'s' if len(names) == 1 else ''} {what} {when}", one_each([*requests.way(handler, way), *loads, *more]),
                 f"{handler.id} loads", act.owner)


def _made(context: Context, act: Act) -> str:
    """Return what a load gives, as people call it."""
    row = row_of(context.catalogue, act.api)
    kind = context.catalogue.type(row.returns) if row is not None else None
    return f"a {kind.role}" if kind is not None and kind.role not in _PLAIN else "a model"
