"""Shape `unreachable`: a side of a branch that a constant rules out, and code behind what always leaves, where its calls touch something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from mldebt.detect.base import Context, spoken
from mldebt.detect.blocks import Block, Flow, blocks, touches, touching
from mldebt.detect.inspections import Inspections
from mldebt.link.constants import Constant, Constants
from mldebt.link.copied import Copied
from mldebt.link.names import mentions
from mldebt.model import ir
from mldebt.model.facts import PythonFacts, decode_body
from mldebt.model.finding import Confidence, Match, Step
from mldebt.model.source import Place
from mldebt.model.walk import inside

_MOST = 8
_NAME = re.compile(r"_|^[A-Z]+$")
"""What tells the name of a constant from a word of a language."""


class UnreachableSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`roles`: roles of library calls that make dead code worth telling, made by itself or by functions it calls; code with calls of `drawing` is not worth it
    where the others are all of `moving`. `exits`: roles of calls that never return.

    Neither is what only inspects: it calls but those of `moving`, and such of `telling` as show, log or stop.

    `guards` as of `unbound-name`. `trials`: an expression for names of constants that are meant to be switched while somebody works; `documents` as of
    `settled`: what one of them names is meant to be switched, too; `copied` as of `unused`.
    """

    kind: str
    form: str
    roles: tuple[str, ...]
    drawing: tuple[str, ...]
    moving: tuple[str, ...]
    telling: tuple[str, ...]
    exits: tuple[str, ...]
    guards: tuple[str, ...]
    trials: str
    documents: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    confidence: Confidence = "high"


class _Dead(msgspec.Struct, frozen=True):
    """Dead code: the block it stands in, its statements, what rules it out (a test, or the statement that leaves), and the constants behind that."""

    block: Block
    body: tuple[ir.Stmt, ...]
    cause: ir.Expr | ir.Stmt
    constant: Constant
    acts: tuple[tuple[Place, str], ...]


def unreachable(context: Context, spec: UnreachableSpec) -> Iterator[Match]:
    """Yield one match for each constant, or each piece of code, that rules out code which touches something."""
    files = {path: module.facts for path, module in context.graph.project.modules.items()}
    constants = Constants(files, context.names)
    acting = context.observed.acting(spec.roles)
    documented = frozenset(word for item in context.graph.project.data.values() if item.format in spec.documents for word in item.words if _NAME.search(word))
    exits = frozenset(place for place, act in context.observed.acts.items() if act.role in spec.exits)
    groups: dict[object, list[_Dead]] = {}
    copied, looks = Copied(context.graph.project, context.catalogue, spec.copied), Inspections(context, acting, spec.moving, spec.telling)
    for path in sorted(files.keys() & touching(context, spec.roles, acting)):
        if copied.within(path):
            continue
        flow = Flow(constants, path, files[path], exits)
        for block in blocks(context.names, path, files[path]):
            for body, cause, constant in _ruled_out(block, flow, spec):
                if not documented.isdisjoint(name for name, _ in constant.names):
                    continue
                acts = touches(context, path, body, spec.roles, acting, spec.drawing, spec.moving)
                if acts and not looks.only(path, body, _around(files[path], block)):
                    groups.setdefault(_cause(block, body, cause, constant), []).append(_Dead(block, body, cause, constant, acts))
    for group in _joined(_of_copies(groups.values())):
        yield _match(group, spec)


def _of_copies(groups: Iterable[list[_Dead]]) -> Iterable[list[_Dead]]:
    """Return the groups, those that are copies of each other as one: what literals rule out in one file and again in others."""
    found: dict[object, list[_Dead]] = {}
    for group in groups:
        key = id(group) if any(dead.constant.names for dead in group) else tuple(_shape(dead.body) for dead in group)
        found.setdefault(key, []).extend(group)
    return found.values()


def _around(facts: PythonFacts, block: Block) -> ir.Body:
    """Return the body of the function around a block, or of the module."""
    number = next((item.body for item in facts.definitions if item.qualname == block.owner and item.at <= block.body[0].at < item.end), 0)
    return decode_body(facts.bodies[number])


