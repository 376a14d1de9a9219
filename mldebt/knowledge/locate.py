"""Where the knowledge lies: inside the wheel, else beside the package."""

from __future__ import annotations

from pathlib import Path


def rules_folder() -> Path:
    """Return the folder of cards and libraries: `_rules` in an installed wheel, the sibling `rules` in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_rules"
    return inside if inside.is_dir() else package.parent / "rules"
