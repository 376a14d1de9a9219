"""`mldebt graph`: the data-dependency graph, or a part of it, in one of the formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from mldebt.cli.screen import put
from mldebt.config import load_settings
from mldebt.discover.root import find_root
from mldebt.errors import ConfigError
from mldebt.graph.export.document import document
from mldebt.graph.export.dot import dot
from mldebt.graph.export.graphml import graphml
from mldebt.graph.export.mermaid import mermaid
from mldebt.graph.export.svg import svg
from mldebt.graph.kinds import model_test
from mldebt.graph.queries import KINDS, View, focused, matching, of_kinds, whole, within
from mldebt.pipeline import analyse
from mldebt.report.html.graph import graph_page

FORMATS: dict[str, Callable[[View, str], str]] = {
    "json": lambda view, _: document(view), "dot": lambda view, _: dot(view), "mermaid": lambda view, _: mermaid(view),
    "graphml": lambda view, _: graphml(view), "svg": lambda view, name: svg(view, f"Data dependencies of {name}"), "html": graph_page}


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of the graph is wanted; empty values want all of it."""

    focus: str = ""
    upstream: bool = False
    downstream: bool = False
    kinds: str = ""


def run_graph(paths: tuple[Path, ...], project: Path | None, form: str, part: Part, target: Path | None, cache: Path | bool = True) -> str:
    """Return the graph as text, or nothing after writing it to a file; raises `ConfigError` for a path, node or kind that does not exist."""
    if (part.upstream or part.downstream) and not part.focus:
        raise ConfigError("--upstream and --downstream need --focus")
    wanted = kinds_of(part.kinds)
    view, root = project_view(paths, project, cache)
    view = within(view, scopes_of(paths, root))
    if part.focus:
        view = focused(view, node_of(view, part.focus), part.upstream, part.downstream)
    view = of_kinds(view, wanted) if wanted else view
    return written(FORMATS[form](view, root.resolve().name), target)


def project_view(paths: tuple[Path, ...], project: Path | None, cache: Path | bool = True) -> tuple[View, Path]:
    """Return the whole graph of the project that the paths lie in, and its root; raises `ConfigError` for a path that does not exist."""
    missing = [str(path) for path in (*paths, *([project] if project else [])) if not path.exists()]
    if missing:
        raise ConfigError(f"no such path: {', '.join(missing)}")
    root = find_root(paths or (Path("."),), project).path
    done = analyse(root, load_settings(root)[0], cache=cache)
    return whole(done.graph, model_test(done.catalogue)), root


def scopes_of(paths: tuple[Path, ...], root: Path) -> list[str]:
    """Return the paths relative to the root; raises `ConfigError` for one outside of it."""
    scopes = []
    for path in paths:
        if not path.resolve().is_relative_to(root.resolve()):
            raise ConfigError(f"{path} lies outside the project {root}")
        scopes.append(path.resolve().relative_to(root.resolve()).as_posix())
    return scopes


def kinds_of(text: str) -> list[str]:
    """Return the node kinds of a list separated by commas; raises `ConfigError` for one that does not exist."""
    wanted = [kind.strip() for kind in text.split(",") if kind.strip()]
    if unknown := [kind for kind in wanted if kind not in KINDS]:
        raise ConfigError(f"no node kind `{unknown[0]}`; known: {', '.join(KINDS)}", "--kind")
    return wanted


def node_of(view: View, name: str) -> str:
    """Return the node that a full id or a unique end of one names; raises `ConfigError` with the near ones."""
    found = matching(view, name)
    if len(found) == 1:
        return found[0]
    near = found or get_close_matches(name, [node.id for node in view.nodes], 3, 0.4)
    more = f" and {len(near) - 8} more" if len(near) > 8 else ""
    raise ConfigError(f"{'several nodes end in' if found else 'no node'} `{name}`{'; near: ' + ', '.join(near[:8]) + more if near else ''}", "--focus")


def written(text: str, target: Path | None) -> str:
    """Return the text, or nothing after writing it to a file; raises `ConfigError` when that fails."""
    if target is None:
        return text
    put(text, target)
    return ""
