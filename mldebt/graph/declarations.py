"""What the project says about its artefacts: paths that manifests mention, that stages and settings declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import normpath

from pathspec import GitIgnoreSpec

from mldebt.graph.identity import outside
from mldebt.graph.wildcards import declared_forms
from mldebt.model.facts import DataFacts, Target
from mldebt.model.project import Project


class Declarations:
    """Answers whether an artefact is declared."""

    def __init__(self, project: Project, mentions: frozenset[str] = frozenset(), patterns: Iterable[str] = ()) -> None:
        """`mentions` are paths as `mentioned` gives them; `patterns` the declared paths of the settings, in the syntax of ignore files."""
        self._mentions = mentions
        self._stages = _stage_paths(project)
        self._forms = declared_forms(project)
        rooted = [pattern if pattern.startswith("/") or "/" not in pattern else f"/{pattern}" for pattern in patterns]
        self._patterns = GitIgnoreSpec.from_lines(rooted)

    def __contains__(self, artifact: object) -> bool:
        """Return whether a stage declares an artefact or a folder it lies in, a setting matches it, or a manifest mentions its path."""
        path = outside(str(artifact)).partition("#")[0]
        if path in self._mentions or any(tail in self._mentions for tail in tails(path)) or self._patterns.match_file(path):
            return True
        if self._forms.fullmatch(path):
            return True
        while path:
            if path in self._stages:
                return True
            path = path.rpartition("/")[0]
        return False


def mentioned(manifest: str, words: str) -> Iterator[str]:
    """Yield the paths that a mention in a manifest may mean.

    A path with a folder may start in any folder above the artefact, a bare name only in the manifest's own folder or in the root: of the same name there
    are files of many meanings.
    """
    absolute = words.startswith("/")
    path = normpath(words.replace("(", "{").replace(")", "}")).lstrip("/")
    own = manifest.rpartition("/")[0]
    if absolute:
        yield from tails(path)
    elif not path.startswith(".."):
        yield path
    joined = normpath(f"{own}/{path}")
    if own and not absolute and not joined.startswith(".."):
        yield joined


def tails(path: str) -> Iterator[str]:
    """Yield the ends of a path that hold a folder: of `a/b/c.csv` itself and `b/c.csv`."""
    while "/" in path:
        yield path
        path = path.partition("/")[2]


def _stage_paths(project: Project) -> frozenset[str]:
    """Return the files and folders that declared stages name as inputs or outputs, seen from the manifest's folder and from every folder above.

    A phony target and a Make target named by a bare word are tasks.
    """
    paths: set[str] = set()
    for path, facts in project.data.items():
        parts = path.split("/")[:-1]
        folders = ["/".join(parts[:size]) for size in range(len(parts) + 1)]
        tasks = {item.text for target in facts.targets for item in target.outputs if _task(facts, target, item.text)}
        for item in (item for target in facts.targets for item in (*target.inputs, *target.outputs) if item.text not in tasks):
            paths.update(normpath(f"{folder}/{item.text}" if folder else item.text) for folder in folders)
    return frozenset(path for path in paths if path != ".")


def _task(facts: DataFacts, target: Target, name: str) -> bool:
    """Return whether a target is the name of something to do, no file."""
    return facts.format == "make" and (target.phony or not set("./$") & set(name))
