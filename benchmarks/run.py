"""One analysis up to the events, shared by the instruments."""

from __future__ import annotations

from pathlib import Path

from mldebt.discover.files import discover
from mldebt.extract.run import extract, extract_data_files
from mldebt.flow.interpreter import Flow, interpret
from mldebt.knowledge.libraries import Catalogue, load_libraries
from mldebt.knowledge.locate import rules_folder
from mldebt.knowledge.manifests import load_manifests
from mldebt.link.manifests import with_stages
from mldebt.link.project import link


def interpreted(folder: Path, catalogue: Catalogue) -> Flow:
    """Return what interpretation finds in a project."""
    found = discover(folder)
    data = with_stages(extract_data_files(found.files), load_manifests([rules_folder() / "manifests"]))
    project, index = link(str(folder), extract(found.files), found.names, data)
    return interpret(project, index, catalogue)


def catalogue() -> Catalogue:
    """Return the libraries that mldebt knows."""
    return load_libraries([rules_folder() / "libraries"])
