"""The rules and the knowledge of one run: mldebt's own and the project's, checked against what the engine can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from mldebt.config import Settings
from mldebt.detect.run import compile_card
from mldebt.errors import ConfigError, Faults, InternalError, MldebtError
from mldebt.flow.primitives import PRIMITIVES
from mldebt.knowledge.cards import load_cards
from mldebt.knowledge.libraries import Catalogue, load_libraries
from mldebt.knowledge.locate import rules_folder
from mldebt.knowledge.manifests import ManifestRow, load_manifests
from mldebt.knowledge.places import load_places
from mldebt.model.card import Card
from mldebt.model.places import Places
from mldebt.policy.select import wrong_words
from mldebt.policy.thresholds import with_thresholds, wrong_thresholds

_PARTS = ("cards", "libraries", "manifests")
Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All cards (thresholds as chosen), library rows, manifest rows and shared folders of a run."""

    cards: tuple[Card, ...]
    catalogue: Catalogue
    manifests: tuple[ManifestRow, ...]
    places: Places


def load_rulebook(root: Path, settings: Settings, source: str = "") -> Rulebook:
    """Return the rulebook of a project; `source` is the file that the settings come from.

    Faults of the project's own knowledge files and of the rules that its settings name are wrong input: `Faults`, exit code 2. A fault in a file that mldebt
    ships is mldebt's: `InternalError`, exit code 3.
    """
    folders = [rules_folder(), *_own_folders(root, settings, source)]
    faults: list[MldebtError] = []
    cards = _kept(faults, lambda: load_cards(folder / "cards" for folder in folders)) or ()
    catalogue = _kept(faults, lambda: load_libraries((folder / "libraries" for folder in folders), PRIMITIVES))
    manifests = _kept(faults, lambda: load_manifests(folder / "manifests" for folder in folders))
    places = _kept(faults, lambda: load_places(folders))
    for card in cards:
        _kept(faults, lambda card=card: compile_card(_chosen(card, Settings())))  # type: ignore[misc]
    if not faults:
        faults.extend((*wrong_words(cards, settings, source), *wrong_thresholds(cards, settings.thresholds, source)))
    if faults or catalogue is None or manifests is None or places is None:
        raise _raised(faults, root)
    return Rulebook(tuple(_chosen(card, settings) for card in cards), catalogue, manifests, places)


def _chosen(card: Card, settings: Settings) -> Card:
    return msgspec.structs.replace(card, match=with_thresholds(card, settings.thresholds))


def _own_folders(root: Path, settings: Settings, source: str) -> list[Path]:
    """Return the folders of `rule-paths`; raises `Faults` for one that does not exist or holds no knowledge."""
    folders = [root / path for path in settings.rule_paths]
    faults: list[MldebtError] = [
        ConfigError(f"`{path}` {'is no folder' if not folder.is_dir() else 'holds none of ' + ', '.join(f'{part}/' for part in _PARTS)}", source, "rule-paths")
        for path, folder in zip(settings.rule_paths, folders) if not any((folder / part).is_dir() for part in _PARTS)]
    if faults:
        raise Faults(faults)
    return folders


def _kept(faults: list[MldebtError], load: Callable[[], Loaded]) -> Loaded | None:
    """Return what loading gives; None after noting its faults."""
    try:
        return load()
    except Faults as found:
        faults.extend(found.faults)
        return None


def _raised(faults: list[MldebtError], root: Path) -> MldebtError:
    """Return the error for faults: paths of the project are shown below its root, a fault in a file of mldebt's own outranks them."""
    own = str(rules_folder())
    if ours := [fault for fault in faults if fault.file.startswith(own)]:
        return InternalError("\n".join(str(fault) for fault in ours))
    for fault in faults:
        fault.file = fault.file.removeprefix(f"{root}/")
    return Faults(faults)
