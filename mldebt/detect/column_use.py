"""Shape `column-use`: columns of another program's artefact are taken by number."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import msgspec

from mldebt.detect.base import Context, listed, one_definition, only_looks, shown, site, written_here
from mldebt.graph.project_graph import Use
from mldebt.model import ir
from mldebt.model.events import Event
from mldebt.model.finding import Match, Step
from mldebt.model.source import Place
from mldebt.model.walk import statements

_PRINT = "print"


class ColumnUseSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`formats`: formats that carry named columns, so that a number is a choice; `pictures`: formats of files in which a notebook keeps a look."""

    kind: str
    form: str
    formats: tuple[str, ...]
    pictures: tuple[str, ...] = ()


def column_use(context: Context, spec: ColumnUseSpec) -> Iterator[Match]:
    """Yield one match for the same columns that a program takes by number, at the first place; an artefact counts at the first of its places."""
    seen: set[tuple[str, str]] = set()
    found: dict[Place, list[tuple[Event, Use, Sequence[Use]]]] = {}
    fetching = {(event.entry, event.owner) for event in context.events if event.kind == "read" and event.access is not None and event.access.store == "url"}
    picked = {number for event in context.events if event.kind == "column-use" and ("by", "name") in event.detail for number in event.sources}
    for event in context.events:
        if event.kind != "column-use" or ("by", "position") not in event.detail:
            continue
        for use in (context.graph.sources[number] for number in event.sources if number in context.graph.sources and number not in picked):
            made = _made(context, use, spec, fetching)
            if made and (use.program, use.artifact) not in seen and not only_looks(context, use.program, spec.pictures) and not _in_text(context, event.place):
                seen.add((use.program, use.artifact))
                found.setdefault(event.place, []).append((event, use, made))
    causes: dict[tuple[str, str], list[tuple[Event, Use, Sequence[Use]]]] = {}
    for uses in found.values():
        causes.setdefault((uses[0][1].program, dict(uses[0][0].detail)["columns"]), []).extend(uses)
    yield from (_match(uses) for uses in causes.values())


def _in_text(context: Context, place: Place) -> bool:
    """Return whether a place lies inside a formatted text, or in a statement that does nothing with it: what stands there is shown, not taken."""
    module = context.graph.project.modules.get(place.path)
    around = [node for node in statements(module.facts) if node.at <= place.at < node.end] if module is not None else []
    last = around[-1] if around else None
    return any(_formats(node, place) for node in around) or isinstance(last, ir.ExprStmt) and any(map(_shows, _looked_at(context, last.value, place)))


def _looked_at(context: Context, node: ir.Expr, place: Place) -> list[ir.Expr]:
    """Return what a statement shows at a place: itself, or that argument of a call that prints."""
    if isinstance(node, ir.Call) and any(call.role == _PRINT and call.place == Place(place.path, node.at, node.end) for call in context.calls):
        return [arg.value for arg in node.args if arg.value.at <= place.at < arg.value.end]
    return [node]


def _shows(node: ir.Expr) -> bool:
    """Return whether an expression is nothing but a part of something: a subscript, or an attribute of one."""
    return isinstance(node, ir.Subscript) or isinstance(node, ir.Attr) and _shows(node.value)


def _formats(node: object, place: Place) -> bool:
    """Return whether a formatted text around a place stands in a statement or a part of it."""
    if isinstance(node, tuple):
        return any(_formats(item, place) for item in node)
    if not isinstance(node, msgspec.Struct) or isinstance(node, ir.Node) and not node.at <= place.at < node.end:
        return False
    return isinstance(node, ir.FString) or any(_formats(getattr(node, name), place) for name in node.__struct_fields__)


def _match(uses: Sequence[tuple[Event, Use, Sequence[Use]]]) -> Match:
    event, use, _ = uses[0]
    columns = dict(event.detail)["columns"]
    more = len({item.artifact for _, item, _ in uses}) - 1
    names = f"`{shown(use.artifact)}`" + (f" and {more} more artefact{'s' * (more > 1)}" if more else "")
    verb = "are" if more else "is"
    taken = f"{names} {verb} read without a header" if columns == ":" else f"columns `{columns}` of {names} are taken by position"
    whose = "their" if more else "its"
    steps = [step for other, item, writers in uses[:4] for step in (
        *([Step(other.place, "and here")] if other.place != event.place else []), Step(site(item), f"`{shown(item.artifact)}` is read here"),
        *map(written_here, writers[:4]))]
    makers = list(dict.fromkeys(writers[0].program for _, _, writers in uses))
    decide = f"{listed(makers)} decide{'s' * (len(makers) == 1)}"
    return Match(event.place, f"{taken}, though {decide} {f'{whose} columns and ' * (columns == ':')}their order",
                 tuple(dict.fromkeys(steps)), f"{use.artifact} {columns}", event.owner,
                 artifacts=tuple(dict.fromkeys(item.artifact for _, item, _ in uses)))


def _made(context: Context, use: Use, spec: ColumnUseSpec, fetching: Collection[tuple[str, str]]) -> Sequence[Use]:
    """Return the writes of an artefact that was read with named columns and that only other programs write.

    What a function only stores as it fetched it has the columns that somebody outside gave it; `fetching` are the functions that fetch something.
    """
    access = use.event.access
    if access is None or access.format not in spec.formats:
        return []
    writers = context.graph.writers(use.artifact)
    if any(writer.program == use.program or one_definition(use, writer) for writer in writers):
        return []
    return [item for item in writers if item.event.access is None or item.event.access.format or (item.event.entry, item.event.owner) not in fetching]
