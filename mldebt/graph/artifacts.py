"""Artefacts one by one: who makes each, who uses it."""

from __future__ import annotations

from dataclasses import dataclass

from mldebt.graph.queries import ARTIFACTS, Edge, Node, View


@dataclass(frozen=True, slots=True)
class Row:
    """An artefact with the edges of its producers and consumers."""

    node: Node
    producers: tuple[Edge, ...]
    consumers: tuple[Edge, ...]

    @property
    def makers(self) -> list[str]:
        """Return the programs that write it."""
        return [edge.source for edge in self.producers]

    @property
    def users(self) -> list[str]:
        """Return the programs that read it."""
        return [edge.target for edge in self.consumers]


def rows_of(view: View) -> list[Row]:
    """Return one row an artefact, in the order of their ids."""
    producers: dict[str, list[Edge]] = {}
    consumers: dict[str, list[Edge]] = {}
    for edge in view.edges:
        (producers if edge.kind == "writes" else consumers).setdefault(edge.target if edge.kind == "writes" else edge.source, []).append(edge)
    return [Row(node, tuple(producers.get(node.id, ())), tuple(consumers.get(node.id, ()))) for node in view.nodes if node.kind in ARTIFACTS]


def crosses(row: Row) -> bool:
    """Return whether one program reads what another writes."""
    return any(user != maker for user in row.users for maker in row.makers)
