"""Dotted names of what code calls, written as short texts."""

from __future__ import annotations

from collections.abc import Mapping

from mldebt.model import ir


def dotted(node: ir.Expr) -> str:
    """Return a name or a chain of attributes as text, the empty text for anything else."""
    parts: list[str] = []
    while isinstance(node, ir.Attr):
        parts.append(node.attr)
        node = node.value
    return ".".join((node.id, *reversed(parts))) if isinstance(node, ir.Name) else ""


def called(node: ir.Call, known: Mapping[str, str]) -> str:
    """Return what a call calls: a dotted name, or `name().method` for a method of what another call gives; empty when it is neither.

    `known` holds what stands for names at the head: a path (`=numpy`), or what made the object (`Ridge()`).
    """
    function, behind = node.func, list[str]()
    while isinstance(function, ir.Attr):
        behind.append(function.attr)
        function = function.value
    if isinstance(function, ir.Call):
        inner = called(function, known)
        return ".".join((f"{inner}()", *reversed(behind))) if inner and behind else ""
    if not isinstance(function, ir.Name):
        return ""
    whole = (function.id, *reversed(behind))
    for size in range(len(whole), 0, -1):
        head = ".".join(whole[:size])
        if head in known:
            return ".".join((known[head], *whole[size:]))
    return ".".join(whole)
