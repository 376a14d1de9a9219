"""Where a rule crashed: the file that it was looking at."""

from __future__ import annotations

import traceback

from mldebt.model.source import Place


def file_of(error: BaseException) -> str:
    """Return the file of the innermost place that was in hand when an error was raised, empty when there was none."""
    for frame, _ in reversed(list(traceback.walk_tb(error.__traceback__))):
        for value in frame.f_locals.values():
            place = value if isinstance(value, Place) else getattr(value, "place", None)
            if isinstance(place, Place):
                return place.path
    return ""
