"""What a rule says: matches, findings and the evidence that proves them."""

from __future__ import annotations

from typing import Literal

import msgspec

from mldebt.model.source import Place

Severity = Literal["info", "warning", "error"]
Confidence = Literal["low", "medium", "high"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")


class Step(msgspec.Struct, frozen=True, gc=False):
    """One step of evidence: a place and one phrase, lower case, no full stop."""

    place: Place
    message: str


class Match(msgspec.Struct, frozen=True, gc=False):
    """What a detector found: where a person would change something, why, and the proof.

    `key` is what the finding is about independent of its place (an artefact, a column, a flag): it feeds the
    fingerprint. `owner` is the qualified name of the enclosing definition, or the cell. `confidence` overrides the card's when lower;
    `lowered` names a `[[lowered]]` table of the card that applies. `components` are the parts of the system that a finding about their whole is of: of one
    card, what is said of connected ones is one finding. `tells` are the uses (program, artefact), or the pairs of copies (files), that a rule of lower
    rank need not report again.
    `covers` are stretches of code that a finding is about as a whole: of one card, what is said of a part of them is no finding of its own.
    `artifacts` are the keys of the artefacts it is about; empty: those whose accesses stand at its place.
    """

    place: Place
    message: str
    evidence: tuple[Step, ...]
    key: str
    owner: str = ""
    confidence: Confidence | None = None
    lowered: str = ""
    components: tuple[str, ...] = ()
    tells: frozenset[tuple[str, str]] = frozenset()
    artifacts: tuple[str, ...] = ()
    covers: tuple[Place, ...] = ()


class EvidenceStep(msgspec.Struct, frozen=True, gc=False):
    """A `Step` with a human position, ready for output."""

    path: str
    cell: int | None
    line: int
    column: int
    message: str


class Mark(msgspec.Struct, frozen=True, gc=False):
    """What a finding is known by from run to run, beside its rule and file: it holds no line and no name of a program.

    `place` is the qualified name of the enclosing definition, in a notebook the id of the cell; `key` what it is about, in words. `accepted` is the reason for
    which the baseline accepts it.
    """

    place: str = ""
    key: str = ""
    accepted: str = ""


class Finding(msgspec.Struct, frozen=True, gc=False):
    """A reported debt, ready for output: field names are those of the JSON document, which leaves `mark` out."""

    code: str
    name: str
    family: str
    severity: Severity
    confidence: Confidence
    message: str
    path: str
    cell: int | None
    line: int
    column: int
    end_line: int
    end_column: int
    fingerprint: str
    suppressed: str | None
    baselined: bool
    evidence: tuple[EvidenceStep, ...]
    fix: str | None
    url: str
    mark: Mark = Mark()


class RunError(msgspec.Struct, frozen=True, gc=False):
    """Something that went wrong beside the findings; `kind` is `internal` or `input`."""

    path: str
    kind: str
    rule: str
    message: str


class Report(msgspec.Struct, frozen=True):
    """Everything one run has to say: findings in output order, errors, and the size of the project.

    `compared`: those that stood before are marked, or, `known` of them, left out because they are at the revision `since` already.
    `elsewhere` are the findings outside of the paths that were asked about: they are not reported, but a baseline that is compared with a part must know them.
    """

    root: str
    files: int
    notebooks: int
    lines: int
    findings: tuple[Finding, ...]
    errors: tuple[RunError, ...]
    timings: tuple[tuple[str, float], ...] = ()
    counters: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    elsewhere: tuple[Finding, ...] = ()
    compared: bool = False
    since: str = ""
    known: int = 0

    @property
    def live(self) -> tuple[Finding, ...]:
        """Return the findings that nothing suppresses and no baseline accepts."""
        return tuple(item for item in self.findings if item.suppressed is None and not item.baselined)
