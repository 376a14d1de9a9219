"""The places in facts against LibCST's metadata, on this project's own source and hard forms."""

from collections.abc import Iterator
from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from benchmarks.positions import held, missing, offset
from mldebt.extract.cursor import Astray
from mldebt.extract.lower import Lowering
from mldebt.extract.python import extract_python
from mldebt.model import ir
from mldebt.model.facts import decode_body
from mldebt.model.source import line_starts
from mldebt.model.walk import inside

ROOT = Path(__file__).parents[1]
UNREADABLE = ("old_names.py", "plot_winter.py")  # a file of another encoding, one of Python 2
FILES = [path for path in sorted([*(ROOT / "mldebt").rglob("*.py"), *(ROOT / "fixtures").rglob("*.py")]) if path.name not in UNREADABLE]
EXPRESSIONS = (cst.BaseExpression, cst.BaseSlice, cst.BaseFormattedStringContent)
HARD = {
    "parentheses": "x = ((a)) + (b\n  .c(d)[1:2, (e)])\n",
    "line ends of other standards": "a = 'x\u2028y\x85'; b.c\nd.e\n",
    "tabs and form feeds": "def f(a, *b, c=1, **d):\n\tif a:\n\t\treturn (yield a)\n",
    "crlf": "a = 1\r\nif a:\r\n    b = a.c\r\n",
    "a mark of byte order": "\ufeffa = b\n",
    "decorators": "@d.e(f)\n# why\n\n@g\nclass A(B, metaclass=M):\n    x: int = y\n",
    "comprehension": "z = [(i, j) for i, j in q if (i) for k in j]\ny = {a: b for a in c}, {*d}, {e for e in f}, f(x for x in y)\n",
    "lambda and walrus": "f = lambda a, *b, c=(d): (n := a)\n",
    "parameters": "def f(a, /, b: c = d, *, e=(f), **g) -> h: return\ni = lambda *j, k: (yield from l)\n",
    "f-string": "s = f'{a.b!r:>{w}} {c[0]}' 'tail'\n",
    "quotes within quotes": "s = f\"{a['#']}{b=}{c = !r:{d}}\" # {e}\nf\n",
    "match": "match a.b:\n    case C(x=1) | [y, *z]:\n        w(y)\n    case _:\n        pass\n",
    "patterns": "match x:\n  case [1, *_, y] | (A.B() as q) | {'a': -1, **rest} | P(1, k=(2)): z\n  case (a, b) if c: d\n  # e\n  case None | 'f' 'g': h\ni\n",
    "semicolons": "a = b; c ; \nif d: e; f;\nelif g: h\nelse: i\n",
    "lines that go on": "x = a \\\n  + \\\n b\ny = (\n  c , # d\n  e\n)\n",
    "commas": "x = a, (b), ;y = [*c, d , ]\nfor z, in e: f(*g, h=1, **i, )\n",
    "slices": "a[1: , ::b, *c]\nd[e:\n]\nf[:, 0]\n",
    "operators": "x = not a is not b not in -c ** ~d if e and f or (g and h) else i\nx //= j\n",
    "handlers": "try: a\nexcept (B) as c: d\nelse: e\nfinally: f\ntry: g\nexcept* h.i: j\n",
    "asynchronous": "async def f():\n  async with a as b, (c): d\n  async for x in y: await z\n  else: [i async for i in q if i if j]\n",
    "with in parentheses": "with (a as b, c): d\nwith (e), f as (g): h\n",
    "imports": "from . import (a as b, c,)\nfrom ...x.y import *\nimport d.e as f, g\nh\n",
    "small statements": "raise A from b\ndel (a), b[0]\nassert a, b\nglobal q, w\nx: int\ny: a.b = 1\n",
    "type parameters": "type X[T] = list[T]\ndef f[T, *Ts, **P](x: T): y\nclass A[T]: z\n",
    "numbers": "x = 1_0, 0x1F, 1j, ..., 1.5e-3, 99999999999999999999999999\ny\n",
    "comments at the end": "\n\n# a\n\nif b:\n  c\n  # d\n# e",
    "empty": "",
    "blanks only": "   ",
    "comment only": "# hello",
}


def _expressions(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of all expressions in the facts of a source."""
    facts = extract_python("x.py", text.encode(), False)
    heads = [part for item in facts.definitions for part in (*item.params, *item.decorators, *item.bases, item.returns) if part is not None]
    for node in (*inside(heads), *(node for raw in facts.bodies if raw for node in inside(decode_body(raw)))):
        if isinstance(node, ir.Expr):
            yield node.at, node.end


def _stand_as_in_libcst(text: str) -> None:
    """Check that every expression has the span of a node."""
    starts = line_starts(text)
    spans = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True).resolve(PositionProvider)
    known = {(offset(starts, span.start), offset(starts, span.end)) for node, span in spans.items() if isinstance(node, EXPRESSIONS)}
    assert set(_expressions(text)) - known == set()


@pytest.mark.parametrize("text", [path.read_text("utf-8") for path in FILES], ids=[path.relative_to(ROOT).as_posix() for path in FILES])
def test_expressions_stand_where_libcst_says_on_source(text: str) -> None:
    _stand_as_in_libcst(text)


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_expressions_stand_where_libcst_says_on_hard_forms(text: str) -> None:
    _stand_as_in_libcst(text)


def test_a_text_that_is_not_the_tree_s_is_noticed() -> None:
    module = cst.parse_module("a.b(c)\n")
    with pytest.raises(Astray):
        Lowering(module, "a. b[c]\n")
    with pytest.raises(Astray):
        Lowering(module, "a.b(c)\nd\n")


@pytest.mark.parametrize("text", [path.read_text("utf-8") for path in FILES], ids=[path.relative_to(ROOT).as_posix() for path in FILES])
def test_every_node_is_in_the_facts(text: str) -> None:
    assert missing(text) == set()


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_every_node_of_hard_forms_is_in_the_facts(text: str) -> None:
    assert missing(text) == set()


def test_a_form_feed_at_the_start_of_a_line_shifts_nothing() -> None:
    assert held("\x0cx = a.b\n\x0cy = c\n") == held("x = a.b\ny = c\n")
