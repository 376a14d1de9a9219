"""Scripts that are exports of notebooks: both are one program, kept in two forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping

from mldebt.model import ir
from mldebt.model.facts import PythonFacts
from mldebt.model.walk import inner, placeless, statements

_SAME, _OTHER = 0.9, 0.3  # part of the names in common above and below which statements need not be compared
_MOST = 0.5  # an export that was edited since still shares most statements; a script of its own that is named alike shares few


def exports(facts: Mapping[str, PythonFacts]) -> dict[str, str]:
    """Return, for each script that is an export of a notebook, that notebook: of one name, in one folder or near it, with most statements the same."""
    notebooks: dict[str, list[str]] = {}
    for path, item in facts.items():
        if item.notebook:
            notebooks.setdefault(_stem(path), []).append(path)
    likeness, found = Likeness(), dict[str, str]()
    for path, item in facts.items():
        near = [other for other in notebooks.get(_stem(path), ()) if not item.notebook and _near(path, other)]
        alike = [(likeness.between(item, facts[other]), other) for other in near]
        best = max(alike, key=lambda pair: (pair[0], _common(path, pair[1])), default=(0.0, ""))
        if best[0] > _MOST:
            found[path] = best[1]
    return found


class Likeness:
    """Tells which part of two files is the same; the statements of a file are put in shape once."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._shapes: dict[str, Counter[Hashable]] = {}

    def share(self, left: PythonFacts, right: PythonFacts) -> bool:
        """Return whether two files share most of their statements: then one was copied from the other."""
        return self.between(left, right) > _MOST

    def between(self, left: PythonFacts, right: PythonFacts) -> float:
        """Return which part is the same, 0 to 1: by their names where these settle it, else by their statements."""
        own, others = _names(left), _names(right)
        alike = len(own & others) / max(len(own | others), 1)
        settled = alike > _SAME or alike < _OTHER
        return alike if settled else _shared(self._statements(left), self._statements(right))

    def _statements(self, facts: PythonFacts) -> Counter[Hashable]:
        if facts.path not in self._shapes:
            self._shapes[facts.path] = Counter(placeless(node) for node in statements(facts) if not (inner(node) or isinstance(node, ir.Import)))
        return self._shapes[facts.path]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0].removesuffix(".py").replace(" ", "_").lower()


def _near(path: str, other: str) -> bool:
    """Return whether two files lie in one folder, one somewhere below the folder of the other, or both in folders of one folder."""
    own, others = path.rpartition("/")[0], other.rpartition("/")[0]
    return bool(others) and own.startswith(f"{others}/") or not {own, own.rpartition("/")[0]}.isdisjoint({others, others.rpartition("/")[0]})


def _common(path: str, other: str) -> int:
    """Return how many folders two paths share."""
    return next((count for count, (left, right) in enumerate(zip(path.split("/"), other.split("/"))) if left != right), 0)


def _names(facts: PythonFacts) -> frozenset[str]:
    return frozenset((*facts.names, *facts.attrs, *(name for item in facts.definitions for name in (item.name, *item.names, *item.attrs))))


def _shared(left: Counter[Hashable], right: Counter[Hashable]) -> float:
    """Return which part of the statements of the longer file the other holds too."""
    return (left & right).total() / max(left.total(), right.total(), 1)
