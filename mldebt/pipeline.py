"""The whole run on one page: discover, extract, link, interpret, assemble, detect, report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from mldebt.detect.base import Context
from mldebt.detect.run import detect
from mldebt.discover.files import Discovery, discover
from mldebt.extract.run import extract, extract_data_files
from mldebt.flow.interpreter import interpret
from mldebt.graph.project_graph import ProjectGraph, assemble
from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.libraries import load_libraries
from mldebt.knowledge.locate import rules_folder
from mldebt.knowledge.manifests import load_manifests
from mldebt.link.manifests import with_stages
from mldebt.link.project import link
from mldebt.model.finding import Report
from mldebt.policy.findings import findings, scoped, unreadable
from mldebt.policy.select import select

_FILE_NAME = re.compile(r"[\w%+-][\w.%+-]*\.\w+")
_MANIFESTS = ("yaml", "toml", "make", "ini")
MAX_MANIFEST = 1 << 20


def check(root: Path, *, chosen: Sequence[str] = ("default",), ignored: Sequence[str] = (), exclude: Sequence[str] = (), scopes: Sequence[str] = ("",),
          jobs: int = 0) -> Report:
    """Analyse the project at `root` and return its findings; raises `ConfigError` for unknown rules and `Faults` for broken knowledge files."""
    clock = [("start", perf_counter())]
    cards = select(load_cards([rules_folder() / "cards"]), chosen, ignored)
    catalogue = load_libraries([rules_folder() / "libraries"])
    found = discover(root, exclude)
    clock.append(("discover", perf_counter()))
    facts = extract(found.files, jobs=jobs)
    data = with_stages(extract_data_files(found.files), load_manifests([rules_folder() / "manifests"]))
    clock.append(("extract", perf_counter()))
    project, index = link(str(root), facts, found.names, data)
    clock.append(("link", perf_counter()))
    flow = interpret(project, index, catalogue)
    clock.append(("flow", perf_counter()))
    project = flow.project
    graph: ProjectGraph = assemble(project, flow.events, declared_names(found))
    matches, errors = detect([card for card in cards if card.match], Context(graph, flow.events))
    for card in cards:
        if not card.match and card.family == "meta":
            matches.extend(unreadable(card, project))
    clock.append(("graph and rules", perf_counter()))
    timings = tuple((name, round(at - before, 4)) for (_, before), (name, at) in zip(clock, clock[1:]))
    return Report(".", len(facts), sum(item.notebook for item in facts.values()), sum(item.lines for item in facts.values()),
                  scoped(findings(matches, project), scopes), tuple(errors), timings, flow.counters)


def declared_names(found: Discovery) -> frozenset[str]:
    """Return the file names that manifests and configuration files mention: an artefact named there is no secret."""
    names: set[str] = set()
    for file in found.files:
        if file.kind in _MANIFESTS and file.size <= MAX_MANIFEST:
            try:
                names.update(_FILE_NAME.findall(file.absolute.read_text("utf-8", "replace")))
            except OSError:
                continue
    return frozenset(names)
