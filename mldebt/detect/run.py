"""All cards over one project: specs checked, detectors run, crashes kept apart."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from mldebt.detect.base import Context, Detector
from mldebt.detect.both_sides import BothSidesSpec, both_sides
from mldebt.detect.chain import ChainSpec, chain
from mldebt.detect.choice import ChoiceSpec, choice
from mldebt.detect.column_use import ColumnUseSpec, column_use
from mldebt.detect.conversions import ConversionsSpec, conversions
from mldebt.detect.crash import file_of
from mldebt.detect.cut import CutSpec, cut
from mldebt.detect.cycle import CycleSpec, cycle
from mldebt.detect.declared_dependency import DeclaredDependencySpec, declared_dependency
from mldebt.detect.declared_option import DeclaredOptionSpec, declared_option
from mldebt.detect.declared_output import DeclaredOutputSpec, declared_output
from mldebt.detect.declared_parameter import DeclaredParameterSpec, declared_parameter
from mldebt.detect.declared_product import DeclaredProductSpec, declared_product
from mldebt.detect.declared_script import DeclaredScriptSpec, declared_script
from mldebt.detect.degree import DegreeSpec, degree
from mldebt.detect.disabled import DisabledSpec, disabled
from mldebt.detect.drifted_copies import DriftedCopiesSpec, drifted_copies
from mldebt.detect.filled_by_hand import FilledByHandSpec, filled_by_hand
from mldebt.detect.fitted_while_serving import FittedWhileServingSpec, fitted_while_serving
from mldebt.detect.fixed_name import FixedNameSpec, fixed_name
from mldebt.detect.floating_artifact import FloatingArtifactSpec, floating_artifact
from mldebt.detect.floating_source import FloatingSourceSpec, floating_source
from mldebt.detect.given_away import GivenAwaySpec, given_away
from mldebt.detect.lookahead import LookaheadSpec, lookahead
from mldebt.detect.merging import merged
from mldebt.detect.misfit import MisfitSpec, misfit
from mldebt.detect.missing_member import MissingMemberSpec, missing_member
from mldebt.detect.mixture import MixtureSpec, mixture
from mldebt.detect.near_duplicate import NearDuplicateSpec, near_duplicate
from mldebt.detect.notebook_run import NotebookRunSpec, notebook_run
from mldebt.detect.one_measure import OneMeasureSpec, one_measure
from mldebt.detect.overlap import OverlapSpec, overlap
from mldebt.detect.parsed_output import ParsedOutputSpec, parsed_output
from mldebt.detect.parted_groups import PartedGroupsSpec, parted_groups
from mldebt.detect.plumbing import PlumbingSpec, plumbing
from mldebt.detect.prototype_import import PrototypeImportSpec, prototype_import
from mldebt.detect.reach import ReachSpec, reach
from mldebt.detect.recomputed import RecomputedSpec, recomputed
from mldebt.detect.relearned import RelearnedSpec, relearned
from mldebt.detect.request_load import RequestLoadSpec, request_load
from mldebt.detect.resubstitution import ResubstitutionSpec, resubstitution
from mldebt.detect.retired import RetiredSpec, retired
from mldebt.detect.rewrite import RewriteSpec, rewrite
from mldebt.detect.settled import SettledSpec, settled
from mldebt.detect.shuffled import ShuffledSpec, shuffled
from mldebt.detect.spread import SpreadSpec, spread
from mldebt.detect.start_folder import StartFolderSpec, start_folder
from mldebt.detect.unapplied import UnappliedSpec, unapplied
from mldebt.detect.unbound_name import UnboundNameSpec, unbound_name
from mldebt.detect.unchecked_launch import UncheckedLaunchSpec, unchecked_launch
from mldebt.detect.ungated import UngatedSpec, ungated
from mldebt.detect.unlike_types import UnlikeTypesSpec, unlike_types
from mldebt.detect.unobserved import UnobservedSpec, unobserved
from mldebt.detect.unreachable import UnreachableSpec, unreachable
from mldebt.detect.unread import UnreadSpec, unread
from mldebt.detect.unresolved import UnresolvedSpec, unresolved
from mldebt.detect.unscaled import UnscaledSpec, unscaled
from mldebt.detect.unused import UnusedSpec, unused
from mldebt.detect.watched import WatchedSpec, watched
from mldebt.errors import CardError, Faults, MldebtError, spotted
from mldebt.model.card import Card
from mldebt.model.finding import Match, RunError

DETECTORS: dict[str, tuple[type[msgspec.Struct], Detector]] = {
    "both-sides": (BothSidesSpec, both_sides),
    "chain": (ChainSpec, chain),
    "choice": (ChoiceSpec, choice),
    "column-use": (ColumnUseSpec, column_use),
    "conversions": (ConversionsSpec, conversions),
    "cut": (CutSpec, cut),
    "cycle": (CycleSpec, cycle),
    "declared-dependency": (DeclaredDependencySpec, declared_dependency),
    "declared-option": (DeclaredOptionSpec, declared_option),
    "declared-output": (DeclaredOutputSpec, declared_output),
    "declared-parameter": (DeclaredParameterSpec, declared_parameter),
    "declared-product": (DeclaredProductSpec, declared_product),
    "declared-script": (DeclaredScriptSpec, declared_script),
    "degree": (DegreeSpec, degree),
    "disabled": (DisabledSpec, disabled),
    "drifted-copies": (DriftedCopiesSpec, drifted_copies),
    "filled-by-hand": (FilledByHandSpec, filled_by_hand),
    "fitted-while-serving": (FittedWhileServingSpec, fitted_while_serving),
    "fixed-name": (FixedNameSpec, fixed_name),
    "floating-artifact": (FloatingArtifactSpec, floating_artifact),
    "floating-source": (FloatingSourceSpec, floating_source),
    "given-away": (GivenAwaySpec, given_away),
    "lookahead": (LookaheadSpec, lookahead),
    "misfit": (MisfitSpec, misfit),
    "missing-member": (MissingMemberSpec, missing_member),
    "mixture": (MixtureSpec, mixture),
    "near-duplicate": (NearDuplicateSpec, near_duplicate),
    "notebook-run": (NotebookRunSpec, notebook_run),
    "one-measure": (OneMeasureSpec, one_measure),
    "overlap": (OverlapSpec, overlap),
    "parted-groups": (PartedGroupsSpec, parted_groups),
    "parsed-output": (ParsedOutputSpec, parsed_output),
    "plumbing": (PlumbingSpec, plumbing),
    "prototype-import": (PrototypeImportSpec, prototype_import),
    "reach": (ReachSpec, reach),
    "recomputed": (RecomputedSpec, recomputed),
    "relearned": (RelearnedSpec, relearned),
    "request-load": (RequestLoadSpec, request_load),
    "resubstitution": (ResubstitutionSpec, resubstitution),
    "retired": (RetiredSpec, retired),
    "rewrite": (RewriteSpec, rewrite),
    "settled": (SettledSpec, settled),
    "shuffled": (ShuffledSpec, shuffled),
    "spread": (SpreadSpec, spread),
    "start-folder": (StartFolderSpec, start_folder),
    "unapplied": (UnappliedSpec, unapplied),
    "unbound-name": (UnboundNameSpec, unbound_name),
    "unchecked-launch": (UncheckedLaunchSpec, unchecked_launch),
    "ungated": (UngatedSpec, ungated),
    "unlike-types": (UnlikeTypesSpec, unlike_types),
    "unobserved": (UnobservedSpec, unobserved),
    "unreachable": (UnreachableSpec, unreachable),
    "unread": (UnreadSpec, unread),
    "unresolved": (UnresolvedSpec, unresolved),
    "unscaled": (UnscaledSpec, unscaled),
    "unused": (UnusedSpec, unused),
    "watched": (WatchedSpec, watched),
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
    """Return the matches of every card, one that yields to others after them; a detector that crashes is an error with its rule, and the others go on."""
    matches: list[tuple[Card, Match]] = []
    errors: list[RunError] = []
    tells: dict[str, frozenset[tuple[str, str]]] = {}
    for card in sorted(cards, key=lambda card: bool(card.yields_to)):
        found: list[Match] = []
        if card.yields_to:
            context = replace(context, told=frozenset().union(*(tells.get(code, ()) for code in card.yields_to)))
        for detector, spec in compile_card(card):
            try:
                found.extend(detector(context, spec))
            except Exception as error:  # a rule's crash must not hide the findings of the others: it is reported as an internal error
                errors.append(RunError(file_of(error), "internal", card.code, traceback.format_exc(limit=-2).strip().replace("\n", " | ")))
        matches.extend((card, match) for match in merged(context, found))
        tells[card.code] = frozenset(use for match in found for use in match.tells)
    return matches, errors
