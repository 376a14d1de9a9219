"""What a run comes to: the last lines of a text report, and the counts of each rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mldebt.model.finding import SEVERITIES, Finding, Report, Severity
from mldebt.report.canvas import STYLES, Canvas
from mldebt.report.escape import json_text, safe


def summary(report: Report, canvas: Canvas) -> str:
    """Return one line that counts, and with findings one that says where to read on."""
    size = f"{f'since {safe(report.since)} ' * bool(report.since)}in {counted(report.files, 'file')}, {counted(report.lines, 'line')}"
    hidden = f" ({', '.join(hidden_counts(report))})" if hidden_counts(report) else ""
    if not report.live:
        return f"{canvas.paint('All clear:', 'bold green')} no {'new ' * bool(report.since)}findings {size}{hidden}.\n"
    counts = Counter(item.severity for item in report.live)
    words = [canvas.paint(f"{counts[name]} info" if name == "info" else counted(counts[name], name), STYLES[name])
             for name in reversed(SEVERITIES) if counts[name]]
    return f"Found {', '.join(words)} {size}{hidden}.\n{_hint(report.live, canvas)}"


def hidden_counts(report: Report) -> list[str]:
    """Return how many findings are not shown, for each reason."""
    suppressed, baselined = sum(item.suppressed is not None for item in report.findings), sum(item.baselined for item in report.findings)
    counts = {"known": report.known, "suppressed": suppressed, "baselined": baselined}
    return [f"{count} {word}" for word, count in counts.items() if count]


def _hint(live: Sequence[Finding], canvas: Canvas) -> str:
    """Return how to learn more of the rules that fired, the most frequent first."""
    first, *others = [code for code, _ in Counter(item.code for item in live).most_common()]
    more = f"; likewise {', '.join(others)}" if others else ""
    return f"Run `{canvas.paint(f'mldebt explain {first}', 'bold')}` to see why it matters and how to mend it{more}.\n"


def statistics(report: Report, canvas: Canvas) -> str:
    """Return one line a rule: how many findings, code, name; the most frequent first."""
    return "".join(f"{count:6}  {canvas.paint(code, STYLES[severity])}  {name}\n" for (code, name, severity), count in _by_rule(report))


def statistics_document(report: Report) -> str:
    """Return the same as a JSON array of `code`, `name`, `severity` (the worst of its findings), `count`."""
    rows = [{"code": code, "name": name, "severity": severity, "count": count} for (code, name, severity), count in _by_rule(report)]
    return json_text(rows)


def _by_rule(report: Report) -> list[tuple[tuple[str, str, Severity], int]]:
    worst: dict[str, Severity] = {}
    for item in report.live:
        worst[item.code] = max(worst.get(item.code, item.severity), item.severity, key=SEVERITIES.index)
    counts = Counter((item.code, item.name, worst[item.code]) for item in report.live)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def counted(number: int, word: str) -> str:
    """Return a number with the word it counts."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
