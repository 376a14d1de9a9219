"""The graph as GraphML."""

from __future__ import annotations

import io

import networkx as nx

from mldebt.graph.queries import View, network


def graphml(view: View) -> str:
    """Return GraphML with the attributes of nodes and edges as texts, numbers and truth values; `cell` is 0 outside notebooks."""
    buffer = io.BytesIO()
    nx.write_graphml_xml(network(view), buffer)
    return buffer.getvalue().decode("utf-8").rstrip() + "\n"
