"""The whole run on one page: discover, extract, link, interpret, assemble, detect, report."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import msgspec
from pathspec import GitIgnoreSpec

from mldebt.config import OWN_FILE, SHARED_FILE, Settings, load_settings
from mldebt.detect.base import Context
from mldebt.detect.run import detect
from mldebt.discover.files import Discovery, discover
from mldebt.discover.root import nested_settings
from mldebt.extract.cache.facts import open_cache
from mldebt.extract.run import extract, extract_data_files
from mldebt.flow.interpreter import Flow, interpret
from mldebt.graph.declarations import Declarations, mentioned
from mldebt.graph.project_graph import ProjectGraph, assemble
from mldebt.graph.samples import samples
from mldebt.knowledge.libraries import Catalogue
from mldebt.link.launches import with_launches
from mldebt.link.manifests import with_stages
from mldebt.link.names import NameIndex
from mldebt.link.project import link
from mldebt.model.card import Card
from mldebt.model.facts import DataFacts, PythonFacts
from mldebt.model.finding import Match, Report
from mldebt.model.project import Project
from mldebt.policy.findings import findings, in_scopes, ordered, scoped, subjects, unreadable, without_ignored
from mldebt.policy.rulebook import Rulebook, load_rulebook
from mldebt.policy.select import select
from mldebt.policy.suppressions import Suppressions
from mldebt.stack import deep, uncollected

_WORD = re.compile(r"(?:[\w.%+/-]|\$\(\w+\)|\$\{\w+\})+")
_PATH = re.compile(r".*[\w%+)}-]\.\w+", re.DOTALL)
_MENTIONS = "text"  # read for the names it mentions only
_MANIFESTS = ("yaml", "toml", "json", "make", "ini", "env", "snakemake")
_SETTINGS = (OWN_FILE, SHARED_FILE)
MAX_MANIFEST = 1 << 20


Watch = Callable[[str, int, int], None]  # told the phase, and how many of how many steps of it are done (0 of 0: unknown)


@dataclass(frozen=True, slots=True)
class Survey:
    """A project analysed and judged: the findings, the analysis they rest on, the artefacts they are about (by fingerprint)."""

    report: Report
    analysis: Analysis
    subjects: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Analysis:
    """A project analysed up to its graph."""

    graph: ProjectGraph
    flow: Flow
    clock: Clock
    catalogue: Catalogue
    found: Discovery
    names: NameIndex

    @property
    def project(self) -> Project:
        """Return the linked project with every entry point."""
        return self.graph.project


@uncollected()
def analyse(
    root: Path, settings: Settings, jobs: int = 0, rulebook: Rulebook | None = None, watch: Watch = lambda phase, done, total: None,
    cache: Path | str | bool = False, found: Discovery | None = None,
) -> Analysis:
    """Discover, extract, link, interpret and assemble a project; `rulebook`, `watch`, `cache` and `found` as in `check`."""
    clock, rulebook = Clock(watch), rulebook or load_rulebook(root, settings)
    with clock.phase("discover"):
        found = found or found_files(root, settings)
    with clock.phase("extract") as step:
        store = open_cache(root, cache)
        facts = extract(found.files, jobs=jobs, limit=settings.max_source_size, cache=store, watch=step)
        data = with_stages(extract_data_files(found.files, cache=store, code=facts), rulebook.manifests)
    return deep(lambda: _interpreted(root, settings, rulebook, clock, found, facts, data))


def _interpreted(
    root: Path, settings: Settings, rulebook: Rulebook, clock: Clock, found: Discovery, facts: dict[str, PythonFacts], data: dict[str, DataFacts],
) -> Analysis:
    """Link, interpret and assemble what was extracted."""
    with clock.phase("link"):
        project, index = link(str(root), facts, found.names, data, stated_programs(found, settings), found.present)
    with clock.phase("flow") as step:
        flow = interpret(project, index, rulebook.catalogue, step)
    with clock.phase("graph"):
        project = with_launches(flow.project, flow.events, lambda dotted, folder: index.at(folder, dotted))
        declarations = Declarations(project, mentioned_paths(found, data), [row.path for row in settings.artifacts])
        graph = assemble(project, flow.events, declarations, rulebook.places)
    return Analysis(graph, flow, clock, rulebook.catalogue, found, NameIndex(facts, index))


def found_files(root: Path, settings: Settings) -> Discovery:
    """Return the files of a project that its settings leave in."""
    return discover(root, (*settings.exclude, *settings.extend_exclude), settings.respect_gitignore)


def stated_programs(found: Discovery, settings: Settings) -> frozenset[str]:
    """Return the Python files that the settings name as entry points."""
    spec = GitIgnoreSpec.from_lines(settings.entry_points)
    return frozenset(file.path for file in found.files if file.kind == "python" and spec.match_file(file.path))


def check(
    root: Path | str, settings: Settings | None = None, *, scopes: Sequence[str] = ("",), jobs: int = 0, rulebook: Rulebook | None = None,
    watch: Watch = lambda phase, done, total: None, cache: Path | str | bool = False, found: Discovery | None = None,
) -> Report:
    """Analyse the project at `root` and return its findings.

    `settings` default to those of the project's own settings file; `scopes` are the project-relative paths to report on; `jobs` the number of worker
    processes (0: one a core); `rulebook` is loaded when absent; `watch` is told how far the run is; `cache` is where the facts of unchanged files are kept from
    run to run: `True` the user's cache folder, a path that folder, `False` nowhere; `found` are the project's files, by default those on the disk. Raises
    `ConfigError` or `Faults` for wrong settings, rules and knowledge files of the project, `InternalError` for wrong ones of mldebt and when no worker process
    can be started.
    """
    return survey(root, settings, scopes=scopes, jobs=jobs, rulebook=rulebook, watch=watch, cache=cache, found=found).report


@uncollected()
def survey(
    root: Path | str, settings: Settings | None = None, *, scopes: Sequence[str] = ("",), jobs: int = 0, rulebook: Rulebook | None = None,
    watch: Watch = lambda phase, done, total: None, cache: Path | str | bool = False, found: Discovery | None = None,
) -> Survey:
    """Return what `check` does, and what it rests on."""
    root = Path(root)
    settings = load_settings(root)[0] if settings is None else settings
    rulebook = rulebook or load_rulebook(root, settings)
    cards = select(rulebook.cards, settings)
    done = analyse(root, settings, jobs, rulebook, watch, cache, found)
    return deep(lambda: _judged(root, settings, rulebook, cards, done, scopes))


def _judged(root: Path, settings: Settings, rulebook: Rulebook, cards: Sequence[Card], done: Analysis, scopes: Sequence[str]) -> Survey:
    """Ask the rules of `cards`, and decide which findings stand."""
    every = rulebook.cards
    with done.clock.phase("rules"):
        context = Context(done.graph, done.flow.events, done.names, done.flow.observed, done.flow.calls, done.flow.deeds, done.catalogue,
                          rulebook.places)
        matches, errors = detect([card for card in cards if card.match], context)
        suppressions, data = Suppressions(done.project), samples(done.graph, done.flow.events)
        told = [*matches, *_housekeeping(cards, every, done.project, suppressions)]
        kept = findings([(card, match) for card, match in told if not match.place.path.startswith(tuple(data))], done.project, suppressions)
        if all(scope in ("", ".") for scope in scopes):
            _count_other_forms(cards, every, context, suppressions)
            unused = [(card, match) for card in cards if card.code == "MLD001" for match in suppressions.unused(cards, every)]
            kept = ordered((*kept, *findings(unused, done.project, suppressions)))
        kept = without_ignored(kept, every, settings.per_file_ignores)
        inside = scoped(kept, scopes)
        reported = frozenset(inside)
        elsewhere = tuple(item for item in kept if item not in reported)
    facts = [module.facts for module in done.project.modules.values()]
    report = Report(".", len(facts), sum(item.notebook for item in facts), sum(item.lines for item in facts), inside, tuple(errors),
                    tuple(done.clock.phases), done.flow.counters, (*notes_of(root, settings, done.found, scopes), *_notes_of_samples(data)), elsewhere)
    return Survey(report, done, subjects(matches))


def notes_of(root: Path, settings: Settings, found: Discovery, scopes: Sequence[str]) -> tuple[str, ...]:
    """Return what a user should know beside the findings: paths without files, settings that do not count, patterns that match nothing."""
    notes = []
    if not any(in_scopes(file.path, scopes) and file.path != OWN_FILE and file.kind != _MENTIONS for file in found.files):
        notes.append("note: no files to analyse under the given paths")
    if inner := nested_settings(root, found.names):
        notes.append(f"note: settings below the root are ignored: {', '.join(inner)}")
    notes.extend(f"note: entry-points: `{pattern}` matches no Python file"
                 for pattern in settings.entry_points if not stated_programs(found, msgspec.structs.replace(settings, entry_points=(pattern,))))
    return tuple(notes)


def _notes_of_samples(data: Mapping[str, int]) -> Iterator[str]:
    for folder, count in data.items():
        yield f"note: the {count:,} Python files in {folder} are data that a program reads: nothing is reported there"


def _count_other_forms(cards: Sequence[Card], every: Sequence[Card], context: Context, suppressions: Suppressions) -> None:
    """Count comments as used that silence what forms outside the selection find: only those of the rules that a comment names are asked."""
    whole = {card.code: card.match for card in every}
    for card in cards:
        others = tuple(table for table in whole[card.code] if table not in card.match)
        if others and suppressions.mention(card):
            for found, match in detect([msgspec.structs.replace(card, match=others)], context)[0]:
                suppressions.reason(found, match.place)


def _housekeeping(cards: Sequence[Card], every: Sequence[Card], project: Project, suppressions: Suppressions) -> list[tuple[Card, Match]]:
    """Return the matches of the rules about files and comments themselves."""
    found: list[tuple[Card, Match]] = []
    for card in cards:
        if card.code == "MLD000":
            found.extend((card, match) for match in unreadable(project))
        elif card.code == "MLD002":
            found.extend((card, match) for match in suppressions.bad(every))
    return found


class Clock:
    """Seconds of each phase, in order."""

    def __init__(self, watch: Watch = lambda phase, done, total: None) -> None:
        """Start with no phase; `watch` is told of each."""
        self.phases: list[tuple[str, float]] = []
        self._watch = watch

    @contextmanager
    def phase(self, name: str) -> Iterator[Callable[[int, int], None]]:
        """Time one phase; give what tells how many of how many steps of it are done."""
        start = perf_counter()
        self._watch(name, 0, 0)
        yield lambda done, total: self._watch(name, done, total)
        self.phases.append((name, round(perf_counter() - start, 4)))


def mentioned_paths(found: Discovery, data: Collection[str]) -> frozenset[str]:
    """Return the paths of files that manifests and configuration files (those of `data`) mention, as `Declarations` compares them."""
    paths: set[str] = set()
    for file in found.files:
        if file.kind in _MANIFESTS and file.size <= MAX_MANIFEST and file.path in data and file.path not in _SETTINGS:
            try:
                text = file.absolute.read_text("utf-8", "replace")
            except OSError:
                continue
            for word in set(_WORD.findall(text)):  # word by word: a search that may begin at each letter takes the square of the length of encoded data
                if found_path := _PATH.match(word):
                    paths.update(mentioned(file.path, found_path[0]))
    return frozenset(paths)
