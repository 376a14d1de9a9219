"""Every format of the graph, read back by its own reader, with names that try to break out of it; the drawing's layout by its properties."""

import io
import json
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import networkx as nx
import pytest

from mldebt.graph.export.document import document
from mldebt.graph.export.dot import dot
from mldebt.graph.export.graphml import graphml
from mldebt.graph.export.mermaid import MAX_EDGES, mermaid
from mldebt.graph.export.svg import label, svg
from mldebt.graph.layout import lay_out, layers, packed, parts, turned_edges
from mldebt.graph.queries import Edge, Node, View

EVIL = 'a"];x[b]{c}<script>&amp;\'`#35;%%|--> (é)\\.csv'
SVG = "{http://www.w3.org/2000/svg}"


def view(*edges: tuple[str, str], certain: bool = True) -> View:
    """Return programs (capital letters) and datasets with their edges."""
    names = sorted({name for edge in edges for name in edge})
    nodes = [Node(name, "entry-point" if name.isupper() else "dataset", store="" if name.isupper() else "file", formats=("csv", "zip")) for name in names]
    return View(tuple(nodes), tuple(Edge(*edge, "writes" if edge[0].isupper() else "reads", "p.py", 3, certain=certain) for edge in sorted(edges)))


HARD = View((Node("P", "step"), Node(EVIL, "model", store="file", formats=("csv",), declared=True)),
            (Edge("P", EVIL, "writes", 'p"<.py', 3, cell=2, certain=False),))


def test_json_is_the_documented_document() -> None:
    made = json.loads(document(HARD))
    assert made["schema_version"] == 1 and made["cycles"] == []
    assert made["nodes"][1] == {"id": EVIL, "kind": "model", "entry": "", "store": "file", "formats": ["csv"], "declared": True, "tracked": False}
    assert made["edges"] == [{"source": "P", "target": EVIL, "kind": "writes", "path": 'p"<.py', "line": 3, "cell": 2, "certain": False, "accesses": 1}]
    assert json.loads(document(view(("P", "a"), ("a", "P"))))["cycles"] == [["P", "a"]]


def test_graphml_is_read_back_by_networkx() -> None:
    made = nx.read_graphml(io.BytesIO(graphml(HARD).encode()), force_multigraph=True)
    assert set(made.nodes) == {"P", EVIL} and made.nodes[EVIL]["declared"] is True and made.nodes[EVIL]["formats"] == "csv"
    ((source, target, data),) = made.edges(data=True)
    assert (source, target) == ("P", EVIL) and {**data, "id": ""} == {
        "id": "", "kind": "writes", "path": 'p"<.py', "line": 3, "cell": 2, "certain": False, "accesses": 1}


def test_dot_texts_cannot_end_early() -> None:
    lines = dot(HARD).splitlines()
    assert lines[0] == "digraph mldebt {" and lines[-1] == "}"
    quoted = r'"(?:[^"\\]|\\.)*"'
    statement = re.compile(rf"  {quoted}( -> {quoted})? \[(\w+=({quoted}|\w+) ?)*\];")
    assert all(statement.fullmatch(line) for line in lines[4:-1]) and len(lines) == 4 + 3 + 1
    found = re.findall(quoted, lines[-2])
    assert found[1][1:-1].replace('\\"', '"').replace("\\\\", "\\") == EVIL


def test_mermaid_labels_are_plain() -> None:
    lines = mermaid(HARD).splitlines()
    assert lines[0] == "flowchart LR" and lines[-1] == "  n0 -.->|writes| n1"
    found = re.fullmatch(r'  n1\{\{"([^"\[\]{}<>`|\\&]*)"\}\}', lines[2])
    assert found is not None
    assert re.sub(r"#(\d+);", lambda entity: chr(int(entity[1])), found[1]) == EVIL
    large = mermaid(view(*((f"P{number}".upper(), "a") for number in range(MAX_EDGES + 1))))
    assert f"%% {MAX_EDGES + 1} edges" in large and "%%" not in mermaid(HARD)


def test_svg_is_safe_and_tells_what_things_are() -> None:
    text = svg(HARD, "Dependencies of <x> & y")
    root = ET.fromstring(text)
    assert root.findtext(f"{SVG}title") == "Dependencies of <x> & y"
    tooltips = [item.text or "" for item in root.iter(f"{SVG}title")]
    assert any(item.startswith(EVIL) and "written by 1, read by 0" in item and "declared" in item for item in tooltips)
    assert f'P → {EVIL}: writes, p"<.py:cell 2:3' in tooltips
    assert not list(root.iter(f"{SVG}script")) and "prefers-color-scheme: dark" in text
    assert not re.search(r'(?:href|src|xlink)\s*=|@import|url\((?!#)', text) and not re.search(r"\son\w+=", text.replace(EVIL, ""))


