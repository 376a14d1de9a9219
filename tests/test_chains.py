"""Flows between programs on hand-built graphs: parts, longest chains, cycles."""

from mldebt.graph.chains import Flow, Flows
from mldebt.graph.project_graph import Use
from mldebt.model.events import Event
from mldebt.model.source import Place


def flow(source: str, artifact: str, target: str, certain: bool = True) -> Flow:
    place = Place(f"{source}.py", 0, 1)
    writer = Use(f"{source}.py", artifact, Event(0, "write", place, source, f"{source}.py::"), certain)
    reader = Use(f"{target}.py", artifact, Event(1, "read", place, target, f"{target}.py::"), certain)
    return Flow(source, target, writer, reader)


def route(flows: tuple[Flow, ...]) -> list[str]:
    return [step for item in flows for step in (item.source, item.reader.artifact)] + ([flows[-1].target] if flows else [])


def test_parts_are_what_flows_connect_whatever_their_direction() -> None:
    flows = Flows([flow("a", "x", "b"), flow("c", "y", "b"), flow("d", "z", "e")])
    assert [[item.reader.artifact for item in part] for part in flows.parts()] == [["x", "y"], ["z"]]
    assert (flows.part_of("c"), flows.part_of("e"), flows.part_of("alone")) == ("a", "d", "alone")


def test_the_longest_chain_visits_each_program_once() -> None:
    flows = Flows([flow("a", "x", "b"), flow("b", "y", "c"), flow("a", "z", "c"), flow("c", "w", "d")])
    assert route(flows.longest(flows.flows)) == ["a", "x", "b", "y", "c", "w", "d"]


def test_a_chain_uses_no_artefact_twice() -> None:
    flows = Flows([flow("a", "x", "b"), flow("b", "x", "c")])
    assert len(flows.longest(flows.flows)) == 1


def test_programs_of_a_cycle_count_once_in_a_chain() -> None:
    flows = Flows([flow("a", "x", "b"), flow("b", "y", "a"), flow("b", "z", "c")])
    assert route(flows.longest(flows.flows)) == ["b", "z", "c"]


def test_among_chains_of_one_length_the_certain_one_is_shown() -> None:
    flows = Flows([flow("a", "x", "b", certain=False), flow("a", "y", "b")])
    assert route(flows.longest(flows.flows)) == ["a", "y", "b"]


def test_a_cycle_needs_two_artefacts() -> None:
    assert Flows([flow("a", "x", "b"), flow("b", "x", "a")]).cycles([flow("a", "x", "b"), flow("b", "x", "a")]) == []
    flows = Flows([flow("a", "x", "b"), flow("b", "y", "a"), flow("b", "z", "c")])
    assert [route(ring) for ring in flows.cycles(flows.flows)] == [["a", "x", "b", "y", "a"]]


def test_flows_beside_a_long_chain_are_not_on_it() -> None:
    flows = Flows([flow("a", "x", "b"), flow("b", "y", "c"), flow("c", "z", "d"), flow("a", "v", "d"), flow("a", "w", "e")])
    assert [item.reader.artifact for item in flows.on_chains(flows.flows, 3)] == ["x", "y", "z", "v"]
    assert flows.on_chains(flows.flows, 4) == []


def test_a_chain_goes_on_only_where_the_next_flow_carries_on_the_last() -> None:
    flows = [flow("a", "x", "b"), flow("b", "y", "c"), flow("b", "z", "c"), flow("c", "w", "d")]
    joined = Flows(flows, lambda before, after: (before.reader.artifact, after.writer.artifact) in {("x", "z"), ("z", "w")})
    assert route(joined.longest(flows)) == ["a", "x", "b", "z", "c", "w", "d"]
    apart = Flows(flows, lambda before, after: before.reader.artifact == "x")
    assert route(apart.longest(flows)) == ["a", "x", "b", "y", "c"]
    assert [item.reader.artifact for item in apart.on_chains(flows, 2)] == ["x", "y", "z"]


def test_a_cycle_whose_flows_do_not_carry_each_other_on_is_none() -> None:
    flows = [flow("a", "x", "b"), flow("b", "y", "a")]
    assert Flows(flows, lambda before, after: before.reader.artifact == "x").cycles(flows) == []
