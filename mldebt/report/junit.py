"""JUnit's XML, which test pages of most services of continuous integration read: a file is a suite, a finding a failed case."""

from __future__ import annotations

from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from mldebt.model.finding import SEVERITIES, Finding, Report, RunError, Severity
from mldebt.report.concise import place
from mldebt.report.escape import safe

_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def junit(report: Report, fail_on: Severity = "warning") -> str:
    """Return the report as XML without times.

    Findings below `fail_on` are cases that pass and say so, suppressed and accepted ones are skipped, internal errors are errors.

    A run without findings is one case that passes, for many readers refuse a report without any.
    """
    least = SEVERITIES.index(fail_on)
    suites = [_suite(path, [_case(item, least) for item in items]) for path, items in groupby(report.findings, key=lambda item: item.path)]
    if report.errors:
        suites.append(_suite("mldebt", [_error(error) for error in report.errors]))
    if not suites:
        suites.append(_suite("mldebt", ['    <testcase name="no findings" classname="mldebt"/>\n']))
    return f"{_HEAD}<testsuites name=\"mldebt\" {_counts(''.join(suites))}>\n{''.join(suites)}</testsuites>\n"


def _suite(name: str, cases: list[str]) -> str:
    body = "".join(cases)
    return f"  <testsuite name={_quoted(name)} {_counts(body)}>\n{body}  </testsuite>\n"


def _counts(body: str) -> str:
    """Return how many cases of each kind stand in a text: whatever comes from the project holds no `<` there."""
    names = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    return " ".join(f'{name}="{body.count(f"<{tag} ")}"' for name, tag in names.items())


def _case(item: Finding, least: int) -> str:
    at, told = place(item.path, item.cell, item.line, item.column), f"{item.severity}: {safe(item.message)}"
    steps = "".join(f"\n- {place(step.path, step.cell, step.line, step.column)}: {safe(step.message)}" for step in item.evidence)
    text = escape(f"{at}: {item.code} [{item.name}] {told}{steps}")
    if item.suppressed is not None:
        body = f"<skipped message={_quoted(item.suppressed or 'suppressed')}/>"
    elif item.baselined:
        body = f"<skipped message={_quoted(f'baseline: {item.mark.accepted}' if item.mark.accepted else 'baseline')}/>"
    elif SEVERITIES.index(item.severity) < least:
        body = f"<system-out>{text}</system-out>"
    else:
        body = f"<failure type={_quoted(item.severity)} message={_quoted(item.message)}>{text}</failure>"
    return (f"    <testcase name={_quoted(f'{item.code} {item.name} ({at})')} classname={_quoted(item.path)} file={_quoted(item.path)} line=\"{item.line}\">"
            f"{body}</testcase>\n")


def _error(error: RunError) -> str:
    return (f"    <testcase name={_quoted(error.rule)} classname=\"mldebt\"><error type={_quoted(error.kind)} message={_quoted(error.message)}>"
            f"{escape(safe(error.path))}</error></testcase>\n")


def _quoted(text: str) -> str:
    return quoteattr(safe(text))
