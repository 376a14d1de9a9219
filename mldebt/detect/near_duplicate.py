"""Shape `near-duplicate`: functions, cells or scripts that touch data or models are copies of each other."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import msgspec

from mldebt.detect.alike import Stretch, cells, copies, functions, script
from mldebt.detect.base import Context, listed
from mldebt.detect.drift import pieces
from mldebt.detect.names import words_of
from mldebt.detect.retired import retired_folder
from mldebt.link.copied import Copied
from mldebt.model.finding import Confidence, Match, Step

_MOST, _DIFFERENCES = 24, 3
_TEMPLATE = "{{"


class NearDuplicateSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two stretches are copies that have `least` statements and a `share` of the longer one in common, and call something of one of `roles`: a function or cell
    more often than of `drawing`. `apart`: words in the names of files and folders of code that repeats itself by its nature; `copied` and `rights` as in
    `unused`.
    """

    kind: str
    form: str
    roles: tuple[str, ...]
    least: int
    share: float
    drawing: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    confidence: Confidence = "high"


def near_duplicate(context: Context, spec: NearDuplicateSpec) -> Iterator[Match]:
    """Yield one match for each group of files that hold copies of each other, or of parts of themselves."""
    scripts, parts = _stretches(context, spec)
    whole = [pair for pair in _pairs(context, scripts, spec) if not _export(context, *pair)]
    done = {frozenset(map(_path, pair)) for pair in whole}
    pairs = [*whole, *(pair for pair in _pairs(context, parts, spec) if frozenset(map(_path, pair)) not in done)]
    for group in _groups(pairs):
        yield _match(group, spec)


def _pairs(context: Context, stretches: Sequence[Stretch], spec: NearDuplicateSpec) -> list[tuple[Stretch, Stretch]]:
    """Return the pairs of copies that no wider finding tells."""
    return [(one, other) for one, other in copies(stretches, spec.least, spec.share)
            if context.told.isdisjoint(((_path(one), _path(other)), (_path(other), _path(one))))]


def _export(context: Context, one: Stretch, other: Stretch) -> bool:
    """Return whether a script and a notebook say the same word for word: one was made from the other."""
    forms = {context.graph.project.modules[_path(item)].facts.notebook for item in (one, other)}
    return len(forms) > 1 and one.working() == other.working()


def _path(stretch: Stretch) -> str:
    return stretch.place.path


def _stretches(context: Context, spec: NearDuplicateSpec) -> tuple[list[Stretch], list[Stretch]]:
    """Return the files that may have copies as a whole, and the functions and cells that may."""
    project = context.graph.project
    copied = Copied(project, context.catalogue, spec.copied, spec.rights)
    touching, drawing = (_places(context, roles) for roles in (spec.roles, spec.drawing))
    scripts, parts = list[Stretch](), list[Stretch]()
    for path, places in sorted(touching.items()):
        module = project.modules.get(path)
        if module is None or path in project.exports or copied.holds(path) or retired_folder(path, context.places) or _apart(path, spec.apart):
            continue
        bodies = pieces(module.facts, ())
        inside = [*functions(bodies), *(cells(bodies, module.facts) if module.facts.notebook else ())]
        parts.extend(stretch for stretch in inside if _acts(stretch, places) > _acts(stretch, drawing.get(path, ())))
        scripts.append(script(bodies, module.facts))
    return scripts, parts


def _places(context: Context, roles: Sequence[str]) -> dict[str, list[int]]:
    """Return where each file calls what has one of some roles, in order."""
    found: dict[str, list[int]] = {}
    for place, act in context.observed.acts.items():
        if act.role in roles:
            found.setdefault(place.path, []).append(place.at)
    return {path: sorted(places) for path, places in found.items()}


def _apart(path: str, words: Sequence[str]) -> bool:
    return _TEMPLATE in path or any(word in words for part in path.removesuffix(".py").split("/") for word in words_of(part))


