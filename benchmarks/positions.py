"""Is every node of LibCST's tree in the facts, where LibCST says? `python -m benchmarks.positions --seed 7 --files 500 FOLDER…`.

Draws Python files of the folders; those that do not parse or that the gate refuses are counted apart. Exit code 1 when a node is missing.
"""

from __future__ import annotations

import argparse
import random
from functools import partial
from pathlib import Path

import libcst as cst
from libcst.metadata import CodePosition, MetadataWrapper, PositionProvider

from mldebt.extract.gate import check, decode
from mldebt.extract.python import extract_python
from mldebt.model import ir
from mldebt.model.facts import decode_body
from mldebt.model.source import line_starts
from mldebt.stack import deep

KINDS: dict[type, str] = {cst.Name: "name", cst.Attribute: "attr", cst.Call: "call", cst.Subscript: "subscript"}


def offset(starts: tuple[int, ...], position: CodePosition) -> int:
    """Return a position as an offset."""
    return starts[position.line - 1] + position.column


def missing(text: str) -> set[tuple[str, int, int]]:
    """Return the Name, Attribute, Call and Subscript nodes of LibCST's tree whose place the facts do not hold."""
    return wanted(text) - held(text)


def wanted(text: str) -> set[tuple[str, int, int]]:
    """Return the Name, Attribute, Call and Subscript nodes of LibCST's tree: kind, offsets of beginning and end as LibCST gives them."""
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    starts = line_starts(text)
    return {(KINDS[type(node)], offset(starts, span.start), offset(starts, span.end))
            for node, span in wrapper.resolve(PositionProvider).items() if type(node) in KINDS}


def held(text: str) -> set[tuple[str, int, int]]:
    """Return the places of all expressions and names that the facts of a source hold."""
    facts = extract_python("x.py", text.encode(), False)
    assert not facts.problems
    found: set[tuple[str, int, int]] = set()
    for raw in facts.bodies:
        if raw:
            _walk(decode_body(raw), found)
    for definition in facts.definitions:
        found.add(("name", definition.name_at, definition.name_at + len(definition.name)))
        _walk((definition.params, definition.decorators, definition.bases, definition.returns), found)
        found.update(("name", at, at + len(name)) for name, at in definition.type_params)
    return found


def _walk(node: object, found: set[tuple[str, int, int]]) -> None:
    kinds: dict[type, str] = {ir.Name: "name", ir.Attr: "attr", ir.Call: "call", ir.Subscript: "subscript"}
    if isinstance(node, tuple):
        for item in node:
            _walk(item, found)
        return
    if not hasattr(node, "__struct_fields__"):
        return
    if isinstance(node, ir.Node) and type(node) in kinds:
        found.add((kinds[type(node)], node.at, node.end))
    if isinstance(node, ir.Const) and (node.value is None or isinstance(node.value, bool)):
        found.add(("name", node.at, node.end))
    if isinstance(node, ir.Parameter):
        found.add(("name", node.at, node.at + len(node.name)))
    for name in node.__struct_fields__:
        value = getattr(node, name)
        text = getattr(node, name[:-4] if name.endswith("_ats") else name[:-3], None)
        if name.endswith("_at") and value >= 0 and isinstance(text, str):
            found.add(("name", value, value + len(text)))
        elif name.endswith("_ats") and isinstance(text, str):
            found.update(_dotted(text, value))
        _walk(value, found)


def _dotted(text: str, ats: tuple[int, ...]) -> set[tuple[str, int, int]]:
    """Return a dotted name's attributes and names: imports keep it as one text with the offset of each segment."""
    found: set[tuple[str, int, int]] = set()
    for part, at in zip(text.split("."), ats):
        found.update({("name", at, at + len(part)), ("attr", ats[0], at + len(part))})
    return found


def main() -> None:
    """Draw files, count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--files", type=int, default=500)
    options = parser.parse_args()
    every = sorted(path for folder in options.folders for path in folder.rglob("*.py") if path.is_file())
    counts = {"files": 0, "nodes": 0, "missing": 0, "refused by the gate": 0, "do not parse": 0}
    for path in random.Random(options.seed).sample(every, min(options.files, len(every))):
        deep(partial(_count, path, counts))
    print(", ".join(f"{name}: {count:,}" for name, count in counts.items()))
    raise SystemExit(counts["missing"] > 0)


def _count(path: Path, counts: dict[str, int]) -> None:
    text = decode(path.read_bytes())
    if not isinstance(text, str):
        counts["do not parse"] += 1
    elif check(text) is not None:
        counts["refused by the gate"] += 1
    else:
        try:
            nodes = wanted(text)
        except cst.ParserSyntaxError:
            counts["do not parse"] += 1
            return
        lost = nodes - held(text)
        counts["files"] += 1
        counts["nodes"] += len(nodes)
        counts["missing"] += len(lost)
        if lost:
            print(f"{path}: {sorted(lost)[:3]}")


if __name__ == "__main__":
    main()
