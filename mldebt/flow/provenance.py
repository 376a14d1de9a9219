"""Provenance: where the data of a value comes from, as a set of numbers that every operation passes on.

A number is a read (its event), a token that stands for the data of a parameter (negative), or a *term* of this table: a part of some rows, something
learned from rows, a fact about data, positions that pick rows out, a fit. Terms over tokens are negative as well and are worked out when the tokens are
replaced, so a summary of a call holds whatever rows it is given: every operation here distributes over what a token stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mldebt.flow.chronology import Aims, Chronology, Columned, Keyed, Shuffled
from mldebt.flow.columns import ColumnBook
from mldebt.flow.terms import About, Called, Fitted, Flipped, Found, Index, IndexOf, Origin, Part, Picked, Seen, Term, Worked
from mldebt.flow.verdicts import Chosen, Predicted, Scored
from mldebt.model.lineage import How
from mldebt.model.source import Place

FIRST = 1 << 40
_NONE: Found = frozenset()
MAX_PARTS, MAX_DIVIDED, MAX_CALLS, MAX_WORKED = 10, 48, 2, 4


_ROWS = (Origin, Called, Part, Picked, Worked, Columned)
_VERDICTS = (Predicted, Scored, Chosen)
_MADE = (Called, Part, Seen, Fitted, About, Index, IndexOf, Picked, Flipped, Worked, *_VERDICTS, Keyed, Shuffled, Columned, Aims)
_KEPT = (Seen, Fitted, Scored, Chosen)
"""What a value that is learned from data keeps of it, beside having seen its rows."""
EACH = "each "
"""Start of a side that is another one each time: what is learned of such a window is not learned of the rows around it."""
OTHER = {"+": "-", "-": "+", "in": "out", "out": "in", "train": "test", "test": "train"}


class Meaning:
    """What tokens stand for, by token, and what was worked out of it so far: sets of provenance and single terms."""

    __slots__ = ("done", "reads", "terms")

    def __init__(self, reads: Mapping[int, Found]) -> None:
        """Start with nothing worked out."""
        self.reads = reads
        self.done: dict[Found, Found] = {}
        self.terms: dict[int, Found] = {}


class Provenance(Chronology):
    """The terms of a run by number, and the operations that make them. All take and return sets of numbers; terms of columns are in a book of their own."""

    def __init__(self, *, by_column: bool = True) -> None:
        """Start with none."""
        super().__init__(by_column=by_column)
        self._numbers: dict[Term, int] = {}
        self._terms: dict[int, Term] = {}
        self._bases: dict[int, Found] = {}
        self._depths: dict[int, int] = {}
        self._marks: set[int] = set()
        self._choices: set[int] = set()
        self._rests: dict[Found, Found] = {}
        self.columns = ColumnBook()

    def origin(self, place: Place) -> Found:
        """Return new rows that come from `place`."""
        return frozenset((self.number(Origin(place), open_=False),))

    def part(self, found: Found, site: Place, side: str) -> Found:
        """Return one side of a division of rows; what is no rows stays as it is. Of too many rows, and parts of parts of parts, nothing is known any more."""
        deep = self._deep(found)
        parts = frozenset(self._part(item, site, side) if self.holds_rows(item) else item for item in found - deep)
        return parts | self.about(deep) if deep else parts

    def _deep(self, found: Found) -> Found:
        """Return the rows that are too many to be divided (the newest of them), or parts of parts of parts."""
        rows = sorted((item for item in found if self.holds_rows(item)), key=abs)
        return frozenset(item for at, item in enumerate(rows) if at >= MAX_DIVIDED or self._depths.get(item, 0) >= MAX_PARTS)

    def _part(self, item: int, site: Place, side: str) -> int:
        term = self._terms.get(item)
        same = isinstance(term, Part) and (term.site, term.side) == (site, side)
        return item if same else self.number(Part(item, site, side), open_=item < 0)

    def seen(self, found: Found, place: Place, api: str, how: How) -> Found:
        """Return what a value has seen that is learned from some data: those rows, and what shaped the data itself."""
        rows = frozenset(item for item in found if self.holds_rows(item) and not self._is_window(item))
        shaped = frozenset(item for item in found if item < 0 or isinstance(self._terms.get(item), _KEPT))
        made = frozenset((self.number(Seen(rows, place, api, how), open_=_open(rows)),)) if rows else _NONE
        return made | frozenset(item for item in shaped if not (item < 0 and item in rows))

    def fitted(self, found: Found, place: Place, api: str) -> Found:
        """Return a fit on some data."""
        return frozenset((self.number(Fitted(found, place, api), open_=_open(found)),)) if found else _NONE

    def about(self, found: Found) -> Found:
        """Return a fact about some data; what was chosen stays so."""
        if not found or all(isinstance(self._terms.get(item), About | Chosen) for item in found):
            return found
        return frozenset((self.number(About(self.reads(found)), open_=_open(found)),)) | self.choices(found)

    def mask(self, found: Found, site: Place) -> Found:
        """Return a mask over rows that is true where a condition at `site` holds: it still is data of those rows, but no longer another mask."""
        rest = frozenset(item for item in found if not isinstance(self._terms.get(item), Index | Flipped))
        return rest | {self.number(Index(rest, site, "+"), open_=_open(rest))}

    def index(self, found: Found, site: Place, side: str) -> Found:
        """Return positions of one side of a division of some rows."""
        return frozenset((self.number(Index(found, site, side), open_=_open(found)),))

    def index_of(self, found: Found) -> Found:
        """Return the labels of some rows: those of a part pick that part out of the whole, those of the whole pick nothing."""
        made: set[int] = set()
        for item in found:
            term = self._terms.get(item)
            if item >= 0 and isinstance(term, Part):
                made.add(self.number(Index(frozenset((term.of,)), term.site, term.side), open_=False))
            elif item < 0 or self.holds_rows(item):
                made.add(self.number(IndexOf(item), open_=item < 0))
        return frozenset(made) or self.about(found)

    def labelled(self, found: Found) -> Found:
        """Return the rows that labels name, for values that rows are labelled with are data of those rows; what is no labels stays as it is."""
        return frozenset().union(*map(self._labelled, found))

    def _labelled(self, item: int) -> Found:
        term = self._terms.get(item)
        if isinstance(term, Index):
            return self.part(term.of, term.site, term.side)
        return frozenset((term.of if isinstance(term, IndexOf) else item,))

    def flipped(self, found: Found) -> Found:
        """Return the other side of masks."""
        return frozenset(self._flip(item) for item in found)

    def picked(self, found: Found, by: Found, *, without: bool = False) -> Found:
        """Return the rows that an index picks out of some (`without`: leaves of them); what shaped the index shapes them."""
        masks = [term for item in sorted(by, key=abs, reverse=True) if isinstance(term := self._terms.get(item), Index)]
        learned = {seen: self._terms.get(seen) for mask in masks for seen in mask.of}
        shaped = frozenset(seen for seen, term in learned.items() if isinstance(term, Seen) and term.how != "extreme")
        if masks:
            side = OTHER.get(masks[0].side, f"not {masks[0].side}") if without else masks[0].side
            return self.part(found, masks[0].site, side) | shaped
        tokens = frozenset(filter(_is_open, by))
        if not tokens:
            return found if any(map(self.holds_rows, by)) else self.chosen(found, ())
        deep = self._deep(found)
        picked = frozenset(self.number(Picked(item, tokens, without), open_=True) if self.holds_rows(item) else item for item in found - deep)
        return picked | self.about(deep) if deep else picked

    def has_mask(self, found: Found) -> bool:
        """Return whether some provenance is of a mask: it is true where a condition holds."""
        return any(isinstance(term := self._terms.get(item), Flipped) or isinstance(term, Index) and term.side in ("+", "-") for item in found)

    def rows(self, found: Found) -> Found:
        """Return the rows among some provenance."""
        return frozenset(filter(self.holds_rows, found))

    def fits(self, found: Found) -> Found:
        """Return the fits among some provenance (what tokens stand for may be one)."""
        return frozenset(item for item in found if item < 0 or isinstance(self._terms.get(item), Fitted)) if found else found

    def origin_of(self, item: int) -> int:
        """Return the read or token that a number names, or names a part of; 0 where it is something else."""
        term = self._terms.get(item)
        while isinstance(term, Called | Part):
            item = term.of
            term = self._terms.get(item)
        return item if term is None else 0

    def shaping(self, found: Found) -> Found:
        """Return what a transformer of this state puts on the data it is given: all it has seen."""
        return frozenset(item for item in found if (isinstance(term := self._terms.get(item), Seen) or term is None and item < 0))

    def as_statistic(self, found: Found) -> Found:
        """Return some provenance with what was learned of groups as learned of all rows."""
        groups = {item: term for item in found if isinstance(term := self._terms.get(item), Seen) and term.how == "group"}
        made = (self.seen(term.of, term.place, term.api, "statistic") for term in groups.values())
        return frozenset().union(found - groups.keys(), *made) if groups else found

    def make(self, term: Term, *, open_: bool) -> Found:
        """Return a term; `open_`: tokens are in it."""
        return frozenset((self.number(term, open_=open_),))

    def is_token(self, item: int) -> bool:
        """Return whether a number is a token."""
        return item < 0 and item not in self._terms

    def is_learned(self, item: int) -> bool:
        """Return whether a number is something learned from data."""
        return isinstance(self._terms.get(item), Seen)

    def is_one(self, found: Found) -> bool:
        """Return whether some provenance is of one set of rows alone."""
        return sum(map(self.holds_rows, found)) == 1

    def unmarked(self, found: Found) -> Found:
        """Return provenance of what is no longer what a model gave."""
        return found if found.isdisjoint(self._marks) else found - self._marks

    def worked(self, found: Found) -> Found:
        """Return provenance of what is computed of some data; what comes of many values is nobody's chances anyway."""
        left = self.unmarked(found)
        return left if len(left) > MAX_WORKED or not left or min(left) >= 0 else frozenset(map(self._worked, left))

    def choices(self, found: Found) -> Found:
        """Return the choices among some provenance."""
        return _NONE if found.isdisjoint(self._choices) else found & self._choices

    def marks(self, found: Found) -> Found:
        """Return the marks of chances that a model gave among some provenance."""
        return _NONE if found.isdisjoint(self._marks) else found & self._marks

    def tells(self, found: Found) -> bool:
        """Return whether a choice, or chances that a model gave, are among some provenance."""
        return any(item > 0 for item in self.choices(found) | self.marks(found))

    def term(self, item: int) -> Term | None:
        """Return the term that a number stands for, None for a read or a token."""
        return self._terms.get(item)

    def reads(self, found: Found) -> Found:
        """Return the reads behind some provenance, and the tokens that may stand for more."""
        if not found or max(found) < FIRST and min(found) > -FIRST:
            return found
        known = self._rests.get(found)
        if known is None:
            known = self._rests[found] = frozenset().union(*map(self._behind, found))
        return known

    def resolve(self, found: Found, meant: Meaning) -> Found:
        """Return provenance with every token that is known replaced by what it stands for."""
        if not found or min(found) >= 0:
            return found
        known = meant.done.get(found)
        if known is None:
            known = meant.done[found] = frozenset(number for item in found for number in ((item,) if item >= 0 else self._resolved(item, meant)))
        return known

    def tokens(self, found: Found) -> Found:
        """Return the tokens in some provenance."""
        return frozenset(item for item in self.reads(found) if item < 0) if _open(found) else _NONE

    def _behind(self, item: int) -> Found:
        """Return the reads and tokens that a number rests on: itself, unless it is a term."""
        return self._bases[item] if item in self._bases else frozenset((item,))

    def _resolved(self, item: int, meant: Meaning) -> Found:
        term = self._terms.get(item)
        if term is None:
            return meant.reads.get(item) or frozenset((item,))
        if item not in meant.terms:
            meant.terms[item] = self._again(term, lambda found: self.resolve(found, meant))
        return meant.terms[item]

    def called(self, found: Found, born: frozenset[int], place: Place, done: dict[int | Found, Found]) -> Found:
        """Return provenance as a call at `place` gives it: what was read while it ran (`born`) are rows that this call got. `done` is what was worked out."""
        if not found:
            return found
        known = done.get(found)
        if known is None:
            touched = not self.reads(found).isdisjoint(born)
            known = done[found] = frozenset(number for item in found for number in self._called(item, born, place, done)) if touched else found
        return known

    def _called(self, item: int, born: frozenset[int], place: Place, done: dict[int | Found, Found]) -> Found:
        term = self._terms.get(item)
        if self._behind(item).isdisjoint(born):
            return frozenset((item,))
        if item not in done:
            if term is None or isinstance(term, Called) and self._depths[item] < MAX_CALLS:
                done[item] = frozenset((self.number(Called(item, place), open_=False),))
            else:
                done[item] = frozenset((item,)) if isinstance(term, Called) else self._again(term, lambda found: self.called(found, born, place, done))
        return done[item]

    def _again(self, term: Term, change: Callable[[Found], Found]) -> Found:
        """Make a term again of what it is made of, changed."""
        if not isinstance(term, _MADE):
            return frozenset((self._numbers[term],))
        if isinstance(term, _VERDICTS):
            return term.again(self, change)
        inner = change(frozenset((term.of,)) if isinstance(term.of, int) else term.of)
        if isinstance(term, Called):
            return frozenset(self.number(Called(one, term.place), open_=one < 0) for one in inner)
        if isinstance(term, Part):
            return self.part(inner, term.site, term.side)
        if isinstance(term, Seen):
            return self.seen(inner, term.place, term.api, term.how)
        if isinstance(term, Fitted):
            return self.fitted(inner, term.place, term.api)
        if isinstance(term, About):
            return self.about(inner)
        if isinstance(term, Index):
            return self.index(inner, term.site, term.side)
        if isinstance(term, IndexOf):
            return self.index_of(inner)
        if isinstance(term, Worked):
            return self.worked(inner)
        if isinstance(term, Picked):
            return self.picked(inner, change(term.by), without=term.without)
        return self.waited(term, inner) if isinstance(term, Keyed | Shuffled | Columned | Aims) else self.flipped(inner)

    def _worked(self, item: int) -> int:
        if item > 0 or not self.holds_rows(item) or isinstance(self._terms.get(item), Worked):
            return item
        return self.number(Worked(item), open_=True)

    def _flip(self, item: int) -> int:
        term = self._terms.get(item)
        if isinstance(term, Index):
            return self.number(Index(term.of, term.site, OTHER.get(term.side, f"not {term.side}")), open_=item < 0)
        if isinstance(term, Flipped):
            return term.of
        return self.number(Flipped(item), open_=True) if item < 0 else item

    def _is_window(self, item: int) -> bool:
        term = self._terms.get(item)
        return isinstance(term, Part) and (term.side.startswith(EACH) or self._is_window(term.of))

    def holds_rows(self, item: int) -> bool:
        """Return whether a number stands for rows: a read, a token, a term of rows."""
        term = self._terms.get(item)
        return isinstance(term, _ROWS) if term is not None else True

    def number(self, term: Term, *, open_: bool) -> int:
        """Return the number of a term; `open_`: tokens are among what it is made of."""
        number = self._numbers.get(term)
        if number is None:
            number = FIRST + len(self._numbers)
            number = self._numbers[term] = -number if open_ else number
            self._terms[number] = term
            self._bases[number] = self.reads(_operands(term))
            if isinstance(term, Predicted | Chosen):
                (self._marks if isinstance(term, Predicted) else self._choices).add(number)
            if isinstance(term, Called | Part | Picked | Columned):
                self._depths[number] = self._depths.get(term.of, 0) + 1
        return number


def _operands(term: Term) -> Found:
    """Return the numbers that a term is made of."""
    if not isinstance(term, _MADE):
        return _NONE
    own = frozenset((term.of,)) if isinstance(term.of, int) else term.of
    return own | term.by if isinstance(term, Picked | Chosen) else own


def _is_open(item: int) -> bool:
    return item < 0


def _open(found: Found) -> bool:
    return bool(found) and min(found) < 0
