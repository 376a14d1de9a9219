"""Columns through operations: subscripts, attributes, stores, operators and library calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mldebt.flow.columns import LOST, NO_LAYOUT, Added, Beside, Between, Column, Kept, Layout, Rows, Table, Without
from mldebt.flow.features import ANY, BY_PLACE
from mldebt.flow.selection import spelled
from mldebt.flow.texts import whole_number
from mldebt.flow.value import NOTHING, Value
from mldebt.knowledge.lineage import LayoutRow
from mldebt.model import ir
from mldebt.model.source import Place

if TYPE_CHECKING:
    from mldebt.flow.effects import Bound
    from mldebt.flow.frame import Frame
    from mldebt.flow.interpreter import Interpreter

_MOST_NAMES = 4
_SERIES = "series"
_OF_TYPES = ("selects", "scales", "compares")
_ARRAYS = ("array", "tensor")
_TABLES = ("frame", *_ARRAYS)


class Layouts:
    """What operations do to the columns of their operands."""

    def __init__(self, run: Interpreter) -> None:
        """Belong to one run."""
        self._run, self._book = run, run.columns

    def names(self, value: Value) -> frozenset[str] | None:
        """Return the names of columns that a value certainly is or lists, None where it may name others."""
        if value.texts:
            text = value.text
            return frozenset((text,)) if text is not None else None
        known = self._run.heap.get(value.ref) if value.ref > 0 else None
        if known is None or known.items is None or not known.items:
            return None
        found = {item.text for item in known.items if not item.const}
        return frozenset(name for name in found if name is not None) if None not in found else None

    def attribute(self, value: Value, name: str, place: Place) -> Layout:
        """Return the column that an attribute of a table names."""
        return self._book.make(Column(value.layout, name, place)) if value.layout else NO_LAYOUT

    def item(self, value: Value, node: ir.Subscript, index: Sequence[Value], axis: int | None, place: Place) -> Layout:
        """Return the columns of `value[index]`: by names, by positions on an axis, or of rows that are picked."""
        if not value.layout:
            return NO_LAYOUT
        if len(node.index) == 2:
            picked = self._of_rows(value.layout, node.index[0], index[0])
            numbered = axis is not None or self._run.catalogue.representation(value.type) in _ARRAYS
            return self._of_axis(picked, node.index[1], index[1], place, numbered=numbered)
        if isinstance(node.index[0], ir.Slice):
            return self._of_rows(value.layout, node.index[0], index[0])
        if index[0].texts or (known := self._run.heap.get(index[0].ref)) is not None and known.kind == "list":
            return self._named(value.layout, index[0], place)
        return value.layout if self._is_mask(index[0]) else NO_LAYOUT

    def _is_mask(self, index: Value) -> bool:
        """Return whether a value picks rows by a condition: it may name columns where it is no series of the rows and no mask."""
        row = self._run.catalogue.type(index.type) if index.type else None
        series = row is not None and row.role == _SERIES and bool(self._run.provenance.rows(index.sources))
        return series or self._run.provenance.has_mask(index.sources)

    def _named(self, layout: Layout, index: Value, place: Place) -> Layout:
        if index.texts:
            texts = [text.literal for text in index.texts[:_MOST_NAMES + 1]]
            names = [text for text in texts if text is not None]
            whole = len(names) == len(texts) <= _MOST_NAMES
            return NO_LAYOUT.union(*(self._book.make(Column(layout, name, place)) for name in names)) if whole else NO_LAYOUT
        found = self.names(index)
        return self._book.make(Kept(layout, found)) if found is not None else NO_LAYOUT

    def _of_rows(self, layout: Layout, node: ir.Expr, index: Value) -> Layout:
        if not isinstance(node, ir.Slice):
            return layout if index.sources or index.ref else NO_LAYOUT
        bounds = ["" if part is None else spelled(part) for part in (node.lower, node.upper)]
        return self._book.make(Rows(layout, ":".join(bounds))) if any(bounds) and layout else layout

    def _of_axis(self, layout: Layout, node: ir.Expr, index: Value, place: Place, *, numbered: bool) -> Layout:
        if not layout or isinstance(node, ir.Slice) and node.lower is None and node.upper is None:
            return layout
        if not numbered and self._run.heap.get(index.ref) is None and not index.texts:
            return NO_LAYOUT
        if isinstance(node, ir.Slice):
            first, end = (None if part is None else whole_number(part) for part in (node.lower, node.upper))
            exact = (node.lower is None or first is not None) and (node.upper is None or end is not None) and min(first or 0, end or 0) >= 0
            return self._book.make(Between(layout, first or 0, end)) if exact else NO_LAYOUT
        number = whole_number(node)
        if number is not None:
            return self._book.make(Column(layout, f"{BY_PLACE}{number}", place))
        return self._named(layout, index, place)

    def stored(self, owner: Value, node: ir.Subscript, index: Sequence[Value], value: Value, place: Place) -> Layout:
        """Return the columns of a table after `table[index] = value`."""
        if not owner.layout or isinstance(node.index[0], ir.Slice) and len(node.index) == 1:
            return owner.layout
        named, partly = index[-1], len(index) == 2 and not _whole(node.index[0])
        known = self._run.heap.get(named.ref)
        if not named.texts and (known is None or known.kind != "list"):
            return owner.layout if len(index) == 1 and self._is_mask(named) else self._added(owner.layout, None, NO_LAYOUT, place)
        names = self.names(named)
        before = self._named(owner.layout, named, place) if partly else NO_LAYOUT
        return self._added(owner.layout, names, self._book.mixed(before, value.layout, whole=False) if partly else value.layout, place)

    def set(self, owner: Value, name: str, place: Place) -> Layout:
        """Return the columns of a table after `table.name = value`: a column of that name has another value, where there is one."""
        return self._added(owner.layout, frozenset((name,)), NO_LAYOUT, place)

    def renewed(self, place: Place) -> Layout:
        """Return the columns of a table whose columns got other names at a place."""
        return self._book.make(Table(place))

    def _added(self, layout: Layout, names: frozenset[str] | None, value: Layout, place: Place) -> Layout:
        return self._book.make(Added(layout, names, value, place)) if layout else layout

    def operator(self, left: Value, right: Value) -> Layout:
        """Return the columns of `left op right`: a plain constant changes nothing of where they come from."""
        if not left.layout and not right.layout:
            return NO_LAYOUT
        given = [value.layout for value in (left, right) if value.layout or not value.known]
        return self._book.mixed(*given)

    def lost(self, owner: Value, names: frozenset[str] | None, place: Place, frame: Frame) -> Layout:
        """Return the columns of a table that loses some in place; other names of the table lose them, too, so it is noted."""
        if not owner.layout:
            return NO_LAYOUT
        gone = names if names is not None else (ANY,)
        self._run.emit(frame, LOST, place, columns=tuple(self._book.make(Column(owner.layout, name, place)) for name in sorted(gone)))
        return self._book.make(Without(owner.layout, names)) if names is not None else self.renewed(place)

    def dropped(self, layout: Layout, place: Place, frame: Frame) -> None:
        """Note the columns that a call dropped last, in place."""
        term = self._book.term(next(iter(layout), 0))
        if isinstance(term, Without):
            self._run.emit(frame, LOST, place, columns=tuple(self._book.make(Column(term.of, name, place)) for name in sorted(term.names)))

    def result(self, bound: Bound, kind: str, own: frozenset[int]) -> Layout:
        """Return the columns of what a call gives: by its row; a table of its own where none says and the result is a table, or data that was read."""
        row = self.row(bound)
        if row is not None and row.does not in _OF_TYPES:
            return self._done(bound, row)
        known = self._run.catalogue.type(kind) if kind else None
        table = known is not None and (known.columns_by_name or bool(own) and self._run.catalogue.representation(kind) in _TABLES)
        made = self._book.make(Table(bound.place)) if table and bound.place.end > bound.place.at else NO_LAYOUT
        if made and bound.row.columns is not None and (names := self.names(bound.get(bound.row.columns.select))):
            return self._book.make(Kept(made, names))
        return made

    def row(self, bound: Bound) -> LayoutRow | None:
        """Return what a call does to columns; its arguments are bound to the names that the answer uses."""
        row = self._run.catalogue.layout(bound.api) if bound.api else None
        if row is not None:
            for name, value in zip(row.parameters, bound.args):
                bound.named.setdefault(name, value)
        return row

    def _done(self, bound: Bound, row: LayoutRow) -> Layout:
        of = self._given(bound, row)
        if row.axis and not _is_columns(bound.get(row.axis)) and not (row.does == "drops" and bound.get(row.names[0]) is not NOTHING):
            return self._unlike(bound, row, of)
        if row.does == "mixes":
            return self._book.mixed(*of)
        if row.does == "joins":
            return self._book.make(Beside(sides)) if len(sides := tuple(filter(None, of))) > 1 else next(iter(sides), NO_LAYOUT)
        if row.does == "adds":
            return self._adding(bound, row, next(iter(of), NO_LAYOUT))
        if row.does == "keeps" or not of or not of[0]:
            return next(iter(of), NO_LAYOUT)
        return self._naming(bound, row, of[0])

    def _unlike(self, bound: Bound, row: LayoutRow, of: Sequence[Layout]) -> Layout:
        """Return the columns of a call that works along rows: tables put below each other have those that all of them have."""
        if row.does == "drops":
            return next(iter(of), NO_LAYOUT)
        return of[0] if of and all(layout == of[0] for layout in of) else self._book.make(Table(bound.place))

    def _naming(self, bound: Bound, row: LayoutRow, of: Layout) -> Layout:
        """Return the columns that a call leaves, picks or calls by other names."""
        given = next((value for name in row.names if (value := bound.get(name)) is not NOTHING), NOTHING)
        if row.does == "renames":
            return self._renamed(bound, of, given)
        names = self.names(given)
        if names is None:
            return of if given is NOTHING else self._book.make(Table(bound.place)) if row.does == "drops" else NO_LAYOUT
        if row.does == "drops":
            return self._book.make(Without(of, names))
        if row.does == "takes":
            return self._book.make(Column(of, min(names), bound.place))
        return self._book.make(Kept(of, names))

    def _renamed(self, bound: Bound, of: Layout, given: Value) -> Layout:
        known = self._run.heap.get(given.ref)
        if known is None or known.kind != "dict" or known.rest is not None or not all(value.text for value in known.fields.values()):
            return of if given is NOTHING else self._book.make(Table(bound.place))
        result = self._book.make(Without(of, frozenset(known.fields)))
        for old, value in known.fields.items():
            result = self._added(result, frozenset((value.text or "",)), self._book.make(Column(of, old, bound.place)), bound.place)
        return result

    def _adding(self, bound: Bound, row: LayoutRow, of: Layout) -> Layout:
        if row.names:
            return self._added(of, self.names(bound.get(row.names[0])), bound.get(row.value).layout, bound.place)
        for name, value in bound.keywords.items():
            of = self._added(of, frozenset((name,)), value.layout, bound.place)
        return of

    def _given(self, bound: Bound, row: LayoutRow) -> list[Layout]:
        """Return the columns of the arguments that hold the data: of a list or tuple those of its items."""
        values = [bound.get(name) for name in row.of] if row.of else [value for value in bound.given() if not value.known]
        found: list[Layout] = []
        for value in values:
            known = self._run.heap.get(value.ref) if value.ref > 0 and not value.layout else None
            found.extend([item.layout for item in known.items] if known is not None and known.items is not None else [value.layout])
        return found

    def changed(self, bound_row: LayoutRow, owner: Value, args: Sequence[Value], keywords: dict[str, Value], place: Place, frame: Frame) -> Layout:
        """Return the columns of a table after a method of it took one out, or put one in, in place."""
        named = {**dict(zip(bound_row.parameters, args)), **keywords}
        names = self.names(named.get(bound_row.names[0], NOTHING))
        if bound_row.does == "takes":
            return self.lost(owner, names, place, frame)
        return self._added(owner.layout, names, named.get(bound_row.value, NOTHING).layout, place)


def _whole(node: ir.Expr) -> bool:
    return isinstance(node, ir.Slice) and node.lower is None and node.upper is None


def _is_columns(value: Value) -> bool:
    """Return whether an argument names the axis of columns."""
    return value.const == (1,) or value.text in ("columns", "1")