def _acts(stretch: Stretch, places: Sequence[int]) -> int:
    """Return how many of some places lie in a stretch."""
    if not stretch.lines:
        return 0
    return bisect_left(places, max(line.place.end for line in stretch.lines)) - bisect_left(places, min(line.place.at for line in stretch.lines))


def _groups(pairs: Sequence[tuple[Stretch, Stretch]]) -> list[list[tuple[Stretch, Stretch]]]:
    """Return the pairs in groups whose files are connected, or that were copied for the same reason."""
    groups: list[tuple[set[str], list[tuple[Stretch, Stretch]]]] = []
    for pair in pairs:
        files, members = {_path(pair[0]), _path(pair[1])}, [pair]
        files |= _kinship(*sorted(files)) if len(files) > 1 else set()
        for group in [group for group in groups if group[0] & files]:
            files |= group[0]
            members = [*group[1], *members]
            groups.remove(group)
        groups.append((files, members))
    return [members for _, members in groups]


def _kinship(one: str, other: str) -> set[str]:
    """Return what else two copies have in common with other pairs of one cause: their two folders, or the one word in which their names differ."""
    (home, _, name), (away, _, twin) = one.rpartition("/"), other.rpartition("/")
    kin = {f"{home}/ {away}/"} if home != away else set[str]()
    words, others = words_of(name), words_of(twin)
    unlike = [pair for pair in zip(words, others) if pair[0] != pair[1]]
    if len(words) == len(others) and len(unlike) == 1 and all(word.isalpha() for word in unlike[0]):
        kin.add(f"/{' '.join(unlike[0])}")
    return kin


def _match(pairs: Sequence[tuple[Stretch, Stretch]], spec: NearDuplicateSpec) -> Match:
    first, second = max(pairs, key=lambda pair: len(pair[0].working()))
    files = sorted({_path(stretch) for pair in pairs for stretch in pair})
    told = [pair for pair in ((first, second), *pairs) if _whole(pair[0]) or not _whole(first)]
    names = list(dict.fromkeys(stretch.name for pair in told for stretch in pair))
    where = "" if _whole(first) else f" in {listed(files)}"
    what = f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}"
    message = f"{what}{where} {'are copies of each other' if len(names) > 1 else 'is written several times'}: {_difference(first, second)}"
    steps = (Step(other.place, f"{other.name} is a copy of {one.name} in `{_path(one)}`: {_difference(one, other)}")
             for one, other in tuple(dict.fromkeys(pairs))[:_MOST])
    return Match(first.place, message, tuple(steps), f"{first.name} {' '.join(files)}", "", spec.confidence)


def _whole(stretch: Stretch) -> bool:
    return stretch.name == f"`{_path(stretch)}`"


def _difference(one: Stretch, other: Stretch) -> str:
    """Return in words how two copies differ; statements that only stand in another order do not."""
    mine, theirs = ([line.shape for line in stretch.lines] for stretch in (one, other))
    same = (Counter(mine) & Counter(theirs)).total()
    rest = max(len(mine), len(theirs)) - same
    blocks = SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks()
    pairs = (pair for block in blocks for pair in zip(one.lines[block.a:block.a + block.size], other.lines[block.b:block.b + block.size]))
    found = list(dict.fromkeys(f"`{_short(a)}` there, `{_short(b)}` here" for left, right in pairs
                               for (a, _), (b, _) in zip(left.constants, right.constants) if a != b))
    told = [*found[:_DIFFERENCES], *([f"{len(found) - _DIFFERENCES} more constants"] if len(found) > _DIFFERENCES else []),
            *([f"{rest} statement{'s' * (rest > 1)} of another shape"] if rest else [])]
    return f"{same} statements are the same{' but for ' * bool(told)}{'; '.join(told)}"


def _short(value: object) -> str:
    text = str(value).replace("`", "'").replace("\n", " ")
    return text if len(text) <= 40 else f"{text[:37]}…"
