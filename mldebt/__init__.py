"""The linter for machine-learning technical debt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mldebt.config import Settings
    from mldebt.model.finding import Finding, Report
    from mldebt.pipeline import check

__version__ = "0.1.0"
__all__ = ["Finding", "Report", "Settings", "__version__", "check"]
_HOMES = {"check": "mldebt.pipeline", "Settings": "mldebt.config", "Finding": "mldebt.model.finding", "Report": "mldebt.model.finding"}


def __getattr__(name: str) -> object:
    """Import the public names on first use: `mldebt --version` needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mldebt' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
