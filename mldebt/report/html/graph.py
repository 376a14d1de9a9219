"""The map of a project: the drawing with its tools, and what each node has to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mldebt.graph.queries import PROGRAMS, Edge, Node, View
from mldebt.model.finding import Finding
from mldebt.report.concise import place as at
from mldebt.report.html.drawing import Drawing, Red, draw, place
from mldebt.report.html.markup import MAP, Markup, fill, joined, name, page, prose

NEAR, TOLD = 60, 12  # most neighbours and findings told of a node


def graph_page(view: View, project: str) -> str:
    """Return the graph of a project by its name as a page of its own."""
    programs = sum(node.kind in PROGRAMS for node in view.nodes)
    size = f"{programs} programs, {len(view.nodes) - programs} artefacts, {len(view.edges)} edges"
    map_ = graph_map(view, {}, frozenset())[0] if view.nodes else fill("clear", text="Nothing here reads or writes artefacts.")
    return page(f"Data dependencies of {project}", fill("graph-page", name=project, size=size, map=map_), MAP if view.nodes else ())


def graph_map(view: View, debts: Mapping[str, Sequence[Finding]], edges: frozenset[tuple[str, str]]) -> tuple[Markup, Mapping[str, int]]:
    """Return the map of a graph that has nodes, and the number of each node's box; `debts` are the findings that touch a node, `edges` those they name."""
    drawing = draw(view, Red({node: len(found) for node, found in debts.items()}, edges), "Data dependencies")
    shown = {"foldable": Markup("" if drawing.foldable else "hidden"), "debts": Markup("" if debts else "hidden")}
    return fill("map", drawing=drawing.markup, details=_details(view, debts, edges, drawing), **shown), drawing.numbers


def _details(view: View, debts: Mapping[str, Sequence[Finding]], red: frozenset[tuple[str, str]], drawing: Drawing) -> Markup:
    before: dict[str, list[Edge]] = {}
    after: dict[str, list[Edge]] = {}
    for edge in view.edges:
        before.setdefault(edge.target, []).append(edge)
        after.setdefault(edge.source, []).append(edge)
    return joined(fill(
        "detail", number=drawing.numbers[node.id], title=name(node.id.replace("{}", "{…}")), traits=_traits(node), findings=_told(debts.get(node.id, ())),
        before=_near("reads" if node.kind in PROGRAMS else "written by", before.get(node.id, ()), "source", red, drawing),
        after=_near("writes" if node.kind in PROGRAMS else "read by", after.get(node.id, ()), "target", red, drawing)) for node in view.nodes)


def _traits(node: Node) -> str:
    traits = (node.kind, node.entry, node.store, *node.formats, "declared" if node.declared else "", "tracked" if node.tracked else "")
    return ", ".join(dict.fromkeys(word for word in traits if word))


def _told(found: Sequence[Finding]) -> Markup:
    if not found:
        return Markup()
    items = [fill("finding", place=name(at(item.path, item.cell, item.line, item.column)), steps="",
                  message=joined([fill("rule", severity=item.severity, code=item.code, name="", count=""), prose(item.message)])) for item in found[:TOLD]]
    rest = [fill("rest", count=len(found) - TOLD)] if len(found) > TOLD else []
    return fill("near-debts", items=joined([*items, *rest]))


def _near(title: str, edges: Sequence[Edge], end: str, red: frozenset[tuple[str, str]], drawing: Drawing) -> Markup:
    if not edges:
        return Markup()
    items = [fill("near-item", box=drawing.numbers[getattr(edge, end)], text=name(getattr(edge, end).replace("{}", "{…}")), place=name(place(edge)),
                  kind="debt" if (edge.source, edge.target) in red else "") for edge in edges[:NEAR]]
    rest = [fill("rest", count=len(edges) - NEAR)] if len(edges) > NEAR else []
    return fill("near", title=f"{title} ({len(edges)})" if len(edges) > 1 else title, items=joined([*items, *rest]))
