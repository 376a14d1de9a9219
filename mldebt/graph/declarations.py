"""What the project says about its artefacts: names that manifests mention, paths that stages and settings declare."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import normpath

from pathspec import GitIgnoreSpec

from mldebt.model.project import Project


class Declarations:
    """Answers whether an artefact is declared."""

    def __init__(self, project: Project, names: frozenset[str] = frozenset(), patterns: Iterable[str] = ()) -> None:
        """`names` are file names that manifests mention; `patterns` the declared paths of the settings, in the syntax of ignore files."""
        self._names = names
        self._stages = _stage_paths(project)
        rooted = [pattern if pattern.startswith("/") or "/" not in pattern else f"/{pattern}" for pattern in patterns]
        self._patterns = GitIgnoreSpec.from_lines(rooted)

    def __contains__(self, artifact: object) -> bool:
        """Return whether a stage declares an artefact or a folder it lies in, a setting matches it, or a manifest mentions its file name."""
        path = str(artifact).partition("#")[0]
        if path.rpartition("/")[2] in self._names or self._patterns.match_file(path):
            return True
        while path:
            if path in self._stages:
                return True
            path = path.rpartition("/")[0]
        return False


def _stage_paths(project: Project) -> frozenset[str]:
    """Return the files and folders that declared stages name as inputs or outputs, seen from the manifest's folder and from every folder above."""
    paths: set[str] = set()
    for path, facts in project.data.items():
        parts = path.split("/")[:-1]
        folders = ["/".join(parts[:size]) for size in range(len(parts) + 1)]
        for item in (item for target in facts.targets for item in (*target.inputs, *target.outputs)):
            paths.update(normpath(f"{folder}/{item.text}" if folder else item.text) for folder in folders)
    return frozenset(path for path in paths if path != ".")
