"""Graphs to draw: a small one with names that try to break out, and a large one as projects are."""

from mldebt.graph.queries import Edge, Node, View

EVIL = "</script><script>document.title='broken'</script><img src=x onerror=alert(1)>\"'`&amp;|${}.csv"


def large(stages: int = 5, each: int = 50) -> View:
    """Return stages of programs in folders of different depth, each reading what the one before wrote: twice `stages * each` nodes."""
    nodes, edges = list[Node](), list[Edge]()
    for stage in range(stages):
        for number in range(each):
            program, made = f"src/stage_{stage}/part_{number % 7}/step_{number:02}.py", f"data/stage_{stage}/group_{number % 5}/table_{number:02}.csv"
            nodes += [Node(program, "entry-point", "script"), Node(made, "model" if number % 9 == 0 else "dataset", store="file", declared=number % 4 == 0)]
            edges.append(Edge(program, made, "writes", program, 9))
            if stage:
                sources = {number, (number * 3 + stage) % each}
                edges += [Edge(f"data/stage_{stage - 1}/group_{source % 5}/table_{source:02}.csv", program, "reads", program, 3, certain=number % 3 > 0)
                          for source in sorted(sources)]
    return View(tuple(sorted(nodes, key=lambda node: node.id)), tuple(sorted(edges, key=lambda edge: (edge.source, edge.target))))
