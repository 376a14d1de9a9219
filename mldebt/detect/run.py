"""All cards over one project: specs checked, detectors run, crashes kept apart."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

import msgspec

from mldebt.detect.base import Context, Detector
from mldebt.detect.column_use import ColumnUseSpec, column_use
from mldebt.detect.declared_dependency import DeclaredDependencySpec, declared_dependency
from mldebt.detect.declared_option import DeclaredOptionSpec, declared_option
from mldebt.detect.declared_output import DeclaredOutputSpec, declared_output
from mldebt.detect.declared_parameter import DeclaredParameterSpec, declared_parameter
from mldebt.detect.declared_product import DeclaredProductSpec, declared_product
from mldebt.detect.declared_script import DeclaredScriptSpec, declared_script
from mldebt.detect.degree import DegreeSpec, degree
from mldebt.detect.misfit import MisfitSpec, misfit
from mldebt.detect.missing_member import MissingMemberSpec, missing_member
from mldebt.detect.reach import ReachSpec, reach
from mldebt.detect.settled import SettledSpec, settled
from mldebt.detect.unbound_name import UnboundNameSpec, unbound_name
from mldebt.detect.unreachable import UnreachableSpec, unreachable
from mldebt.detect.unresolved import UnresolvedSpec, unresolved
from mldebt.errors import CardError, Faults, MldebtError, spotted
from mldebt.model.card import Card
from mldebt.model.finding import Match, RunError

DETECTORS: dict[str, tuple[type[msgspec.Struct], Detector]] = {
    "reach": (ReachSpec, reach), "unresolved": (UnresolvedSpec, unresolved), "degree": (DegreeSpec, degree), "column-use": (ColumnUseSpec, column_use),
    "declared-script": (DeclaredScriptSpec, declared_script), "declared-dependency": (DeclaredDependencySpec, declared_dependency),
    "declared-output": (DeclaredOutputSpec, declared_output), "declared-product": (DeclaredProductSpec, declared_product),
    "declared-option": (DeclaredOptionSpec, declared_option), "declared-parameter": (DeclaredParameterSpec, declared_parameter),
    "unbound-name": (UnboundNameSpec, unbound_name), "missing-member": (MissingMemberSpec, missing_member),
    "unreachable": (UnreachableSpec, unreachable), "misfit": (MisfitSpec, misfit),
    "settled": (SettledSpec, settled),
}


def compile_card(card: Card) -> list[tuple[Detector, msgspec.Struct]]:
    """Return the detectors of a card with their specs; raises `Faults` naming file and key of each wrong `[[match]]`."""
    compiled, faults = [], list[MldebtError]()
    for number, table in enumerate(card.match, 1):
        kind = str(table.get("kind", ""))
        if kind not in DETECTORS:
            faults.append(CardError(f"no detector `{kind}`; known: {', '.join(sorted(DETECTORS))}", card.file, f"match {number}.kind"))
            continue
        spec, detector = DETECTORS[kind]
        if table.get("tier", card.tier) not in ("on", "opt"):
            faults.append(CardError(f"expected `on` or `opt`, got `{table['tier']}`", card.file, f"match {number}.tier"))
        try:
            compiled.append((detector, msgspec.convert({key: value for key, value in table.items() if key != "tier"}, spec)))
        except msgspec.ValidationError as error:
            message, key = spotted(error)
            faults.append(CardError(message, card.file, f"match {number}{'.' if key else ''}{key}"))
    if faults:
        raise Faults(faults)
    return compiled


def detect(cards: Sequence[Card], context: Context) -> tuple[list[tuple[Card, Match]], list[RunError]]:
    """Return the matches of every card; a detector that crashes is an error with its rule, and the others go on."""
    matches: list[tuple[Card, Match]] = []
    errors: list[RunError] = []
    for card in cards:
        for detector, spec in compile_card(card):
            try:
                matches.extend((card, match) for match in detector(context, spec))
            except Exception:  # a rule's crash must not hide the findings of the others: it is reported as an internal error
                errors.append(RunError("", "internal", card.code, traceback.format_exc(limit=-2).strip().replace("\n", " | ")))
    return matches, errors
