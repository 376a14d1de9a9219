"""The baseline: findings that a team accepts for now, each known by its trace, so that only new ones count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from mldebt.model.finding import Finding, Report
from mldebt.policy.findings import in_scopes
from mldebt.policy.trace import Trace, paired, traced


class Entry(msgspec.Struct, frozen=True, order=True, gc=False):
    """Accepted findings of one trace: how many, why (if said), and the last day on which they are, as YYYY-MM-DD (if said)."""

    trace: Trace
    count: int = 1
    reason: str = ""
    expires: str = ""

    def expired(self, today: str) -> bool:
        """Return whether the last day is over."""
        return bool(self.expires) and self.expires < today


@dataclass(frozen=True, slots=True)
class Comparison:
    """A report beside a baseline: the trace of each finding (those reported, then those elsewhere), and the entry that it is of.

    `today` decides what has expired.
    """

    report: Report
    entries: tuple[Entry, ...]
    traces: tuple[Trace, ...]
    partners: tuple[Entry | None, ...]
    today: str

    def accepted(self) -> Report:
        """Return the report with the findings marked that the baseline accepts; one that a comment suppresses needs no entry."""
        found = tuple(self._marked(item, entry) for item, entry in zip(self.report.findings, self.partners))
        return msgspec.structs.replace(self.report, findings=found, compared=True)

    def _marked(self, item: Finding, entry: Entry | None) -> Finding:
        if entry is None or item.suppressed is not None or entry.expired(self.today):
            return item
        return msgspec.structs.replace(item, baselined=True, mark=msgspec.structs.replace(item.mark, accepted=entry.reason))

    def stale(self, rules: Collection[str]) -> list[Entry]:
        """Return what of the entries accepts nothing, each with how many too many it counts; only entries of `rules`, those that were run, are judged."""
        used = Counter(entry for item, entry in zip(self._every, self.partners) if entry is not None and item.suppressed is None)
        left = [(entry, entry.count - used[entry]) for entry in self.entries if entry.trace.rule in rules]
        return [msgspec.structs.replace(entry, count=count) for entry, count in left if count > 0]

    def expired(self) -> list[Entry]:
        """Return the entries that would accept a finding of this report, had they not expired."""
        found = {entry for item, entry in zip(self.report.findings, self.partners) if entry and item.suppressed is None and entry.expired(self.today)}
        return sorted(found, key=lambda entry: entry.trace)

    def written(self, rules: Collection[str], scopes: Sequence[str], prune: bool) -> list[Entry]:
        """Return the entries that accept every live finding of the report, or with `prune` only those that were accepted already.

        Reasons and days stay with their findings, but a day that is over does not: with `prune` its entry goes, else the finding is accepted anew. Entries of
        other rules than those run, and of files outside of `scopes`, stay as they are.
        """
        kept = [entry for entry in self.entries if entry.trace.rule not in rules or not in_scopes(entry.trace.path, scopes)]
        outside = set(kept)
        for index, (item, trace, entry) in enumerate(zip(self._every, self.traces, self.partners)):
            over = entry is not None and entry.expired(self.today)
            wanted = entry is not None and not over if prune or index >= len(self.report.findings) else True
            if wanted and item.suppressed is None and entry not in outside:
                kept.append(Entry(trace, 1, entry.reason if entry else "", "" if over or not entry else entry.expires))
        return sorted(_joined(kept))

    @property
    def _every(self) -> Iterable[Finding]:
        return (*self.report.findings, *self.report.elsewhere)


def compare(report: Report, entries: Iterable[Entry], text: Callable[[Finding], str], gone: Callable[[str], bool], today: str) -> Comparison:
    """Return a report beside a baseline; `text` gives the code that a finding stands on, `gone` tells whether the project no longer has a file."""
    found = (*report.findings, *report.elsewhere)
    traces = tuple(traced(item, text(item)) for item in found)
    entries = tuple(sorted(_joined(entries)))
    units = [entry for entry in entries for _ in range(min(entry.count, len(found)))]
    pairs = paired([entry.trace for entry in units], traces, gone)
    return Comparison(report, entries, traces, tuple(None if number is None else units[number] for number in pairs), today)


def _joined(entries: Iterable[Entry]) -> Iterable[Entry]:
    """Return entries of which no two differ in their count alone."""
    counts: Counter[Entry] = Counter()
    for entry in entries:
        counts[msgspec.structs.replace(entry, count=0)] += entry.count
    return (msgspec.structs.replace(entry, count=count) for entry, count in counts.items())
