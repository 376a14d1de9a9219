"""Own positions and lowering against LibCST's metadata, on this project's own source and hard forms."""

from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from mldebt.extract.positions import Positions
from mldebt.extract.python import extract_python
from mldebt.model import ir
from mldebt.model.facts import decode_body
from mldebt.model.source import line_starts

ROOT = Path(__file__).parents[1]
FILES = sorted([*(ROOT / "mldebt").rglob("*.py"), *(ROOT / "fixtures").rglob("*.py")])
HARD = {
    "parentheses": "x = ((a)) + (b\n  .c(d)[1:2, (e)])\n",
    "line ends of other standards": "a = 'x\u2028y\x85'; b.c\nd.e\n",
    "tabs and form feeds": "def f(a, *b, c=1, **d):\n\tif a:\n\t\treturn (yield a)\n",
    "crlf": "a = 1\r\nif a:\r\n    b = a.c\r\n",
    "decorators": "@d.e(f)\nclass A(B, metaclass=M):\n    x: int = y\n",
    "comprehension": "z = [(i, j) for i, j in q if (i) for k in j]\n",
    "lambda and walrus": "f = lambda a, *b, c=(d): (n := a)\n",
    "f-string": "s = f'{a.b!r:>{w}} {c[0]}' 'tail'\n",
    "match": "match a.b:\n    case C(x=1) | [y, *z]:\n        w(y)\n    case _:\n        pass\n",
    "empty": "",
    "comment only": "# hello",
}
_KINDS = {cst.Name: "name", cst.Attribute: "attr", cst.Call: "call", cst.Subscript: "subscript"}


def _offset(starts: tuple[int, ...], position: cst.metadata.CodePosition) -> int:
    return starts[position.line - 1] + position.column


@pytest.mark.parametrize("text", [path.read_text("utf-8") for path in FILES], ids=[path.relative_to(ROOT).as_posix() for path in FILES])
def test_positions_equal_libcst_on_source(text: str) -> None:
    _compare(text)


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_positions_equal_libcst_on_hard_forms(text: str) -> None:
    _compare(text)


def _compare(text: str) -> None:
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    spans = wrapper.resolve(PositionProvider)
    own = Positions(wrapper.module)
    starts = line_starts(text)
    for node, span in spans.items():
        if type(node) in _KINDS:
            assert own.span(node) == (_offset(starts, span.start), _offset(starts, span.end)), (type(node).__name__, span)


@pytest.mark.parametrize("text", [path.read_text("utf-8") for path in FILES], ids=[path.relative_to(ROOT).as_posix() for path in FILES])
def test_every_node_is_in_the_facts(text: str) -> None:
    assert missing(text) == set()


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_every_node_of_hard_forms_is_in_the_facts(text: str) -> None:
    assert missing(text) == set()


def missing(text: str) -> set[tuple[str, int, int]]:
    """Return the Name, Attribute, Call and Subscript nodes of LibCST's tree whose place the facts do not hold."""
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    starts = line_starts(text)
    wanted = {(_KINDS[type(node)], _offset(starts, span.start), _offset(starts, span.end))
              for node, span in wrapper.resolve(PositionProvider).items() if type(node) in _KINDS}
    return wanted - held(text)


def held(text: str) -> set[tuple[str, int, int]]:
    """Return the places of all expressions and names that the facts of a source hold."""
    facts = extract_python("x.py", text.encode(), False)
    assert not facts.problems
    found: set[tuple[str, int, int]] = set()
    for raw in facts.bodies:
        if raw:
            _walk(decode_body(raw), found)
    for definition in facts.definitions:
        found.add(("name", definition.name_at, definition.name_at + len(definition.name)))
        _walk((definition.params, definition.decorators, definition.bases, definition.returns), found)
        found.update(("name", at, at + len(name)) for name, at in definition.type_params)
    return found


def _walk(node: object, found: set[tuple[str, int, int]]) -> None:
    kinds = {ir.Name: "name", ir.Attr: "attr", ir.Call: "call", ir.Subscript: "subscript"}
    if isinstance(node, tuple):
        for item in node:
            _walk(item, found)
        return
    if not hasattr(node, "__struct_fields__"):
        return
    if type(node) in kinds:
        found.add((kinds[type(node)], node.at, node.end))
    if isinstance(node, ir.Const) and (node.value is None or isinstance(node.value, bool)):
        found.add(("name", node.at, node.end))
    if isinstance(node, ir.Parameter):
        found.add(("name", node.at, node.at + len(node.name)))
    for name in node.__struct_fields__:
        value = getattr(node, name)
        text = getattr(node, name[:-4] if name.endswith("_ats") else name[:-3], None)
        if name.endswith("_at") and value >= 0 and isinstance(text, str):
            found.add(("name", value, value + len(text)))
        elif name.endswith("_ats") and isinstance(text, str):
            found.update(_dotted(text, value))
        _walk(value, found)


def _dotted(text: str, ats: tuple[int, ...]) -> set[tuple[str, int, int]]:
    """Return a dotted name's attributes and names: imports keep it as one text with the offset of each segment."""
    found: set[tuple[str, int, int]] = set()
    for part, at in zip(text.split("."), ats):
        found.update({("name", at, at + len(part)), ("attr", ats[0], at + len(part))})
    return found


def test_a_form_feed_at_the_start_of_a_line_shifts_nothing() -> None:
    assert held("\x0cx = a.b\n\x0cy = c\n") == held("x = a.b\ny = c\n")
