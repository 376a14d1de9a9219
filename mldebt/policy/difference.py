"""Two reports of one project: which findings of the later one are not in the earlier one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from mldebt.model.finding import Finding, Report
from mldebt.policy.trace import Trace, paired, traced

Text = Callable[[Finding], str]


def new_findings(now: Report, text: Text, then: Report, text_then: Text, gone: Callable[[str], bool]) -> tuple[Finding, ...]:
    """Return the live findings of a report that an earlier one of the same rules has no partner for.

    `text` and `text_then` give the code that a finding stands on, `gone` tells whether the project no longer has a file. What a comment suppressed then and
    does not suppress now is new.
    """
    seen = list(_standing(now))
    partners = paired(_traces(list(_standing(then)), text_then), _traces(seen, text), gone)
    new = {id(item) for item, partner in zip(seen, partners) if partner is None}
    return tuple(item for item in now.live if id(item) in new)


def _standing(report: Report) -> Iterator[Finding]:
    """Yield all findings that no comment suppresses: one that is not reported has its partner, too."""
    return (item for item in (*report.findings, *report.elsewhere) if item.suppressed is None)


def _traces(found: Sequence[Finding], text: Text) -> list[Trace]:
    return [traced(item, text(item)) for item in found]


def left_to(report: Report, new: Sequence[Finding], since: str) -> Report:
    """Return a report with its new findings alone, which says since when they are and how many it had beside them."""
    return msgspec.structs.replace(report, findings=tuple(new), compared=True, since=since, known=len(report.live) - len(new))
