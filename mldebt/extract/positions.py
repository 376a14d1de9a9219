"""Character offsets of LibCST nodes, from one pass of LibCST's own code generation that keeps only lengths."""

from __future__ import annotations

from contextlib import nullcontext

import libcst as cst
from libcst._nodes.internal import CodegenState

_NOTHING = nullcontext()


class Positions(CodegenState):
    """Offsets by node identity. `starts` and `ends` include parentheses; `span` takes them off as `PositionProvider` does."""

    def __init__(self, module: cst.Module) -> None:
        """Generate the module once, counting characters instead of joining them."""
        super().__init__(default_indent=module.default_indent, default_newline=module.default_newline)
        self.offset = 0
        self.starts: dict[int, int] = {}
        self.ends: dict[int, int] = {}
        self._indent = 0
        module._codegen(self)

    def increase_indent(self, value: str) -> None:
        """Count one more level of indentation."""
        self.indent_tokens.append(value)
        self._indent += len(value)

    def decrease_indent(self) -> None:
        """Count one level less."""
        self._indent -= len(self.indent_tokens.pop())

    def add_indent_tokens(self) -> None:
        """Count the indentation of a line."""
        self.offset += self._indent

    def add_token(self, value: str) -> None:
        """Count a token."""
        self.offset += len(value)

    def pop_trailing_newline(self) -> None:
        """Nothing to take back: the end of the module has no position of interest."""

    def before_codegen(self, node: cst.CSTNode) -> None:
        """Note where a node starts."""
        self.starts[id(node)] = self.offset

    def after_codegen(self, node: cst.CSTNode) -> None:
        """Note where a node ends."""
        self.ends[id(node)] = self.offset

    def record_syntactic_position(  # type: ignore[override]
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> nullcontext[None]:
        """Whitespace-inclusive spans are enough: `span` subtracts parentheses where there are any."""
        return _NOTHING

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Return the offsets of an expression without its parentheses."""
        key = id(node)
        start, end = self.starts[key], self.ends[key]
        lpar = getattr(node, "lpar", None)
        if lpar:
            start = self.ends[id(lpar[-1])]
            end = self.starts[id(node.rpar[0])]  # type: ignore[attr-defined]
        return start, end
