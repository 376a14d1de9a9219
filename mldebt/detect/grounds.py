"""Whether a file surely means another one by what it imports: files of a project are also found by names that a library may have."""

from __future__ import annotations

from collections.abc import Iterator

from mldebt.detect.base import Context
from mldebt.model import ir


def surely_reaches(context: Context, importer: str, wanted: str) -> bool:
    """Return whether the imports of a file, and those of the files they surely mean, lead to another file."""
    seen, pending = {importer}, [importer]
    while pending:
        for found in _surely_imported(context, pending.pop()):
            if found not in seen:
                seen.add(found)
                pending.append(found)
    return wanted in seen


def _surely_imported(context: Context, path: str) -> Iterator[str]:
    stretches = context.names.of(path).stretches if path in context.graph.project.modules else ()
    for node in (node for stretch in stretches for node in stretch.imports):
        dotted = [alias.name for alias in node.aliases] if node.module is None and not node.level else [node.module or ""]
        for name in dotted:
            found = context.names.module(ir.Import(node.at, node.end, node.aliases, name, (), node.level), path) if name or node.level else None
            if found is not None and (node.level or _from_outside(context, path, found, name)):
                yield found
                yield from filter(None, (context.names.submodule(found, alias.name) for alias in node.aliases))


def _from_outside(context: Context, importer: str, found: str, dotted: str) -> bool:
    """Return whether an absolute name can mean a file: the folder it starts from is around the importer, or no package."""
    stem = found.removesuffix("/").removesuffix("/__init__.py").removesuffix(".py")
    root = stem[:-len(dotted)].rstrip("/")
    return not root or importer.startswith(f"{root}/") or f"{root}/__init__.py" not in context.graph.project.modules
