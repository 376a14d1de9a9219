"""The whole run on one page: discover, extract, link, interpret, assemble, detect, report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from mldebt.config import Settings, load_settings
from mldebt.detect.base import Context
from mldebt.detect.run import detect
from mldebt.discover.files import Discovery, discover
from mldebt.extract.run import extract, extract_data_files
from mldebt.flow.interpreter import interpret
from mldebt.graph.declarations import Declarations
from mldebt.graph.project_graph import assemble
from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.libraries import load_libraries
from mldebt.knowledge.locate import rules_folder
from mldebt.knowledge.manifests import load_manifests
from mldebt.link.manifests import with_stages
from mldebt.link.project import link
from mldebt.model.card import Card
from mldebt.model.finding import Match, Report
from mldebt.model.project import Project
from mldebt.policy.findings import findings, ordered, scoped, unreadable, without_ignored
from mldebt.policy.select import select
from mldebt.policy.suppressions import Suppressions

_FILE_NAME = re.compile(r"[\w%+-][\w.%+-]*\.\w+")
_MANIFESTS = ("yaml", "toml", "make", "ini")
_SETTINGS = ("mldebt.toml", "pyproject.toml")
MAX_MANIFEST = 1 << 20


def check(root: Path | str, settings: Settings | None = None, *, scopes: Sequence[str] = ("",), jobs: int = 0) -> Report:
    """Analyse the project at `root` and return its findings.

    `settings` default to those of the project's own settings file; `scopes` are the project-relative paths to report on; `jobs` the number of worker
    processes (0: one a core). Raises `ConfigError` or `Faults` for wrong settings, rules and knowledge files.
    """
    root, clock = Path(root), Clock()
    settings = load_settings(root)[0] if settings is None else settings
    folders = [rules_folder(), *(root / path for path in settings.rule_paths)]
    every = load_cards([folder / "cards" for folder in folders])
    cards = select(every, settings)
    catalogue = load_libraries([folder / "libraries" for folder in folders])
    with clock.phase("discover"):
        found = discover(root, (*settings.exclude, *settings.extend_exclude), settings.respect_gitignore)
    with clock.phase("extract"):
        facts = extract(found.files, jobs=jobs, limit=settings.max_source_size)
        data = with_stages(extract_data_files(found.files), load_manifests([folder / "manifests" for folder in folders]))
    with clock.phase("link"):
        project, index = link(str(root), facts, found.names, data)
    with clock.phase("flow"):
        flow = interpret(project, index, catalogue)
    with clock.phase("graph and rules"):
        graph = assemble(flow.project, flow.events, Declarations(flow.project, declared_names(found), [row.path for row in settings.artifacts]))
        matches, errors = detect([card for card in cards if card.match], Context(graph, flow.events))
        suppressions = Suppressions(flow.project)
        kept = findings([*matches, *_housekeeping(cards, every, flow.project, suppressions)], flow.project, suppressions)
        if all(scope in ("", ".") for scope in scopes):
            unused = [(card, match) for card in cards if card.code == "MLD001" for match in suppressions.unused(cards)]
            kept = ordered((*kept, *findings(unused, flow.project, suppressions)))
        kept = without_ignored(scoped(kept, scopes), every, settings.per_file_ignores)
    return Report(".", len(facts), sum(item.notebook for item in facts.values()), sum(item.lines for item in facts.values()), kept, tuple(errors),
                  tuple(clock.phases), flow.counters)


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
