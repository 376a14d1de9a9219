"""Shape `floating-source`: data comes from an address whose content may change while the address stays."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

import msgspec

from mldebt.detect.base import Context, listed
from mldebt.detect.guards import spared
from mldebt.detect.names import words_of
from mldebt.model.events import Event
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.pattern import Hole
from mldebt.model.project import Project
from mldebt.model.source import Place

_VERSION = re.compile(r"(?<![a-z0-9])v?\d+(\.\d+)+(?![a-z0-9])|(?<![a-z0-9])(v|version|release|rev)[-_ ]?\d+(?![a-z0-9])", re.I)
_DATE = re.compile(r"(?<!\d)(19|20)\d\d([-_/]?\d\d([-_/]?\d\d)?)?(?!\d)")
_BLANK = re.compile(r"\?\?|(?<![A-Za-z])None(?![A-Za-z])")
"""What an address holds where somebody is to put something, or where the code put nothing in: nobody reads it so."""
_HASH = re.compile(r"(?<![0-9a-z])(?:0x)?(?=[0-9a-f]*\d)[0-9a-f]{7,64}(?![0-9a-z])", re.I)
_HOLE = re.compile(r"\{([^{}]*)\}")
_GIVEN = ("option", "environment", "config")
_MOVING = "on the moving version"
_KEPT = "without version or date: its content is whatever it is at the time"
_OPEN = "which may change without notice: nothing in it tells a version or a date"
_WRITES = ("write", "append", "fill")
_FLOWS = (*_WRITES, "fit", "predict", "search", "score", "split", "resample", "join")
_Read: TypeAlias = tuple[Event, str, str]  # with its address, and why what lies there may change


class FloatingSourceSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """`branches` are names of versions that move; `fixed-hosts` keep what they publish as it was; `stamps` are words of parameters that fix a version or a
    date; `windows` are words of query parameters that only bound a time, and `bounds` those of parameters in the path; `asides` are suffixes of files that
    are no data: fonts, styles, code; `checks` are calls that compute a hash: a file
    that makes them looks at what it downloads; `schemes` are those of object stores, `stores` patterns of the
    hosts under which they answer; `lowered` is the lowered severity of what
    an operator keeps: buckets, tables, queries of a time window."""

    kind: str
    form: str
    branches: tuple[str, ...]
    fixed_hosts: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    lowered: str = ""
    confidence: Confidence = "medium"


def floating_source(context: Context, spec: FloatingSourceSpec) -> Iterator[Match]:
    """Yield one match for each source whose data flows on, at the first place that reads it; the others are evidence."""
    tests = {entry.id for entry in context.graph.project.entries if entry.kind == "test"}
    used, taken_up = _uses(context)
    checking = {site.place.path for site in context.calls if site.api in spec.checks}
    graph = context.graph
    kept = [use for artifact in graph.artifacts() if artifact in graph.project.tracked for use in graph.writers(artifact)]
    found: dict[tuple[str, str], list[_Read]] = {}
    for event in context.events:
        if event.kind in ("read", "download") and event.id in used and event.entry and event.entry not in tests and (
                event.access is not None and event.place.path not in checking):
            address = event.access.path.show()
            reason = "" if _is_own(context.graph.project, address, spec) else _reason(event, address, spec)
            if reason and (event.id in taken_up or reason.startswith(_MOVING)) and not spared(context, event, kept):
                found.setdefault((_source(address, spec), reason), []).append((event, address, reason))
    for (source, *_), groups in _folded(found, graph.project.modules).items():
        yield _match(source, groups, graph.project.modules, spec)


def _folded(found: Mapping[tuple[str, str], list[_Read]], files: Collection[str]) -> dict[tuple[str, str], list[list[_Read]]]:
    """Return the reads of each finding, source by source: those that one place reads for one reason are one request with several addresses."""
    first: dict[tuple[Place, str], tuple[str, str]] = {}
    result: dict[tuple[str, str], list[list[_Read]]] = {}
    for (source, reason), uses in found.items():
        leading = first.setdefault((_place(uses[0][0], files), reason), (source, reason))
        result.setdefault(leading, []).append(uses)
    return result


def _uses(context: Context) -> tuple[set[int], set[int]]:
    """Return the reads whose data flows on to anything, and those whose data is learned from, predicted on, or written for some reader."""
    read = {(use.event.entry, use.event.access) for artifact in context.graph.artifacts()
            if context.graph.readers(artifact) or context.graph.is_declared(artifact) for use in context.graph.writers(artifact)}
    flowing = [event for event in context.events if event.kind in _FLOWS]
    used = {number for event in flowing for number in event.sources}
    return used, {number for event in flowing if event.kind not in _WRITES or (event.entry, event.access) in read for number in event.sources}


def _match(source: str, groups: list[list[_Read]], files: Collection[str], spec: FloatingSourceSpec) -> Match:
    """Return the finding of what is read from some sources; the first of each is named."""
    uses = [use for group in groups for use in group]
    event, _, reason = uses[0]
    places = dict.fromkeys((_handed(use) or use.place, text) for use, text, _ in uses)
    on_branch = reason.startswith(_MOVING)
    kept = reason == _KEPT
    named = dict.fromkeys(use.access.shared for use, _, _ in uses if use.access is not None and use.access.shared is not None)
    spelled = [Step(place, "the address is spelled here") for place in named if place.path in files and place not in {found for found, _ in places}]
    reads = [Step(place, f"`{text}` is read here") for place, text in places]
    return Match(_place(event, files), f"data is read from {listed([group[0][1] for group in groups])}, {reason}", (*reads, *spelled),
                 source, event.owner, None if on_branch else spec.confidence, spec.lowered if kept else "")


def _is_own(project: Project, address: str, spec: FloatingSourceSpec) -> bool:
    """Return whether an address leads to a branch of the project itself: what follows the branch is a file of the checkout, changed by its own commits only."""
    steps = unquote(urlsplit(address).path).split("/")
    branch = next((number for number, word in enumerate(steps) if word.lower() in spec.branches), len(steps))
    path = "/".join(steps[branch + 1:])
    start, end = path.partition("{")[0], path.rpartition("}")[2]
    return path in project.tracked or "{" in path and "/" in start and any(name.startswith(start) and name.endswith(end) for name in project.tracked)


def _reason(event: Event, address: str, spec: FloatingSourceSpec) -> str:
    """Return why the content of an address may change, the empty text where it may not or nobody can tell."""
    access = event.access
    parts = urlsplit(address)
    host, path = (parts.hostname or "").lower(), unquote(parts.path)
    if access is None or not parts.scheme or not host or "{" in host or _BLANK.search(address):
        return ""
    if path.lower().endswith(spec.asides):
        return ""
    given = any(isinstance(part, Hole) and part.kind in _GIVEN for part in access.path.parts)
    if access.store == "bucket":
        return _KEPT if parts.scheme in spec.schemes and not given and not _fixed(path, spec) and _letters(path) else ""
    if access.store != "url" or "." not in host or host.replace(".", "").isdigit() or host.startswith(("localhost", "example.")):
        return ""
    moving = next((word for word in path.split("/") if word.lower() in spec.branches), "")
    if moving and not _DATE.search(path) and not _VERSION.search(path.rpartition("/")[2]) and not _stamped(path, spec):
        return f"{_MOVING} `{moving}`"
    if _is_kept(host, path, spec.fixed_hosts) or _fixed(path, spec) or not _letters(path) or given:
        return ""
    bounded = any(word in spec.bounds for hole in _HOLE.findall(path) for word in words_of(hole))
    if bounded or _fixed(parts.query, spec) or any(word in parts.query.lower() for word in spec.windows):
        return _KEPT
    return _KEPT if any(fnmatchcase(host, store) for store in spec.stores) else _OPEN


def _is_kept(host: str, path: str, hosts: tuple[str, ...]) -> bool:
    """Return whether an address lies with one of some hosts, or in a folder of one (`host/folder`)."""
    return any(host == name or host.endswith("." + name) or "/" in name and f"{host}{path}".startswith(name) for name in hosts)


def _fixed(text: str, spec: FloatingSourceSpec) -> bool:
    """Return whether an address tells a version, a date or a hash, literally or by a parameter of such a name."""
    if _VERSION.search(text) or _DATE.search(text) or _HASH.search(text):
        return True
    return _stamped(text, spec)


def _stamped(text: str, spec: FloatingSourceSpec) -> bool:
    """Return whether a parameter of an address fixes a version or a date."""
    return any(word in hole.lower() for hole in _HOLE.findall(text) for word in spec.stamps)


def _letters(path: str) -> str:
    """Return what is known of a path: an address that a parameter gives whole says nothing."""
    return _HOLE.sub("", path).strip("/.-_ ")


def _source(address: str, spec: FloatingSourceSpec) -> str:
    """Return what is one source: all of a repository's version that moves, else the folder of an address."""
    parts = urlsplit(address)
    steps = parts.path.split("/")
    moving = next((number for number, word in enumerate(steps) if word.lower() in spec.branches), len(steps) - 1)
    return f"{parts.netloc}{'/'.join(steps[:moving])}"


def _place(event: Event, files: Collection[str]) -> Place:
    """Return where to look: where the file that spells the address reads it or hands it on, else where it is given a name, else the read."""
    shared = event.access.shared if event.access is not None else None
    return _handed(event) or (shared if shared is not None and shared.path in files else event.place)


def _handed(event: Event) -> Place | None:
    """Return where the file that spells an address reads it or hands it on, None where it does neither."""
    home = event.access.home if event.access is not None else ""
    return next((place for place in (event.place, *reversed(event.chain)) if place.path == home), None)
