"""What the instruments share: the libraries that mldebt knows, and a project interpreted with them."""

from __future__ import annotations

from pathlib import Path

from mldebt.config import Settings
from mldebt.flow.interpreter import Flow
from mldebt.knowledge.libraries import Catalogue, load_libraries
from mldebt.knowledge.locate import rules_folder
from mldebt.pipeline import analyse


def interpreted(folder: Path) -> Flow:
    """Return what interpretation finds in a project, settings left aside."""
    return analyse(folder, Settings()).flow


def catalogue() -> Catalogue:
    """Return the libraries that mldebt knows."""
    return load_libraries([rules_folder() / "libraries"])