def test_svg_grows_with_the_graph_and_may_be_empty() -> None:
    small, large = (ET.fromstring(svg(view(*((f"P{number}", "a") for number in range(size))))) for size in (2, 60))
    assert float(large.attrib["height"]) > float(small.attrib["height"]) + 60 * 30
    empty = ET.fromstring(svg(View((), ())))
    assert "0 programs, 0 artefacts, 0 edges" in [item.text for item in empty.iter(f"{SVG}text")]


def test_svg_draws_both_directions_as_one_line() -> None:
    root = ET.fromstring(svg(view(("P", "a"), ("a", "P"), ("a", "a"))))
    lines = [item for item in root.iter(f"{SVG}path") if item.get("class", "").startswith("edge") and item.get("marker-end")]
    assert len(lines) == 1 and lines[0].get("marker-start") == "url(#leftback)" and lines[0].get("marker-end") == "url(#rightback)"


@pytest.mark.parametrize(("name", "lines"), [
    ("a.csv", ("a.csv", "")), ("data/raw/a.csv", ("a.csv", "data/raw")), ("db.sqlite#games", ("games", "db.sqlite")),
    ("app.py::predict", ("predict", "app.py")), ("data/{}_x.csv", ("{…}_x.csv", "data")), ("x" * 60, ("x" * 17 + "…" + "x" * 16, "")),
])
def test_labels(name: str, lines: tuple[str, str]) -> None:
    assert label(Node(name, "dataset")) == lines


def test_cycles_are_broken_and_layers_go_forward() -> None:
    nodes, edges = list("abcde"), [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("e", "d")]
    turned = turned_edges(nodes, edges)
    straight = [(target, source) if (source, target) in turned else (source, target) for source, target in edges]
    assert len(turned) == 1 and nx.is_directed_acyclic_graph(nx.DiGraph(straight))
    layer = layers(nodes, straight)
    assert all(layer[source] < layer[target] for source, target in straight)
    assert layer["e"] == layer["d"] - 1, "a source stands by what it feeds"
    assert [sorted(part) for part in parts([*nodes, "z"], edges)] == [nodes, ["z"]]


def test_a_deep_chain_needs_no_recursion() -> None:
    names = [f"n{number:05}" for number in range(3000)]
    layout = lay_out(names, list(pairwise(names)), 10, 5)
    assert layout.layer[names[-1]] == 2999 and len(set(layout.middle.values())) == 1


def test_many_long_edges_run_straight_across(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mldebt.graph.layout.MAX_SLOTS", 10)
    names = [f"n{number:02}" for number in range(20)]
    layout = lay_out(names, [*pairwise(names), ("n00", "n19"), ("n00", "n02")], 10, 5)
    assert len(layout.route(("n00", "n19"))) == 2 and len(layout.route(("n00", "n02"))) == 3


def test_nodes_of_a_layer_do_not_overlap_and_an_easy_graph_has_no_crossing() -> None:
    edges = [("r", f"m{number}") for number in range(6)] + [(f"m{number}", f"z{5 - number}") for number in range(6)]
    layout = lay_out(sorted({name for edge in edges for name in edge}), edges, 20, 6)
    middles = [[layout.middle[f"{kind}{number}"] for number in range(6)] for kind in "mz"]
    assert all(after - before >= 26 - 1e-6 for row in middles for before, after in pairwise(sorted(row)))
    order = sorted(range(6), key=lambda number: middles[0][number])
    assert order == sorted(range(6), key=lambda number: middles[1][5 - number])


def test_parts_stand_on_shelves_without_overlapping() -> None:
    sizes = [(400.0, 300.0), *((150.0, 40.0 + number) for number in range(12))]
    places = packed(sizes, 500, 10)
    boxes = [(left, top, left + width, top + height) for (left, top), (width, height) in zip(places, sizes)]
    assert all(one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
               for number, one in enumerate(boxes) for other in boxes[:number])
    assert len({top for _, top in places}) < len(places) and packed([], 500, 10) == []


def test_formats_do_not_depend_on_order() -> None:
    edges = [("P", "a"), ("a", "Q"), ("Q", "b"), ("b", "P"), ("R", "c")]
    for form in (document, dot, mermaid, graphml, svg):
        assert form(view(*edges)) == form(view(*reversed(edges)))
