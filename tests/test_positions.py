"""Own positions and lowering against LibCST's metadata, on this project's own source and hard forms."""

from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from benchmarks.positions import KINDS, held, missing, offset
from mldebt.extract.positions import Positions
from mldebt.model.source import line_starts

ROOT = Path(__file__).parents[1]
UNREADABLE = ("old_names.py", "plot_winter.py")  # a file of another encoding, one of Python 2
FILES = [path for path in sorted([*(ROOT / "mldebt").rglob("*.py"), *(ROOT / "fixtures").rglob("*.py")]) if path.name not in UNREADABLE]
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
        if type(node) in KINDS:
            assert own.span(node) == (offset(starts, span.start), offset(starts, span.end)), (type(node).__name__, span)


@pytest.mark.parametrize("text", [path.read_text("utf-8") for path in FILES], ids=[path.relative_to(ROOT).as_posix() for path in FILES])
def test_every_node_is_in_the_facts(text: str) -> None:
    assert missing(text) == set()


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_every_node_of_hard_forms_is_in_the_facts(text: str) -> None:
    assert missing(text) == set()


def test_a_form_feed_at_the_start_of_a_line_shifts_nothing() -> None:
    assert held("\x0cx = a.b\n\x0cy = c\n") == held("x = a.b\ny = c\n")
