"""Nodes of declared pipelines: functions whose inputs and outputs a data catalogue names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mldebt.flow.effects import Bound
from mldebt.flow.value import NOTHING, Value
from mldebt.knowledge.rows import NodeRow
from mldebt.link.project import subproject
from mldebt.model.events import Access
from mldebt.model.pattern import pattern
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter


class Nodes:
    """Runs nodes: inputs are read from the catalogue by name and handed to the function, what it returns is written under its outputs' names."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run = run
        self._entries: dict[tuple[str, str], Access] | None = None

    def perform(self, row: NodeRow, bound: Bound, frame: Frame) -> None:
        """Do what a node does when its pipeline runs."""
        base = subproject(frame.path, self._run.project.tracked)
        given, made = bound.get(row.inputs), bound.get(row.outputs)
        known = self._run.heap.get(given.ref)
        keywords = {name: self._read(item, base, bound.place, frame) for name, item in known.fields.items()} if known is not None and known.fields else {}
        args = () if keywords else tuple(self._read(item, base, bound.place, frame) for item in self._listed(given))
        first = len(frame.trace.items)
        result = self._run.calls.call(bound.get(row.function), args, keywords, bound.place, frame)
        frame.trace.hand_over(first)
        outputs = [*known.fields.values()] if (known := self._run.heap.get(made.ref)) is not None and known.fields else self._listed(made)
        returned = self._run.heap.get(result.ref)
        parts = returned.items if returned is not None and returned.items is not None and len(returned.items) == len(outputs) > 1 else None
        for position, item in enumerate(outputs):
            access = self._entry(item, base)
            if access is not None:
                sources = (parts[position] if parts is not None else result).sources
                self._run.emit(frame, "write", bound.place, access=access, sources=sources, api=bound.api)

    def _listed(self, value: Value) -> tuple[Value, ...]:
        known = self._run.heap.get(value.ref)
        return known.items or () if known is not None else (value,) if value.texts else ()

    def _read(self, name: Value, base: str, place: Place, frame: Frame) -> Value:
        """Return what a catalogue entry holds; data that only this run keeps is unknown."""
        access = self._entry(name, base)
        return NOTHING if access is None else Value(sources=frozenset((self._run.emit(frame, "read", place, access=access),)))

    def _entry(self, name: Value, base: str) -> Access | None:
        if self._entries is None:
            self._entries = self._catalogue()
        return self._entries.get((base, name.text or ""))

    def _catalogue(self) -> dict[tuple[str, str], Access]:
        """Return the artefact of every manifest entry that only names one, by subproject and name."""
        found: dict[tuple[str, str], Access] = {}
        for path, facts in self._run.project.data.items():
            for target in facts.targets:
                if len(target.outputs) == 1 and not target.commands and not target.inputs and target.name:
                    base, (item,) = subproject(path, self._run.project.tracked), target.outputs
                    text = f"{base}/{item.text}" if base and "://" not in item.text else item.text
                    store = "bucket" if "://" in text else "file"
                    access = Access(store, pattern(text), "none" if store == "bucket" else "file", shared=Place(path, item.at, item.end), home=path)
                    found.setdefault((base, target.name), access)
        return found
