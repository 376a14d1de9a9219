"""`mldebt check --since REV`: the project is analysed as it is and as it was, and what it had already is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from mldebt.cli.answer import report_then
from mldebt.cli.chosen import keys_of
from mldebt.cli.job import Site, Wanted
from mldebt.config import OWN_FILE, SHARED_FILE, Settings, settings_of, table_in
from mldebt.errors import ConfigError, MldebtError
from mldebt.model.finding import Report, RunError
from mldebt.policy.difference import left_to, new_findings
from mldebt.report.sources import Sources

if TYPE_CHECKING:
    from mldebt.discover.files import Discovery
    from mldebt.discover.past import Past

_DECLARED = ("artifacts", "entry_points")
"""The settings that say how the project is, where all others say what is wanted of mldebt."""


@dataclass(frozen=True, slots=True)
class Then:
    """A project as it was at a revision, beside what it is now."""

    site: Site
    revision: str
    was: Past

    @classmethod
    def of(cls, site: Site, revision: str) -> Then:
        """Return a project at a revision; raises `ConfigError` where there is no such one, or it cannot be read."""
        from mldebt.discover.past import past

        try:
            return cls(site, revision, past(site.root.path, revision))
        except ConfigError as error:
            raise ConfigError(str(error), f"--since {revision}") from None

    def new(self, report: Report, wanted: Wanted, watch: Callable[[str, int, int], None], kept: bool = True) -> Report:
        """Return a report with what it did not have to say of the project as it was; `kept`: an earlier report of that will do.

        Where nothing is live, or nothing differs, all is known without one. An internal error of the other analysis is one of this report.
        """
        notes = (f"note: submodule {path}: its commit of {self.revision} is not in this clone; it is taken as it is now" for path in self.was.unknown)
        report = msgspec.structs.replace(report, notes=(*report.notes, *notes))
        if not report.live:
            return left_to(report, (), self.revision)
        with TemporaryDirectory(prefix="mldebt-") as folder:
            return self._left(report, wanted, watch, Path(folder), kept)

    def _left(self, report: Report, wanted: Wanted, watch: Callable[[str, int, int], None], folder: Path, kept: bool) -> Report:
        from mldebt.pipeline import found_files

        root, settings = self.site.root.path, self._settings(wanted)
        now = found_files(root, self.site.settings)
        found = self._found(folder, now, settings)
        if settings == self.site.settings and _same(found, now):
            return left_to(report, (), self.revision)
        contents = self.was.digest(found) if kept else b""
        old = report_then(replace(self.site, settings=settings), wanted, watch, found, contents, lambda: _same(self._found(folder, now, settings), found))
        before = Sources(root, {file.path: file.absolute for file in found.files})
        new = new_findings(report, Sources(root).span, old, before.span, lambda path: path not in now.present)
        errors = (RunError(error.path, error.kind, error.rule, f"{error.message} (as of {self.revision})") for error in old.errors)
        timings = ((f"{phase} as of {self.revision}", seconds) for phase, seconds in old.timings)
        return msgspec.structs.replace(left_to(report, new, self.revision), errors=(*report.errors, *errors), timings=(*report.timings, *timings))

    def _found(self, folder: Path, now: Discovery, settings: Settings) -> Discovery:
        return self.was.discovery(folder, now, (*settings.exclude, *settings.extend_exclude))

    def _settings(self, wanted: Wanted) -> Settings:
        """Return the settings in force, with what the project's own file declared then of the project; where that was wrong, what it declares now."""
        settings = self.site.settings
        if self.site.source not in (OWN_FILE, SHARED_FILE):
            return settings
        try:
            old = _own_settings(self.was)
        except MldebtError:
            return settings
        given = keys_of(wanted.config)
        return msgspec.structs.replace(settings, **{name: getattr(old, name) for name in _DECLARED if name.replace("_", "-") not in given})


def _same(one: Discovery, other: Discovery) -> bool:
    """Return whether two discoveries are of the same contents: what did not change is read from the disk."""
    return one.files == other.files and one.names == other.names and one.present == other.present


def _own_settings(was: Past) -> Settings:
    for name in (OWN_FILE, SHARED_FILE):
        if (text := was.text(name)) is not None and (table := table_in(text, name, name)) is not None:
            return settings_of(table, name)
    return Settings()
