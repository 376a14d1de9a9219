"""Text operations over patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mldebt.flow.value import ROOT, Value, as_texts, embedded
from mldebt.model import ir
from mldebt.model.pattern import UNKNOWN, Hole, Part, Pattern, pattern

_PERCENT = re.compile(r"%(?:\(\w+\))?[-+ #0]*(?:\d+|\*)?(?:\.\d+)?([diouxXeEfFgGcrsa%])")
_BRACES = re.compile(r"\{\{|\}\}|\{([^{}:!]*)(?:![rsa])?(?::[^{}]*)?\}")


class Texts:
    """Pure functions of patterns."""

    def make(self, parts: Sequence[Part]) -> Pattern:
        """Return the normalised pattern of some parts."""
        return pattern(*parts)

    def split_percent(self, template: str) -> list[tuple[str, str]]:
        """Return literal stretches of a `%` template, each with the conversion after it (empty at the end)."""
        pieces, at = [], 0
        for found in _PERCENT.finditer(template):
            pieces.append((template[at:found.start()], found[1]))
            at = found.end()
        return [*pieces, (template[at:], "")]

    def format(self, template: Pattern, args: Sequence[Value], keywords: dict[str, Value]) -> Pattern:
        """Return `template.format(*args, **keywords)`; fields that are not known leave holes."""
        parts: list[Part] = []
        rest = list(args)
        for part in template.parts:
            if isinstance(part, Hole):
                parts.append(part)
                continue
            at = 0
            for found in _BRACES.finditer(part):
                parts.append(part[at:found.start()])
                at = found.end()
                parts.extend((found[0][0],) if found[1] is None else self._field(found[1], rest, args, keywords))
            parts.append(part[at:])
        return pattern(*parts)

    def _field(self, name: str, rest: list[Value], args: Sequence[Value], keywords: dict[str, Value]) -> tuple[Part, ...]:
        value = rest.pop(0) if name == "" and rest else args[int(name)] if name.isdigit() and int(name) < len(args) else keywords.get(name)
        if value is None:
            return (Hole("unknown", name if name.isidentifier() else ""),)
        texts = as_texts(value)
        return embedded(texts[0]).parts if len(texts) == 1 else (Hole("unknown", name if name.isidentifier() else ""),)

    def compare(self, op: str, left: Value, right: Value) -> bool | None:
        """Return the truth of a comparison of two known constants, None when it is open."""
        if op in ("is", "is not") and right.const == (None,) and right.known:
            none = _is_none(left)
            return none if none is None or op == "is" else not none
        if op in ("is", "is not") and left.known and right.known and isinstance((right.const or (None,))[0], bool):
            return (bool(left.const) and left.const[0] is right.const[0]) is (op == "is")
        if not (left.known and right.known) or op not in ("==", "!="):
            return None
        same = (left.text, left.const) == (right.text, right.const)
        return same if op == "==" else not same

    def sliced(self, value: Value, node: ir.Slice) -> Value:
        """Return a slice of a text with literal bounds; otherwise an unknown text."""
        parts = (node.lower, node.upper, node.step)
        bounds = [whole_number(part) for part in parts]
        literal = value.text
        if literal is None or any(part is not None and bound is None for part, bound in zip(parts, bounds)):
            return Value(texts=(UNKNOWN,), sources=value.sources)
        return Value(type=value.type, texts=(pattern(literal[slice(bounds[0], bounds[1], bounds[2])]),), sources=value.sources)


def _is_none(value: Value) -> bool | None:
    """Return whether a value is None, None when it may be either."""
    if value.const:
        return True if value.known and value.const == (None,) else None if None in value.const else False
    return False if value.ref or value.target or value.texts and not any(text.unknown for text in value.texts) else None


def whole_number(node: ir.Expr | None) -> int | None:
    """Return the value of an integer literal, signed or not; None for anything else."""
    if isinstance(node, ir.Const) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    if isinstance(node, ir.UnaryOp) and node.op == "-" and (inner := whole_number(node.operand)) is not None:
        return -inner
    return None


def normalise(path: Pattern) -> Pattern:
    """Return a path without `.`, `..` (where the segment before is known) and doubled slashes; a leading `/`, `~` or root hole stays."""
    root = bool(path.parts) and path.parts[0] == ROOT
    segments: list[list[Part]] = [[]]
    for part in path.parts[1:] if root else path.parts:
        if isinstance(part, Hole):
            segments[-1].append(part)
            continue
        first, *others = part.replace("\\", "/").split("/")
        segments[-1].append(first)
        segments.extend([other] for other in others)
    absolute = not root and segments[0] == [""] and len(segments) > 1
    kept: list[Pattern] = []
    for segment in segments:
        made = pattern(*segment)
        if made.literal in ("", "."):
            continue
        if made.literal == ".." and kept and kept[-1].literal != "..":
            kept.pop()
        else:
            kept.append(made)
    joined: list[Part] = [ROOT] if root else ["/"] if absolute else []
    for position, segment_pattern in enumerate(kept):
        joined.extend(([] if position == 0 else ["/"]) + list(segment_pattern.parts))
    return pattern(*joined)
