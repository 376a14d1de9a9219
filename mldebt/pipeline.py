"""The whole run on one page: discover, extract, link, interpret, assemble, detect, report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from mldebt.config import Settings, load_settings
from mldebt.detect.base import Context
from mldebt.detect.run import detect
from mldebt.discover.files import Discovery, discover
from mldebt.extract.run import extract, extract_data_files, unreadable_folders
from mldebt.flow.interpreter import Flow, interpret
from mldebt.graph.declarations import Declarations
from mldebt.graph.project_graph import ProjectGraph, assemble
from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.libraries import Catalogue, load_libraries
from mldebt.knowledge.locate import rules_folder
from mldebt.knowledge.manifests import load_manifests
from mldebt.link.launches import with_launches
from mldebt.link.manifests import with_stages
from mldebt.link.project import link
from mldebt.model.card import Card
from mldebt.model.finding import Match, Report
from mldebt.model.project import Project
from mldebt.policy.findings import findings, ordered, scoped, unreadable, without_ignored
from mldebt.policy.select import select
from mldebt.policy.suppressions import Suppressions
from mldebt.stack import deep

_FILE_NAME = re.compile(r"[\w%+-][\w.%+-]*\.\w+")
_MANIFESTS = ("yaml", "toml", "make", "ini")
_SETTINGS = ("mldebt.toml", "pyproject.toml")
MAX_MANIFEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Analysis:
    """A project analysed up to its graph."""

    graph: ProjectGraph
    flow: Flow
    clock: Clock
    catalogue: Catalogue

    @property
    def project(self) -> Project:
        """Return the linked project with every entry point."""
        return self.graph.project


def analyse(root: Path, settings: Settings, jobs: int = 0) -> Analysis:
    """Discover, extract, link, interpret and assemble a project."""
    return deep(lambda: _analyse(root, settings, jobs))


def _analyse(root: Path, settings: Settings, jobs: int) -> Analysis:
    clock, folders = Clock(), _knowledge(root, settings)
    catalogue = load_libraries([folder / "libraries" for folder in folders])
    manifests = load_manifests([folder / "manifests" for folder in folders])
    with clock.phase("discover"):
        found = discover(root, (*settings.exclude, *settings.extend_exclude), settings.respect_gitignore)
    with clock.phase("extract"):
        facts = extract(found.files, jobs=jobs, limit=settings.max_source_size)
        data = with_stages({**extract_data_files(found.files), **unreadable_folders(found.unreadable)}, manifests)
    with clock.phase("link"):
        project, index = link(str(root), facts, found.names, data, found.present)
    with clock.phase("flow"):
        flow = interpret(project, index, catalogue)
    with clock.phase("graph"):
        project = with_launches(flow.project, flow.events, lambda dotted, folder: index.at(folder, dotted))
        declarations = Declarations(project, declared_names(found), [row.path for row in settings.artifacts])
        graph = assemble(project, flow.events, declarations)
    return Analysis(graph, flow, clock, catalogue)


def build_graph(root: Path, settings: Settings, jobs: int = 0) -> ProjectGraph:
    """Return the data-dependency graph of a project."""
    return analyse(root, settings, jobs).graph


def check(root: Path | str, settings: Settings | None = None, *, scopes: Sequence[str] = ("",), jobs: int = 0) -> Report:
    """Analyse the project at `root` and return its findings.

    `settings` default to those of the project's own settings file; `scopes` are the project-relative paths to report on; `jobs` the number of worker
    processes (0: one a core). Raises `ConfigError` or `Faults` for wrong settings, rules and knowledge files.
    """
    root = Path(root)
    settings = load_settings(root)[0] if settings is None else settings
    every = load_cards([folder / "cards" for folder in _knowledge(root, settings)])
    cards = select(every, settings)
    done = analyse(root, settings, jobs)
    with done.clock.phase("rules"):
        matches, errors = detect([card for card in cards if card.match], Context(done.graph, done.flow.events))
        suppressions = Suppressions(done.project)
        kept = findings([*matches, *_housekeeping(cards, every, done.project, suppressions)], done.project, suppressions)
        if all(scope in ("", ".") for scope in scopes):
            unused = [(card, match) for card in cards if card.code == "MLD001" for match in suppressions.unused(cards)]
            kept = ordered((*kept, *findings(unused, done.project, suppressions)))
        kept = without_ignored(scoped(kept, scopes), every, settings.per_file_ignores)
    facts = [module.facts for module in done.project.modules.values()]
    return Report(".", len(facts), sum(item.notebook for item in facts), sum(item.lines for item in facts), kept, tuple(errors),
                  tuple(done.clock.phases), done.flow.counters)


def _knowledge(root: Path, settings: Settings) -> list[Path]:
    """Return the folders of cards, libraries and manifests: mldebt's own and the project's."""
    return [rules_folder(), *(root / path for path in settings.rule_paths)]


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

    def __init__(self) -> None:
        """Start with no phase."""
        self.phases: list[tuple[str, float]] = []

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time one phase."""
        start = perf_counter()
        yield
        self.phases.append((name, round(perf_counter() - start, 4)))


def declared_names(found: Discovery) -> frozenset[str]:
    """Return the file names that manifests and configuration files mention: an artefact named there is no secret."""
    names: set[str] = set()
    for file in found.files:
        if file.kind in _MANIFESTS and file.size <= MAX_MANIFEST and file.path not in _SETTINGS:
            try:
                names.update(_FILE_NAME.findall(file.absolute.read_text("utf-8", "replace")))
            except OSError:
                continue
    return frozenset(names)