def _joined(groups: Iterable[list[_Dead]]) -> Iterator[list[_Dead]]:
    """Yield groups of dead pieces, those of one constant as one."""
    first: dict[object, list[_Dead]] = {}
    for group in groups:
        keys = [dead.constant.names[-1] for dead in group if dead.constant.names]
        known = next((first[key] for key in keys if key in first), None)
        if known is None:
            first.update((key, group) for key in keys or (id(group),))
        else:
            known.extend(group)
    seen: set[int] = set()
    for group in first.values():
        if id(group) not in seen:
            seen.add(id(group))
            yield group


def _ruled_out(block: Block, flow: Flow, spec: UnreachableSpec) -> Iterator[tuple[tuple[ir.Stmt, ...], ir.Expr | ir.Stmt, Constant]]:
    """Yield the dead statements that begin in a block, with what rules them out."""
    for position, node in enumerate(block.body):
        if isinstance(node, (ir.If, ir.Loop)) and (node.orelse or isinstance(node, ir.If) or node.target is None):
            yield from _sides(node, block, flow, spec)
        if flow.leaves(node, block.scope) and position + 1 < len(block.body):
            yield block.body[position + 1:], node, Constant(None)
            return


def _sides(node: ir.If | ir.Loop, block: Block, flow: Flow, spec: UnreachableSpec) -> Iterator[tuple[tuple[ir.Stmt, ...], ir.Expr, Constant]]:
    test = node.test if isinstance(node, ir.If) else node.iter
    if isinstance(node, ir.Loop) and node.target is not None or mentions((test,), spec.guards):
        return
    constant = flow.constant(test, block.scope)
    if constant is None or any(re.fullmatch(spec.trials, name) for name, _ in constant.names):
        return
    dead = node.orelse if constant.value and isinstance(node, ir.If) else node.body if not constant.value else ()
    if dead:
        yield dead, test, constant


def _cause(block: Block, body: Sequence[ir.Stmt], cause: ir.Expr | ir.Stmt, constant: Constant) -> object:
    """Return what dead pieces of one cause share: their code, wherever it was pasted, and the name of the constant that rules it out.

    What literals switch off outside of functions is one row of trials.
    """
    if not block.owner and isinstance(cause, ir.Const):
        return block.path
    return (constant.names[-1][0], _shape(body)) if constant.names else _shape(body)


def _shape(body: Sequence[ir.Stmt]) -> object:
    return tuple((type(node).__name__, getattr(node, "id", None) or getattr(node, "attr", None)) for node in inside(body))


def _match(group: Sequence[_Dead], spec: UnreachableSpec) -> Match:
    first, others = group[0], group[1:]
    path, owner = first.block.path, first.block.owner
    called = " and ".join(f"`{spoken(api)}`" for api in list(dict.fromkeys(api for _, api in first.acts))[:2])
    steps = [Step(place, f"`{name}` is set here, and nothing else sets it") for name, place in first.constant.names]
    branch = not isinstance(first.cause, _STATEMENTS)
    if branch:
        what = f"`{first.constant.names[0][0]}` never changes" if first.constant.names else "this test never changes"
        message = f"{what}: the code on its other side, which calls {called}, cannot run"
    else:
        message = f"control never comes past this: the code behind it, which calls {called}, cannot run"
    steps.append(Step(first.acts[0][0], "this cannot run"))
    steps.extend(Step(_head(other), "and neither can what this rules out") for other in others[:_MOST])
    return Match(_head(first), message, tuple(steps), f"dead {first.acts[0][1]}", f"{path}::{owner}", spec.confidence)


def _head(dead: _Dead) -> Place:
    """Return where to look: the test that decides, or the statement that leaves."""
    node = dead.cause
    shown = node.test if isinstance(node, ir.If) else node.iter if isinstance(node, ir.Loop) else node.value if isinstance(node, ir.ExprStmt) else node
    return Place(dead.block.path, shown.at, shown.end)


_STATEMENTS = (ir.Return, ir.Raise, ir.Flow, ir.If, ir.Loop, ir.With, ir.Try, ir.ExprStmt)
