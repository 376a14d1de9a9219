"""What programs hand to each other undeclared: the flows that the shapes of a pipeline are asked of."""

from __future__ import annotations

from collections.abc import Iterator

from mldebt.detect.base import Context, handed_over, only_looks
from mldebt.detect.joints import Joints
from mldebt.graph.chains import Flow, Flows
from mldebt.graph.project_graph import Use


def flows_of(context: Context) -> Flows:
    """Return the undeclared flows of a project, computed once a run.

    A path that both sides take from one constant is no declaration here: it says nothing of the order. Notebooks that only look are no step of a pipeline.
    """
    if not context.flows:
        context.flows.append(Flows(_flows(context), Joints(context).carry))
    return context.flows[0]


def _flows(context: Context) -> Iterator[Flow]:
    graph = context.graph
    for artifact in graph.artifacts():
        writers = graph.writers(artifact)
        if not writers or graph.is_declared(artifact):
            continue
        seen: set[tuple[str, str]] = set()
        for reader in graph.readers(artifact):
            target = graph.component(reader.program)
            if only_looks(context, reader.program) or graph.fetches(reader.program, artifact):
                continue
            if any(_made_before(context, writer, reader) for writer in writers):
                continue
            for writer in writers:
                ends = (graph.component(writer.program), target)
                if ends[0] != target and ends not in seen and not (graph.one_process(reader, writer) or handed_over(context, reader, writer)):
                    seen.add(ends)
                    yield Flow(*ends, writer, reader)


def _made_before(context: Context, writer: Use, reader: Use) -> bool:
    """Return whether a reader's own component made the artefact before it reads it."""
    return writer.event.id < reader.event.id and context.graph.component(writer.program) == context.graph.component(reader.program)
