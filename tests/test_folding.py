"""Folding keeps the graph: every node in one box, columns of one sort, edges from left to right, few boxes at first."""

import pytest
from drawn import large

from mldebt.graph.folding import FEW, MOST, Box, Folded, folded, split
from mldebt.graph.queries import PROGRAMS, Edge, Node, View


def fold(view: View) -> Folded:
    return folded(view, 40.0, 14.0, 30.0)


def chain(*names: str) -> View:
    """Return nodes that hand on to the next: capital letters are programs."""
    kinds = {name: "entry-point" if name.isupper() else "dataset" for name in names}
    edges = tuple(Edge(one, other, "writes" if one.isupper() else "reads", "p.py", 1) for one, other in zip(names, names[1:]))
    return View(tuple(Node(name, kinds[name]) for name in sorted(kinds)), edges)


@pytest.mark.parametrize("view", [large(), large(2, 12), chain("raw", "A", "mid", "B", "out"), chain("A", "x", "B", "A")], ids=["500", "48", "chain", "cycle"])
def test_every_node_is_in_one_box(view: View) -> None:
    made = fold(view)
    nodes = [node.id for column in made.columns for box in column for node in box.nodes()]
    assert sorted(nodes) == sorted(node.id for node in view.nodes) and set(made.outermost) == set(nodes)
    assert all(len({node.kind in PROGRAMS for box in column for node in box.nodes()}) == 1 for column in made.columns)


def test_a_large_graph_starts_with_few_boxes_and_a_small_one_whole() -> None:
    boxes = [box for column in fold(large()).columns for box in column]
    assert len(boxes) <= MOST and sum(bool(box.inner) for box in boxes) > 20
    small = large(2, FEW // 4)
    assert all(box.node is not None for column in fold(small).columns for box in column) and len(small.nodes) == FEW


def test_data_flows_from_left_to_right_and_boxes_keep_their_distance() -> None:
    view = large()
    made = fold(view)
    assert not made.layout.turned
    assert all(made.layout.layer[made.outermost[edge.source]] < made.layout.layer[made.outermost[edge.target]] for edge in view.edges)
    for column in made.columns:
        middles = [made.layout.middle[box.id] for box in column]
        assert all(other - one >= 54 - 1e-6 for one, other in zip(middles, middles[1:]))
    assert max(made.layout.middle.values()) + 20 == pytest.approx(made.height)


def test_inputs_stand_first_and_an_edge_of_a_cycle_runs_back() -> None:
    assert [[box.id for box in column] for column in fold(chain("raw", "A", "mid", "B", "out")).columns] == [["raw"], ["A"], ["mid"], ["B"], ["out"]]
    made = fold(View((Node("A", "step"), Node("x", "dataset")), (Edge("A", "x", "writes", "p.py", 1), Edge("x", "A", "reads", "p.py", 2))))
    assert [len(column) for column in made.columns] == [1, 1] and len(made.layout.turned) == 1


def test_unconnected_parts_lie_below_each_other() -> None:
    one, other = chain("A", "a", "B"), chain("b", "C", "c")
    made = fold(View((*one.nodes, *other.nodes), (*one.edges, *other.edges)))
    first, second = (sorted(made.layout.middle[slot] for slot in band) for band in made.bands)
    assert len(made.bands) == 2 and second[0] - first[-1] >= 70


def test_folders_of_one_thing_are_that_thing() -> None:
    nodes = [Node(f"a/b/c/deep_{number}.csv", "dataset") for number in range(40)] + [Node("x/y/z/alone.csv", "dataset")]
    nodes += [Node(f"job_{number}.py", "entry-point") for number in range(40)]
    view = View(tuple(nodes), tuple(Edge(f"a/b/c/deep_{number}.csv", f"job_{number}.py", "reads", "p.py", 1) for number in range(40))
                + (Edge("x/y/z/alone.csv", "job_0.py", "reads", "p.py", 1),))
    boxes: list[Box] = list(fold(view).columns[0])
    assert {(box.name, box.folder, len(list(box.nodes()))) for box in boxes} == {("c", "a/b", 40), ("alone.csv", "x/y/z", 1)}


def test_ids_are_split_into_name_and_folder() -> None:
    assert split("a/b.sqlite#t{}") == ("t{…}", "a/b.sqlite") and split("app.py::predict") == ("predict", "app.py") and split("x.csv") == ("x.csv", "")
