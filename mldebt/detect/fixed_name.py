"""Shape `fixed-name`: a trained model is saved under a name that is the same each time, and nothing keeps the one before."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import msgspec

from mldebt.detect.base import Context, listed, one_each
from mldebt.detect.model_saves import Save, model_saves
from mldebt.detect.models import row_of
from mldebt.graph.identity import PASSING
from mldebt.graph.project_graph import Use
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.pattern import Pattern

_VERSION = re.compile(r"(?<![a-z])v\d+|\d+\.\d+|(?<![a-z])(?:version|release|rev|run|exp)[-_ ]?\d+", re.I)
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d(?:[-_/]?\d\d){0,2}(?!\d)|\d{8,}")
_HASH = re.compile(r"(?<![0-9a-z])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}(?![0-9a-z])", re.I)


class FixedNameSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`trains` are the roles of calls by which a program trains, `keeps` the calls that keep a copy of what is saved, `rolling` the words of names of
    checkpoints that stand beside versions; `uploads` are folders that a service keeps with each run, by the module whose use says so (none:
    the folder alone does)."""

    kind: str
    form: str
    trains: tuple[str, ...]
    keeps: tuple[str, ...] = ()
    rolling: tuple[str, ...] = ()
    uploads: dict[str, str] = {}
    confidence: Confidence = "high"


def fixed_name(context: Context, spec: FixedNameSpec) -> Iterator[Match]:
    """Yield one match for each definition that saves models so, at the first save; the others are evidence."""
    saves = list(model_saves(context, spec.trains))
    keeping, copied = _keeping(context, saves, spec), _copied(context)
    names = frozenset(path.rpartition("/")[2] for path in context.graph.project.tracked)
    kept = {use.event.id for artifact in context.graph.artifacts() for use in context.graph.writers(artifact)
            if context.graph.is_declared(artifact) or _is_tracked(context, artifact, names) or _is_study(context, use)}
    found: dict[str, dict[str, Save]] = {}
    for save in saves:
        name = save.access.path.literal
        is_kept = save.entry.program in keeping or save.event.id in kept or (save.entry.id, save.access.path) in copied
        if name and save.event.must and not is_kept and _is_fixed(save, name) and not (_is_uploaded(context, save, name, spec) or _rolls(save, saves, spec)):
            found.setdefault(save.event.owner, {}).setdefault(name, save)
    for owner, named in found.items():
        yield _match(owner, named)


def _keeping(context: Context, saves: Sequence[Save], spec: FixedNameSpec) -> set[str]:
    """Return the programs that hand what they save to a registry, or to something else that keeps it."""
    programs = {entry.id: entry.program for entry in context.graph.project.entries}
    kept = {save.entry.program for save in saves if save.access.store == "registry"}
    files = {save.entry.program for save in saves}
    for act in context.observed.acts.values():
        if act.api in spec.keeps:
            path = act.owner.partition("::")[0]
            kept |= {program for program in files if program == path} | {
                programs[event.entry] for event in context.events if event.owner == act.owner and event.entry in programs}
    return kept


def _copied(context: Context) -> set[tuple[str, Pattern]]:
    """Return what each entry point reads, but not to load it: it is copied or sent to where it is kept."""
    reads: dict[tuple[str, Pattern], bool] = {}
    for event in context.events:
        if event.kind == "read" and event.access is not None:
            row = row_of(context.catalogue, event.api)
            key = (event.entry, event.access.path)
            reads[key] = reads.get(key, True) and (row is None or row.role != "load")
    return {key for key, copies in reads.items() if copies}


def _is_uploaded(context: Context, save: Save, name: str, spec: FixedNameSpec) -> bool:
    """Return whether a save goes to a folder of the run alone: one that a service keeps with each run, or one that each run gets anew."""
    folders = [folder for module, folder in spec.uploads.items() if not module or any(
        site.place.path == save.event.place.path and site.api.partition(".")[0] == module for site in context.calls)]
    return name.removeprefix("./").startswith(tuple(folders)) or context.places.passes(name)


def _is_tracked(context: Context, artifact: str, names: Collection[str]) -> bool:
    """Return whether the repository itself keeps each version of an artefact, a copy of it, or the note of it that a tool keeps; `names` are those of files."""
    return artifact.rpartition("/")[2] in names or f"{artifact}.dvc" in context.graph.project.tracked


def _is_study(context: Context, use: Use) -> bool:
    """Return whether a notebook writes something that no other program reads: it is handed from one cell to the next."""
    module = context.graph.project.modules.get(use.program)
    return module is not None and module.facts.notebook and all(reader.program == use.program for reader in context.graph.readers(use.artifact))


def _is_fixed(save: Save, name: str) -> bool:
    """Return whether a name is the same each time and nobody sets another: it tells no version, date or hash, and is not one of a passing file."""
    if save.access.store not in ("file", "bucket") or save.access.given or save.access.chosen or name.startswith(PASSING):
        return False
    return not (_VERSION.search(name) or _DATE.search(name) or _HASH.search(name))


def _rolls(save: Save, saves: Sequence[Save], spec: FixedNameSpec) -> bool:
    """Return whether a save is the last or best one beside others of the same folder whose names tell them apart."""
    folder, _, name = save.access.path.show().rpartition("/")
    words = re.split(r"[^a-z]+", name.lower())
    return any(word in spec.rolling for word in words) and any(
        other.entry.program == save.entry.program and other.access.path.literal is None and other.access.path.show().rpartition("/")[0] == folder
        for other in saves)


def _match(owner: str, named: dict[str, Save]) -> Match:
    save = next(iter(named.values()))
    fits = [Step(fit.place, "it is fitted here") for fit in save.event.fits[:1]]
    saves = [Step(other.event.place, f"`{name}` is written here") for name, other in named.items()]
    return Match(save.event.place, f"`{save.entry.program}` saves what it trains as {listed(list(named))}, over the one that was there before",
                 one_each((*fits, *saves)), f"{owner} {next(iter(named))}", owner)
